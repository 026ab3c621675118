package judge

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/cel"

	"resetproof/detect/custody"
	"resetproof/detect/identity"
	"resetproof/ingest/event"
)

// reachQuestions ask where a new password had to come to.
var reachQuestions = []question{
	{"spread", cel.BoolType, func(s *sitting) (any, error) { return s.spread(), nil }},
}

// directoryFacts is a directory, other than that of the reset, that the new
// password had to come to.
type directoryFacts struct {
	Name    string    `cel:"name"`
	From    string    `cel:"from"` // where it was set first
	Due     time.Time `cel:"due"`
	Reached bool      `cel:"reached"`
	At      time.Time `cel:"at"` // when; the epoch if no record shows it
	// Known: if no record shows it in time, that can be said to be missing.
	Known bool `cel:"known"`
	// Stale: an export shows, after the deadline, a password older than the reset.
	Stale    bool      `cel:"stale"`
	LastSet  time.Time `cel:"last_set"` // that password's time …
	Observed time.Time `cel:"observed"` // … and the export's
	// Used: somebody signed in there with a password after the deadline, before
	// the new one had come.
	Used   bool      `cel:"used"`
	UsedAt time.Time `cel:"used_at"`

	kinds []event.Kind // that would show the arrival in the directory's log
	steps []custody.Step
}

// known are the systems that keep people's passwords: without a topology an
// identity with accounts in two of them may have one password in both.
var known = []string{"ad", "auth0", "entra", "google", "jumpcloud", "keycloak", "ldap", "okta", "onelogin", "pingone"}

// spread tells whether the reset set a password that more than one directory
// may have to learn of.
func (s *sitting) spread() bool {
	if !s.c.SetsPassword() {
		return false
	}
	if s.b.Given("topology") {
		return len(s.directories()) > 0
	}
	n := 0
	for _, d := range s.lives() {
		if slices.Contains(known, d) {
			n++
		}
	}
	return n > 1
}

// lives lists the directories in which the identity has accounts, sorted.
func (s *sitting) lives() []string {
	var list []string
	for _, system := range s.b.Systems(s.c.Identity) {
		list = insert(list, identity.DirectoryOf(system))
	}
	return list
}

// place is a directory that the password of a reset concerns.
type place struct {
	identity.Place
	told bool // it has to learn of it from another in which the reset was done
}

// places lists the directories that the password of this reset concerns, by
// name.
func (s *sitting) places() []place {
	lives := s.lives()
	var done []string
	for _, a := range s.c.Steps[custody.Executed] {
		if a.System != "" && a.Kind == event.ResetExecuted {
			done = insert(done, identity.DirectoryOf(a.System))
		}
	}
	var all []place
	for _, d := range done {
		for _, p := range s.b.World.Topology.Reach(d, lives) {
			i := slices.IndexFunc(all, func(q place) bool { return q.Directory == p.Directory })
			if i < 0 {
				all, i = append(all, place{Place: p}), len(all)
			}
			all[i].told = all[i].told || p.Directory != d
		}
	}
	slices.SortFunc(all, func(a, b place) int { return strings.Compare(a.Directory, b.Directory) })
	return all
}

// directories lists those that keep a copy of the password, or are its
// authority, other than those in which it was set first.
func (s *sitting) directories() []*directoryFacts {
	if !s.c.SetsPassword() {
		return nil
	}
	var out []*directoryFacts
	for _, p := range s.places() {
		if p.Holds && p.told && p.Directory != identity.DirectoryOf(s.first().System) {
			if f := s.directory(p.Place); f != nil {
				out = append(out, f)
			}
		}
	}
	return out
}

// first is the act that set the password first.
func (s *sitting) first() custody.Step {
	acts := s.c.Steps[custody.Executed]
	if i := slices.IndexFunc(acts, func(a custody.Step) bool { return a.Kind == event.ResetExecuted }); i >= 0 {
		return acts[i]
	}
	return s.c.Primary
}

// directory gathers what is known of one; nil where the account was closed in
// it before the deadline.
func (s *sitting) directory(p identity.Place) *directoryFacts {
	within := s.need.row.DirectoriesReached
	if p.Deadline > 0 && (within == 0 || p.Deadline < within) {
		within = p.Deadline
	}
	due := s.c.Time + int64(within)
	arrival := s.c.Arrival(p.Directory)
	if a := s.c.Closed(p.Directory); a != nil && a.Time <= due && (arrival == nil || arrival.Time > a.Time) {
		return nil
	}
	none := time.Unix(0, 0).UTC()
	f := &directoryFacts{Name: p.Directory, From: identity.DirectoryOf(s.first().System), Due: event.When(due), At: none, LastSet: none, Observed: none, UsedAt: none,
		kinds: []event.Kind{event.ResetExecuted, event.CredentialChanged}}
	if p.Mechanism == "hash-sync" && !s.b.brought[p.Directory] {
		// What a synchronisation of hashes brings stands in the log of few
		// directories: Entra writes no record of it (sources.md 2).
		f.kinds = append(f.kinds, event.DirectorySynced)
	}
	one := s.b.AccountsIn(s.c.Identity, p.Directory) <= 1 && s.b.AccountsIn(s.c.Identity, identity.DirectoryOf(s.first().System)) <= 1
	f.Known = one
	if arrival != nil {
		f.Reached, f.At = true, event.When(arrival.Time)
		f.steps = append(f.steps, *arrival)
	}
	if one {
		s.observed(f, due)
	}
	if old := s.c.OldUse(p.Directory); old != nil && old.Time > due+int64(s.oldPassword(p.Directory)) {
		f.Used, f.UsedAt = true, event.When(old.Time)
		f.steps = append(f.steps, *old)
	}
	return f
}

// oldPassword is how long an old password works on unavoidably, and clocks may
// differ.
func (s *sitting) oldPassword(system string) time.Duration {
	l, _ := s.need.policy.Lifetimes.Of(system, "password")
	return l.Life + s.need.policy.Matching.ClockTolerance
}

// observed reads the exports of the directory's state, where no record shows the
// password's arrival in time.
func (s *sitting) observed(f *directoryFacts, due int64) {
	tolerance := int64(s.need.policy.Matching.ClockTolerance)
	if f.Reached && f.At.UnixNano() <= due+tolerance {
		return
	}
	for _, row := range s.b.Snapshots.Of(s.c.Identity) {
		st := row.State
		if row.Directory != f.Name || row.Record.Time != 0 {
			continue
		}
		switch set := st.PasswordLastSet; {
		case set == 0:
		case row.SetBy() < s.c.Time-tolerance:
			if st.ObservedAt > due+tolerance && !f.Reached {
				f.Stale, f.LastSet, f.Observed = true, event.When(set), event.When(st.ObservedAt)
			}
		case set <= due+tolerance:
			f.Reached, f.At, f.Stale = true, event.When(set), false
			return
		default: // set again since: what the export showed before is gone
			f.Known = f.Known && f.Reached
		}
	}
}

// systems says in which directory's log the arrival is looked for, by one kind
// of event.
func (f *directoryFacts) systems(k event.Kind) []string {
	if f.Stale || !slices.Contains(f.kinds, k) {
		return nil
	}
	return []string{f.Name}
}

// directoryOf is the directory that an outcome is about, nil for none.
func directoryOf(o *outcome) *directoryFacts {
	f, _ := element[*directoryFacts](o)
	return f
}

// hybrid is what a bench learns of directories and of the state of accounts.
type hybrid struct {
	brought      map[string]bool // directories whose log shows what a synchronisation brings
	contradicted []*stateFacts   // of states; nil until asked for
	partly       map[string]bool // checks judged by records, though a file they read was not given
}

// Brought takes a record by which a synchronisation brought a password to a
// directory: its log shows such records.
func (b *Bench) Brought(directory string) {
	if b.brought == nil {
		b.brought = map[string]bool{}
	}
	b.brought[directory] = true
}

// systems compares the directories that the reset had to reach, as the topology
// says, with those it reached. Missing are those of which that can be said;
// what no source could show stands in neither list.
func (s *sitting) systems(all []*outcome) Systems {
	out := Systems{Expected: []string{}, Reached: []string{}, Missing: []string{}}
	for _, a := range s.c.Steps[custody.Executed] {
		if a.System != "" {
			out.Reached = insert(out.Reached, identity.DirectoryOf(a.System))
		}
	}
	if !s.c.SetsPassword() || !s.b.Given("topology") {
		return out
	}
	for _, p := range s.places() {
		out.Expected = insert(out.Expected, p.Directory)
		if !p.Holds {
			out.Reached = insert(out.Reached, p.Directory)
		}
	}
	for _, f := range s.directories() {
		if f.Reached {
			out.Reached = insert(out.Reached, f.Name)
		}
	}
	for _, o := range all {
		if f := directoryOf(o); f != nil && !f.Reached && (o.verdict == NotMet || o.verdict == Excepted) {
			out.Missing = insert(out.Missing, f.Name)
		}
	}
	return out
}

// without notes the directories that hold no password of their own, which the
// reset reached by itself.
func (s *sitting) without() []string {
	if !s.c.SetsPassword() || !s.b.Given("topology") {
		return nil
	}
	var notes []string
	for _, p := range s.places() {
		if !p.Holds {
			notes = insert(notes, fmt.Sprintf("%s holds no password of its own (%s): it asks %s, and was reached with it",
				p.Directory, p.Mechanism, s.b.World.Topology.Authority(p.Directory)))
		}
	}
	return notes
}
