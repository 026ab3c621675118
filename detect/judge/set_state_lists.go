package judge

import (
	"fmt"
	"slices"
	"strings"

	"resetproof/detect/custody"
	"resetproof/ingest/event"
)

// standing are the factors that accounts have without having enrolled them.
var standing = []string{"email", "mail", "password"}

// listed gives the factors of a row that somebody must have enrolled.
func listed(methods []string) []string {
	var out []string
	for _, m := range methods {
		if !slices.Contains(standing, strings.ToLower(m)) {
			out = append(out, m)
		}
	}
	return out
}

// speaksOfFactors tells whether the exports state the factors of a directory's
// accounts at all: an empty list says nothing otherwise.
func (b *Bench) speaksOfFactors(directory string) bool {
	return slices.ContainsFunc(b.Snapshots.All(), func(s *custody.Snapshot) bool {
		return s.Directory == directory && len(listed(s.State.MFAMethods)) > 0
	})
}

// factors: one is listed that no enrolment explains, or none although one was
// enrolled last.
func (b *Bench) factors(s *custody.Snapshot) []claim {
	now, has := s.State.ObservedAt, listed(s.State.MFAMethods)
	settled := now - int64(s.Reach())
	ask := func(k event.Kind, from int64) Ask {
		return Ask{Kind: k.String(), System: s.Directory, From: from, To: now}
	}
	enrolledSince := func(t int64) bool { return s.Enrolled.Time != 0 && s.Enrolled.Time >= t-int64(s.Slack()) }
	switch taken := s.TakenAll; {
	case len(has) > 0 && taken.Time != 0 && taken.Time <= settled && !enrolledSince(taken.Time):
		return []claim{{
			said: fmt.Sprintf("every factor of %s was taken at %s, and by the state of %s it has %s, without a record of an enrolment",
				account(s), at(taken.Time), at(now), strings.Join(has, ", ")),
			marks: []custody.Mark{taken}, asks: []Ask{ask(event.MFAEnrolled, taken.Time)},
		}}
	case len(has) > 0 && s.Made.Time != 0 && s.Made.Time <= settled && !enrolledSince(s.Made.Time):
		return []claim{{
			said: fmt.Sprintf("%s was made at %s, and by the state of %s it has %s, without a record of an enrolment",
				account(s), at(s.Made.Time), at(now), strings.Join(has, ", ")),
			marks: []custody.Mark{s.Made}, asks: []Ask{ask(event.MFAEnrolled, s.Made.Time)},
		}}
	case len(has) == 0 && s.Enrolled.Time != 0 && s.Enrolled.Time <= settled && s.Taken.Time < s.Enrolled.Time && s.Made.Time <= s.Enrolled.Time && b.speaksOfFactors(s.Directory):
		return []claim{{
			said: fmt.Sprintf("%s enrolled a factor at %s, and by the state of %s it has none, without a record of its removal",
				account(s), at(s.Enrolled.Time), at(now)),
			marks: []custody.Mark{s.Enrolled}, asks: []Ask{ask(event.MFARemoved, s.Enrolled.Time), ask(event.MFAReset, s.Enrolled.Time)},
		}}
	}
	return b.factorsSince(s, has)
}

// factorsSince compares two exports of an account.
func (b *Bench) factorsSince(s *custody.Snapshot, has []string) []claim {
	if s.Before == nil {
		return nil
	}
	now, from := s.State.ObservedAt, s.Before.State.ObservedAt-int64(s.Reach())
	had := listed(s.Before.State.MFAMethods)
	var out []claim
	if came := without(has, had); len(came) > 0 && s.Enrolled.Time < from && b.speaksOfFactors(s.Directory) {
		out = append(out, claim{
			said: fmt.Sprintf("%s has %s by the state of %s and had not by that of %s, without a record of an enrolment between", account(s), strings.Join(came, ", "), at(now), at(s.Before.State.ObservedAt)),
			asks: []Ask{{Kind: event.MFAEnrolled.String(), System: s.Directory, From: from, To: now}},
		})
	}
	if gone := without(had, has); len(gone) > 0 && s.Taken.Time < from {
		out = append(out, claim{
			said: fmt.Sprintf("%s had %s by the state of %s and has not by that of %s, without a record of a removal between", account(s), strings.Join(gone, ", "), at(s.Before.State.ObservedAt), at(now)),
			asks: []Ask{{Kind: event.MFARemoved.String(), System: s.Directory, From: from, To: now}, {Kind: event.MFAReset.String(), System: s.Directory, From: from, To: now}},
		})
	}
	return out
}

// without lists what of a list, in any case, is not in another.
func without(list, other []string) []string {
	var out []string
	for _, v := range list {
		if !slices.ContainsFunc(other, func(o string) bool { return strings.EqualFold(o, v) }) {
			out = append(out, v)
		}
	}
	return out
}

// keys: a deleted one is listed still, or one is listed that no creation
// explains.
func (b *Bench) keys(s *custody.Snapshot) []claim {
	now := s.State.ObservedAt
	settled := now - int64(s.Reach())
	var out []claim
	for _, k := range s.State.Keys[:min(len(s.State.Keys), custody.MaxListed)] {
		m := s.Keys[strings.ToLower(k)]
		base, since := s.Made.Time, "it was made"
		if s.Before != nil && len(without([]string{k}, s.Before.State.Keys)) > 0 && s.Before.State.ObservedAt > base {
			base, since = s.Before.State.ObservedAt-int64(s.Reach()), "the state before"
		}
		c := claim{}
		switch {
		case m.Deleted.Time != 0 && m.Deleted.Time <= settled && m.Made.Time <= m.Deleted.Time:
			base = m.Deleted.Time
			c.said = fmt.Sprintf("the key %s of %s was deleted at %s, and the state of %s lists it", k, account(s), at(m.Deleted.Time), at(now))
			c.marks = []custody.Mark{m.Deleted}
		case base != 0 && base <= settled && m.Made.Time == 0 && m.Deleted.Time == 0:
			c.said = fmt.Sprintf("the state of %s lists the key %s of %s, and no record shows it made since %s", at(now), k, account(s), since)
		default:
			continue
		}
		if c.asks = b.makings(s.Directory, base, now); len(c.asks) > 0 {
			out = append(out, c)
		}
	}
	return out
}

// makings asks for the making of keys in a directory, by the kinds under which
// its logs record it; none if they cannot.
func (b *Bench) makings(directory string, from, to int64) []Ask {
	var asks []Ask
	for _, k := range []event.Kind{event.CredentialIssued, event.SecretCreated} {
		if a := (Ask{Kind: k.String(), System: directory, From: from, To: to}); len(b.Coverage.Could(a)) > 0 {
			asks = append(asks, a)
		}
	}
	return asks
}
