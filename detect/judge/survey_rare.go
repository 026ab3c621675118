package judge

import (
	"time"

	"resetproof/ingest/event"
)

// PairFacts is an operator who met a unit or a tier on one day only, where so
// few meetings would be unlikely if it did not matter who resets whom.
type PairFacts struct {
	Operator string    `cel:"operator"`
	Name     string    `cel:"name"`
	Kind     string    `cel:"kind"`  // unit or tier
	Other    string    `cel:"other"` // its name
	Time     time.Time `cel:"time"`  // of the first reset of that day
	Day      string    `cel:"day"`
	Count    int64     `cel:"count"`    // resets of that day
	Whose    string    `cel:"whose"`    // display name of the first
	Expected string    `cel:"expected"` // days on which they would meet
	Days     int64     `cel:"days"`     // of the operator with that unit or tier, and any other
	Listing

	cited
}

func (p *PairFacts) cite(f *Finding) string {
	f.Time, f.Operator = when(p.Time.UnixNano()), Text(p.Operator)
	p.evidence(f)
	return p.Kind + " " + p.Other
}

// SpotFacts is a place from which, or an hour at which, an operator carried out
// resets once and never else.
type SpotFacts struct {
	Operator string    `cel:"operator"`
	Name     string    `cel:"name"`
	Kind     string    `cel:"kind"` // place, network or hour
	Spot     string    `cel:"spot"` // "Lagos, NG", "203.0.113.0/24", "between 02:00 and 03:00 UTC"
	Time     time.Time `cel:"time"` // of the first reset there
	Day      string    `cel:"day"`
	Count    int64     `cel:"count"` // resets there
	Others   int64     `cel:"others"`
	Chance   string    `cel:"chance"` // "1 in 900"
	Limit    string    `cel:"limit"`  // "1 in 200"
	Listing

	cited
}

func (s *SpotFacts) cite(f *Finding) string {
	f.Time, f.Operator = when(s.Time.UnixNano()), Text(s.Operator)
	s.evidence(f)
	return s.Kind + " " + s.Spot + " " + event.RFC3339(s.Time.UnixNano())
}

// Listing is a fact's place in a list that is ranked, the most surprising first.
type Listing struct {
	Rank     int64   `cel:"rank"`
	Of       int64   `cel:"of"` // as surprising as the list asks for; not all of them need be told
	P        string  `cel:"p"`
	Q        float64 `cel:"q"`
	QText    string  `cel:"q_text"`
	Rate     float64 `cel:"rate"`
	RateText string  `cel:"rate_text"`
	Tests    int64   `cel:"tests"`
}
