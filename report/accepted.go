package report

import (
	"fmt"
	"path/filepath"
	"slices"

	"resetproof/detect/identity"
	"resetproof/detect/judge"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// maxDefects is how many entries that hide nothing are named.
const maxDefects = 20

// acceptedEntry is one entry of a list of accepted findings in use.
type acceptedEntry struct {
	*identity.Accepted
	refused string // why it hides nothing, "" if nothing speaks against it
	here    bool   // some finding of the run is meant by it
	fate    *Change
}

// acceptedList finds the entries that speak of a finding.
type acceptedList struct {
	entries  []acceptedEntry
	byID     map[[16]byte][]*acceptedEntry
	identify func(string) string
}

// newAcceptedList judges the entries as of now, UTC nanoseconds, and counts those
// that have expired.
func newAcceptedList(list []identity.Accepted, now int64, identify func(string) string) (l *acceptedList, expired int) {
	l = &acceptedList{entries: make([]acceptedEntry, len(list)), byID: map[[16]byte][]*acceptedEntry{}, identify: identify}
	for i := range list {
		e := &l.entries[i]
		*e = acceptedEntry{Accepted: &list[i], refused: list[i].Defect}
		switch {
		case e.refused != "":
		case e.AcceptedAt > now:
			e.refused = "it was accepted only after the time of this run"
		case now >= e.Until:
			e.refused = expiredEntry
			expired++
		}
		id := idOf(e.CaseOrFinding)
		l.byID[id] = append(l.byID[id], e)
	}
	return l, expired
}

// expiredEntry is no defect: such an entry did its work.
const expiredEntry = "it has expired"

// stand finds the standing of a finding: known if some entry covers it.
func (l *acceptedList) stand(f *savedFinding) against {
	found := isNew
	for _, id := range namesOf(f) {
		for _, e := range l.byID[id] {
			if e.Check != "" && e.Check != f.Check {
				continue
			}
			e.here = true
			if e.refused == "" && selfish(l.identify, e.AcceptedBy, &f.Finding) {
				e.refused = "it was accepted by who gained by the reset or carried it out"
			}
			if e.refused != "" {
				continue
			}
			to := isKnown
			if accepted, ok := rules.ParseSeverity(e.Severity); ok {
				sev, _ := rules.ParseSeverity(f.Severity)
				to = weigh(sev, f.Verdict == judge.Excepted, accepted, false)
			}
			if found == isNew || to != isGraver {
				found = to
			}
		}
	}
	return found
}

// holdAgainstList holds the findings against a list of accepted ones.
func (w *Writer) holdAgainstList(b *Baseline, j Judged, held *Held) (defects []string, err error) {
	l, expired := newAcceptedList(b.Accepted, j.Run.Now.UnixNano(), j.Identify)
	held.Entries, held.Expired = len(l.entries), expired
	err = w.eachFinding(func(ref int64, f *savedFinding) error {
		w.known[ref] = l.stand(f)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(l.entries, func(e acceptedEntry) bool { return !e.here }) {
		if err := w.eachCase(func(c *savedCase) error { l.look(c, w.checks); return nil }); err != nil {
			return nil, err
		}
	}
	for i := range l.entries {
		e := &l.entries[i]
		if e.refused != "" && e.refused != expiredEntry {
			held.Defective++
			if held.Defective <= maxDefects {
				defects = append(defects, fmt.Sprintf("%s:%d: the entry for %s hides nothing: %s", filepath.Base(b.File), e.Line, e.CaseOrFinding, e.refused))
			}
		}
		if e.here || e.refused != "" {
			continue
		}
		if err := w.gone.add(l.gone(e)); err != nil {
			return nil, err
		}
	}
	if more := held.Defective - maxDefects; more > 0 {
		defects = append(defects, fmt.Sprintf("%s: %d more entries hide nothing", filepath.Base(b.File), more))
	}
	if expired > 0 {
		defects = append(defects, fmt.Sprintf("%s: %s expired; what they stood for is new again", filepath.Base(b.File), have(expired, "entry", "entries")))
	}
	return defects, nil
}

// look finds out whether entries without a finding speak of this case, and what
// the case says of them.
func (l *acceptedList) look(r *savedCase, checks map[string]*rules.Check) {
	var names []string
	for _, id := range r.ids() {
		names = append(names, event.ID(id).String())
		for _, e := range l.byID[id] {
			v, judged := r.Verdicts[e.Check]
			switch {
			case e.here || e.fate != nil:
			case e.Check == "":
				e.settle(r, nil, fate{Resolved, "", nil, "no check of the case is unmet"})
			case judged:
				e.settle(r, checks[e.Check], fateOf(v, noteOn(r, e.Check)))
			}
		}
	}
	settle := func(check, key string, to func() fate) {
		for _, name := range names {
			for _, e := range l.byID[event.Hash(check, name, key)] {
				if !e.here && e.fate == nil {
					e.settle(r, checks[check], to())
				}
			}
		}
	}
	for check, v := range r.Verdicts { // each settles entries of its own
		settle(check, "", func() fate { return fateOf(v, noteOn(r, check)) })
	}
	for _, el := range r.Elements {
		settle(el.Check, el.Key, func() fate { return fateOf(el.Verdict, el.Why) })
	}
}

// settle writes down what became of what the entry stood for.
func (e *acceptedEntry) settle(r *savedCase, check *rules.Check, to fate) {
	scope := "case"
	c := &Change{Change: to.change, ID: e.CaseOrFinding, Scope: &scope, Subject: &r.ID, Case: &r.ID, CaseAliases: sorted(r.CaseAliases),
		Identity: &r.Identity, Operator: r.Operator, Time: &r.Time, By: []string{}, Why: to.why}
	if to.now != "" {
		c.Now = &to.now
	}
	if check != nil {
		c.Check, c.Title = &check.ID, &check.Title
	}
	e.fate = c
}

// gone is the line of an entry that no finding answers to.
func (l *acceptedList) gone(e *acceptedEntry) *Change {
	c := e.fate
	if c == nil {
		c = &Change{Change: Lapsed, ID: e.CaseOrFinding, CaseAliases: []string{}, By: []string{}, Why: "this run knows no case or finding of this id"}
		c.Check = judge.Text(e.Check)
	}
	c.Severity = judge.Text(e.Severity)
	return c
}

// have says that one or several things are in some state: "1 entry has".
func have(n int, one, many string) string {
	if n == 1 {
		return "1 " + one + " has"
	}
	return fmt.Sprintf("%d %s have", n, many)
}
