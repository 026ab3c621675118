package survey

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"resetproof/detect/judge"
	"resetproof/ingest/event"
	"resetproof/rules"
)

const (
	// maxNamed is how many identities a sentence names, of each kind.
	maxNamed = 5
	// maxShared bounds the factors that are told, the earliest first.
	maxShared = 1000
	// phone is the credential of a phone number that was put on file for signing
	// in; its id is a hash of the number.
	phone = "phone"
)

// factor is one phone, device or authenticator, and who enrolled it.
type factor struct {
	hash  string
	what  string
	owner []*enrolment // an identity each, by time
}

// enrolment is the first of an identity.
type enrolment struct {
	id    string
	event event.ID
	time  int64
	reset *act // of the identity, in whose watch the enrolment lies; nil for none
}

// sharedFactors finds what several identities enrolled after they were reset. A
// factor is told by the id that its system gives it, a phone by its number
// everywhere; names, which many devices share, tell none.
func sharedFactors(s *survey) ([]judge.Fact, string) {
	var all []*factor
	if all, s.err = s.factors(); s.err != nil {
		return nil, ""
	}
	facts := []judge.Fact{}
	unsure, many := 0, 0
	for _, x := range all {
		after := slices.DeleteFunc(slices.Clone(x.owner), func(e *enrolment) bool { return e.reset == nil })
		if len(after) < 2 || !slices.ContainsFunc(after, func(e *enrolment) bool { return e.reset.InPeriod }) {
			continue
		}
		if s.maybeOne(after) {
			unsure++
			continue
		}
		if many++; len(facts) < maxShared {
			facts = append(facts, x.facts(s, after))
		}
	}
	told := fmt.Sprintf("factor-on-many: %d phones, devices and authenticators with an id looked at, %d on several identities after resets", len(all), many)
	if unsure > 0 {
		told += fmt.Sprintf("; of %d more the roster does not say whether the identities are one person", unsure)
	}
	s.told = append(s.told, told)
	return facts, ""
}

// factors gathers who enrolled what, by the first time of each.
func (s *survey) factors() ([]*factor, error) {
	listed := map[string]bool{}
	for _, p := range s.Policy.SharedPhones {
		plain := strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", "/", "").Replace(p)
		for _, id := range []string{p, short(p), short(plain)} {
			listed[strings.ToLower(id)] = true
		}
	}
	resets := map[string][]*act{}
	for i := range s.acts {
		if a := &s.acts[i]; a.Class == rules.Recovery {
			resets[a.Identity] = append(resets[a.Identity], a)
		}
	}
	by := map[string]*factor{}
	var all []*factor
	kinds := []event.Kind{event.MFAEnrolled, event.DeviceTrusted, event.ContactChanged}
	names := []string{"id", "time", "kind", "outcome", "system", "account_system", "account_id", "account_name", "account_type", "credential", "credential_id"}
	err := s.each(names, kinds, func(event.ID) bool { return true }, func(e *event.Event) {
		what := whatOf(e)
		if e.Outcome == event.Failure || e.CredentialID == "" || what == "" || listed[strings.ToLower(e.CredentialID)] {
			return
		}
		who := s.Resolve(e.Account, e.Time)
		if who == "" || s.owns(who, e) {
			return
		}
		key := event.Hash("factor", what, strings.ToLower(e.CredentialID), "").String()
		if what != phone {
			key = event.Hash("factor", what, strings.ToLower(e.CredentialID), e.System).String()
		}
		x := by[key]
		if x == nil {
			x = &factor{hash: key, what: what}
			by[key], all = x, append(all, x)
		}
		x.enrol(&enrolment{who, e.ID, e.Time, before(resets[who], e.Time)})
	})
	for _, x := range all {
		slices.SortFunc(x.owner, func(a, b *enrolment) int { return earlier(a.time, b.time, a.event, b.event) })
	}
	slices.SortFunc(all, func(a, b *factor) int {
		return cmp.Or(cmp.Compare(a.owner[0].time, b.owner[0].time), strings.Compare(a.hash, b.hash))
	})
	return all, err
}

// whatOf names what an event enrols, "" for nothing.
func whatOf(e *event.Event) string {
	switch {
	case e.Credential == phone:
		return phone
	case e.Kind == event.DeviceTrusted:
		return "device"
	case e.Kind == event.MFAEnrolled:
		return "authenticator"
	}
	return ""
}

// owns: the roster lists the device as one of the identity's, whoever else it
// lists it for.
func (s *survey) owns(who string, e *event.Event) bool {
	row := s.Row(who, e.Time)
	return row != nil && slices.ContainsFunc(row.Devices, func(d string) bool { return strings.EqualFold(d, e.CredentialID) })
}

// before finds the last reset in whose watch a time lies.
func before(resets []*act, at int64) *act {
	for _, a := range slices.Backward(resets) {
		if a.Time <= at {
			if at-a.Time <= int64(a.Watch) {
				return a
			}
			return nil
		}
	}
	return nil
}

// enrol notes the earliest enrolment of each identity, and rather one after a
// reset than one before.
func (x *factor) enrol(e *enrolment) {
	for i, known := range x.owner {
		if known.id != e.id {
			continue
		}
		if (known.reset == nil) != (e.reset == nil) {
			if known.reset == nil {
				x.owner[i] = e
			}
		} else if earlier(e.time, known.time, e.event, known.event) < 0 {
			x.owner[i] = e
		}
		return
	}
	x.owner = append(x.owner, e)
}

// maybeOne: without the identities that may be an earlier one's other name,
// fewer than two are left.
func (s *survey) maybeOne(all []*enrolment) bool {
	sure := 0
	for i, e := range all {
		if !slices.ContainsFunc(all[:i], func(o *enrolment) bool { return slices.Contains(s.PossibleAliases(e.id), o.id) }) {
			sure++
		}
	}
	return sure < 2
}

func (x *factor) facts(s *survey, after []*enrolment) *judge.FactorFacts {
	f := &judge.FactorFacts{Hash: x.hash, What: x.what, First: x.owner[0].id, Count: int64(len(after)), Since: event.When(after[0].time)}
	var who, others []string
	var on []event.ID
	for _, e := range x.owner {
		if e.reset == nil {
			others = append(others, s.Name(e.id)+" at "+event.When(e.time).Format("2006-01-02 15:04 UTC"))
			on = append(on, e.event)
			continue
		}
		f.Grave = f.Grave || e.reset.Raised
		since := time.Duration(e.time - e.reset.Time).Truncate(time.Minute)
		who = append(who, fmt.Sprintf("%s at %s, %s after a reset", s.Name(e.id), event.When(e.time).Format("2006-01-02 15:04 UTC"), lasting(since)))
		on = append(on, e.reset.Act, e.event)
	}
	f.Who, f.Others = list(who, "; "), list(others, "; ")
	f.Rest(on)
	return f
}

// list names the first few.
func list(all []string, sep string) string {
	if more := len(all) - maxNamed; more > 0 {
		all = append(slices.Clone(all[:maxNamed]), fmt.Sprintf("%d more", more))
	}
	return strings.Join(all, sep)
}

// lasting prints a duration in the largest units that say it, down to minutes.
func lasting(d time.Duration) string {
	switch m := int64(d / time.Minute); {
	case m < 120:
		return plural(m, "minute")
	case m < 48*60:
		return plural(m/60, "hour")
	default:
		return plural(m/(24*60), "day")
	}
}

// short is how formats write an id that is not to be kept as it is.
func short(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:8])
}
