package report

import (
	"encoding/json"
	"fmt"

	"resetproof/detect/identity"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// Baseline is what the findings of a run are held against: an earlier run, or a
// list of findings that somebody accepts.
type Baseline struct {
	Given    string // as the user named it
	Earlier  *Earlier
	Accepted []identity.Accepted // where Earlier is nil
	File     string              // that holds Accepted
	SHA256   string              // of the list, or of the earlier findings once held against
}

// Held counts what a baseline did to a run, for run.json, the terminal and the
// page.
type Held struct {
	Given string  `json:"given"`
	Run   *string `json:"run"` // id of the earlier run; null where it is not known
	New   int     `json:"new"`
	// Known findings were in the baseline. Of them those in Hidden do not fail the
	// run, by severity; those of the ids in Graver do: they were less grave, or
	// excepted.
	Known  int            `json:"known"`
	Graver []string       `json:"graver"`
	Hidden map[string]int `json:"hidden"`
	// What of the baseline is gone.
	Resolved int `json:"resolved"`
	Lapsed   int `json:"lapsed"`
	// Entries of a list of accepted findings, and those of them that hide nothing.
	Entries   int `json:"entries"`
	Expired   int `json:"expired"`
	Defective int `json:"defective"`
}

// Judged is what the writer must know of a run to hold it against a baseline.
type Judged struct {
	Run      Run
	Coverage Coverage
	Reviews  []identity.Review
	// Identify gives the identity that a context file names by id or account.
	Identify func(name string) string
}

// HoldAgainst compares what was found with a baseline, once all cases and
// findings are in: findings get their status, and what is gone a line of
// changes.jsonl. It gives the counts, and sentences on what in the baseline
// hides nothing.
func (w *Writer) HoldAgainst(b *Baseline, j Judged) (held *Held, defects []string, err error) {
	if err := w.readable(); err != nil {
		return nil, nil, err
	}
	if w.gone, err = w.newChangeList(); err != nil {
		return nil, nil, err
	}
	w.changes = w.gone.copyTo
	held = &Held{Given: b.Given, Hidden: map[string]int{}}
	w.known = map[int64]against{}
	if b.Earlier != nil {
		err = w.holdAgainstRun(b, j, held)
	} else {
		defects, err = w.holdAgainstList(b, j, held)
	}
	if err != nil {
		return nil, nil, err
	}
	for _, l := range w.findings.lines {
		switch w.known[l.offset] {
		case isNew:
			held.New++
		case isGraver:
			held.Known++
			held.Graver = append(held.Graver, event.ID(l.id).String())
		default:
			held.Known++
			if !l.minor {
				held.Hidden[rules.Severity(l.rank).String()]++
			}
		}
	}
	held.Graver = sorted(held.Graver)
	held.Resolved, held.Lapsed = w.gone.resolved, w.gone.lapsed
	w.summary.Held, w.findings.status = held, w.statusOf
	return held, defects, nil
}

func (w *Writer) holdAgainstRun(b *Baseline, j Judged, held *Held) error {
	c, err := compare(b.Earlier, w.side(j))
	if err != nil {
		return err
	}
	b.SHA256, w.known = c.sha256, c.standing
	if b.Earlier.Run != nil {
		held.Run = &b.Earlier.Run.Run
	}
	return c.gone(w.reviews(j).of, w.gone.add)
}

func (w *Writer) reviews(j Judged) *reviews {
	return newReviews(j.Reviews, j.Run.Now.UnixNano(), j.Identify)
}

// readable makes what was set aside so far readable.
func (w *Writer) readable() error {
	if err := w.cases.sort(); err != nil {
		return err
	}
	return w.findings.sort()
}

// side is the run under way as one side of a comparison; a finding's ref is its
// place in the spool.
func (w *Writer) side(j Judged) side {
	return side{now: j.Run.Now, period: j.Run.Period, hashes: j.Run.Hashes, reading: w.reading(j.Coverage.file()), findings: w.eachFinding, cases: w.eachCase}
}

func (w *Writer) reading(c coverageFile) *reading {
	a := &reading{Feeds: []feedSpan{}, Checks: []string{}, Needs: map[string][]string{}}
	for _, f := range c.Feeds {
		a.Feeds = append(a.Feeds, feedSpan{Feed: f.Feed, First: f.First, Last: f.Last})
	}
	for _, check := range w.options.Checks {
		a.Checks = append(a.Checks, check.ID)
		if len(check.Files) > 0 {
			a.Needs[check.ID] = check.Files
		}
	}
	a.Checks = sorted(a.Checks)
	return a
}

// eachFinding reads the findings back in their order.
func (w *Writer) eachFinding(take func(ref int64, f *savedFinding) error) error {
	for _, l := range w.findings.lines {
		text, err := w.findings.read(l)
		if err != nil {
			return err
		}
		f := &savedFinding{}
		if err := json.Unmarshal(text, f); err != nil {
			return fmt.Errorf("reading back a finding: %w", err)
		}
		f.Key = w.keys[l.offset]
		if err := take(l.offset, f); err != nil {
			return err
		}
	}
	return nil
}

// eachCase reads the cases back in their order.
func (w *Writer) eachCase(take func(*savedCase) error) error {
	for _, l := range w.cases.lines {
		text, err := w.cases.read(l)
		if err != nil {
			return err
		}
		c := &savedCase{}
		if err := json.Unmarshal(text, c); err != nil {
			return fmt.Errorf("reading back a case: %w", err)
		}
		c.Elements = w.elements[l.id]
		if err := take(c); err != nil {
			return err
		}
	}
	return nil
}
