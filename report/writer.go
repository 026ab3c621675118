// Package report writes what a run found: findings.jsonl, cases.jsonl,
// coverage.json, run.json, the page report.html, and one screen for the
// terminal. Everything is written aside and put in place by one rename, and is
// the same for the same cases and findings in whatever order they come; only
// run.json names who ran it and when.
package report

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"resetproof/detect/judge"
	"resetproof/rules"
)

// Options say what a report holds beside the run.
type Options struct {
	// Write lists the outputs: "json" for the jsonl and json files, "html" for
	// the page; empty for both. run.json is always written: by it the next run
	// knows the folder as ours.
	Write []string
	// Checks and Frameworks give the page its titles and tell which link of the
	// chain a check speaks of.
	Checks     []*rules.Check
	Frameworks []*rules.Framework
	// Logs are those that could be added, for the advice on what to add next.
	Logs []Log
}

var outputs = []string{"html", "json"}

// Writer takes the cases and findings of a run in any order. It is for one
// goroutine. Either Finish or Abort ends it.
type Writer struct {
	out, staging    string
	options         Options
	checks          map[string]*rules.Check
	links           map[string]string // check -> link of the chain
	cases, findings *spool
	summary         Summary
	rollup          *rollup
	tallies         *tallies

	keys     map[int64]string // of findings about an element of a list, by place in the spool
	elements map[[16]byte][]judge.Element
	// With a baseline: the standing of findings, by place in the spool, and what
	// is gone.
	known   map[int64]against
	gone    *changeList
	changes func(io.Writer) error // fills changes.jsonl; nil for none
	store   *store                // where the run is kept beside the lake; nil for nowhere
}

// New begins a report that will replace the folder out. It refuses a folder
// that resetproof did not write (ErrForeign), before any work is done.
func New(out string, o Options) (*Writer, error) {
	for _, w := range o.Write {
		if !slices.Contains(outputs, w) {
			return nil, fmt.Errorf("%q is no output: choose from html, json", visible(w, 40))
		}
	}
	out, err := filepath.Abs(out)
	if err != nil {
		return nil, fmt.Errorf("finding --out: %w", err)
	}
	if real, err := filepath.EvalSymlinks(out); err == nil {
		out = real // a link to a folder stays a link
	}
	if err := readyFolder(out); err != nil {
		return nil, err
	}
	w := &Writer{
		out: out, staging: fmt.Sprintf("%s%s%d", out, partialMark, os.Getpid()),
		options: o, checks: map[string]*rules.Check{}, links: map[string]string{}, summary: newSummary(), rollup: newRollup(), tallies: newTallies(),
		keys: map[int64]string{}, elements: map[[16]byte][]judge.Element{},
	}
	for _, c := range o.Checks {
		w.checks[c.ID], w.links[c.ID] = c, linkOf(c)
	}
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return nil, fmt.Errorf("making the folder of the report: %w", err)
	}
	// A folder of this name can only be left from a killed process that had our
	// process id, as every run in a container has.
	if err := os.RemoveAll(w.staging); err != nil {
		return nil, fmt.Errorf("clearing what a killed run left: %w", err)
	}
	if err := os.Mkdir(w.staging, 0o750); err != nil {
		return nil, fmt.Errorf("making the folder of the report: %w", err)
	}
	if w.cases, err = newSpool(filepath.Join(w.staging, "cases.spool")); err != nil {
		return nil, errors.Join(err, w.Abort())
	}
	if w.findings, err = newSpool(filepath.Join(w.staging, "findings.spool")); err != nil {
		return nil, errors.Join(err, w.Abort())
	}
	return w, nil
}

// Case takes one case. The record is not kept.
func (w *Writer) Case(c *judge.CaseRecord) error {
	id, err := parseID("case", c.ID)
	if err != nil {
		return err
	}
	at, err := parseTime("case "+c.ID, &c.Time)
	if err != nil {
		return err
	}
	text, err := encodeLine(*c)
	if err != nil {
		return err
	}
	if _, err := w.cases.add(line{time: at, id: id, check: w.cases.name("")}, text); err != nil {
		return err
	}
	if len(c.Aside.Elements) > 0 {
		w.elements[id] = c.Aside.Elements
	}
	w.summary.addCase(c)
	w.rollup.addCase(id, c)
	w.tallies.addCase(c)
	return nil
}

// Finding takes one finding. The record is not kept.
func (w *Writer) Finding(f *judge.Finding) error {
	id, err := parseID("finding", f.ID)
	if err != nil {
		return err
	}
	at, err := parseTime("finding "+f.ID, f.Time)
	if err != nil {
		return err
	}
	sev, ok := rules.ParseSeverity(f.Severity)
	if !ok {
		return fmt.Errorf("finding %s has an unknown severity", f.ID)
	}
	l := line{time: at, id: id, check: w.findings.name(f.Check), rank: uint8(sev), minor: f.Verdict == judge.Excepted}
	if f.Case != nil {
		if l.about, err = parseID("case", *f.Case); err != nil {
			return fmt.Errorf("finding %s: %w", f.ID, err)
		}
	}
	text, err := encodeLine(*f)
	if err != nil {
		return err
	}
	if l, err = w.findings.add(l, text); err != nil {
		return err
	}
	if f.Key != "" {
		w.keys[l.offset] = f.Key
	}
	w.remember(f, l.offset)
	w.rollup.addFinding(f, l)
	w.tallies.addFinding(f, sev)
	check := w.checks[f.Check]
	w.summary.addFinding(f, l, check != nil && check.About == "takeover")
	return nil
}

// Summary gives the counts so far, from which the run's exit code follows;
// Checks and Look are filled by Finish.
func (w *Writer) Summary() Summary {
	w.settle()
	return w.summary
}

// settle finds the controls that are not in operation, once all cases are in.
func (w *Writer) settle() {
	list, inside := w.rollup.deficiencies(w.hidden)
	w.findings.design = inside
	w.summary.Designs, w.summary.folded = list, [rules.Critical + 1]int{}
	for _, c := range w.summary.checks {
		c.Design = 0
	}
	w.settleKnown(inside)
	for _, f := range w.rollup.found {
		if inside[f.at.offset] {
			w.summary.folded[f.at.rank]++
			w.summary.checks[w.rollup.table[f.check]].Design++
		}
	}
}

// Finish writes all outputs and puts them in the place of the older report. If
// it fails the older report stays and nothing is left behind.
func (w *Writer) Finish(c Coverage, run Run) (Summary, error) {
	return w.finish(c.file(), run)
}

func (w *Writer) finish(c coverageFile, run Run) (Summary, error) {
	err := w.write(c, run.utc())
	if err == nil {
		err = replace(w.staging, w.out)
	}
	if err != nil {
		return Summary{}, errors.Join(fmt.Errorf("writing the report: %w", err), w.Abort())
	}
	return w.summary, nil
}

func (w *Writer) write(c coverageFile, run Run) error {
	if err := errors.Join(w.cases.sort(), w.findings.sort()); err != nil {
		return err
	}
	w.settle()
	if err := w.fillSummary(c); err != nil {
		return err
	}
	if w.wants("json") {
		if err := w.create(CasesFile, w.cases.copyTo); err != nil {
			return err
		}
		if err := w.create(FindingsFile, w.findings.copyTo); err != nil {
			return err
		}
		if err := w.create(CoverageFile, encoded(c)); err != nil {
			return err
		}
		if w.changes != nil {
			if err := w.create(ChangesFile, w.changes); err != nil {
				return err
			}
		}
	}
	if err := w.create(RunFile, encoded(run)); err != nil {
		return err
	}
	if w.wants("html") {
		if err := w.create(PageFile, func(out io.Writer) error { return w.page(out, c, run) }); err != nil {
			return err
		}
	}
	if w.store != nil {
		if err := w.store.write(w, c, run); err != nil {
			return fmt.Errorf("keeping what the run found beside the lake: %w", err)
		}
	}
	return w.removeSpools()
}

func (w *Writer) removeSpools() error {
	err := errors.Join(w.cases.remove(), w.findings.remove())
	if w.gone != nil {
		err = errors.Join(err, w.gone.spool.remove())
	}
	return err
}

func (w *Writer) wants(output string) bool {
	return len(w.options.Write) == 0 || slices.Contains(w.options.Write, output)
}

func encoded(v any) func(io.Writer) error {
	return func(out io.Writer) error {
		text, err := encodeFile(v)
		if err != nil {
			return err
		}
		_, err = out.Write(text)
		return err
	}
}

// create writes one file of the report to disk.
func (w *Writer) create(name string, fill func(io.Writer) error) error {
	f, err := os.OpenFile(filepath.Join(w.staging, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(f, 1<<20)
	err = fill(out)
	if err == nil {
		err = errors.Join(out.Flush(), f.Sync())
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// fillSummary adds to the counts what needs all findings.
func (w *Writer) fillSummary(c coverageFile) error {
	w.summary.sortChecks()
	w.summary.Look = nil
	for _, c := range w.summary.lookFirst() {
		look, err := w.lookAt(c, c.lead)
		if err != nil {
			return err
		}
		w.summary.Look = append(w.summary.Look, look)
	}
	var err error
	w.summary.First, err = w.firstContact(c)
	return err
}

// Abort ends the writer without a report; the older one stays as it is.
func (w *Writer) Abort() error {
	spools := []*spool{w.cases, w.findings}
	if w.gone != nil {
		spools = append(spools, w.gone.spool)
	}
	for _, s := range spools {
		if s != nil {
			_ = s.file.Close() // closed already if a write failed late
		}
	}
	if err := os.RemoveAll(w.staging); err != nil {
		return fmt.Errorf("removing the unfinished report: %w", err)
	}
	return nil
}
