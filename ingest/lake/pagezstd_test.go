package lake

import (
	"bytes"
	"runtime"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	parquetzstd "github.com/parquet-go/parquet-go/compress/zstd"
)

// Any reader of Parquet reads the pages, short or longer than the window.
func TestPagesAreReadByOthers(t *testing.T) {
	for _, size := range []int{0, 1, 4 << 10, pageWindow - 1, pageWindow + 1, 4 * pageWindow} {
		page := []byte(strings.Repeat("an Okta record of a reset, ", size/27+1)[:size])
		packed, err := newPageCodec(zstd.SpeedFastest).Encode(nil, page)
		if err != nil {
			t.Fatal(err)
		}
		got, err := new(parquetzstd.Codec).Decode(nil, packed)
		if err != nil || !bytes.Equal(got, page) {
			t.Errorf("a page of %d bytes came back as %d, %v", size, len(got), err)
		}
	}
}

// An encoder takes room for a page, not for a stream: six of them are at work at
// once, and a scan must do with 256 MiB.
func TestEncodersOfPagesAreSmall(t *testing.T) {
	const enough = 4 << 20
	page := bytes.Repeat([]byte("page "), 60_000) // of several blocks
	for _, level := range []zstd.EncoderLevel{zstd.SpeedFastest, zstd.SpeedDefault} {
		c := newPageCodec(level)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := c.Encode(nil, page); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > enough {
			t.Errorf("level %v: an encoder takes %d bytes", level, took)
		}
	}
}
