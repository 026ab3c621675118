package lake

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"resetproof/ingest/event"
)

// maxSortKey bounds the key a caller sorts by, in bytes.
const maxSortKey = 64 << 10

// Sorter puts events in the order of (key, time, event id) in bounded memory:
// what does not fit lies in temporary files. It is used by one goroutine.
type Sorter struct {
	rows *extsort
	dir  string
	key  []byte
	row  []byte
}

// NewSorter makes a sorter that spills into a fresh directory under dir ("" is
// the system's temporary one) and buffers at most memory bytes, 2 MiB at least.
// Close must be called.
func NewSorter(dir string, memory int64) (*Sorter, error) {
	d, err := os.MkdirTemp(dir, "resetproof-sort-")
	if err != nil {
		return nil, err
	}
	return &Sorter{rows: newExtsort(d, "sort", memory), dir: d}, nil
}

// Add copies ev, with its raw record if it has one.
func (s *Sorter) Add(key string, ev *event.Event) error {
	if len(key) > maxSortKey {
		return fmt.Errorf("a sort key of %d bytes is longer than %d", len(key), maxSortKey)
	}
	s.key = appendKeyText(s.key[:0], key)
	s.key = appendKeyTime(s.key, ev.Time)
	s.key = append(s.key, ev.ID[:]...)
	s.row = appendEvent(s.row[:0], ev, true)
	return s.rows.add(s.key, s.row)
}

// Sorted yields every event in order, once. The event is used again after
// yield returns, but its strings and raw bytes may be kept. An error of yield
// ends the walk and is returned as it is.
func (s *Sorter) Sorted(yield func(key string, ev *event.Event) error) error {
	m, err := s.rows.sorted()
	if err != nil {
		return err
	}
	err = s.walk(m, yield)
	return cmp.Or(err, m.close())
}

func (s *Sorter) walk(m *merge, yield func(key string, ev *event.Event) error) error {
	var ev event.Event
	var encoded []byte
	var key string
	for {
		err := m.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		k, row := m.row()
		if k = k[:len(k)-len(ev.ID)-8]; encoded == nil || string(k) != string(encoded) {
			encoded = append(encoded[:0], k...)
			key = keyText(k)
		}
		body, raw, err := splitRow(row)
		if err != nil {
			return err
		}
		if err := decodeBody(string(body), &ev); err != nil {
			return err
		}
		if len(raw) > 0 {
			ev.Raw = append([]byte(nil), raw...)
		}
		if err := yield(key, &ev); err != nil {
			return err
		}
	}
}

// Close removes the temporary files.
func (s *Sorter) Close() error {
	return errors.Join(s.rows.close(), os.RemoveAll(s.dir))
}

// appendKeyText writes text so that keys compare like the texts: a zero byte
// becomes 0x00 0xFF and the end is 0x00 0x01.
func appendKeyText(dst []byte, s string) []byte {
	for i := range len(s) {
		dst = append(dst, s[i])
		if s[i] == 0 {
			dst = append(dst, 0xFF)
		}
	}
	return append(dst, 0, 1)
}

// keyText is the inverse of appendKeyText.
func keyText(b []byte) string {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b)-2; i++ {
		out = append(out, b[i])
		if b[i] == 0 {
			i++
		}
	}
	return string(out)
}

// appendKeyTime writes a time so that earlier ones, negative ones too, sort first.
func appendKeyTime(dst []byte, ns int64) []byte {
	return binary.BigEndian.AppendUint64(dst, uint64(ns)^1<<63)
}
