package judge

import (
	"time"

	"resetproof/ingest/event"
)

// VariantFacts is a rare way in which accounts of one class were recovered.
type VariantFacts struct {
	Subject    string    `cel:"subject"`
	Group      string    `cel:"group"` // "recovery of ordinary accounts (person) in okta"
	Way        string    `cel:"way"`   // "assisted: requested, verified, executed"
	Count      int64     `cel:"count"`
	Cases      int64     `cel:"cases"` // of the group
	Usual      string    `cel:"usual"` // the most common way
	UsualCount int64     `cel:"usual_count"`
	Limit      string    `cel:"limit"`    // the share that is rare, "5 %"
	Examples   string    `cel:"examples"` // whose resets went so, and when
	Rank       int64     `cel:"rank"`
	First      time.Time `cel:"first"`

	cited
}

func (v *VariantFacts) cite(f *Finding) string {
	f.Time = when(v.First.UnixNano())
	v.evidence(f)
	return event.RFC3339(v.First.UnixNano())
}
