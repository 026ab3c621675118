package judge

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"resetproof/ingest/event"
)

// monthFacts is how many cases of one month stand under a waiver.
type monthFacts struct {
	Month    string  `cel:"month"` // 2026-03, UTC
	Name     string  `cel:"name"`  // March 2026
	Cases    int64   `cel:"cases"`
	Excepted int64   `cel:"excepted"`
	Share    float64 `cel:"share"`
	Limit    float64 `cel:"limit"`   // of the policy in force when the month ended
	Text     string  `cel:"text"`    // the share in per cent
	Allowed  string  `cel:"allowed"` // the limit in per cent
	Waivers  string  `cel:"waivers"` // "W-1 (5), W-2 (4)", the most used first

	id   monthID
	pol  *PolicyRef
	acts []*event.Event
}

func (m *monthFacts) cite(f *Finding) string {
	f.Time = when(m.id.begin().UnixNano())
	f.Policy = m.pol
	for _, e := range m.acts {
		f.Evidence = append(f.Evidence, EvidenceOf(e))
	}
	return m.Month
}

func (m monthID) begin() time.Time {
	return time.Date(int(m)/12, time.Month(int(m)%12+1), 1, 0, 0, 0, 0, time.UTC)
}

// Bounds of what is said of a month.
const (
	// leastMonthCases is how many cases a month must have: of fewer, one waiver
	// alone is more than the policy's share. This project's judgement.
	leastMonthCases = 20
	maxNamedWaivers = 5
)

// sortedMonths lists the months that have cases enough to speak of a share.
func (b *Bench) sortedMonths() []*monthFacts {
	out := []*monthFacts{}
	for _, m := range b.months {
		if m.Cases < leastMonthCases {
			continue
		}
		end := min((m.id+1).begin().UnixNano()-1, b.Coverage.now)
		m.Month, m.Name = m.id.begin().Format("2006-01"), m.id.begin().Format("January 2006")
		pol := b.World.Policy(end)
		m.pol = policyRef(pol, "limits.waivers_share")
		m.Share, m.Limit = float64(m.Excepted)/float64(m.Cases), pol.Limits.WaiversShare
		m.Text, m.Allowed = percent(m.Share), percent(m.Limit)
		m.Waivers = b.usedIn(m.id)
		out = append(out, m)
	}
	slices.SortFunc(out, func(x, y *monthFacts) int { return int(x.id - y.id) })
	return out
}

func percent(share float64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", 100*share), ".0") + " %"
}

// usedIn names the waivers used in a month, the most used first.
func (b *Bench) usedIn(month monthID) string {
	used := slices.Clone(b.waivers)
	used = slices.DeleteFunc(used, func(w *waiver) bool { return w.ledger.months[month] == 0 })
	slices.SortStableFunc(used, func(x, y *waiver) int { return int(y.ledger.months[month] - x.ledger.months[month]) })
	var names []string
	for _, w := range used[:min(len(used), maxNamedWaivers)] {
		names = append(names, fmt.Sprintf("%s (%d)", w.ID, w.ledger.months[month]))
	}
	if more := len(used) - len(names); more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return strings.Join(names, ", ")
}

// WaiverRecord is one waiver as coverage.json lists it: what it states, what it
// was used for and what is wrong with it. Keys are in the order of the file;
// pointers are null where nothing is stated.
type WaiverRecord struct {
	ID                  string        `json:"id"`
	Checks              []string      `json:"checks"`
	Selector            string        `json:"selector"`
	Owner               *string       `json:"owner"`
	Reason              *string       `json:"reason"`
	Ticket              *string       `json:"ticket"`
	ApprovedBy          *string       `json:"approved_by"`
	CompensatingControl *string       `json:"compensating_control"`
	ValidFrom           *string       `json:"valid_from"`
	ValidUntil          *string       `json:"valid_until"`
	Covers              bool          `json:"covers"` // false for one that is void
	Defects             []string      `json:"defects"`
	Selected            int64         `json:"selected"` // cases in its life that it picks
	Cases               int64         `json:"cases"`    // of those, the ones it excepted something in
	Used                int64         `json:"used"`     // checks on cases, all told
	Late                int64         `json:"late"`     // cases that went on to need it after its end
	Uses                []WaiverUse   `json:"uses"`     // the first of them
	Months              []WaiverMonth `json:"months"`
}

// WaiverMonth is a waiver's part in the cases of a month.
type WaiverMonth struct {
	Month string `json:"month"` // 2026-03, UTC
	Cases int64  `json:"cases"`
	Of    int64  `json:"of"`
}

// WaiverRecords lists the waivers in the order of the file, once all cases were
// judged.
func (b *Bench) WaiverRecords() []WaiverRecord {
	out := []WaiverRecord{}
	for _, w := range b.waivers {
		l := &w.ledger
		w.ledger.trim()
		r := WaiverRecord{
			ID: w.ID, Checks: list(w.Checks), Selector: w.Selector, Owner: Text(w.Owner), Reason: Text(w.Reason), Ticket: Text(w.Ticket),
			ApprovedBy: Text(w.ApprovedBy), CompensatingControl: Text(w.CompensatingControl), ValidFrom: when(w.ValidFrom), ValidUntil: when(w.ValidUntil),
			Covers: w.Defect == "", Defects: list(b.defects(w)), Selected: l.selected, Cases: l.cases, Used: l.used, Uses: l.uses, Months: []WaiverMonth{},
		}
		if x := b.expired[w]; x != nil {
			r.Late = x.Uses
		}
		if r.Uses == nil {
			r.Uses = []WaiverUse{}
		}
		for month, n := range l.months {
			r.Months = append(r.Months, WaiverMonth{month.begin().Format("2006-01"), n, b.months[month].Cases})
		}
		slices.SortFunc(r.Months, func(a, b WaiverMonth) int { return strings.Compare(a.Month, b.Month) })
		out = append(out, r)
	}
	return out
}
