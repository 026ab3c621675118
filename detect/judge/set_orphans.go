package judge

import (
	"cmp"
	"slices"
	"time"

	"resetproof/detect/custody"
	"resetproof/ingest/event"
)

// orphanFacts is an approval that led to no reset.
type orphanFacts struct {
	Ticket   string    `cel:"ticket"`   // "" where it cites none
	Event    string    `cel:"event"`    // its record
	Name     string    `cel:"name"`     // whose reset was approved
	Approver string    `cel:"approver"` // display name, "" where nobody is named
	At       time.Time `cel:"at"`
	Until    time.Time `cel:"until"` // the end of its validity

	o     custody.Orphan
	grave bool
}

func (x *orphanFacts) raises() bool { return x.grave }

func (x *orphanFacts) cite(f *Finding) string {
	f.Time, f.Identity = when(x.o.Approval.Time), Text(x.o.Identity)
	f.Evidence = append(f.Evidence, EvidenceOf(x.o.Approval.Event))
	return x.Event
}

// Orphan takes an approval that no reset of its identity used.
func (b *Bench) Orphan(o custody.Orphan) { b.orphans = append(b.orphans, o) }

// sortedOrphans keeps those on whose ticket nothing was reset, whose validity
// has run out, and of which the logs would show a reset. A ticket that was
// closed as done is ticket-without-reset's.
func (b *Bench) sortedOrphans() []*orphanFacts {
	done := map[string]bool{}
	for _, u := range b.undone {
		done[u.Key] = true
	}
	slices.SortFunc(b.orphans, func(x, y custody.Orphan) int {
		return cmp.Or(cmp.Compare(x.Approval.Time, y.Approval.Time), slices.Compare(x.Approval.Event.ID[:], y.Approval.Event.ID[:]), cmp.Compare(x.Identity, y.Identity))
	})
	seen := map[event.ID]bool{}
	out := []*orphanFacts{}
	for _, o := range b.orphans {
		id := o.Approval.Event.ID
		if seen[id] || o.Key != "" && (b.linked[o.Key] || done[o.Key]) || !b.showsResets(o.Identity, o.From, o.Until) {
			continue
		}
		seen[id] = true
		out = append(out, &orphanFacts{
			o.Ticket, id.String(), b.Name(o.Identity), b.Name(approver(o.Approval)), event.When(o.Approval.Time), event.When(o.Until),
			o, b.grave(o.Identity, o.Approval.Time),
		})
	}
	return out
}
