// Reading one stored file: its size and hash, and the streams in it.
package source

import (
	"archive/zip"
	"bufio"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"

	"resetproof/ingest/event"
)

// maxMembers bounds an archive's table of contents, which is read whole.
const maxMembers = 100_000

// zstdInZip is the number of Zstandard in zip archives (APPNOTE.TXT 6.3.9, 4.4.5).
const zstdInZip = 93

// Read opens the file and calls visit with every stream in it: the file itself,
// decompressed, or the members of a zip archive by name, as archive.zip!member.
// A stream that breaks off says so by its reader's error, after its last good
// byte; then the other members are still visited. The file is read to its end,
// so that size and SHA-256 are those of what is stored. err is visit's, the
// context's, or says that the file cannot be opened or is no whole archive.
func (f File) Read(ctx context.Context, visit func(uri string, r io.Reader) error) (event.File, error) {
	in, closer, err := f.open()
	if err != nil {
		return event.File{URI: f.URI}, plain(err)
	}
	defer closer()
	sum := &summed{r: &ctxReader{ctx, in}, hash: sha256.New()}
	buffered := bufio.NewReaderSize(sum, 256<<10)
	if head, _ := buffered.Peek(len(magicZip)); string(head) == magicZip {
		err = f.archive(ctx, in, visit)
	} else {
		err = f.stream(buffered, sum, visit)
	}
	if err == nil {
		err = ctx.Err()
	}
	if err == nil && sum.err == nil {
		_, err = io.Copy(io.Discard, buffered) // what follows the end of a stream counts as stored
	}
	return sum.file(f.URI), err
}

// Hash gives the size and SHA-256 of the file as stored, without looking into
// it. It cannot be had of what can be read only once.
func (f File) Hash(ctx context.Context) (event.File, error) {
	if f.Size < 0 {
		return event.File{URI: f.URI}, errors.New("can be read only once")
	}
	in, closer, err := f.open()
	if err != nil {
		return event.File{URI: f.URI}, plain(err)
	}
	defer closer()
	sum := &summed{r: &ctxReader{ctx, in}, hash: sha256.New()}
	_, err = io.Copy(io.Discard, sum)
	return sum.file(f.URI), err
}

func (f File) open() (io.Reader, func(), error) {
	if f.stdin != nil {
		return f.stdin, func() {}, nil
	}
	file, err := os.Open(f.URI)
	if err != nil {
		return nil, nil, err
	}
	return file, func() { file.Close() }, nil // read only: nothing to lose
}

func (f File) stream(stored *bufio.Reader, sum *summed, visit func(string, io.Reader) error) error {
	r, done := decompress(stored, func() int64 { return sum.n })
	defer done()
	return visit(f.URI, r)
}

// archive visits a zip archive's members by name; those of one name in the
// archive's order.
func (f File) archive(ctx context.Context, in io.Reader, visit func(string, io.Reader) error) error {
	file, ok := in.(*os.File)
	if !ok || f.Size < 0 {
		return errors.New("a zip archive can be read only from a file")
	}
	z, err := zip.NewReader(file, f.Size)
	if err != nil {
		return fmt.Errorf("zip archive: %w", err)
	}
	z.RegisterDecompressor(zstdInZip, zstd.ZipDecompressor(zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxZstdWindow)))
	if len(z.File) > maxMembers {
		return fmt.Errorf("zip archive of %d members, more than %d", len(z.File), maxMembers)
	}
	members := slices.Clone(z.File)
	slices.SortStableFunc(members, func(a, b *zip.File) int { return cmp.Compare(a.Name, b.Name) })
	for _, m := range members {
		if m.FileInfo().IsDir() || slices.ContainsFunc(strings.Split(path.Clean(m.Name), "/"), isHidden) {
			continue
		}
		if err := f.member(ctx, m, visit); err != nil {
			return err
		}
	}
	return nil
}

func (f File) member(ctx context.Context, m *zip.File, visit func(string, io.Reader) error) error {
	uri := f.URI + "!" + m.Name
	r, err := m.Open()
	if m.Flags&1 != 0 {
		err = errors.New("encrypted")
	}
	if err != nil {
		return visit(uri, &brokenReader{fmt.Errorf("zip member: %w", err)})
	}
	defer r.Close() // its checksum is checked by Read
	stored := int64(min(m.CompressedSize64, uint64(f.Size)))
	whole := &limited{r: &ctxReader{ctx, r}, stored: func() int64 { return stored }, what: "zip member"}
	inner, done := decompress(bufio.NewReaderSize(whole, 64<<10), func() int64 { return stored })
	defer done()
	return visit(uri, inner)
}

// summed hashes and counts what passes through it.
type summed struct {
	r    io.Reader
	n    int64
	hash hash.Hash
	err  error // why the file cannot be read on; the stream's reader has told it
}

func (s *summed) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	s.n += int64(n)
	s.hash.Write(p[:n])
	if err != nil && err != io.EOF {
		s.err = plain(err)
		err = s.err
	}
	return n, err
}

// file is what was read; without a hash if that is not all.
func (s *summed) file(uri string) event.File {
	f := event.File{URI: uri, Size: s.n}
	if s.err == nil {
		f.SHA256 = hex.EncodeToString(s.hash.Sum(nil))
	}
	return f
}

// ctxReader ends when its context does.
type ctxReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *ctxReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

type brokenReader struct{ err error }

func (b *brokenReader) Read([]byte) (int, error) { return 0, b.err }
