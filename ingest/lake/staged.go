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
)

// stagedFile is a file of a batch that is being written: buffered, hashed as
// it goes, and on the disk when finish returns.
type stagedFile struct {
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

func stage(dir, path string) (*stagedFile, error) {
	full := filepath.Join(dir, filepath.FromSlash(path))
	if err := os.MkdirAll(filepath.Dir(full), dirMode); err != nil {
		return nil, err
	}
	f, err := createFile(full)
	if err != nil {
		return nil, err
	}
	s := &stagedFile{path: path, file: f, sum: sha256.New()}
	s.out = bufio.NewWriterSize(f, runBuffer)
	return s, nil
}

func (s *stagedFile) Write(b []byte) (int, error) {
	n, err := s.out.Write(b)
	s.sum.Write(b[:n])
	s.size += int64(n)
	return n, err
}

// finish closes the file and describes it.
func (s *stagedFile) finish() (Piece, error) {
	err := s.out.Flush()
	if f, ok := s.file.(interface{ Sync() error }); ok && err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, s.file.Close())
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
