package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Rendered is what Rerender read and wrote.
type Rendered struct {
	Summary  Summary
	run      Run
	coverage coverageFile
}

// Print writes the summary of the report, see Summary.Print.
func (r Rendered) Print(out io.Writer, style Style, page string) error {
	return r.Summary.print(out, style, r.run, r.coverage, page)
}

// Rerender writes the page of an existing report anew from its own files,
// which stay as they are byte for byte.
func Rerender(out string, o Options) (Rendered, error) {
	var r Rendered
	if _, err := os.Stat(filepath.Join(out, CasesFile)); err != nil {
		return r, fmt.Errorf("reading the report: %w", err)
	}
	if err := readJSON(filepath.Join(out, RunFile), &r.run); err != nil {
		return r, err
	}
	if err := readJSON(filepath.Join(out, CoverageFile), &r.coverage); err != nil {
		return r, err
	}
	o.Write = nil
	w, err := New(out, o)
	if err != nil {
		return r, err
	}
	w.summary.Held = r.run.Baseline
	err = errors.Join(
		readLines(filepath.Join(out, CasesFile), w.Case),
		readLines(filepath.Join(out, FindingsFile), w.Finding),
	)
	if err != nil {
		return r, errors.Join(err, w.Abort())
	}
	if changes := filepath.Join(out, ChangesFile); exists(changes) {
		w.changes = func(into io.Writer) error { return copyFile(into, changes) }
	}
	r.Summary, err = w.finish(r.coverage, r.run)
	return r, err
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func copyFile(into io.Writer, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(into, f)
	return err
}

func readJSON(path string, into any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("reading the report: %w", err)
	}
	if err := strict(text, into); err != nil {
		return fmt.Errorf("%s: not written by this version: %w", path, err)
	}
	return nil
}

// readLines gives every line of a jsonl file to take.
func readLines[T any](path string, take func(*T) error) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("reading the report: %w", err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	for n := 1; lines.Scan(); n++ {
		record := new(T)
		if err := strict(lines.Bytes(), record); err != nil {
			return fmt.Errorf("%s:%d: not written by this version: %w", path, n, err)
		}
		if err := take(record); err != nil {
			return fmt.Errorf("%s:%d: %w", path, n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// strict decodes JSON and refuses keys it does not know, since they would be
// lost when the file is written again.
func strict(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	return d.Decode(into)
}
