// Decompression by content, with a bound on what a small file may become.
package source

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

const (
	magicGzip = "\x1f\x8b"
	magicZstd = "\x28\xb5\x2f\xfd"
	magicZip  = "PK\x03\x04"
)

const (
	// maxRatio is how many times its stored size a stream may become: logs reach
	// 10 to 100. freeExpansion is what any file may become.
	maxRatio      = 500
	freeExpansion = 64 << 20
	// maxLayers is how many compressions may lie one in the other (logs.gz that
	// someone packed again).
	maxLayers = 2
	// maxZstdWindow bounds the decoder's memory; the window of zstd --long.
	maxZstdWindow = 128 << 20
)

// decompress reads through gzip and zstd, told by their first bytes. stored is
// how many bytes were read of what is stored. done frees the decoders.
func decompress(r *bufio.Reader, stored func() int64) (io.Reader, func()) {
	var closers []func()
	done := func() {
		for _, c := range closers {
			c()
		}
	}
	for layer := 0; ; layer++ {
		head, _ := r.Peek(len(magicZstd))
		what, next, closer, err := layerOf(string(head), r)
		switch {
		case err != nil:
			return &brokenReader{sentence(what, err)}, done
		case next == nil:
			return r, done
		case layer == maxLayers:
			return &brokenReader{fmt.Errorf("compressed more than %d times over", maxLayers)}, done
		}
		if closer != nil {
			closers = append(closers, closer)
		}
		r = bufio.NewReaderSize(&limited{r: next, stored: stored, what: what}, 64<<10)
	}
}

// layerOf opens the decoder for what begins with head; next is nil for what is
// not compressed.
func layerOf(head string, r io.Reader) (what string, next io.Reader, closer func(), err error) {
	begins := func(magic string) bool { return len(head) >= len(magic) && head[:len(magic)] == magic }
	switch {
	case begins(magicGzip):
		next, err = gzip.NewReader(r)
		return "gzip", next, nil, err
	case begins(magicZstd):
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxZstdWindow))
		if err != nil {
			return "zstd", nil, nil, err
		}
		return "zstd", z, z.Close, nil
	case begins(magicZip):
		return "zip", nil, nil, errors.New("an archive inside another compression is not read")
	}
	return "", nil, nil, nil
}

// limited stops a stream that grows beyond all measure, and says in words why
// one broke off.
type limited struct {
	r      io.Reader
	stored func() int64
	what   string
	n      int64
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	l.n += int64(n)
	if l.n > freeExpansion && l.n/maxRatio > l.stored() {
		return 0, fmt.Errorf("%s expands to more than %d times its size: not read on", l.what, maxRatio)
	}
	if err != nil && err != io.EOF {
		err = sentence(l.what, err)
	}
	return n, err
}

func sentence(what string, err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return fmt.Errorf("%s breaks off before its end: %w", what, io.ErrUnexpectedEOF)
	}
	return fmt.Errorf("%s: %w", what, plain(err))
}
