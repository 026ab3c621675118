package lake

import (
	"sync"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/format"

	parquetzstd "github.com/parquet-go/parquet-go/compress/zstd"
)

// pageCodec is zstd for Parquet pages. The library's own keeps encoders made for
// streams, with a history of twice eight megabytes each; a page is far shorter,
// and nothing before it is of use.
type pageCodec struct {
	parquetzstd.Codec // reads
	encoders          sync.Pool
}

// pageWindow is how far back an encoder looks, and what it keeps: more than most
// pages hold.
const pageWindow = 512 << 10

func newPageCodec(level zstd.EncoderLevel) *pageCodec {
	return &pageCodec{encoders: sync.Pool{New: func() any {
		e, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(level), zstd.WithWindowSize(pageWindow),
			zstd.WithLowerEncoderMem(true), zstd.WithZeroFrames(true), zstd.WithEncoderCRC(false))
		if err != nil {
			panic(err) // options that are constants
		}
		return e
	}}}
}

func (c *pageCodec) String() string { return "ZSTD" }

func (c *pageCodec) CompressionCodec() format.CompressionCodec { return format.Zstd }

func (c *pageCodec) Encode(dst, src []byte) ([]byte, error) {
	e := c.encoders.Get().(*zstd.Encoder)
	defer c.encoders.Put(e)
	return e.EncodeAll(src, dst[:0]), nil
}
