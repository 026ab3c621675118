package report

import (
	"bytes"
	"slices"

	"resetproof/detect/judge"
	"resetproof/rules"
)

// remember notes the status that a finding of a report has which is written anew.
func (w *Writer) remember(f *judge.Finding, offset int64) {
	if f.Status == nil {
		return
	}
	if w.known == nil {
		w.known = map[int64]against{}
	}
	switch {
	case *f.Status != "known":
	case w.summary.Held != nil && slices.Contains(w.summary.Held.Graver, f.ID):
		w.known[offset] = isGraver
	default:
		w.known[offset] = isKnown
	}
}

// hidden tells a finding that the baseline keeps from failing the run.
func (w *Writer) hidden(offset int64) bool {
	s := w.known[offset]
	return s == isKnown || s == isMilder
}

func (w *Writer) statusOf(offset int64) string {
	if w.known[offset] == isNew {
		return "new"
	}
	return "known"
}

// settleKnown counts what a baseline hides, and lets only the rest speak for the
// cases to look at first. inside are the findings that belong to a control that
// is not in operation.
func (w *Writer) settleKnown(inside map[int64]bool) {
	if w.known == nil {
		return
	}
	s := &w.summary
	s.hidden, s.apart = [rules.Critical + 1]int{}, [rules.Critical + 1]int{}
	s.cases = map[[16]byte]*standing{}
	for _, c := range s.checks {
		c.Hidden, c.BySeverity = 0, [rules.Critical + 1]int{}
	}
	for _, l := range w.findings.lines {
		id := w.findings.table[l.check]
		count := s.checks[id]
		switch {
		case l.minor:
		case w.hidden(l.offset):
			s.hidden[l.rank]++
			count.Hidden++
			if inside[l.offset] {
				s.apart[l.rank]++
			}
		default:
			count.BySeverity[l.rank]++
			if l.about != [16]byte{} {
				check := w.checks[id]
				s.addStanding(l, check != nil && check.About == "takeover")
			}
		}
	}
}

// Without a baseline the status of a finding is null, the last key of its line.
var (
	noStatus    = []byte(`"status":null}`)
	statusStart = []byte(`"status":"`)
)

// giveStatus writes a finding's status into its line.
func giveStatus(text []byte, status string) []byte {
	bare, ok := bytes.CutSuffix(bytes.TrimSuffix(text, []byte("\n")), noStatus)
	if !ok {
		return text
	}
	out := make([]byte, 0, len(text)+len(status))
	out = append(append(out, bare...), statusStart...)
	return append(append(out, status...), "\"}\n"...)
}
