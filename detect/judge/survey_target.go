package judge

import (
	"time"

	"resetproof/ingest/event"
)

// TargetFacts is an identity that was reset again and again.
type TargetFacts struct {
	Identity string    `cel:"identity"`
	Name     string    `cel:"name"`
	Path     string    `cel:"path"`
	Count    int64     `cel:"count"` // resets, the repeated steps of one counted once
	First    time.Time `cel:"first"`
	Last     time.Time `cel:"last"`
	Baseline string    `cel:"baseline"` // further resets expected after a first one, "0.3"
	Days     int64     `cel:"days"`     // from the first to the end of the logs
	Others   int64     `cel:"others"`   // identities whom the baseline rests on
	Group    string    `cel:"group"`    // who they are, "ordinary accounts recovered by self-service"
	By       string    `cel:"by"`       // who carried most of them out, "" for nobody else
	ByCount  int64     `cel:"by_count"`
	Left     int64     `cel:"left"` // resets for declared campaigns, not counted
	P        string    `cel:"p"`
	Q        float64   `cel:"q"` // the share of false ones among identities at least as unlikely
	QText    string    `cel:"q_text"`
	Rate     float64   `cel:"rate"`
	RateText string    `cel:"rate_text"`
	Tests    int64     `cel:"tests"`

	Grave bool // findings about the identity have the raised severity
	cited
}

func (t *TargetFacts) raises() bool { return t.Grave }

func (t *TargetFacts) cite(f *Finding) string {
	f.Time, f.Identity = when(t.Last.UnixNano()), Text(t.Identity)
	t.evidence(f)
	return t.Path + " " + event.RFC3339(t.First.UnixNano())
}
