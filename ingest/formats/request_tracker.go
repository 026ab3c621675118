// The Go part of request-tracker: whether who changed a ticket last is who
// closed it. Everything else stands in request-tracker.yaml.
package formats

import (
	"time"

	"resetproof/ingest/event"
)

// rtSameMoment is how far apart RT writes Resolved and LastUpdated of one change
// at most: 1 s measured on RT 5.0.3, with room for its mail scrips. This
// project's judgement.
const rtSameMoment = 5 * time.Second

func init() {
	hooks["request-tracker"] = &Hook{Paths: []string{"LastUpdated", "Resolved"}, Adjust: adjustRT}
}

// adjustRT takes the last change's author for whoever closed a ticket only if
// the closing was the last change: a later comment is nobody's decision.
func adjustRT(get func(string) string, rec *Record) {
	for i := range rec.Events {
		e := &rec.Events[i]
		switch e.Kind {
		case event.ResetApproved, event.ResetDenied, event.TicketClosed:
			if resolved := get("Resolved"); resolved != "" && !sameMoment(resolved, get("LastUpdated")) {
				e.Actor = event.Party{}
			}
		}
	}
}

func sameMoment(a, b string) bool {
	at, err := time.Parse(time.RFC3339, a)
	if err != nil {
		return false
	}
	bt, err := time.Parse(time.RFC3339, b)
	return err == nil && bt.Sub(at).Abs() <= rtSameMoment
}
