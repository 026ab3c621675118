package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"resetproof/detect/identity"
	"resetproof/ingest/lake"
	"resetproof/report"
)

const (
	lastRun      = "last" // the last run stored in the lake; last~1 the one before
	leastRunID   = 4      // digits by which a stored run may be named
	sniffedBytes = 512
	baselineHint = "--baseline takes findings.jsonl of an earlier run, a list of accepted findings (CSV or YAML), or last"
)

// loadBaseline reads what --baseline names: an earlier run or a list of accepted
// findings; nil if it names nothing.
func loadBaseline(given, lakeDir string) (*report.Baseline, error) {
	if given == "" {
		return nil, nil
	}
	b := &report.Baseline{Given: given}
	list, err := isList(given)
	if err == nil && list {
		var file identity.File
		if b.Accepted, file, err = identity.LoadAccepted(given); err != nil {
			return nil, usage(fmt.Errorf("--baseline: %w", err), "")
		}
		b.File, b.SHA256 = given, file.SHA256
		return b, nil
	}
	if b.Earlier, err = earlierRun(given, lakeDir); err != nil {
		return nil, prefixed("--baseline", err)
	}
	if b.SHA256, err = b.Earlier.Validate(); err != nil {
		return nil, usage(fmt.Errorf("--baseline: %w", err), baselineHint)
	}
	return b, nil
}

// isList tells a list of accepted findings from findings: these are lines of
// JSON, or there are none.
func isList(path string) (bool, error) {
	info, err := os.Stat(path)
	if err != nil || info.IsDir() || path == lastRun {
		return false, err
	}
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	head, err := io.ReadAll(io.LimitReader(f, sniffedBytes))
	if err != nil {
		return false, err
	}
	head = bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")))
	ext := filepath.Ext(path)
	return !bytes.HasPrefix(head, []byte("{")) && ext != ".jsonl" && ext != ".zst", nil
}

// earlierRun finds the run that a word names: a report folder or findings.jsonl,
// or in the lake last, last~N or the begin of a run's id.
func earlierRun(name, lakeDir string) (*report.Earlier, error) {
	_, missing := os.Stat(name)
	back, isLast := stepsBack(name)
	if missing == nil && !isLast {
		e, err := report.OpenEarlier(name)
		if err != nil {
			return nil, usage(err, "a run is a report folder, its findings.jsonl, or a run stored in the lake: last, last~1 or its id")
		}
		return e, nil
	}
	if !isLast && !isRunID(name) {
		if errors.Is(missing, fs.ErrNotExist) {
			missing = fmt.Errorf("%s: there is no such file or folder", printable(name))
		}
		return nil, usage(missing, "a run is a report folder, its findings.jsonl, or a run stored in the lake: last, last~1 or its id")
	}
	if lakeDir == "" {
		return nil, usagef("--lake DIR, or lake: in the config: runs are stored in the lake", "%s names a stored run, and there is no lake", printable(name))
	}
	runs, err := lake.Runs(lakeDir)
	if err != nil {
		return nil, err
	}
	run, err := pick(runs, name, back, isLast, lakeDir)
	if err != nil {
		return nil, err
	}
	e, err := report.OpenEarlier(run.Dir)
	if err != nil {
		return nil, usage(err, "")
	}
	e.Name = "run " + run.ID[:min(8, len(run.ID))]
	return e, nil
}

// pick chooses among the runs stored in a lake.
func pick(runs []lake.StoredRun, name string, back int, isLast bool, lakeDir string) (run lake.StoredRun, err error) {
	if len(runs) == 0 {
		return run, usagef("each scan or detect with this lake stores one: run once without it", "%s: no run is stored in the lake yet", printable(lakeDir))
	}
	if isLast {
		if back >= len(runs) {
			return run, usagef(fmt.Sprintf("the oldest is last~%d", len(runs)-1), "%s: only %d runs are stored in the lake", name, len(runs))
		}
		return runs[len(runs)-1-back], nil
	}
	var found []lake.StoredRun
	for _, r := range runs {
		if strings.HasPrefix(r.ID, strings.ToLower(name)) {
			found = append(found, r)
		}
	}
	switch len(found) {
	case 0:
		return run, usagef(fmt.Sprintf("last is %s; the lake keeps the last %d", runs[len(runs)-1].ID, lake.KeptRuns), "no file and no run stored in the lake is called %s", name)
	case 1:
		return found[0], nil
	}
	return run, usagef("give more digits", "%d runs stored in the lake begin with %s", len(found), name)
}

// stepsBack reads last and last~N.
func stepsBack(name string) (n int, ok bool) {
	rest, ok := strings.CutPrefix(name, lastRun)
	if !ok || rest == "" {
		return 0, ok
	}
	digits, ok := strings.CutPrefix(rest, "~")
	n, err := strconv.Atoi(digits)
	return n, ok && err == nil && n >= 0
}

// isRunID tells a word that may be the begin of a run's id.
func isRunID(name string) bool {
	return len(name) >= leastRunID && len(name) <= 32 && strings.Trim(strings.ToLower(name), "0123456789abcdef") == ""
}

// prefixed puts the flag before what is wrong with it.
func prefixed(flag string, err error) error {
	var f *failure
	if errors.As(err, &f) {
		return &failure{f.code, fmt.Errorf("%s: %w", flag, f.err), f.hint}
	}
	return fmt.Errorf("%s: %w", flag, err)
}
