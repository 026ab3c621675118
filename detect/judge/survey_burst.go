package judge

import (
	"time"

	"resetproof/ingest/event"
)

// BurstFacts is an hour in which an operator reset more than his baseline lets
// expect. Numbers are texts where their digits are fixed: the same input gives
// the same sentence.
type BurstFacts struct {
	Operator  string    `cel:"operator"`
	Name      string    `cel:"name"`
	From      time.Time `cel:"from"` // the hour, UTC, half-open
	Hour      string    `cel:"hour"` // "between 14:00 and 15:00 UTC on 2026-03-25"
	Count     int64     `cel:"count"`
	Baseline  string    `cel:"baseline"`  // resets expected in that hour, "0.8"
	Operators int64     `cel:"operators"` // over which it was shrunk
	Weeks     int64     `cel:"weeks"`     // of resets on record, begun ones counted
	Left      int64     `cel:"left"`      // resets of that hour for declared campaigns, not counted
	Campaigns string    `cel:"campaigns"` // which, "INC-1, INC-2"
	P         string    `cel:"p"`         // the chance of that many or more
	Q         float64   `cel:"q"`         // the share of false ones among hours at least as unlikely
	QText     string    `cel:"q_text"`
	Rate      float64   `cel:"rate"` // what policy lets that share be
	RateText  string    `cel:"rate_text"`
	Tests     int64     `cel:"tests"` // operator-hours tested

	cited
}

func (b *BurstFacts) cite(f *Finding) string {
	f.Time, f.Operator = when(b.From.UnixNano()), Text(b.Operator)
	b.evidence(f)
	return event.RFC3339(b.From.UnixNano())
}
