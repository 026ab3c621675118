package custody

import (
	"slices"

	"resetproof/ingest/event"
)

// reviews shares out the reviews that went to one case though there are several
// of its account: what lies before a case cannot be a review of it, and of two
// reviews after two resets each reset has one, in their order. One review is the
// last reset's. A review of which nothing but the account and the time says what
// it is of is marked ambiguous where it could be of the later reset as well.
func (f *Fold) reviews(cases []*Case) {
	for i := len(cases) - 1; i > 0; i-- {
		c := cases[i]
		slices.SortFunc(c.Steps[Reviewed], byTime)
		tolerance := int64(f.w.Policy(c.Time).Matching.ClockTolerance)
		var keep []Step
		has := false
		for _, s := range slices.Backward(c.Steps[Reviewed]) {
			early := s.Time < c.Time-tolerance
			guessed := s.Link == Window || s.Link == Ambiguous
			to := f.unreviewed(cases[:i], s)
			switch {
			case to == nil, !early && !guessed, !early && !has:
				has = has || !early
				keep = append(keep, s)
				continue
			case early:
				s.Link = Window
			default:
				s.Link = Ambiguous
				to.Rivals = append(to.Rivals, Rival{s.Kind, s.Event.ID, "fits a later reset as well, which has another review"})
			}
			to.Steps[Reviewed] = append(to.Steps[Reviewed], s)
		}
		c.Steps[Reviewed] = keep
	}
}

// unreviewed finds the last case before a review that has none and may have this
// one: policy asks it of recoveries alone, and one that shows another ticket is
// not meant.
func (f *Fold) unreviewed(cases []*Case, s Step) *Case {
	key := f.w.Tickets.Key(s.Event)
	for _, c := range slices.Backward(cases) {
		cites := func(number string) bool { return f.w.Tickets.KeyOf(number) == key }
		switch {
		case !takes(c, event.CaseReviewed), len(c.Steps[Reviewed]) > 0, c.Time > s.Time, !f.open(c, s):
		case key == "" || len(c.Tickets) == 0 || slices.ContainsFunc(c.Tickets, cites):
			return c
		}
	}
	return nil
}
