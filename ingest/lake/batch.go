package lake

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path"

	"golang.org/x/mod/sumdb/tlog"

	"resetproof/ingest/event"
)

// idShare of a batch's buffer holds event ids, the rest rows: about the ratio
// of their sizes.
const idShare = 8

// Batch is what one run adds to the lake. Its methods are called from one
// goroutine. It ends with Commit or Abort.
type Batch struct {
	lk   *Lake
	ctx  context.Context
	lock *lock
	dir  string // staging/<sequence>
	out  *staging
	seq  int64 // of the batch

	rows    *extsort // by partition, account, time, id
	ids     *extsort // by event id
	ordinal int64    // events added

	partitions numbering[partition]
	uris       numbering[string]

	tree     *tree
	from     int64 // leaves before this batch
	rootWas  string
	hashes   *stagedFile
	lastLeaf int64
	leaf     tlog.Hash

	key, row []byte
}

// numbering numbers distinct values in the order they are first seen.
type numbering[T comparable] struct {
	number map[T]uint32
	values []T
}

func (n *numbering[T]) of(v T) uint32 {
	if i, ok := n.number[v]; ok {
		return i
	}
	if n.number == nil {
		n.number = map[T]uint32{}
	}
	i := uint32(len(n.values))
	n.number[v] = i
	n.values = append(n.values, v)
	return i
}

// Begin starts a batch. It fails with ErrLocked while another one is written,
// in this process or another. ctx ends Add and Commit.
func (lk *Lake) Begin(ctx context.Context) (*Batch, error) {
	l, err := lk.acquire()
	if err != nil {
		return nil, fmt.Errorf("beginning a batch: %w", err)
	}
	// Another run may have committed since the lake was opened.
	if err := lk.restore(); err != nil {
		return nil, errors.Join(fmt.Errorf("beginning a batch: %w", err), l.release())
	}
	b := &Batch{lk: lk, ctx: ctx, lock: l, seq: int64(len(lk.manifests) + 1), lastLeaf: -1}
	if err := b.prepare(); err != nil {
		return nil, errors.Join(fmt.Errorf("beginning a batch: %w", err), b.Abort())
	}
	return b, nil
}

func (b *Batch) prepare() (err error) {
	b.dir = b.lk.staging(b.seq)
	runs := path.Join(b.dir, "runs")
	if err = os.MkdirAll(runs, dirMode); err != nil {
		return err
	}
	if b.tree, err = b.lk.tree(); err != nil {
		return err
	}
	b.from = b.tree.size
	if b.rootWas, err = b.tree.root(); err != nil {
		return err
	}
	b.out = newStaging(b.dir, b.lk.opt.Temporary)
	if b.hashes, err = b.out.create(ledgerPart); err != nil {
		return err
	}
	share := b.lk.opt.Memory / idShare
	b.ids = newExtsort(runs, "ids", share)
	b.rows = newExtsort(runs, "rows", b.lk.opt.Memory-share)
	return nil
}

// Leaf puts a record's SHA-256 on the ledger: one for each record that was
// read, whatever became of it, in the order of (source order, path, offset).
// seq is the record's place in that order and must grow from call to call.
func (b *Batch) Leaf(seq int64, sha [32]byte) error {
	if seq <= b.lastLeaf {
		return fmt.Errorf("record %d reaches the ledger after record %d", seq, b.lastLeaf)
	}
	b.lastLeaf = seq
	var failed error
	b.tree.append(sha, func(h tlog.Hash) {
		b.leaf = h // kept in the batch, or each would be allocated
		if _, err := b.hashes.Write(b.leaf[:]); err != nil {
			failed = err
		}
	})
	return failed
}

// Add copies an event into the batch; for custody events also its raw record.
// Its strings must be valid UTF-8. seq is the place of its record among those
// of the run; it decides nothing, except which of two copies with the same
// origin is kept.
func (b *Batch) Add(seq int64, ev *event.Event) error {
	if b.ordinal%1024 == 0 && b.ctx.Err() != nil {
		return context.Cause(b.ctx)
	}
	part := b.partitions.of(partitionOf(ev, b.lk.opt.Temporary))
	b.key = appendRowKey(b.key[:0], part, ev)
	b.row = binary.BigEndian.AppendUint64(b.row[:0], uint64(b.ordinal))
	b.row = appendEvent(b.row, ev, ev.Kind.Class() == event.Custody)
	if err := b.rows.add(b.key, b.row); err != nil {
		return fmt.Errorf("%s:%d: %w", ev.Origin.URI, ev.Origin.Line, err)
	}
	t := idTuple{uri: b.uris.of(ev.Origin.URI), offset: ev.Origin.Offset, part: part, seq: seq, ordinal: b.ordinal}
	b.row = t.append(b.row[:0])
	b.ordinal++
	return b.ids.add(ev.ID[:], b.row)
}

// ordinalSize is what a row carries before its spill form: its ordinal in the
// batch, by which a lost duplicate is recognised.
const ordinalSize = 8

// takenOver is the ordinal of rows that come from an earlier batch's file.
const takenOver = ^uint64(0)

// appendRowKey gives the sort key of rows: partition, account, time, event id.
func appendRowKey(dst []byte, part uint32, ev *event.Event) []byte {
	dst = binary.BigEndian.AppendUint32(dst, part)
	dst = appendKeyText(dst, accountKey(ev))
	dst = appendKeyTime(dst, ev.Time)
	return append(dst, ev.ID[:]...)
}

// Abort gives the batch up and leaves the lake as it was. After Commit it does
// nothing.
func (b *Batch) Abort() error {
	if b.lock == nil {
		return nil
	}
	if b.hashes != nil {
		b.hashes.file.Close() // the batch is given up: nothing rests on it
	}
	if b.out != nil {
		b.out.wait() // as little on the files under way
	}
	return errors.Join(os.RemoveAll(b.dir), b.letGo())
}

func (b *Batch) letGo() error {
	l := b.lock
	b.lock, b.rows, b.ids = nil, nil, nil
	return l.release()
}
