package lake

import (
	"bytes"
	"cmp"
	"container/heap"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/klauspost/compress/s2"
)

// An external merge sort of (key, payload) rows by key, then payload, in
// bounded memory: rows gather in chunks; when they reach the limit they are
// sorted and written as one run; at the end the runs are merged.

const (
	sortChunk = 1 << 20   // rows are kept in chunks of this size, which are used again
	rowHead   = 8         // key and payload length, little-endian uint32
	refSize   = 16        // memory of one ref
	runBuffer = 256 << 10 // block of a run, the unit of its compression
	maxRuns   = 64        // runs open at once; that many are merged into one
	smallSort = 12        // so few rows are compared whole
	minSort   = 2 << 20   // a sorter never gets less memory than this
)

// ref points to a buffered row: prefix holds 8 bytes of its key from the depth
// that is being sorted.
type ref struct {
	prefix uint64
	chunk  uint32
	at     uint32
}

// extsort is used by one goroutine.
type extsort struct {
	dir    string // where runs are written; must exist
	name   string // of the run files
	limit  int64
	chunks [][]byte
	free   [][]byte
	held   int64 // bytes in chunks
	refs   []ref
	runs   []string
	made   int
}

func newExtsort(dir, name string, limit int64) *extsort {
	return &extsort{dir: dir, name: name, limit: max(limit, minSort)}
}

// add copies one row in; it may write a run.
func (s *extsort) add(key, payload []byte) error {
	n := rowHead + len(key) + len(payload)
	if n > maxRow {
		return fmt.Errorf("a record of %d bytes is larger than the lake takes (%d)", n, maxRow)
	}
	if s.held+int64(n)+int64(cap(s.refs))*refSize > s.limit && len(s.refs) > 0 {
		if err := s.spill(); err != nil {
			return err
		}
	}
	last := len(s.chunks) - 1
	if last < 0 || len(s.chunks[last])+n > cap(s.chunks[last]) {
		s.grow(n)
		last++
	}
	c := s.chunks[last]
	r := ref{prefix: prefixAt(key, 0), chunk: uint32(last), at: uint32(len(c))}
	c = binary.LittleEndian.AppendUint32(c, uint32(len(key)))
	c = binary.LittleEndian.AppendUint32(c, uint32(len(payload)))
	c = append(c, key...)
	s.chunks[last] = append(c, payload...)
	s.refs = append(s.refs, r)
	return nil
}

func (s *extsort) grow(n int) {
	if k := len(s.free) - 1; k >= 0 && n <= sortChunk {
		s.chunks, s.free = append(s.chunks, s.free[k][:0]), s.free[:k]
	} else {
		s.chunks = append(s.chunks, make([]byte, 0, max(n, sortChunk)))
	}
	s.held += int64(cap(s.chunks[len(s.chunks)-1]))
}

// prefixAt gives the 8 key bytes at depth, zeros beyond its end.
func prefixAt(key []byte, depth int) uint64 {
	if depth+8 <= len(key) {
		return binary.BigEndian.Uint64(key[depth:])
	}
	var b [8]byte
	if depth < len(key) {
		copy(b[:], key[depth:])
	}
	return binary.BigEndian.Uint64(b[:])
}

func (s *extsort) row(r ref) (key, payload []byte) {
	b := s.chunks[r.chunk][r.at:]
	k := binary.LittleEndian.Uint32(b)
	p := binary.LittleEndian.Uint32(b[4:])
	b = b[rowHead:]
	return b[:k:k], b[k : k+p : k+p]
}

// order sorts refs whose keys agree in the first depth bytes. Eight bytes at a
// time are compared as one number, without touching the rows.
func (s *extsort) order(refs []ref, depth int) {
	slices.SortFunc(refs, func(a, b ref) int { return cmp.Compare(a.prefix, b.prefix) })
	for len(refs) > 1 {
		n := 1
		for n < len(refs) && refs[n].prefix == refs[0].prefix {
			n++
		}
		if n > 1 {
			s.orderTied(refs[:n], depth+8)
		}
		refs = refs[n:]
	}
}

func (s *extsort) orderTied(refs []ref, depth int) {
	ended := false
	for i := range refs {
		key, _ := s.row(refs[i])
		ended = ended || len(key) <= depth
		refs[i].prefix = prefixAt(key, depth)
	}
	if !ended && len(refs) > smallSort {
		s.order(refs, depth)
		return
	}
	slices.SortFunc(refs, func(a, b ref) int {
		ka, pa := s.row(a)
		kb, pb := s.row(b)
		return cmp.Or(bytes.Compare(ka, kb), bytes.Compare(pa, pb))
	})
}

// spill writes what is buffered as one sorted run.
func (s *extsort) spill() error {
	s.order(s.refs, 0)
	if err := s.writeRun(&bufferRun{sort: s, at: -1}); err != nil {
		return err
	}
	for _, c := range s.chunks {
		if cap(c) == sortChunk {
			s.free = append(s.free, c)
		}
	}
	s.chunks, s.refs, s.held = s.chunks[:0], s.refs[:0], 0
	if len(s.runs) < maxRuns {
		return nil
	}
	old := s.runs
	s.runs = nil
	m, err := openRuns(old)
	if err != nil {
		return err
	}
	if err := s.writeRun(m); err != nil {
		return errors.Join(err, m.close())
	}
	if err := m.close(); err != nil {
		return err
	}
	for _, path := range old {
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	return nil
}

func (s *extsort) writeRun(from run) (err error) {
	path := filepath.Join(s.dir, fmt.Sprintf("%s-%06d.run", s.name, s.made))
	s.made++
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, fileMode)
	if err != nil {
		return err
	}
	s.runs = append(s.runs, path)
	w := s2.NewWriter(f, s2.WriterBlockSize(runBuffer), s2.WriterConcurrency(1))
	var head [rowHead]byte
	for err = from.next(); err == nil; err = from.next() {
		key, payload := from.row()
		binary.LittleEndian.PutUint32(head[:], uint32(len(key)))
		binary.LittleEndian.PutUint32(head[4:], uint32(len(payload)))
		w.Write(head[:]) // the writer keeps its first error until Close
		w.Write(key)
		w.Write(payload)
	}
	if err == io.EOF {
		err = nil
	}
	return errors.Join(err, w.Close(), f.Close())
}

// sorted gives all rows in order, together with those of more, which must be
// sorted too. The sorter must not be added to afterwards.
func (s *extsort) sorted(more ...run) (*merge, error) {
	if len(s.runs) > 0 && len(s.refs) > 0 {
		if err := s.spill(); err != nil {
			return nil, err
		}
		s.chunks, s.free, s.refs = nil, nil, nil // room for what reads the rows
	}
	m, err := openRuns(s.runs)
	if err != nil {
		return nil, err
	}
	s.order(s.refs, 0)
	m.runs = append(m.runs, &bufferRun{sort: s, at: -1})
	m.runs = append(m.runs, more...)
	return m, nil
}

// close removes the runs and lets go of the buffer.
func (s *extsort) close() error {
	var errs []error
	for _, path := range s.runs {
		errs = append(errs, os.Remove(path))
	}
	s.chunks, s.free, s.refs, s.runs = nil, nil, nil, nil
	return errors.Join(errs...)
}

// run is a sorted sequence of rows. next steps to the first or following row,
// io.EOF after the last; a row is valid until the next step.
type run interface {
	next() error
	row() (key, payload []byte)
	close() error
}

type bufferRun struct {
	sort *extsort
	at   int
}

func (b *bufferRun) next() error {
	b.at++
	if b.at >= len(b.sort.refs) {
		return io.EOF
	}
	return nil
}
func (b *bufferRun) row() (key, payload []byte) { return b.sort.row(b.sort.refs[b.at]) }
func (b *bufferRun) close() error               { return nil }

type fileRun struct {
	file *os.File
	in   *s2.Reader
	buf  []byte
	key  int
}

func (f *fileRun) next() error {
	var head [rowHead]byte
	if _, err := io.ReadFull(f.in, head[:]); err != nil {
		return err // io.EOF at a row's border
	}
	k, p := binary.LittleEndian.Uint32(head[:]), binary.LittleEndian.Uint32(head[4:])
	n := int64(k) + int64(p)
	if n > maxRow {
		return errRow
	}
	f.key = int(k)
	f.buf = slices.Grow(f.buf[:0], int(n))[:n]
	if _, err := io.ReadFull(f.in, f.buf); err != nil {
		return errors.Join(errRow, err)
	}
	return nil
}
func (f *fileRun) row() (key, payload []byte) { return f.buf[:f.key:f.key], f.buf[f.key:] }
func (f *fileRun) close() error               { return f.file.Close() }

// merge is a k-way merge, itself a run.
type merge struct {
	runs    []run // a heap once started
	started bool
}

func openRuns(paths []string) (*merge, error) {
	m := &merge{}
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			return nil, errors.Join(err, m.close())
		}
		m.runs = append(m.runs, &fileRun{file: f, in: s2.NewReader(f, s2.ReaderMaxBlockSize(runBuffer))})
	}
	return m, nil
}

func (m *merge) next() error {
	if !m.started {
		m.started = true
		for i := 0; i < len(m.runs); {
			more, err := m.step(i)
			if err != nil {
				return err
			}
			if more {
				i++
			}
		}
		heap.Init(m)
	} else if len(m.runs) > 0 {
		more, err := m.step(0)
		if err != nil {
			return err
		}
		if more {
			heap.Fix(m, 0)
		} else {
			heap.Init(m) // seldom: once a run
		}
	}
	if len(m.runs) == 0 {
		return io.EOF
	}
	return nil
}

// step advances run i; an exhausted one is closed and gives its place to the last.
func (m *merge) step(i int) (more bool, err error) {
	err = m.runs[i].next()
	if err == nil {
		return true, nil
	}
	if err != io.EOF {
		return false, err
	}
	err = m.runs[i].close()
	last := len(m.runs) - 1
	m.runs[i] = m.runs[last]
	m.runs = m.runs[:last]
	return false, err
}

func (m *merge) row() (key, payload []byte) { return m.runs[0].row() }

func (m *merge) close() error {
	var errs []error
	for _, r := range m.runs {
		errs = append(errs, r.close())
	}
	m.runs = nil
	return errors.Join(errs...)
}

// The heap's order. container/heap wants these five; Push and Pop stay unused
// because runs leave through step.
func (m *merge) Len() int      { return len(m.runs) }
func (m *merge) Swap(i, j int) { m.runs[i], m.runs[j] = m.runs[j], m.runs[i] }
func (m *merge) Push(any)      {}
func (m *merge) Pop() any      { return nil }
func (m *merge) Less(i, j int) bool {
	ki, pi := m.runs[i].row()
	kj, pj := m.runs[j].row()
	return cmp.Or(bytes.Compare(ki, kj), bytes.Compare(pi, pj)) < 0
}
