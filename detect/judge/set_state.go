package judge

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"resetproof/detect/custody"
	"resetproof/detect/identity"
	"resetproof/ingest/event"
)

// stateFacts is an identity whose exported state and whose events contradict
// each other.
type stateFacts struct {
	Identity string    `cel:"identity"`
	Name     string    `cel:"name"`
	Said     string    `cel:"said"` // what contradicts what, with times
	At       time.Time `cel:"at"`   // of the last state that does

	at       int64
	accounts []string
	recorded bool // all of it stands on records
	marks    []custody.Mark
	searched []Searched
	records  []Evidence
}

func (f *stateFacts) cite(out *Finding) string {
	out.Time, out.Identity, out.Accounts = when(f.at), Text(f.Identity), list(f.accounts)
	out.Evidence, out.Searched = append(out.Evidence, f.records...), append(out.Searched, f.searched...)
	return ""
}

// onRecord: nothing of it rests on a context file.
func (f *stateFacts) onRecord() bool { return f.recorded }

// claim is one contradiction between a snapshot and the events, if the times it
// asks for are covered.
type claim struct {
	said  string
	marks []custody.Mark
	asks  []Ask
}

// maxClaims bounds the contradictions that one finding spells out.
const maxClaims = 5

// states lists the contradictions, one a identity, sorted.
func (b *Bench) states() []*stateFacts {
	if b.contradicted != nil || b.Snapshots == nil {
		return b.contradicted
	}
	b.contradicted = []*stateFacts{}
	by := map[string]*stateFacts{}
	said := map[string]int{}
	for _, s := range b.Snapshots.All() {
		for _, c := range b.claims(s) {
			searched, covered := b.covered(c.asks)
			if !covered {
				continue
			}
			f := by[s.Identity]
			if f == nil {
				f = &stateFacts{Identity: s.Identity, Name: b.Name(s.Identity), recorded: true, accounts: b.Accounts(s.Identity)}
				by[s.Identity], b.contradicted = f, append(b.contradicted, f)
			}
			f.recorded = f.recorded && s.Record.Time != 0
			f.at = max(f.at, s.State.ObservedAt)
			f.marks, f.searched = append(f.marks, c.marks...), append(f.searched, searched...)
			if said[s.Identity]++; said[s.Identity] <= maxClaims {
				f.Said = strings.TrimPrefix(f.Said+"; "+c.said, "; ")
			}
		}
	}
	for _, f := range b.contradicted {
		f.At = event.When(f.at)
		if more := said[f.Identity] - maxClaims; more > 0 {
			f.Said += fmt.Sprintf("; and %d more", more)
		}
		slices.SortFunc(f.searched, func(a, b Searched) int {
			return cmp.Or(cmp.Compare(a.Feed, b.Feed), slices.Compare(a.Kinds, b.Kinds), cmp.Compare(a.From, b.From))
		})
	}
	slices.SortFunc(b.contradicted, func(x, y *stateFacts) int { return cmp.Compare(x.Identity, y.Identity) })
	return b.contradicted
}

// StateRecords lists the records that findings on states rest on. Show each to
// StateRecord before Set.
func (b *Bench) StateRecords() map[event.ID]bool {
	want := map[event.ID]bool{}
	for _, f := range b.states() {
		for _, m := range f.marks {
			want[m.ID] = true
		}
	}
	return want
}

// StateRecord takes a record of StateRecords.
func (b *Bench) StateRecord(e *event.Event) {
	for _, f := range b.states() {
		if slices.ContainsFunc(f.marks, func(m custody.Mark) bool { return m.ID == e.ID }) {
			f.records = append(f.records, EvidenceOf(e))
			slices.SortFunc(f.records, func(a, b Evidence) int { return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Event, b.Event)) })
		}
	}
}

// covered tells whether every time asked for is covered, and by which feeds.
func (b *Bench) covered(asks []Ask) (searched []Searched, ok bool) {
	for _, a := range asks {
		state, feeds := b.Coverage.Window(a)
		if state != Covered {
			return nil, false
		}
		for _, f := range feeds {
			searched = append(searched, Searched{Feed: f.Name, Kinds: []string{a.Kind}, From: event.RFC3339(a.From), To: event.RFC3339(a.To), Records: f.Records})
		}
	}
	return searched, true
}

// claims lists what contradicts what in a snapshot. A computer changes its own
// password; of an account that no record names nothing can be said.
func (b *Bench) claims(s *custody.Snapshot) []claim {
	if s.Computer() || s.Record.Time == 0 && !b.Seen(s.State.Account) {
		return nil
	}
	var out []claim
	add := func(c claim, ok bool) {
		if ok {
			out = append(out, c)
		}
	}
	add(b.setBack(s))
	if s.Record.Time != 0 {
		return out
	}
	add(b.unexplained(s))
	add(wentBack(s))
	if s.Directory == "" {
		return out // of which of several directories the row speaks is not said
	}
	add(switched(s))
	out = append(out, b.factors(s)...)
	return append(out, b.keys(s)...)
}

// account is how sentences call the account of a snapshot.
func account(s *custody.Snapshot) string {
	if s.Directory == "" {
		return s.State.Account
	}
	return s.State.Account + " in " + s.Directory
}

func at(ns int64) string { return clock(event.When(ns)) }

// unexplained: the password is newer than any record that explains it, in every
// directory it may have come from.
func (b *Bench) unexplained(s *custody.Snapshot) (claim, bool) {
	set := s.State.PasswordLastSet
	if set <= 0 || set > s.State.ObservedAt || s.Explained || s.Before != nil && s.Before.State.PasswordLastSet == set {
		return claim{}, false
	}
	c := claim{said: fmt.Sprintf("by the state of %s the password of %s was set at %s, and no log shows it", at(s.State.ObservedAt), account(s), at(set))}
	if s.LastSet.Time != 0 {
		c.said += ": the last record of one is of " + at(s.LastSet.Time)
		c.marks = append(c.marks, s.LastSet)
	}
	from, to := set-int64(s.Reach()+s.Slack()), s.SetBy()+int64(s.Slack())
	for _, d := range b.sharing(s) {
		for _, k := range []event.Kind{event.ResetExecuted, event.CredentialChanged} {
			ask := Ask{Kind: k.String(), System: d, From: from, To: to}
			ask.To += int64(b.Coverage.Lag(ask))
			c.asks = append(c.asks, ask)
		}
	}
	return c, len(c.asks) > 0
}

// sharing lists the directories from which the password of a snapshot may have
// come: its own, and those that the topology ties to it; without one, every
// directory in which the identity has an account.
func (b *Bench) sharing(s *custody.Snapshot) []string {
	var list []string
	if s.Directory != "" {
		list = insert(list, s.Directory)
	}
	for _, system := range b.Systems(s.Identity) {
		d := identity.DirectoryOf(system)
		if b.Given("topology") && s.Directory != "" && !b.World.Topology.Shares(d, s.Directory) {
			continue
		}
		if slices.Contains(known, d) {
			list = insert(list, d)
		}
	}
	return list
}

// setBack: a record set the account's password later than its state says.
func (b *Bench) setBack(s *custody.Snapshot) (claim, bool) {
	if s.Later.Time == 0 || s.Before != nil && s.Before.Later.ID == s.Later.ID {
		return claim{}, false
	}
	c := claim{marks: []custody.Mark{s.Later}}
	if s.Record.Time != 0 {
		c.marks = append(c.marks, s.Record)
		c.said = fmt.Sprintf("the password of %s was set at %s, and a record of %s says that it had been set before %s: its time went back",
			account(s), at(s.Later.Time), at(s.Record.Time), event.When(s.State.PasswordLastSet).Format(time.DateOnly))
		return c, true
	}
	c.said = fmt.Sprintf("the password of %s was set at %s, and by the state of %s it is still of %s", account(s), at(s.Later.Time), at(s.State.ObservedAt), at(s.State.PasswordLastSet))
	return c, true
}

// wentBack: a later export shows an older password.
func wentBack(s *custody.Snapshot) (claim, bool) {
	if s.Before == nil || s.State.PasswordLastSet <= 0 || s.Before.State.PasswordLastSet <= s.SetBy()+int64(s.Slack()) {
		return claim{}, false
	}
	return claim{said: fmt.Sprintf("the password of %s was of %s by the state of %s and is of %s by that of %s",
		account(s), at(s.Before.State.PasswordLastSet), at(s.Before.State.ObservedAt), at(s.State.PasswordLastSet), at(s.State.ObservedAt))}, true
}

// switched: the account is enabled although it was disabled last, or the
// reverse.
func switched(s *custody.Snapshot) (claim, bool) {
	if !s.State.EnabledStated || s.Switched.Time == 0 || s.Switched.Time > s.State.ObservedAt-int64(s.Reach()) || s.Made.Time > s.Switched.Time {
		return claim{}, false
	}
	on := s.Switched.Kind == event.AccountEnabled
	if on == s.State.Enabled {
		return claim{}, false
	}
	words, by := "enabled", event.AccountEnabled
	if on {
		words, by = "disabled", event.AccountDisabled
	}
	_, did, _ := strings.Cut(s.Switched.Kind.String(), ".")
	return claim{
		said:  fmt.Sprintf("%s was %s at %s, and by the state of %s it is %s, without a record of it", account(s), did, at(s.Switched.Time), at(s.State.ObservedAt), words),
		marks: []custody.Mark{s.Switched},
		asks:  []Ask{{Kind: by.String(), System: s.Directory, From: s.Switched.Time, To: s.State.ObservedAt}},
	}, true
}
