package lake

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"resetproof/ingest/event"
)

// CommitPoints names the moments of a commit at which Options.FailAt is asked.
// A process killed before "committed" has added nothing; from then on the
// batch is there, and the next Open finishes moving it.
var CommitPoints = []string{
	"begun",     // nothing but the ledger's part and the spilled runs is written
	"judged",    // duplicates are told, the index is written
	"written",   // the data files are written
	"described", // the manifest is written, in staging
	"committed", // the manifest is in its place
	"moving",    // the first file of the batch is in its place
	"moved",     // all are
	"replaced",  // files whose rows were taken over are gone
	"cleared",   // staging is gone
}

// errStopped marks an error of FailAt: everything is left as it lies.
var errStopped = errors.New("stopped")

func (lk *Lake) reach(point string) error {
	if lk.opt.FailAt == nil {
		return nil
	}
	if err := lk.opt.FailAt(point); err != nil {
		return fmt.Errorf("%w at %s: %w", errStopped, point, err)
	}
	return nil
}

// Commit sorts, drops duplicates, writes and makes the batch visible, in one
// step, with what its run learnt of each feed. Counts of duplicates that were
// dropped are moved from Mapped to Duplicates (a record counts when its first
// event was dropped) and taken off Kinds; the feeds given are not changed. If
// it fails before the batch is visible, the lake is as it was. The batch is
// over in any case.
func (b *Batch) Commit(feeds []event.Feed) (Manifest, error) {
	if b.lock == nil {
		return Manifest{}, errors.New("committing a batch that has ended")
	}
	m, err := b.write(feeds)
	if err == nil {
		err = b.publish(m)
	}
	if errors.Is(err, errStopped) {
		return m, errors.Join(err, b.letGo())
	}
	if err != nil {
		return m, errors.Join(fmt.Errorf("committing batch %d: %w", b.seq, err), b.Abort())
	}
	// The batch is visible: whatever fails now, the next Open mends.
	err = errors.Join(b.syncManifest(), b.lk.load(), b.lk.reach("committed"))
	if err == nil {
		err = b.lk.rollForward(&m)
	}
	return m, errors.Join(err, b.letGo())
}

// write brings everything of the batch into staging.
func (b *Batch) write(feeds []event.Feed) (m Manifest, err error) {
	if err := b.lk.reach("begun"); err != nil {
		return m, err
	}
	root, err := b.tree.root()
	if err != nil {
		return m, err
	}
	m = Manifest{Batch: sequenceName(b.seq) + "-" + root[:16], Sequence: b.seq, Previous: b.lk.last, Replaces: []string{}, Files: []DataFile{}}
	part, err := b.hashes.finish()
	b.hashes = nil
	if err != nil {
		return m, err
	}
	part.Path = ledgerFolder + m.Batch + ledgerEnding
	if err := os.Rename(stagedPath(b.dir, ledgerPart), stagedPath(b.dir, part.Path)); err != nil {
		return m, err
	}
	m.Ledger = Ledger{From: b.from, Size: b.tree.size, PreviousRoot: b.rootWas, Root: root, Hashes: part}

	v, err := b.judgeIDs(m.Batch)
	if err != nil {
		return m, err
	}
	m.Index = v.index
	if err := b.ids.close(); err != nil {
		return m, err
	}
	if err := b.lk.reach("judged"); err != nil {
		return m, err
	}
	c := newCounts(feeds)
	if err := b.writeFiles(&m, &v, c); err != nil {
		return m, err
	}
	m.Feeds = c.feeds()
	return m, b.lk.reach("written")
}

// writeFiles merges the rows into one file a partition.
func (b *Batch) writeFiles(m *Manifest, v *verdicts, c *counts) (err error) {
	lanes, err := b.takeOver(m, v, c)
	if err != nil {
		return err
	}
	rows, err := b.rows.sorted(lanes...)
	if err != nil {
		return err
	}
	w := newFileWriter(b.out)
	defer func() {
		w.discard()
		err = errors.Join(err, rows.close())
	}()
	finish := func() error {
		if w.out == nil {
			return nil
		}
		f, err := w.close()
		m.Files = append(m.Files, f)
		return err
	}
	var current uint32
	for n := 0; ; n++ {
		if n%4096 == 0 && b.ctx.Err() != nil {
			return context.Cause(b.ctx)
		}
		err := rows.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		key, payload := rows.row()
		body, raw, err := splitRow(payload[ordinalSize:])
		if err != nil {
			return err
		}
		if o := binary.BigEndian.Uint64(payload); o != takenOver && v.lost.has(int64(o)) {
			if err := c.drop(body); err != nil {
				return err
			}
			continue
		}
		if part := binary.BigEndian.Uint32(key); w.out == nil || part != current {
			if err := finish(); err != nil {
				return err
			}
			if err := w.open(b.partitions.values[part], m.Batch); err != nil {
				return err
			}
			current = part
		}
		if err := w.add(body, raw); err != nil {
			return err
		}
	}
	err = finish()
	slices.SortFunc(m.Files, func(a, b DataFile) int { return cmp.Compare(a.Path, b.Path) })
	return err
}

// publish makes the batch visible.
func (b *Batch) publish(m Manifest) error {
	text, err := m.encode()
	if err != nil {
		return err
	}
	f, err := b.out.create(manifestFile)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	_, bad := f.finish()
	if err := errors.Join(err, bad, b.out.wait()); err != nil {
		return err
	}
	if err := b.lk.reach("described"); err != nil {
		return err
	}
	final := filepath.Join(b.lk.dir, filepath.FromSlash(manifestPath(m.Batch)))
	return os.Rename(stagedPath(b.dir, manifestFile), final)
}

// syncManifest makes the commit last through a power cut.
func (b *Batch) syncManifest() error {
	if b.lk.opt.Temporary {
		return nil
	}
	return syncDir(filepath.Join(b.lk.dir, "manifests"))
}

// rollForward moves a committed batch's files into place. It may have been
// stopped anywhere before: what is moved already is left alone.
func (lk *Lake) rollForward(m *Manifest) error {
	dir := lk.staging(m.Sequence)
	made := ""
	for i, p := range m.pieces() {
		final := filepath.Join(lk.dir, filepath.FromSlash(p.Path))
		if folder := filepath.Dir(final); folder != made {
			if err := os.MkdirAll(folder, dirMode); err != nil {
				return err
			}
			made = folder
		}
		err := os.Rename(stagedPath(dir, p.Path), final)
		if errors.Is(err, fs.ErrNotExist) {
			_, err = os.Lstat(final)
		}
		if err != nil {
			return fmt.Errorf("moving a committed batch into place: %w", err)
		}
		if i == 0 {
			if err := lk.reach("moving"); err != nil {
				return err
			}
		}
	}
	if err := lk.reach("moved"); err != nil {
		return err
	}
	for _, path := range m.Replaces {
		err := os.Remove(filepath.Join(lk.dir, filepath.FromSlash(path)))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("removing a replaced file: %w", err)
		}
	}
	if err := lk.reach("replaced"); err != nil {
		return err
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	return lk.reach("cleared")
}

// counts are the feeds of a batch, corrected for what the merge drops.
type counts struct {
	byName map[string]*event.Feed
	ev     event.Event
}

func newCounts(feeds []event.Feed) *counts {
	c := &counts{byName: map[string]*event.Feed{}}
	for _, f := range feeds {
		kinds := make(map[string]int64, len(f.Kinds))
		for k, n := range f.Kinds {
			kinds[k] = n
		}
		f.Kinds = kinds
		c.byName[f.Name] = &f
	}
	return c
}

// drop takes a lost copy off its feed's counts.
func (c *counts) drop(body []byte) error {
	if err := decodeBody(alias(body), &c.ev); err != nil {
		return err
	}
	c.dropEvent(&c.ev)
	return nil
}

func (c *counts) dropEvent(ev *event.Event) {
	f := c.byName[ev.Feed]
	if f == nil {
		name := strings.Clone(ev.Feed)
		f = &event.Feed{Name: name, Format: strings.Clone(ev.Format), Kinds: map[string]int64{}}
		c.byName[name] = f
	}
	f.Kinds[ev.Kind.String()]--
	if f.Kinds[ev.Kind.String()] == 0 {
		delete(f.Kinds, ev.Kind.String())
	}
	if ev.Index == 0 {
		f.Mapped--
		f.Duplicates++
	}
}

func (c *counts) feeds() []event.Feed {
	all := []event.Feed{}
	for _, f := range c.byName {
		all = append(all, *f)
	}
	slices.SortFunc(all, func(a, b event.Feed) int { return cmp.Compare(a.Name, b.Name) })
	return all
}
