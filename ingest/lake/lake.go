// Package lake keeps events as a Parquet data set that other tools can read,
// with the records' hashes in a ledger. It is written in batches: a batch is
// there altogether, from the rename of its manifest on, or not at all.
//
//	events/class=custody|activity/day=2026-03-01/source=<format>/<batch>.parquet
//	raw/2026-03-01.<format>.<batch>.parquet  the records behind custody events
//	manifests/<batch>.json                what a batch holds
//	index/<batch>.ids                     its event ids, sorted
//	ledger/<batch>.hashes                 its part of the RFC 6962 tree
//	staging/<sequence>/                   a batch that is being written
//	runs/<sequence>-<run id>/             what a run over the lake found
//
// An event that arrives twice, in one batch or in several, is kept once: the
// copy with the smallest (URI, offset). Where that copy arrives later, the
// batch takes over the remaining rows of the file that held the other, so that
// no reader ever has to look for duplicates.
package lake

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"resetproof/ingest/event"
)

// Nothing in the lake is for other users' eyes: logs are personal data.
const (
	fileMode fs.FileMode = 0o600
	dirMode  fs.FileMode = 0o700
)

// DefaultMemory is the size of the buffer that a batch fills before it spills.
const DefaultMemory int64 = 64 << 20

// Options of a lake. The zero value is fit for use.
type Options struct {
	// Memory is the size of a batch's buffer in bytes; 0 is DefaultMemory.
	Memory int64
	// Temporary is for a lake that does not outlive the run: nothing is synced
	// to the disk, and a file holds a month instead of a day.
	Temporary bool
	// FailAt is called at each of CommitPoints, in order; an error stops the
	// commit there and leaves everything as a killed process would. For tests.
	FailAt func(point string) error
}

// Lake is an open lake. It shows the batches that were committed when it was
// opened, and those committed through it. Reading is safe from several
// goroutines, but not while a batch of the same Lake is being committed.
// If another process commits meanwhile, it can take away a file whose rows it
// took over: reading then fails with fs.ErrNotExist, and the lake must be opened
// again.
type Lake struct {
	dir       string
	opt       Options
	manifests []Manifest
	last      string            // SHA-256 of the last manifest
	files     []DataFile        // committed and not replaced, by path
	replaced  map[string]string // data file -> batch that took over its rows
	known     map[string]int64
}

// Open opens the lake in dir, making it if it is not there. Unless another
// process is writing, a batch that was committed but not yet moved into place
// is moved, and what a killed run left of an uncommitted one is removed.
func Open(dir string, opt Options) (*Lake, error) {
	if opt.Memory <= 0 {
		opt.Memory = DefaultMemory
	}
	for _, sub := range []string{"", "manifests", "staging"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), dirMode); err != nil {
			return nil, fmt.Errorf("opening lake: %w", err)
		}
	}
	lk := &Lake{dir: dir, opt: opt}
	l, err := lk.acquire()
	switch {
	case errors.Is(err, ErrLocked) || errors.Is(err, fs.ErrPermission):
		return lk, lk.load()
	case err != nil:
		return nil, fmt.Errorf("opening lake: %w", err)
	}
	err = errors.Join(lk.restore(), l.release())
	if err != nil {
		return nil, fmt.Errorf("opening lake: %w", err)
	}
	return lk, nil
}

// restore brings a lake that a killed run left behind into order. The caller
// holds the lock.
func (lk *Lake) restore() error {
	if err := lk.load(); err != nil {
		return err
	}
	for i := range lk.manifests {
		m := &lk.manifests[i]
		if _, err := os.Stat(lk.staging(m.Sequence)); err == nil {
			if err := lk.rollForward(m); err != nil {
				return err
			}
		}
	}
	left, err := os.ReadDir(filepath.Join(lk.dir, "staging"))
	if err != nil {
		return err
	}
	for _, e := range left {
		if err := os.RemoveAll(filepath.Join(lk.dir, "staging", e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// load reads the manifests and works out the committed set.
func (lk *Lake) load() error {
	var err error
	lk.manifests, lk.last, err = loadManifests(lk.dir)
	if err != nil {
		return err
	}
	lk.replaced = map[string]string{}
	known := map[string]int64{} // made afresh: others may hold the one before
	byPath := map[string]DataFile{}
	for i := range lk.manifests {
		m := &lk.manifests[i]
		for _, gone := range m.Replaces {
			delete(byPath, gone)
			lk.replaced[gone] = m.Batch
		}
		for _, f := range m.Files {
			byPath[f.Path] = f
		}
		for _, f := range m.Feeds {
			for _, file := range f.Files {
				if file.SHA256 != "" && !file.Partial {
					if ahead, twice := known[file.SHA256]; !twice || ahead != 0 && (file.Ahead == 0 || file.Ahead > ahead) {
						known[file.SHA256] = file.Ahead
					}
				}
			}
		}
	}
	lk.known = known
	lk.files = slices.SortedFunc(maps.Values(byPath), func(a, b DataFile) int { return cmp.Compare(a.Path, b.Path) })
	return nil
}

// KnownFiles is the set of files that committed batches have read to their end,
// by SHA-256 in lower hexadecimal, each with the time of its first record that
// lay too far ahead (event.File.Ahead). It stays as it is while batches are
// begun and committed, so goroutines may share it; do not change it.
func (lk *Lake) KnownFiles() map[string]int64 { return lk.known }

// Files lists the Parquet files of events that are committed, sorted: what
// another tool must read to see the same rows.
func (lk *Lake) Files() []string {
	var all []string
	for _, f := range lk.files {
		all = append(all, lk.locate(f.Path))
	}
	return all
}

// Batches gives the manifests of all committed batches in order. They are the
// lake's own: do not change them.
func (lk *Lake) Batches() []Manifest { return lk.manifests }

// Feeds gives what all committed batches know of each feed, sorted by name.
func (lk *Lake) Feeds() ([]event.Feed, error) {
	manifests, _, err := loadManifests(lk.dir) // afresh: merging changes maps in place
	if err != nil {
		return nil, err
	}
	byName := map[string]*event.Feed{}
	for i := range min(len(manifests), len(lk.manifests)) {
		for j := range manifests[i].Feeds {
			f := &manifests[i].Feeds[j]
			if have := byName[f.Name]; have != nil {
				have.Merge(f)
			} else {
				byName[f.Name] = f
			}
		}
	}
	var all []event.Feed
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		f := byName[name]
		maps.DeleteFunc(f.Kinds, func(_ string, n int64) bool { return n == 0 })
		all = append(all, *f)
	}
	return all, nil
}

// staging is where the batch with this sequence number is written.
func (lk *Lake) staging(sequence int64) string {
	return filepath.Join(lk.dir, "staging", sequenceName(sequence))
}

func sequenceName(n int64) string {
	s := strconv.FormatInt(n, 10)
	return "00000000"[:max(0, 8-len(s))] + s
}

// locate gives the path of a committed file, which is still in staging if the
// run that committed it was killed or is moving it just now.
func (lk *Lake) locate(path string) string {
	final := filepath.Join(lk.dir, filepath.FromSlash(path))
	if _, err := os.Lstat(final); err == nil || len(lk.manifests) == 0 {
		return final
	}
	staged := stagedPath(lk.staging(lk.manifests[len(lk.manifests)-1].Sequence), path)
	if _, err := os.Lstat(staged); err == nil {
		return staged
	}
	return final
}
