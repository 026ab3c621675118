package judge

import (
	"time"

	"resetproof/ingest/event"
)

// FactorFacts is one phone, device or authenticator that several identities
// enrolled after they were reset. The number or id itself is not told.
type FactorFacts struct {
	Hash   string    `cel:"hash"`
	What   string    `cel:"what"`   // phone, device or authenticator
	First  string    `cel:"first"`  // identity that enrolled it first
	Count  int64     `cel:"count"`  // identities that enrolled it after a reset
	Who    string    `cel:"who"`    // they, when, and how long after the reset
	Since  time.Time `cel:"since"`  // the first of these enrolments
	Others string    `cel:"others"` // who has it besides, "" for nobody

	Grave bool // one of them has the raised severity
	cited
}

func (x *FactorFacts) raises() bool { return x.Grave }

func (x *FactorFacts) cite(f *Finding) string {
	f.Time, f.Identity = when(x.Since.UnixNano()), Text(x.First)
	x.evidence(f)
	return event.RFC3339(x.Since.UnixNano())
}
