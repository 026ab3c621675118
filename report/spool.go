package report

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"time"
)

// spool keeps lines on disk in the order in which they came and only what is
// needed to sort and count them in memory: about 80 bytes a line.
type spool struct {
	file  *os.File
	out   *bufio.Writer
	size  int64
	lines []line
	names map[string]int // check or tier name -> place in table
	table []string
	// design marks lines, by offset, that are read back as findings of design.
	design map[int64]bool
	// status of findings, by offset, "new" or "known"; nil without a baseline.
	status func(offset int64) string
}

// line is where a line lies in the spool, and its sort keys.
type line struct {
	time   int64 // UTC nanoseconds; noTime sorts first
	offset int64
	length int32
	check  int32 // place in spool.table
	id     [16]byte
	about  [16]byte // the case a finding belongs to, zero for none
	rank   uint8    // severity of a finding
	minor  bool     // excepted: shown, not counted against the run
	tie    [4]byte  // start of the line's SHA-256, so that even equal ids have one order
}

// noTime is the sort key of a finding without a time.
const noTime = math.MinInt64

// maxLine bounds one case or finding as JSON, in bytes.
const maxLine = 64 << 20

func newSpool(path string) (*spool, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("setting findings and cases aside: %w", err)
	}
	return &spool{file: f, out: bufio.NewWriterSize(f, 1<<20), names: map[string]int{}}, nil
}

// name gives the table's place of a short, often repeated text.
func (s *spool) name(text string) int32 {
	at, ok := s.names[text]
	if !ok {
		at = len(s.table)
		s.names[text] = at
		s.table = append(s.table, text)
	}
	return int32(at)
}

// add takes one line and gives its entry with its place filled in.
func (s *spool) add(l line, text []byte) (line, error) {
	if len(text) > maxLine {
		return l, fmt.Errorf("a case or finding takes %d bytes, over the limit of %d", len(text), maxLine)
	}
	sum := sha256.Sum256(text)
	l.offset, l.length, l.tie = s.size, int32(len(text)), [4]byte(sum[:4])
	if _, err := s.out.Write(text); err != nil {
		return l, fmt.Errorf("setting findings and cases aside: %w", err)
	}
	s.size += int64(len(text))
	s.lines = append(s.lines, l)
	return l, nil
}

// sort orders the lines by time, check, id and makes them readable. For cases
// check is empty, which leaves time and id.
func (s *spool) sort() error {
	if err := s.out.Flush(); err != nil {
		return fmt.Errorf("setting findings and cases aside: %w", err)
	}
	slices.SortFunc(s.lines, func(a, b line) int {
		return cmp.Or(
			cmp.Compare(a.time, b.time),
			cmp.Compare(s.table[a.check], s.table[b.check]),
			bytes.Compare(a.id[:], b.id[:]),
			bytes.Compare(a.tie[:], b.tie[:]),
		)
	})
	return nil
}

// read gives the bytes of one line, its line end included.
func (s *spool) read(l line) ([]byte, error) {
	text := make([]byte, l.length)
	if _, err := s.file.ReadAt(text, l.offset); err != nil {
		return nil, fmt.Errorf("reading back findings and cases: %w", err)
	}
	if s.design[l.offset] {
		text = classify(text)
	}
	if s.status != nil {
		text = giveStatus(text, s.status(l.offset))
	}
	return text, nil
}

// copyTo writes all lines in order.
func (s *spool) copyTo(w io.Writer) error {
	for _, l := range s.lines {
		text, err := s.read(l)
		if err != nil {
			return err
		}
		if _, err := w.Write(text); err != nil {
			return err
		}
	}
	return nil
}

func (s *spool) remove() error {
	err := s.file.Close()
	return cmp.Or(err, os.Remove(s.file.Name()))
}

// parseID reads an id of 32 hexadecimal digits.
func parseID(what, text string) (id [16]byte, err error) {
	if len(text) != 32 {
		return id, fmt.Errorf("%s id has %d characters instead of 32", what, len(text))
	}
	if _, err := hex.Decode(id[:], []byte(text)); err != nil {
		return id, fmt.Errorf("%s id is not hexadecimal", what)
	}
	return id, nil
}

// parseTime reads a time of the outputs as UTC nanoseconds; nil is noTime.
func parseTime(what string, text *string) (int64, error) {
	if text == nil {
		return noTime, nil
	}
	t, err := time.Parse(time.RFC3339Nano, *text)
	if err != nil {
		return 0, fmt.Errorf("%s has a time that is not RFC 3339", what)
	}
	return t.UnixNano(), nil
}
