// The window through which framers see a stream: it grows up to one record of
// the largest size and never beyond.
package formats

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"hash"
	"io"

	"golang.org/x/text/encoding/unicode"
)

// MaxRecord is the largest record that is read; real ones stay under 1 MiB
// (Entra's largest policy changes), and a longer one would let a single line
// fill the memory.
const MaxRecord = 16 << 20

const (
	firstWindow = 256 << 10
	maxWindow   = MaxRecord + 64<<10
)

// frame is where one record lies. b is valid until the next one is asked for.
// why says what keeps it from being read; then b may be shorter than length.
type frame struct {
	b      []byte
	offset int64
	length int64
	line   int64
	why    string
	// sha256 of the record's bytes; set only where b does not hold them all.
	sha256 [32]byte
}

// framer finds records; next returns io.EOF after the last one, or the error
// of the stream.
type framer interface {
	next() (frame, error)
}

type window struct {
	r          io.Reader
	buf        []byte
	start, end int
	base       int64     // offset of buf[0] in the stream
	line       int64     // line of buf[start], from 1
	err        error     // what the stream ended with
	sum        hash.Hash // of what is taken, while a record is dropped
}

// newWindow reads r, passing over a byte order mark. UTF-16, told by its mark,
// is read as UTF-8: offsets, lengths and hashes are then those of the UTF-8 text.
func newWindow(r io.Reader) *window {
	w := &window{r: r, buf: make([]byte, firstWindow), line: 1}
	for w.end < 3 && w.fill() {
	}
	switch head := w.buf[:w.end]; {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		w.start = 3
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		rest := io.MultiReader(bytes.NewReader(bytes.Clone(head)), &restReader{w.r, w.err})
		w.r = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Reader(rest)
		w.end, w.err = 0, nil
	}
	return w
}

// restReader reads what an ended or unended stream still holds.
type restReader struct {
	r   io.Reader
	err error
}

func (r *restReader) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	return r.r.Read(p)
}

// bytes are those in the window that no record has taken yet.
func (w *window) bytes() []byte { return w.buf[w.start:w.end] }

func (w *window) offset() int64 { return w.base + int64(w.start) }

// emptyReads is how often a reader may give nothing before it counts as broken.
const emptyReads = 100

// fill reads more; false if the stream has ended or the window is full.
func (w *window) fill() bool {
	if w.err != nil || w.end-w.start >= maxWindow {
		return false
	}
	if w.start > 0 && w.end == len(w.buf) || w.start == w.end {
		copy(w.buf, w.buf[w.start:w.end])
		w.base += int64(w.start)
		w.start, w.end = 0, w.end-w.start
	}
	if w.end == len(w.buf) {
		grown := make([]byte, min(2*len(w.buf), maxWindow))
		copy(grown, w.buf[:w.end])
		w.buf = grown
	}
	for range emptyReads {
		n, err := w.r.Read(w.buf[w.end:])
		w.end += n
		w.err = err
		if n > 0 {
			return true
		}
		if err != nil {
			return false
		}
	}
	w.err = io.ErrNoProgress
	return false
}

// take passes over n bytes, counting lines, and returns them.
func (w *window) take(n int) []byte {
	b := w.buf[w.start : w.start+n]
	w.start += n
	w.line += int64(bytes.Count(b, []byte{'\n'}))
	if w.sum != nil {
		w.sum.Write(b)
	}
	return b
}

// drop has skip pass over a record that is too long, and takes its length and hash.
func (w *window) drop(f *frame, skip func()) {
	w.sum = sha256.New()
	skip()
	f.length = w.offset() - f.offset
	f.sha256 = [32]byte(w.sum.Sum(nil))
	f.why = whyTooLong
	w.sum = nil
}

// peek skips white space and tells the byte after it; false at the end.
func (w *window) peek() (byte, bool) {
	for {
		for i, c := range w.bytes() {
			if c != ' ' && c != '\n' && c != '\r' && c != '\t' {
				w.take(i)
				return c, true
			}
		}
		w.take(w.end - w.start)
		if !w.fill() {
			return 0, false
		}
	}
}

// index finds c at or after from, reading on as far as a record may reach; -1
// if it is not there.
func (w *window) index(c byte, from int) int {
	for {
		if i := bytes.IndexByte(w.bytes()[from:], c); i >= 0 {
			return from + i
		}
		from = w.end - w.start
		if !w.fill() {
			return -1
		}
	}
}

// skipTo drops everything before the next c, without keeping it.
func (w *window) skipTo(c byte) {
	for {
		if i := bytes.IndexByte(w.bytes(), c); i >= 0 {
			w.take(i)
			return
		}
		w.take(w.end - w.start)
		if !w.fill() {
			return
		}
	}
}

// ended is the error to report when no record is left.
func (w *window) ended() error {
	if w.err == nil || errors.Is(w.err, io.EOF) {
		return io.EOF
	}
	return w.err
}

// lineFrame takes the physical line at the window's start. A line that is too
// long is dropped and says so.
func (w *window) lineFrame() frame {
	f := frame{offset: w.offset(), line: w.line}
	n := w.index('\n', 0)
	switch {
	case n > MaxRecord || n < 0 && w.end-w.start > MaxRecord:
		w.drop(&f, func() { w.skipTo('\n') })
		return f
	case n < 0:
		f.b = w.take(w.end - w.start)
	default:
		f.b = w.take(n + 1)[:n]
	}
	f.b = bytes.TrimSuffix(f.b, []byte{'\r'})
	f.length = int64(len(f.b))
	return f
}
