package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"
)

// The files of a run that is kept beside the lake.
const (
	storedFindings = "findings.jsonl.zst" // as in the report, with key and reviewed
	storedCases    = "cases.jsonl.zst"    // of each case what tells the fate of its findings
	storedReading  = "reading.json"
)

// store is where a run is kept beside the lake.
type store struct {
	dir     string
	reviews *reviews
}

// KeepIn has Finish write what diff and a later --baseline need into dir as well,
// before the report is put in place.
func (w *Writer) KeepIn(dir string, j Judged) { w.store = &store{dir, w.reviews(j)} }

func (s *store) write(w *Writer, c coverageFile, run Run) error {
	return errors.Join(
		s.create(RunFile, encoded(run)),
		s.create(storedReading, encoded(*w.reading(c))),
		s.create(storedFindings, packed(func(out io.Writer) error { return s.findings(w, out) })),
		s.create(storedCases, packed(func(out io.Writer) error {
			e := json.NewEncoder(out)
			return w.eachCase(func(c *savedCase) error { return e.Encode(c) })
		})),
	)
}

// findings writes the lines of findings.jsonl, each with what a savedFinding has
// beside. They are parsed only where somebody may have reviewed them.
func (s *store) findings(w *Writer, out io.Writer) error {
	for _, l := range w.findings.lines {
		text, err := w.findings.read(l)
		if err != nil {
			return err
		}
		key, decided := w.keys[l.offset], ""
		if len(s.reviews.byID) > 0 {
			f := &savedFinding{}
			if err := json.Unmarshal(text, f); err != nil {
				return fmt.Errorf("reading back a finding: %w", err)
			}
			f.Key = key
			if r := s.reviews.of(f); r != nil {
				decided = reviewWords(r)
			}
		}
		more, err := json.Marshal(struct {
			Key      string `json:"key"`
			Reviewed string `json:"reviewed"`
		}{key, decided})
		if err != nil {
			return err
		}
		line := append(bytes.TrimSuffix(text, []byte("}\n")), ',')
		if _, err := out.Write(append(append(line, more[1:]...), '\n')); err != nil {
			return err
		}
	}
	return nil
}

// packed compresses what is written.
func packed(fill func(io.Writer) error) func(io.Writer) error {
	return func(out io.Writer) error {
		z, err := zstd.NewWriter(out, zstd.WithEncoderConcurrency(1))
		if err != nil {
			return err
		}
		return errors.Join(fill(z), z.Close())
	}
}

func (s *store) create(name string, fill func(io.Writer) error) error {
	f, err := os.OpenFile(filepath.Join(s.dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(f, 256<<10)
	err = fill(out)
	if err == nil {
		err = errors.Join(out.Flush(), f.Sync())
	}
	return errors.Join(err, f.Close())
}
