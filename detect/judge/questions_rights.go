package judge

import (
	"time"

	"resetproof/detect/custody"
	"resetproof/ingest/event"
)

// rightFacts is a role or group that was given for a recovery.
type rightFacts struct {
	Key      string    `cel:"key"`
	Holder   string    `cel:"holder"` // display name
	By       string    `cel:"by"`     // display name, "" where nobody is named
	Role     string    `cel:"role"`
	System   string    `cel:"system"`
	Ticket   string    `cel:"ticket"` // that it cites, "" for none
	At       time.Time `cel:"at"`
	Returned bool      `cel:"returned"` // taken back or ended inside the watch
	Back     time.Time `cel:"back"`     // when; the epoch if nothing shows it
}

// rights lists the rights given for the case. Of one that was given twice to
// one holder the later counts.
func (s *sitting) rights() []*rightFacts {
	last := map[string]int{}
	out := []*rightFacts{}
	for _, r := range s.c.Raised {
		f := s.right(r)
		if i, twice := last[f.Key]; twice {
			out[i] = f
			continue
		}
		last[f.Key] = len(out)
		out = append(out, f)
	}
	return out
}

func (s *sitting) right(r custody.RaisedRight) *rightFacts {
	return &rightFacts{
		Key: r.Holder + "|" + r.System + "|" + r.Role, Holder: s.b.Name(r.Holder), By: s.b.Name(r.ActorID), Role: r.Role, System: r.System,
		Ticket: r.Ticket, At: event.When(r.Time), Returned: r.Back != 0 && s.inWatch(r.Back), Back: event.When(r.Back),
	}
}

// raisedSteps lists the grants for evidence.
func (s *sitting) raisedSteps() []custody.Step {
	var out []custody.Step
	for _, r := range s.c.Raised {
		out = append(out, r.Step)
	}
	return out
}
