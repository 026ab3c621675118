package judge

import (
	"cmp"
	"slices"
	"strings"

	"resetproof/ingest/event"
)

// waiverLedger is what became of one waiver over the cases of a run.
type waiverLedger struct {
	during   int64 // cases executed while it was in force
	selected int64 // of them, those that its selector picks
	others   int64 // of those, the ones that are not its approver's own
	cases    int64 // of them, those in which it excepted something
	uses     []WaiverUse
	used     int64             // uses, listed or not
	months   map[monthID]int64 // cases by month
	raised   bool              // a case it picks has the raised severity
	acts     []*event.Event    // the first of the cases in which it was used
	own      *ownCase          // the first that its approver would have excused himself
}

// ownCase is a reset of the waiver's own approver.
type ownCase struct {
	at    int64
	check string
	act   *event.Event
}

// WaiverUse is one check that a waiver excepted on one case.
type WaiverUse struct {
	Case  string `json:"case"`
	Time  string `json:"time"`
	Check string `json:"check"`

	at int64
}

// monthID counts months since year 0, UTC.
type monthID int

func monthOf(t int64) monthID {
	at := event.When(t)
	return monthID(at.Year()*12 + int(at.Month()) - 1)
}

// maxUses bounds the uses listed of one waiver; the first by time are kept.
const maxUses = 1000

// audit enters a case in the ledgers of the waivers that were in force.
func (b *Bench) audit(s *sitting, all []*outcome) {
	month := monthOf(s.c.Time)
	if b.months == nil {
		b.months = map[monthID]*monthFacts{}
	}
	m := b.months[month]
	if m == nil {
		m = &monthFacts{id: month}
		b.months[month] = m
	}
	m.Cases++
	excepted := false
	for _, w := range b.waivers {
		if s.c.Time < w.ValidFrom || w.ValidUntil != 0 && s.c.Time >= w.ValidUntil {
			continue
		}
		w.ledger.during++
		if !b.picks(w, s) {
			continue
		}
		w.ledger.selected++
		w.ledger.raised = w.ledger.raised || s.need.policy.Raised(s.tier, s.dataAccess())
		if w.signedBy(s.c.Identity) {
			w.ledger.excuse(w, s, all)
			continue
		}
		w.ledger.others++
		if w.ledger.use(w, s, all, month) {
			excepted = true
			m.acts = firstActs(m.acts, s.c.Primary.Event)
		}
	}
	if excepted {
		m.Excepted++
	}
}

// use lists the checks that the waiver excepted on a case.
func (l *waiverLedger) use(w *waiver, s *sitting, all []*outcome, month monthID) bool {
	var checks []string
	if s.emergency == w {
		checks = append(checks, undeclared) // it made the path an emergency
	}
	for _, o := range all {
		if o.waiver == w {
			checks = insert(checks, o.check.ID)
		}
	}
	if len(checks) == 0 {
		return false
	}
	l.cases++
	if l.months == nil {
		l.months = map[monthID]int64{}
	}
	l.months[month]++
	l.acts = firstActs(l.acts, s.c.Primary.Event)
	for _, check := range checks {
		l.used++
		l.uses = append(l.uses, WaiverUse{s.c.ID.String(), event.RFC3339(s.c.Time), check, s.c.Time})
	}
	if len(l.uses) > 2*maxUses {
		l.trim()
	}
	return true
}

// trim sorts the uses and keeps the first.
func (l *waiverLedger) trim() {
	slices.SortFunc(l.uses, func(a, b WaiverUse) int {
		return cmp.Or(cmp.Compare(a.at, b.at), strings.Compare(a.Case, b.Case), strings.Compare(a.Check, b.Check))
	})
	l.uses = l.uses[:min(len(l.uses), maxUses)]
}

// excuse notes that the approver of a waiver was reset in a way that it would
// have excepted.
func (l *waiverLedger) excuse(w *waiver, s *sitting, all []*outcome) {
	for _, o := range all {
		if o.verdict != NotMet || !slices.Contains(w.Checks, o.check.ID) {
			continue
		}
		if act := s.c.Primary.Event; l.own == nil || earliest(act, l.own.act) < 0 {
			l.own = &ownCase{s.c.Time, o.check.ID, act}
		}
		return
	}
}

// firstActs adds an act to those cited, of which the earliest are kept.
func firstActs(acts []*event.Event, e *event.Event) []*event.Event {
	i, found := slices.BinarySearchFunc(acts, e, earliest)
	if found || i >= maxCited {
		return acts
	}
	acts = slices.Insert(acts, i, e)
	return acts[:min(len(acts), maxCited)]
}
