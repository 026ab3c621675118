package lake

import (
	"encoding/binary"
	"errors"
	"fmt"
	"unsafe"

	"resetproof/ingest/event"
)

// The spill form of an event: a head of 4 bytes that gives the length of the
// body, the body (every column but the derived ones, in the order of the
// table: numbers as varints, digests as they are, text with its length), and
// the raw record.
const codecHead = 4

// maxRow bounds one spilled row: what one event with its raw record may take.
const maxRow = 128 << 20

var errRow = errors.New("a spilled row is damaged")

// appendEvent writes ev's spill form, with its raw record if raw is set.
func appendEvent(dst []byte, ev *event.Event, raw bool) []byte {
	head := len(dst)
	dst = append(dst, 0, 0, 0, 0)
	for i := range columns {
		c := &columns[i]
		switch {
		case c.text != nil:
			s := *c.text(ev)
			dst = binary.AppendUvarint(dst, uint64(len(s)))
			dst = append(dst, s...)
		case c.bytes != nil:
			dst = append(dst, c.bytes(ev)...)
		case c.derived == nil:
			dst = binary.AppendVarint(dst, c.number(ev))
		}
	}
	binary.LittleEndian.PutUint32(dst[head:], uint32(len(dst)-head-codecHead))
	if raw {
		dst = append(dst, ev.Raw...)
	}
	return dst
}

// splitRow parts a spill form into body and raw record.
func splitRow(row []byte) (body, raw []byte, err error) {
	if len(row) < codecHead {
		return nil, nil, errRow
	}
	n := int(binary.LittleEndian.Uint32(row))
	if n > len(row)-codecHead {
		return nil, nil, errRow
	}
	return row[codecHead : codecHead+n], row[codecHead+n:], nil
}

// decodeBody fills ev from a body. Its strings alias body.
func decodeBody(body string, ev *event.Event) error {
	*ev = event.Event{}
	for i := range columns {
		c := &columns[i]
		switch {
		case c.text != nil:
			n, used := uvarint(body)
			if used <= 0 || n > uint64(len(body)-used) {
				return errRow
			}
			*c.text(ev) = body[used : used+int(n)]
			body = body[used+int(n):]
		case c.bytes != nil:
			n := copy(c.bytes(ev), body)
			if n < len(c.bytes(ev)) {
				return errRow
			}
			body = body[n:]
		case c.derived == nil:
			n, used := uvarint(body)
			if used <= 0 {
				return errRow
			}
			c.setNumber(ev, int64(n>>1)^-int64(n&1)) // zigzag, as binary.AppendVarint
			body = body[used:]
		}
	}
	if body != "" {
		return fmt.Errorf("%w: %d bytes left over", errRow, len(body))
	}
	return nil
}

func uvarint(s string) (uint64, int) {
	if s == "" {
		return 0, 0
	}
	if s[0] < 0x80 { // most lengths and numbers are small
		return uint64(s[0]), 1
	}
	return binary.Uvarint(unsafe.Slice(unsafe.StringData(s), len(s)))
}

// alias views bytes as a string without copying; the bytes must not change
// while the string lives.
func alias(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
