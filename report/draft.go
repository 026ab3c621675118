package report

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"resetproof/detect/judge"
)

// DraftBaseline writes a list of accepted findings to be filled in: an entry for
// each finding of a report that is not met and not known to a baseline already.
// As it is it hides nothing. It gives the number of entries, and of the findings
// that were left out since a baseline knows them.
func DraftBaseline(folder string, out io.Writer) (entries, known int, err error) {
	run, err := readRun(folder)
	if err != nil {
		return 0, 0, err
	}
	day := run.Now.UTC().Format(time.DateOnly)
	w := bufio.NewWriter(out)
	fmt.Fprintf(w, "# Findings of the report %s that could be accepted. Fill in reason and accepted_by of\n"+
		"# those that are, and delete the others: an entry without them hides nothing.\n"+
		"# An entry holds until a date that is added as until:, else for 90 days from accepted_at.\n", visible(filepath.Base(folder), maxShownText))
	err = readLines(filepath.Join(folder, FindingsFile), func(f *judge.Finding) error {
		switch {
		case f.Verdict != judge.NotMet:
			return nil
		case f.Status != nil && *f.Status == "known":
			known++
			return nil
		}
		entries++
		_, err := fmt.Fprintf(w, "\n# %s\n- case_or_finding: %s\n  check: %s\n  severity: %s\n  reason:\n  accepted_by:\n  accepted_at: %s\n",
			visible(f.Message, maxShownText), f.ID, f.Check, f.Severity, day)
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	return entries, known, w.Flush()
}

// CreateDraft writes DraftBaseline to a file that must not be there yet.
func CreateDraft(folder, file string) (entries, known int, err error) {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return 0, 0, err
	}
	entries, known, err = DraftBaseline(folder, f)
	if bad := f.Close(); err == nil {
		err = bad
	}
	if err != nil {
		os.Remove(file) //nolint:errcheck // the first error is the one to tell
	}
	return entries, known, err
}
