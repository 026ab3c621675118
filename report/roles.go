package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"resetproof/detect/judge"
)

// The parts in a reset that separation of duties keeps apart, in the order in
// which the page shows them.
var parts = []string{"requester", "verifier", "approver", "executor", "beneficiary"}

// roleTally counts in how many resets two parts were one identity's, and which
// operators were the only person on record.
type roleTally struct {
	named     map[string]int // "a|b" -> resets that name somebody for both
	same      map[string]int // of them, those in which one identity holds both
	operators map[string]*operatorTally
}

type operatorTally struct{ resets, alone int }

// holders gives the identities of each part of a case.
func holders(c *judge.CaseRecord) map[string][]string {
	out := map[string][]string{"beneficiary": {c.Identity}}
	for part, steps := range map[string][]judge.StepRecord{"requester": c.Steps.Requested, "verifier": c.Steps.Verified, "approver": c.Steps.Approved} {
		for _, s := range steps {
			if s.Actor != nil && !slices.Contains(out[part], *s.Actor) {
				out[part] = append(out[part], *s.Actor)
			}
		}
	}
	if c.Operator != nil {
		out["executor"] = []string{*c.Operator}
	}
	return out
}

func (r *roleTally) add(c *judge.CaseRecord) {
	if r.named == nil {
		r.named, r.same, r.operators = map[string]int{}, map[string]int{}, map[string]*operatorTally{}
	}
	by := holders(c)
	for i, a := range parts {
		for _, b := range parts[i+1:] {
			if len(by[a]) == 0 || len(by[b]) == 0 {
				continue
			}
			pair := a + "|" + b
			r.named[pair]++
			if slices.ContainsFunc(by[a], func(who string) bool { return slices.Contains(by[b], who) }) {
				r.same[pair]++
			}
		}
	}
	if knownPath(c.Path) != "assisted" || c.Operator == nil {
		return
	}
	name := bounded(r.operators, *c.Operator)
	if r.operators[name] == nil {
		r.operators[name] = &operatorTally{}
	}
	r.operators[name].resets++
	others := slices.Concat(by["requester"], by["verifier"], by["approver"])
	if !slices.ContainsFunc(others, func(who string) bool { return who != *c.Operator }) {
		r.operators[name].alone++
	}
}

// matrix is the table of parts by parts, for resets that somebody else carried
// out or asked for as well as those the owner did himself.
func (r *roleTally) matrix() grid {
	g := grid{
		Title: "Who held two parts at once",
		Lead:  "In how many resets one identity held both parts, of those whose records name somebody for both. Self-service joins some by nature.",
		Heads: append([]string{"Part"}, parts[1:]...),
	}
	for i, a := range parts[:len(parts)-1] {
		row, any := []string{a}, false
		for j, b := range parts[1:] {
			cell := ""
			if j >= i {
				pair := a + "|" + b
				cell = "–"
				if n := r.named[pair]; n > 0 {
					cell, any = fmt.Sprintf("%d of %d", r.same[pair], n), true
				}
			}
			row = append(row, cell)
		}
		if any {
			g.Rows = append(g.Rows, row)
		}
	}
	return g
}

// maxOperatorRows bounds the operators that are listed.
const maxOperatorRows = 20

// alone lists the operators whose resets name nobody else: no requester, no
// verifier and no approver but the operator.
func (r *roleTally) alone() grid {
	g := grid{
		Title: "Left to the operator alone",
		Lead:  "Assisted resets in which the records name nobody but the operator: nobody else asked, verified or approved.",
		Heads: []string{"Operator", "Assisted resets", "Alone", "Share"},
	}
	names := slices.SortedFunc(maps.Keys(r.operators), func(a, b string) int {
		return cmp.Or(cmp.Compare(r.operators[b].alone, r.operators[a].alone), strings.Compare(a, b))
	})
	for i, name := range names {
		o := r.operators[name]
		if o.alone == 0 {
			break
		}
		if i == maxOperatorRows {
			g.Note = "More operators have such resets; cases.jsonl holds all."
			break
		}
		g.Rows = append(g.Rows, []string{visible(name, maxShownText), fmt.Sprint(o.resets), fmt.Sprint(o.alone), rate(o.alone, o.resets)})
	}
	return g
}
