package report

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"resetproof/detect/judge"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// A control that fails nearly always is one deficiency of design, not many of
// operation: where at least designCases cases and designShare of the assessable
// ones of a tier, path and system fail one check (design.md, 3.9).
const (
	designCases  = 20
	designShare  = 0.8
	maxExamples  = 3
	operatingKey = `"classification":"operating"`
	designKey    = `"classification":"design"`
)

// group is where a control may not be in operation; its parts are places in a
// table of names.
type group struct{ check, tier, path, system int32 }

type tally struct{ failed, assessable int }

// Deficiency is a control that is not in operation for one tier, path and
// system.
type Deficiency struct {
	Check, Title       string
	Tier, Path, System string
	Severity           rules.Severity
	Cases, Of          int      // failing and assessable
	Examples           []string // ids of at most maxExamples cases, earliest first

	fails   bool           // some finding of it is not hidden by a baseline
	gravest rules.Severity // of those
}

// rollup counts verdicts by group while cases and findings come in.
type rollup struct {
	table  []string
	names  map[string]int32
	groups map[group]*tally
	system map[[16]byte]int32 // of the cases that have a finding or came in
	found  []placed
}

// placed is a finding that is not met, with what tells its group.
type placed struct {
	at    line
	check int32
	tier  int32
	path  int32
	title int32
}

func newRollup() *rollup {
	return &rollup{names: map[string]int32{}, groups: map[group]*tally{}, system: map[[16]byte]int32{}}
}

func (r *rollup) name(s string) int32 {
	at, ok := r.names[s]
	if !ok {
		at = int32(len(r.table))
		r.names[s] = at
		r.table = append(r.table, s)
	}
	return at
}

// addCase counts the verdicts of one case.
func (r *rollup) addCase(id [16]byte, c *judge.CaseRecord) {
	system := r.name(primarySystem(c))
	r.system[id] = system
	tier, path := r.name(orUnknown(c.Tier)), r.name(orUnknown(c.Path))
	for check, v := range c.Verdicts {
		if v != judge.Met && v != judge.NotMet {
			continue
		}
		g := group{r.name(check), tier, path, system}
		t := r.groups[g]
		if t == nil {
			t = &tally{}
			r.groups[g] = t
		}
		t.assessable++
		if v == judge.NotMet {
			t.failed++
		}
	}
}

// primarySystem is the system of the act that names the case.
func primarySystem(c *judge.CaseRecord) string {
	for _, a := range c.Acts {
		if event.Hash(a.Event).String() == c.ID {
			return a.System
		}
	}
	return ""
}

func (r *rollup) addFinding(f *judge.Finding, at line) {
	if f.Verdict == judge.NotMet && f.Case != nil {
		r.found = append(r.found, placed{at, r.name(f.Check), r.name(orUnknown(f.Tier)), r.name(orUnknown(f.Path)), r.name(f.Title)})
	}
}

// deficiencies lists the groups in which a control is not in operation, gravest
// first, and the findings that belong to them by their place in the spool. hidden
// tells findings that a baseline keeps from failing the run.
func (r *rollup) deficiencies(hidden func(offset int64) bool) ([]Deficiency, map[int64]bool) {
	out := map[group]*Deficiency{}
	inside := map[int64]bool{}
	slices.SortFunc(r.found, func(a, b placed) int {
		return cmp.Or(cmp.Compare(a.at.time, b.at.time), bytes.Compare(a.at.about[:], b.at.about[:]), bytes.Compare(a.at.id[:], b.at.id[:]))
	})
	for _, f := range r.found {
		g := group{f.check, f.tier, f.path, r.system[f.at.about]}
		t := r.groups[g]
		if t == nil || t.failed < designCases || float64(t.failed) < designShare*float64(t.assessable) {
			continue
		}
		d := out[g]
		if d == nil {
			d = &Deficiency{
				Check: r.table[g.check], Title: r.table[f.title], Tier: r.table[g.tier], Path: r.table[g.path], System: r.table[g.system],
				Cases: t.failed, Of: t.assessable,
			}
			out[g] = d
		}
		d.Severity = max(d.Severity, rules.Severity(f.at.rank))
		if !hidden(f.at.offset) {
			d.fails, d.gravest = true, max(d.gravest, rules.Severity(f.at.rank))
		}
		if id := event.ID(f.at.about).String(); len(d.Examples) < maxExamples && !slices.Contains(d.Examples, id) {
			d.Examples = append(d.Examples, id)
		}
		inside[f.at.offset] = true
	}
	list := make([]Deficiency, 0, len(out))
	for _, d := range out {
		list = append(list, *d)
	}
	slices.SortFunc(list, func(a, b Deficiency) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(b.Cases, a.Cases), strings.Compare(a.Check, b.Check),
			strings.Compare(a.Tier, b.Tier), strings.Compare(a.Path, b.Path), strings.Compare(a.System, b.System))
	})
	return list, inside
}

// classify marks a finding's line as one of design. The key cannot stand in a
// text of the line: there its quotes are escaped.
func classify(text []byte) []byte {
	return bytes.Replace(text, []byte(operatingKey), []byte(designKey), 1)
}
