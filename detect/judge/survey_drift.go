package judge

import (
	"time"

	"resetproof/ingest/event"
)

// DriftFacts is a rise of an operator's or a desk's resets that is slow but lasts.
type DriftFacts struct {
	Subject  string    `cel:"subject"`  // identity of the operator, or "desk " and its unit
	Operator string    `cel:"operator"` // "" of a desk
	Name     string    `cel:"name"`
	Since    time.Time `cel:"since"` // the week with which the rise begins: Monday 00:00 UTC
	Crossed  time.Time `cel:"crossed"`
	Began    string    `cel:"began"`  // the day of Since
	Before   string    `cel:"before"` // resets a week before the rise
	After    string    `cel:"after"`  // and in it
	Weeks    int64     `cel:"weeks"`  // of the rise
	Sum      string    `cel:"sum"`    // of what lies above the usual, in standard deviations
	Score    float64   `cel:"score"`
	Limit    float64   `cel:"limit"` // where the sum crosses it, the rise is told
	LimitOf  string    `cel:"limit_of"`
	Length   int64     `cel:"length"` // average run length: weeks of one subject for one false alarm

	cited
}

func (d *DriftFacts) cite(f *Finding) string {
	f.Time, f.Operator = when(d.Crossed.UnixNano()), Text(d.Operator)
	d.evidence(f)
	return event.RFC3339(d.Crossed.UnixNano())
}
