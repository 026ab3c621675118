package judge

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"resetproof/detect/custody"
	"resetproof/detect/identity"
	"resetproof/ingest/event"
)

// waiverFacts is one waiver as an object of audit, for expressions over the set.
type waiverFacts struct {
	ID    string    `cel:"id"`
	Owner string    `cel:"owner"` // as stated, "" where nobody is
	From  time.Time `cel:"from"`  // the epoch where no beginning is stated
	Until time.Time `cel:"until"`
	// Defects say, as ends of a sentence that begins with the waiver, what is
	// wrong with it.
	Defects []string `cel:"defects"`
	During  int64    `cel:"during"`   // cases executed while it was in force
	Picked  int64    `cel:"selected"` // of them, those its selector picks
	Cases   int64    `cel:"cases"`    // of those, the ones in which it excepted something
	// Idle: its life is over, the logs show every reset in it, and it excepted
	// nothing though it could have.
	Idle bool `cel:"idle"`

	w *waiver
}

func (f *waiverFacts) cite(out *Finding) string {
	if f.w.ValidFrom != 0 {
		out.Time = when(f.w.ValidFrom)
	}
	acts := f.w.ledger.acts
	if own := f.w.ledger.own; own != nil {
		acts = firstActs(slices.Clone(acts), own.act)
		out.Identity = Text(f.w.approver)
	}
	for _, e := range acts {
		out.Evidence = append(out.Evidence, EvidenceOf(e))
	}
	return ""
}

func (f *waiverFacts) raises() bool { return f.w.ledger.raised }

// What makes a waiver far too broad. This project's judgement: what holds for a
// quarter of all resets is another policy, not an exception to it.
const (
	broadShare  = 0.25 // of the cases executed in its life
	broadLeast  = 20   // cases, below which a share says nothing
	broadChecks = 0.5  // of the checks that cases are judged by
)

// sortedWaivers gives the waivers in the order of the file.
func (b *Bench) sortedWaivers() []*waiverFacts {
	out := []*waiverFacts{}
	for _, w := range b.waivers {
		out = append(out, &waiverFacts{
			ID: w.ID, Owner: w.Owner, From: event.When(w.ValidFrom), Until: event.When(w.ValidUntil), Defects: b.defects(w),
			During: w.ledger.during, Picked: w.ledger.selected, Cases: w.ledger.cases, Idle: b.idle(w), w: w,
		})
	}
	return out
}

// defects lists what is wrong with a waiver. One that had ended before the time
// looked at is history.
func (b *Bench) defects(w *waiver) []string {
	if b.longOver(w) {
		return nil
	}
	var out []string
	if len(w.Lacks) > 0 {
		lacks := "states no " + strings.Join(w.Lacks, " and no ")
		if w.Defect != "" {
			lacks += ", and so covers nothing"
		}
		out = append(out, lacks)
	}
	if w.Timeless(b.taken()) {
		out = append(out, "holds until "+clock(event.When(w.ValidUntil))+", which is no end")
	}
	switch own := w.ledger.own; {
	case own != nil:
		out = append(out, fmt.Sprintf("is signed by %s, who was reset at %s and whom it would excuse (%s): it covers nothing there",
			b.Name(w.approver), clock(event.When(own.at)), own.check))
	case b.signsForSelf(w):
		out = append(out, "is signed by "+b.Name(w.approver)+", whom it is made for: it covers nothing there")
	}
	if unknown := b.unknownChecks(w); len(unknown) > 0 {
		out = append(out, "names no check that a case is judged by: "+strings.Join(unknown, ", "))
	}
	return append(out, b.breadth(w)...)
}

// breadth lists what makes a waiver far too broad.
func (b *Bench) breadth(w *waiver) []string {
	var out []string
	named, all := 0, 0
	for _, c := range b.checks {
		if c.Scope == "case" {
			all++
			if slices.Contains(w.Checks, c.ID) {
				named++
			}
		}
	}
	if named > 1 && float64(named) > broadChecks*float64(all) {
		out = append(out, fmt.Sprintf("excepts from %d of the %d checks that cases are judged by", named, all))
	}
	l := &w.ledger
	switch {
	case w.blanket:
		out = append(out, "holds for every case, whoever and whatever it is about")
	case l.during >= broadLeast && float64(l.selected) > broadShare*float64(l.during):
		out = append(out, fmt.Sprintf("takes in %d of the %d cases in its life", l.selected, l.during))
	}
	return out
}

// unknownChecks lists what a waiver names that is no check of a case.
func (b *Bench) unknownChecks(w *waiver) []string {
	var out []string
	for _, name := range w.Checks {
		if !slices.ContainsFunc(b.checks, func(c *check) bool { return c.ID == name && c.Scope == "case" }) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// signsForSelf: the selector asks after the identity alone, picks the waiver's
// approver and not just anybody, and nobody else was reset under it.
func (b *Bench) signsForSelf(w *waiver) bool {
	if !w.personal || w.approver == "" || w.ledger.others > 0 {
		return false
	}
	at := w.ValidFrom
	if at == 0 {
		at = b.taken()
	}
	row := b.World.Row(w.approver, at)
	tier, _ := identity.TierAt(b.World.Policy(at), row, identity.Observed{})
	person := &sitting{b: b, c: &custody.Case{Identity: w.approver}, row: row, tier: tier}
	person.identity = person.person()
	nobody := &sitting{b: b, identity: &identityFacts{}}
	return b.picks(w, person) && !b.picks(w, nobody)
}

// longOver: the waiver had ended before the time that this run looks at.
func (b *Bench) longOver(w *waiver) bool {
	return w.ValidUntil != 0 && w.ValidUntil <= b.lookedFrom()
}

// lookedFrom is when the time begins that this run looks at: that of the
// period, else the first record of all.
func (b *Bench) lookedFrom() int64 {
	if b.Period[0] != 0 {
		return b.Period[0]
	}
	first := int64(0)
	for _, f := range b.Coverage.feeds {
		if f.First != 0 && (first == 0 || f.First < first) {
			first = f.First
		}
	}
	return first
}

// idle tells whether a sound waiver was never used though every reset in its
// life would be known.
func (b *Bench) idle(w *waiver) bool {
	switch {
	case w.Defect != "" || w.ledger.cases > 0 || w.ledger.own != nil,
		w.ValidFrom == 0 || w.ValidUntil > b.Coverage.now,
		b.Period[0] > w.ValidFrom || b.Period[1] != 0 && b.Period[1] < w.ValidUntil:
		return false
	}
	return b.showsActs(w.ValidFrom, w.ValidUntil)
}

// showsActs tells whether the logs show every act that can be a reset between
// two times.
func (b *Bench) showsActs(from, to int64) bool {
	for _, k := range event.Kinds() {
		ask := Ask{Kind: k.String(), From: from, To: to}
		if !custody.MayBeAct(k) || k != event.ResetExecuted && len(b.Coverage.Could(ask)) == 0 {
			continue
		}
		if state, _ := b.Coverage.Window(ask); state != Covered {
			return false
		}
	}
	return true
}
