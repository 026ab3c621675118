package lake

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"

	"resetproof/ingest/event"
)

// Where a later batch brings a copy that must be cited instead of the one the
// lake holds, the batch takes over the rest of the file that holds it: its
// rows join the batch's own of the same partition, and the file goes.

// takeOver lists the files that have to go in the manifest and gives their
// other rows as runs for the merge.
func (b *Batch) takeOver(m *Manifest, v *verdicts, c *counts) ([]run, error) {
	var lanes []*lane
	depth := map[uint32]int{} // partition -> files taken over so far
	found := 0
	for _, f := range b.lk.files {
		gone := v.superseded[f.Path]
		if gone == nil {
			continue
		}
		found++
		p, err := f.partition()
		if err != nil {
			return nil, err
		}
		part := b.partitions.of(p)
		if depth[part] == len(lanes) {
			lanes = append(lanes, &lane{lk: b.lk, counts: c})
		}
		l := lanes[depth[part]]
		l.files = append(l.files, laneFile{f, part, gone})
		depth[part]++
		m.Replaces = append(m.Replaces, f.Path)
		if f.Raw != nil {
			m.Replaces = append(m.Replaces, f.Raw.Path)
		}
	}
	if found != len(v.superseded) {
		return nil, errors.New("an index names a data file that is not committed")
	}
	slices.Sort(m.Replaces)
	runs := make([]run, len(lanes))
	for i, l := range lanes {
		slices.SortFunc(l.files, func(a, b laneFile) int { return cmp.Compare(a.part, b.part) })
		runs[i] = l
	}
	return runs, nil
}

// lane is a run over files of different partitions, opened one at a time.
type lane struct {
	lk       *Lake
	counts   *counts
	files    []laneFile // by partition
	step     func() (*event.Event, error, bool)
	stop     func()
	key, buf []byte
}

type laneFile struct {
	DataFile
	part uint32
	gone []event.ID // sorted
}

func (l *lane) next() error {
	for len(l.files) > 0 {
		f := &l.files[0]
		if l.step == nil {
			l.step, l.stop = iter.Pull2(l.lk.rows(f.DataFile))
		}
		ev, err, more := l.step()
		switch {
		case !more:
			l.stop()
			l.step, l.files = nil, l.files[1:]
			continue
		case err != nil:
			return fmt.Errorf("%s: %w", f.Path, err)
		}
		if _, lost := slices.BinarySearchFunc(f.gone, ev.ID, func(a, b event.ID) int { return bytes.Compare(a[:], b[:]) }); lost {
			l.counts.dropEvent(ev)
			continue
		}
		l.key = appendRowKey(l.key[:0], f.part, ev)
		l.buf = binary.BigEndian.AppendUint64(l.buf[:0], takenOver)
		l.buf = appendEvent(l.buf, ev, true)
		return nil
	}
	return io.EOF
}

func (l *lane) row() (key, payload []byte) { return l.key, l.buf }

func (l *lane) close() error {
	if l.step != nil {
		l.stop()
	}
	return nil
}

// rows walks a committed file with its raw records, in its order.
func (lk *Lake) rows(f DataFile) iter.Seq2[*event.Event, error] {
	return func(yield func(*event.Event, error) bool) {
		err := lk.scan(f, true, func(ev *event.Event) error {
			if !yield(ev, nil) {
				return errEnough
			}
			return nil
		})
		if err != nil && err != errEnough {
			yield(nil, err)
		}
	}
}

var errEnough = errors.New("the caller has seen enough")
