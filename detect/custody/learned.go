package custody

import (
	"cmp"
	"slices"
	"strings"

	"resetproof/ingest/event"
)

// Lease is the credential of a secret that its store makes for each reader: it
// ends by itself, and with the token it was read by.
const Lease = "lease"

// Learned is a secret that the identity read before a reset and that was not
// replaced in between: it depends on the identity, whatever the inventory says.
type Learned struct {
	System, ID string
	Reads      int
	Last       event.Event // the last reading before the reset
}

// learn notes a reading before the cases that must follow every secret.
func (f *Fold) learn(e *event.Event) {
	if e.CredentialID == "" || e.Credential == Lease || e.Outcome == event.Failure || !f.w.Uses.Reads(f.id, e.CredentialID) {
		return
	}
	if by := f.w.Resolve(e.Actor, e.Time); by != f.id && by != "" {
		return
	}
	for _, c := range f.cases {
		if e.Time >= c.Time || !within(e.Time, c.Time, f.w.Policy(c.Time).Matching.ObservedTier) || !f.followsAll(c) {
			continue
		}
		i := slices.IndexFunc(c.Learned, func(l Learned) bool { return l.System == e.System && strings.EqualFold(l.ID, e.CredentialID) })
		if i < 0 {
			i = len(c.Learned)
			c.Learned = append(c.Learned, Learned{System: e.System, ID: e.CredentialID})
		}
		c.Learned[i].Reads++
		c.Learned[i].Last = *e
	}
}

// followsAll: every secret that the account reads depends on it: those of a
// program, whose credential opens them, and those of anybody compromised. What
// a person reads in the course of work is the team's.
func (f *Fold) followsAll(c *Case) bool { return c.Cause == compromise || c.program }

// NonHuman tells a service, shared or workload identity by the roster.
func (w *World) NonHuman(id string, t int64) bool {
	row := w.Row(id, t)
	return row != nil && (row.Kind == "service" || row.Kind == "shared" || row.Kind == "workload")
}

// settleLearned leaves out the secrets that were replaced between the last
// reading and the reset, and those that the identity itself makes or rotates
// for others, and files what became of the rest.
func (f *Fold) settleLearned(c *Case) {
	c.Learned = slices.DeleteFunc(c.Learned, func(l Learned) bool {
		if f.lines.stale(l.ID, l.Last.Time, c.Time) != 0 {
			return true
		}
		return c.Cause != compromise && slices.ContainsFunc(f.lines[strings.ToLower(l.ID)], func(s Step) bool { return s.ActorID == f.id && s.Time < c.Time })
	})
	slices.SortFunc(c.Learned, func(a, b Learned) int {
		return cmp.Or(strings.Compare(a.System, b.System), strings.Compare(a.ID, b.ID))
	})
	for _, l := range c.Learned {
		for _, s := range f.lines[strings.ToLower(l.ID)] {
			here := s.System == l.System || s.System == "" || s.Format == nativeSteps
			if stepOf[s.Kind] == Dependents && s.Method != Reactivated && here && f.open(c, s) && !f.onlyAct(c, s) && !holds(c.Steps[Dependents], s) {
				c.Steps[Dependents] = append(c.Steps[Dependents], linked(s, c))
			}
		}
	}
	c.LearnedMore = f.w.Uses.More(f.id) && f.followsAll(c)
}
