package report

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// The files of a report.
const (
	FindingsFile = "findings.jsonl"
	CasesFile    = "cases.jsonl"
	CoverageFile = "coverage.json"
	RunFile      = "run.json"
	PageFile     = "report.html"
	ChangesFile  = "changes.jsonl" // only with a baseline
)

// outputFiles are those of a run without a baseline; allFiles those that a report
// may hold.
var (
	outputFiles = []string{CasesFile, CoverageFile, FindingsFile, PageFile, RunFile}
	allFiles    = append(slices.Clone(outputFiles), ChangesFile)
)

// ErrForeign marks an --out folder that resetproof did not write and so will
// not replace.
var ErrForeign = errors.New("choose another --out")

// readyFolder checks that out may be written: it is absent, empty or an older
// report, and holds nothing that we did not write. What a run that was killed
// inside replace left beside it is put back or cleared away first.
func readyFolder(out string) error {
	if err := mendFolder(out); err != nil {
		return err
	}
	entries, err := os.ReadDir(out)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("looking at --out: %w", err)
	}
	if len(entries) == 0 {
		return nil
	}
	if !isReport(out) {
		return fmt.Errorf("%s: not a resetproof report: %w", out, ErrForeign)
	}
	for _, e := range entries {
		if !slices.Contains(allFiles, e.Name()) {
			return fmt.Errorf("%s: holds %s, which resetproof did not write: move it or %w", out, visible(e.Name(), 80), ErrForeign)
		}
	}
	return nil
}

// isReport tells a folder that resetproof wrote.
func isReport(folder string) bool {
	_, err := os.Lstat(filepath.Join(folder, RunFile))
	return err == nil
}

// mendFolder looks for an older report that replace had put aside when its
// process was killed. If out is gone it comes back; if the new report is in
// place it is removed.
func mendFolder(out string) error {
	entries, err := os.ReadDir(filepath.Dir(out))
	if err != nil {
		return nil // no such folder yet, or New says why when it makes its own
	}
	for _, e := range entries {
		older := filepath.Join(filepath.Dir(out), e.Name())
		if !strings.HasPrefix(e.Name(), filepath.Base(out)+previousMark) || !isReport(older) {
			continue
		}
		if _, err := os.Lstat(out); errors.Is(err, fs.ErrNotExist) {
			if err := os.Rename(older, out); err != nil {
				return fmt.Errorf("putting the older report back: %w", err)
			}
		} else if isReport(out) {
			if err := removeOutputs(older); err != nil {
				return err
			}
		}
	}
	return nil
}

// The names a report has while it is written and while it is replaced; the
// process id follows.
const (
	partialMark  = ".partial-"
	previousMark = ".previous-"
)

// replace puts staging in the place of out. A reader sees the old report, for
// an instant none, then the new one, and never a mixture. If it fails the old
// report is back.
func replace(staging, out string) error {
	older := fmt.Sprintf("%s%s%d", out, previousMark, os.Getpid())
	err := os.Rename(out, older)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("putting the older report aside: %w", err)
	}
	hadOlder := err == nil
	if err := os.Rename(staging, out); err != nil {
		if hadOlder {
			err = errors.Join(err, os.Rename(older, out))
		}
		return fmt.Errorf("putting the report in place: %w", err)
	}
	if !hadOlder {
		return nil
	}
	return removeOutputs(older)
}

// removeOutputs deletes a report and its folder, but nothing that somebody else
// put there meanwhile: then the folder stays.
func removeOutputs(folder string) error {
	for _, name := range allFiles {
		if err := os.Remove(filepath.Join(folder, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("removing the older report: %w", err)
		}
	}
	if err := os.Remove(folder); err != nil {
		return fmt.Errorf("removing the older report: %w", err)
	}
	return nil
}
