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
)

var outputFiles = []string{CasesFile, CoverageFile, FindingsFile, PageFile, RunFile}

// ErrForeign marks an --out folder that resetproof did not write and so will
// not replace.
var ErrForeign = errors.New("choose another --out")

// readyFolder checks that out may be written: it is absent, empty or an older
// report, and holds nothing that we did not write. What a run that was killed
// between the two renames of replace left behind is put back first.
func readyFolder(out string) error {
	if _, err := os.Lstat(out); errors.Is(err, fs.ErrNotExist) {
		restorePrevious(out)
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
	if _, err := os.Lstat(filepath.Join(out, RunFile)); err != nil {
		return fmt.Errorf("%s: not a resetproof report: %w", out, ErrForeign)
	}
	for _, e := range entries {
		if !slices.Contains(outputFiles, e.Name()) {
			return fmt.Errorf("%s: holds %s, which resetproof did not write: move it or %w", out, visible(e.Name(), 80), ErrForeign)
		}
	}
	return nil
}

// restorePrevious renames an older report back to out.
func restorePrevious(out string) {
	entries, err := os.ReadDir(filepath.Dir(out))
	if err != nil {
		return // readyFolder or the staging folder's creation says why
	}
	for _, e := range entries {
		older := filepath.Join(filepath.Dir(out), e.Name())
		if !strings.HasPrefix(e.Name(), filepath.Base(out)+previousMark) {
			continue
		}
		if _, err := os.Lstat(filepath.Join(older, RunFile)); err == nil && os.Rename(older, out) == nil {
			return
		}
	}
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
	for _, name := range outputFiles {
		if err := os.Remove(filepath.Join(folder, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("removing the older report: %w", err)
		}
	}
	if err := os.Remove(folder); err != nil {
		return fmt.Errorf("removing the older report: %w", err)
	}
	return nil
}
