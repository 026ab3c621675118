package lake

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What runs over the lake found is kept in it under
//
//	runs/<sequence>-<run id>/
//
// one folder a run, which is there altogether or not at all. The lake knows
// nothing of what is inside.

// KeptRuns is how many runs are kept: a month of nightly ones. Older ones go
// when a new one comes.
const KeptRuns = 30

// StoredRun is what one run over the lake left behind.
type StoredRun struct {
	ID       string
	Sequence int64
	Dir      string
}

// RunPoints names the moments of storing a run at which Options.FailAt is asked.
// A process killed before "run stored" has stored nothing.
var RunPoints = []string{
	"run begun",   // its folder is there, under a name that nobody reads
	"run written", // so is all that belongs into it
	"run stored",  // it has its name
}

const (
	runsFolder  = "runs"
	partialRun  = ".partial-"
	goneRun     = ".gone-"
	runLockWait = 30 * time.Second // storing takes seconds at most
	runLockStep = 50 * time.Millisecond
)

// Runs lists the runs stored in the lake in dir, oldest first; none where there
// is no lake. It does not open the lake.
func Runs(dir string) ([]StoredRun, error) {
	entries, err := os.ReadDir(filepath.Join(dir, runsFolder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("listing the runs of the lake: %w", err)
	}
	var all []StoredRun
	for _, e := range entries {
		digits, id, ok := strings.Cut(e.Name(), "-")
		n, err := strconv.ParseInt(digits, 10, 64)
		if ok && err == nil && e.IsDir() && sequenceName(n) == digits {
			all = append(all, StoredRun{ID: id, Sequence: n, Dir: filepath.Join(dir, runsFolder, e.Name())})
		}
	}
	slices.SortFunc(all, func(a, b StoredRun) int { return strings.Compare(a.Dir, b.Dir) })
	return all, nil
}

// RunFolder is a folder that is filled with what a run found. It ends with
// Commit or Abort.
type RunFolder struct {
	Dir  string // to be filled; files are made with mode 0600
	id   string
	lk   *Lake
	lock *lock
}

// BeginRun makes a folder for what the run with this id found, and removes what
// killed runs left. It waits while another process stores a run.
func (lk *Lake) BeginRun(ctx context.Context, id string) (*RunFolder, error) {
	folder := filepath.Join(lk.dir, runsFolder)
	if err := os.MkdirAll(folder, dirMode); err != nil {
		return nil, err
	}
	l, err := waitFor(ctx, filepath.Join(folder, "lock"))
	if err != nil {
		return nil, err
	}
	r := &RunFolder{Dir: filepath.Join(folder, partialRun+id), id: id, lk: lk, lock: l}
	if err = clearRuns(folder); err == nil {
		err = os.Mkdir(r.Dir, dirMode)
	}
	if err == nil {
		err = lk.reach("run begun")
	}
	if err != nil {
		return nil, errors.Join(err, l.release())
	}
	return r, nil
}

// Commit gives the run its name, and lets the oldest go where there are too many.
func (r *RunFolder) Commit() error {
	defer r.lock.release() //nolint:errcheck // only read from
	if err := r.lk.reach("run written"); err != nil {
		return err
	}
	runs, err := Runs(r.lk.dir)
	if err != nil {
		return err
	}
	next := int64(1)
	if len(runs) > 0 {
		next = runs[len(runs)-1].Sequence + 1
	}
	folder := filepath.Dir(r.Dir)
	if err := syncDir(r.Dir); err != nil {
		return err
	}
	if err := os.Rename(r.Dir, filepath.Join(folder, sequenceName(next)+"-"+r.id)); err != nil {
		return err
	}
	if err := syncDir(folder); err != nil {
		return err
	}
	if err := r.lk.reach("run stored"); err != nil {
		return err
	}
	for _, old := range runs[:max(0, len(runs)+1-KeptRuns)] {
		if err := os.Rename(old.Dir, filepath.Join(folder, goneRun+filepath.Base(old.Dir))); err != nil {
			return err
		}
	}
	return clearRuns(folder)
}

// Abort stores nothing.
func (r *RunFolder) Abort() error { return errors.Join(os.RemoveAll(r.Dir), r.lock.release()) }

// clearRuns removes folders that have no name yet or no more. The caller holds
// the lock.
func clearRuns(folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), partialRun) || strings.HasPrefix(e.Name(), goneRun) {
			if err := os.RemoveAll(filepath.Join(folder, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// waitFor takes a lock that others hold for a short time only.
func waitFor(ctx context.Context, path string) (*lock, error) {
	for end := time.Now().Add(runLockWait); ; {
		l, err := acquire(path)
		if !errors.Is(err, ErrLocked) || time.Now().After(end) {
			return l, err
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(runLockStep):
		}
	}
}
