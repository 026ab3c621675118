package lake

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sync/errgroup"
)

// staging is the folder of a batch that is being written. It is flat: making
// folders is what writing many small files spends most of its time on.
type staging struct {
	dir   string
	brief bool           // of a temporary lake: nothing outlives the run, nothing is synced
	syncs errgroup.Group // files on their way to the disk, a few at once
}

// maxSyncs is how many files are brought to the disk at once: file systems
// join such requests.
const maxSyncs = 16

func newStaging(dir string, brief bool) *staging {
	s := &staging{dir: dir, brief: brief}
	s.syncs.SetLimit(maxSyncs)
	return s
}

// stagedPath is where a file of the batch lies until it is moved to path.
func stagedPath(dir, path string) string {
	return filepath.Join(dir, strings.ReplaceAll(path, "/", "!"))
}

// wait returns when all files that were finished are on the disk.
func (s *staging) wait() error { return s.syncs.Wait() }

// fileBuffer is the write buffer of a staged file.
const fileBuffer = 32 << 10

// stagedFile is a file of a batch that is being written: buffered, and hashed
// as it goes.
type stagedFile struct {
	in   *staging
	path string // final, relative to the lake
	file io.WriteCloser
	out  *bufio.Writer
	sum  hash.Hash
	size int64
}

// createFile is os.OpenFile for a new file, replaced by tests that fill the disk.
var createFile = func(path string) (io.WriteCloser, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, fileMode)
}

func (s *staging) create(path string) (*stagedFile, error) {
	f, err := createFile(stagedPath(s.dir, path))
	if err != nil {
		return nil, err
	}
	return &stagedFile{in: s, path: path, file: f, out: bufio.NewWriterSize(f, fileBuffer), sum: sha256.New()}, nil
}

func (s *stagedFile) Write(b []byte) (int, error) {
	n, err := s.out.Write(b)
	s.sum.Write(b[:n])
	s.size += int64(n)
	return n, err
}

// finish closes the file and describes it. It is on the disk when the
// staging's wait returns.
func (s *stagedFile) finish() (Piece, error) {
	err := s.out.Flush()
	if f, ok := s.file.(interface{ Sync() error }); ok && err == nil && !s.in.brief {
		s.in.syncs.Go(func() error { return errors.Join(f.Sync(), s.file.Close()) })
	} else {
		err = errors.Join(err, s.file.Close())
	}
	return Piece{Path: s.path, Bytes: s.size, SHA256: hex.EncodeToString(s.sum.Sum(nil))}, err
}

// syncDir makes renames in a directory last through a power cut.
func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
