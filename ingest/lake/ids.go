package lake

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"resetproof/ingest/event"
)

// Duplicates are told by event id, over the whole lake. A batch's ids come out
// of an external sort; each committed batch keeps its own in a sorted index
// file; both are walked together, so memory does not grow with events. Of all
// copies ever seen the one with the smallest (URI, offset) is kept.

// idTuple is what the id sort carries for one event.
type idTuple struct {
	uri, part    uint32 // numbers of the batch
	offset       int64
	seq, ordinal int64
}

func (t *idTuple) append(dst []byte) []byte {
	dst = binary.BigEndian.AppendUint32(dst, t.uri)
	dst = binary.BigEndian.AppendUint32(dst, t.part)
	dst = binary.BigEndian.AppendUint64(dst, uint64(t.offset))
	dst = binary.BigEndian.AppendUint64(dst, uint64(t.seq))
	return binary.BigEndian.AppendUint64(dst, uint64(t.ordinal))
}

func parseTuple(b []byte) idTuple {
	return idTuple{
		uri: binary.BigEndian.Uint32(b), part: binary.BigEndian.Uint32(b[4:]), offset: int64(binary.BigEndian.Uint64(b[8:])),
		seq: int64(binary.BigEndian.Uint64(b[16:])), ordinal: int64(binary.BigEndian.Uint64(b[24:])),
	}
}

// copyAt is where one copy of an event lies.
type copyAt struct {
	uri    string
	offset int64
}

func (c copyAt) compare(o copyAt) int {
	return cmp.Or(cmp.Compare(c.uri, o.uri), cmp.Compare(c.offset, o.offset))
}

// bitmap is a sparse set of ordinals: at most a bit an event, and memory only
// where duplicates are.
type bitmap map[int64]*[512]uint64

func (m bitmap) set(n int64) {
	page := m[n>>15]
	if page == nil {
		page = new([512]uint64)
		m[n>>15] = page
	}
	page[n>>6&511] |= 1 << (n & 63)
}

func (m bitmap) has(n int64) bool {
	page := m[n>>15]
	return page != nil && page[n>>6&511]>>(n&63)&1 == 1
}

// verdicts is what the walk over ids found.
type verdicts struct {
	lost bitmap // ordinals of this batch's events that another copy beats
	// superseded lists, for each committed data file, the events that a copy in
	// this batch beats, sorted. It takes 16 bytes for each.
	superseded map[string][]event.ID
	index      Index
}

// judgeIDs walks this batch's ids along those of all committed batches, and
// writes this batch's index.
func (b *Batch) judgeIDs(batch string) (v verdicts, err error) {
	v = verdicts{lost: bitmap{}, superseded: map[string][]event.ID{}}
	past, err := b.lk.openHistory()
	if err != nil {
		return v, err
	}
	defer func() { err = errors.Join(err, past.close()) }()
	w, err := b.newIndex(batch)
	if err != nil {
		return v, err
	}
	m, err := b.ids.sorted()
	if err != nil {
		return v, errors.Join(err, w.file.file.Close())
	}
	defer func() { err = errors.Join(err, m.close()) }()

	var id event.ID
	var best idTuple
	settle := func() error {
		mine := copyAt{b.uris.values[best.uri], best.offset}
		theirs, found, err := past.find(id)
		if err != nil {
			return err
		}
		if found && theirs.compare(mine) <= 0 {
			v.lost.set(best.ordinal)
			return nil
		}
		if found {
			v.superseded[theirs.file] = append(v.superseded[theirs.file], id)
		}
		return w.add(id, best)
	}
	begun := false
	for err = m.next(); err == nil; err = m.next() {
		key, payload := m.row()
		t := parseTuple(payload)
		if begun && bytes.Equal(key, id[:]) {
			if b.before(t, best) {
				t, best = best, t
			}
			v.lost.set(t.ordinal)
			continue
		}
		if begun {
			if err = settle(); err != nil {
				return v, err
			}
		}
		begun, best = true, t
		copy(id[:], key)
	}
	if err == io.EOF {
		err = nil
		if begun {
			err = settle()
		}
	}
	v.index, err = w.finish(err)
	return v, err
}

// before orders copies of one event within the batch.
func (b *Batch) before(a, o idTuple) bool {
	x, y := copyAt{b.uris.values[a.uri], a.offset}, copyAt{b.uris.values[o.uri], o.offset}
	return cmp.Or(x.compare(y), cmp.Compare(a.seq, o.seq), cmp.Compare(a.ordinal, o.ordinal)) < 0
}

// An index entry is: event id, number of the URI (4 bytes), number of the
// partition (4 bytes), offset (8 bytes); big-endian.
const (
	entrySize    = 32
	entriesRead  = 512 // read at once
	idSize       = len(event.ID{})
	indexFolder  = "index/"
	indexEnding  = ".ids"
	ledgerPart   = "ledger" // the ledger's file until the batch has a name
	ledgerFolder = "ledger/"
	ledgerEnding = ".hashes"
)

// indexWriter writes a batch's index with its URIs and partitions numbered by
// rank, so that its bytes do not depend on the order of adding.
type indexWriter struct {
	file            *stagedFile
	index           Index
	uriRank, ranked []uint32
}

func (b *Batch) newIndex(batch string) (*indexWriter, error) {
	f, err := b.out.create(indexFolder + batch + indexEnding)
	if err != nil {
		return nil, err
	}
	w := &indexWriter{file: f}
	w.uriRank = ranks(b.uris.values, cmp.Compare[string])
	w.ranked = ranks(b.partitions.values, partition.compare)
	w.index.URIs = slices.Sorted(slices.Values(b.uris.values))
	for _, p := range slices.SortedFunc(slices.Values(b.partitions.values), partition.compare) {
		w.index.Partitions = append(w.index.Partitions, p.folder())
	}
	return w, nil
}

// ranks gives each value its place in the sorted order.
func ranks[T any](values []T, compare func(a, b T) int) []uint32 {
	order := make([]uint32, len(values))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int { return compare(values[a], values[b]) })
	rank := make([]uint32, len(values))
	for place, i := range order {
		rank[i] = uint32(place)
	}
	return rank
}

func (w *indexWriter) add(id event.ID, t idTuple) error {
	var e [entrySize]byte
	copy(e[:], id[:])
	binary.BigEndian.PutUint32(e[16:], w.uriRank[t.uri])
	binary.BigEndian.PutUint32(e[20:], w.ranked[t.part])
	binary.BigEndian.PutUint64(e[24:], uint64(t.offset))
	w.index.Entries++
	_, err := w.file.Write(e[:])
	return err
}

func (w *indexWriter) finish(err error) (Index, error) {
	var bad error
	w.index.Piece, bad = w.file.finish()
	return w.index, errors.Join(err, bad)
}

// history looks ids up in the indexes of all committed batches. Ids must be
// asked for in ascending order.
type history struct {
	lk      *Lake
	cursors []*idCursor
}

func (lk *Lake) openHistory() (*history, error) {
	h := &history{lk: lk}
	for i := range lk.manifests {
		m := &lk.manifests[i]
		f, err := os.Open(lk.locate(m.Index.Path))
		if err != nil {
			return nil, errors.Join(err, h.close())
		}
		h.cursors = append(h.cursors, &idCursor{file: f, batch: m})
	}
	return h, nil
}

func (h *history) close() error {
	var errs []error
	for _, c := range h.cursors {
		errs = append(errs, c.file.Close())
	}
	return errors.Join(errs...)
}

// committedCopy is the copy of an event that the lake keeps, and its data file.
type committedCopy struct {
	copyAt
	file string
}

// find gives the copy of id that the lake keeps now. Indexes are never
// rewritten: of several entries the smallest copy is the one that was kept.
func (h *history) find(id event.ID) (best committedCopy, found bool, err error) {
	for _, c := range h.cursors {
		e, err := c.seek(id)
		if err != nil {
			return best, false, err
		}
		if e == nil {
			continue
		}
		uri, part := binary.BigEndian.Uint32(e[16:]), binary.BigEndian.Uint32(e[20:])
		ix := &c.batch.Index
		if int(uri) >= len(ix.URIs) || int(part) >= len(ix.Partitions) {
			return best, false, fmt.Errorf("%s: the index is damaged", ix.Path)
		}
		at := copyAt{ix.URIs[uri], int64(binary.BigEndian.Uint64(e[24:]))}
		if !found || at.compare(best.copyAt) < 0 {
			best = committedCopy{at, h.lk.fileNow(ix.Partitions[part], c.batch.Batch)}
			found = true
		}
	}
	return best, found, nil
}

// fileNow names the data file that holds now what the batch once wrote for the
// partition: rows move on when a later batch takes a file over.
func (lk *Lake) fileNow(folder, batch string) string {
	for {
		path := dataPath(folder, batch)
		next, moved := lk.replaced[path]
		if !moved {
			return path
		}
		batch = next
	}
}

// idCursor walks one index file.
type idCursor struct {
	file  *os.File
	batch *Manifest
	at    int64 // number of the first entry in block
	block []byte
}

// seek gives the entry of id, nil if there is none. It gallops: the cost is
// that of reading on when ids are dense, and of a few reads when they are few.
func (c *idCursor) seek(id event.ID) ([]byte, error) {
	if n := len(c.block); n == 0 || bytes.Compare(c.block[n-entrySize:n-entrySize+idSize], id[:]) < 0 {
		if err := c.gallop(id); err != nil {
			return nil, fmt.Errorf("%s: %w", c.batch.Index.Path, err)
		}
	}
	n := len(c.block) / entrySize
	lo, hi := 0, n
	for lo < hi {
		mid := (lo + hi) / 2
		if bytes.Compare(c.block[mid*entrySize:mid*entrySize+idSize], id[:]) < 0 {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < n && bytes.Equal(c.block[lo*entrySize:lo*entrySize+idSize], id[:]) {
		return c.block[lo*entrySize : (lo+1)*entrySize], nil
	}
	return nil, nil
}

// gallop loads the block that holds id if the file does.
func (c *idCursor) gallop(id event.ID) error {
	total := c.batch.Index.Entries
	lo := c.at + int64(len(c.block)/entrySize) // all before lo are smaller
	hi := lo + entriesRead
	for step := int64(entriesRead); hi < total; step *= 2 {
		less, err := c.less(hi-1, id)
		if err != nil {
			return err
		}
		if !less {
			break
		}
		lo, hi = hi, hi+step
	}
	hi = min(hi, total)
	for hi-lo > entriesRead {
		mid := (lo + hi) / 2
		less, err := c.less(mid, id)
		if err != nil {
			return err
		}
		if less {
			lo = mid + 1
		} else {
			hi = mid + 1
		}
	}
	c.at = lo
	c.block = slices.Grow(c.block[:0], entriesRead*entrySize)[:max(hi-lo, 0)*entrySize]
	_, err := c.file.ReadAt(c.block, lo*entrySize)
	return err
}

func (c *idCursor) less(entry int64, id event.ID) (bool, error) {
	var at event.ID
	_, err := c.file.ReadAt(at[:], entry*entrySize)
	return bytes.Compare(at[:], id[:]) < 0, err
}
