// Where the records of a Windows event log file (EVTX) lie: a header of 4 KiB,
// then chunks of 64 KiB that stand for themselves, so that a stream is read one
// chunk at a time. Source: MS-EVEN6 (BinXml) for the records; the file and its
// chunks are described by J. Metz, "Windows XML Event Log (EVTX) format".
package formats

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
)

const (
	evtxMagic       = "ElfFile\x00"
	evtxChunkMagic  = "ElfChnk\x00"
	evtxRecordMagic = 0x00002a2a

	evtxHeaderSize      = 4096
	evtxChunkSize       = 64 << 10
	evtxChunkHeaderSize = 512
	// evtxRecordHead is magic, length, number and time of writing; evtxRecordTail
	// the length again.
	evtxRecordHead = 24
	evtxRecordTail = 4
	// evtxDirty is set in the file's flags as long as the log service writes to
	// it: the last chunk's checksums then lag behind its records.
	evtxDirty = 1
)

// Reasons for which a part of a file is not read.
const (
	whyEVTXHeader      = "not the header of an EVTX file"
	whyEVTXHeaderSum   = "EVTX file header does not match its checksum: the file was changed or damaged"
	whyEVTXChunk       = "no EVTX chunk where one should begin: 64 KiB are not read"
	whyEVTXChunkSum    = "EVTX chunk header does not match its checksum: the chunk is not read"
	whyEVTXChunkEnd    = "EVTX chunk says its records end outside it: the chunk is not read"
	whyEVTXRecordSum   = "EVTX records do not match their chunk's checksum: the chunk is not read"
	whyEVTXRecordFrame = "EVTX record's length does not fit: the rest of its chunk is not read"
	whyEVTXBreaksOff   = "EVTX breaks off within a chunk: the rest of it is not read"
)

// evtxFramer finds the records of a file. chunk and at tell the decoder where
// the last one lies: its names and templates stand elsewhere in its chunk.
type evtxFramer struct {
	w     *window
	chunk []byte
	base  int64 // of chunk in the stream
	at    int   // of the last record in chunk
	from  int   // where the one after it begins
	end   int   // where the chunk's records end
	// live: the checksum is not to be relied on, and each record stands for
	// itself; they should reach to stated.
	live   bool
	stated int
	// dirty and read are about the file: the service had it open, its header is read.
	dirty, read bool
	chunks      int // how many were begun
	err         error
}

func (e *evtxFramer) next() (frame, error) {
	if !e.read {
		e.read = true
		if f := e.header(); f.why != "" {
			return f, nil
		}
	}
	for {
		if f, ok := e.record(); ok {
			return f, nil
		}
		if e.err != nil {
			return frame{}, e.err
		}
		if f := e.open(); f.why != "" {
			return f, nil
		}
	}
}

// ahead gives the next n bytes, or those that are left.
func (e *evtxFramer) ahead(n int) []byte {
	for e.w.end-e.w.start < n && e.w.fill() {
	}
	return e.w.bytes()[:min(n, e.w.end-e.w.start)]
}

// header reads the file's header; a frame with a reason says what is wrong with it.
func (e *evtxFramer) header() frame {
	f := frame{offset: e.w.offset()}
	b := e.w.take(len(e.ahead(evtxHeaderSize)))
	f.b, f.length = b, int64(len(b))
	switch {
	case len(b) < evtxHeaderSize || !bytes.HasPrefix(b, []byte(evtxMagic)):
		f.why = whyEVTXHeader
	case crc32.ChecksumIEEE(b[:120]) != binary.LittleEndian.Uint32(b[124:]):
		f.why = whyEVTXHeaderSum
	default:
		e.dirty = binary.LittleEndian.Uint32(b[120:])&evtxDirty != 0
	}
	return f
}

// open reads the next chunk. Chunks that were never written to are zero and
// passed over. After the last one err is set.
func (e *evtxFramer) open() frame {
	e.base = e.w.offset()
	b := e.w.take(len(e.ahead(evtxChunkSize)))
	e.chunk, e.from, e.end = b, 0, 0
	e.chunks++
	if len(b) < evtxChunkSize {
		e.err = e.w.ended()
	}
	if len(bytes.Trim(b, "\x00")) == 0 {
		return frame{}
	}
	f := frame{b: b, offset: e.base, length: int64(len(b))}
	if len(b) < evtxChunkSize && e.err == io.EOF {
		e.err = fmt.Errorf("EVTX breaks off within a chunk: %w", io.ErrUnexpectedEOF)
	}
	if len(b) < evtxChunkHeaderSize {
		f.why = whyEVTXBreaksOff
		return f
	}
	f.why = e.check(b)
	return f
}

// check tells why a chunk is not read, "" if it is.
func (e *evtxFramer) check(b []byte) string {
	if !bytes.HasPrefix(b, []byte(evtxChunkMagic)) {
		return whyEVTXChunk
	}
	sum := crc32.Update(crc32.ChecksumIEEE(b[:120]), crc32.IEEETable, b[128:evtxChunkHeaderSize])
	end := binary.LittleEndian.Uint32(b[48:])
	headerFits := sum == binary.LittleEndian.Uint32(b[124:])
	endFits := end >= evtxChunkHeaderSize && end <= evtxChunkSize
	whole := len(b) == evtxChunkSize
	recordsFit := headerFits && endFits && whole && crc32.ChecksumIEEE(b[evtxChunkHeaderSize:end]) == binary.LittleEndian.Uint32(b[52:])
	e.live, e.stated = !recordsFit, 0
	if headerFits && endFits {
		e.stated = int(end)
	}
	switch {
	case recordsFit:
		e.from, e.end = evtxChunkHeaderSize, int(end)
	case e.dirty || !whole:
		e.from, e.end = evtxChunkHeaderSize, len(b)
	case !headerFits:
		return whyEVTXChunkSum
	case !endFits:
		return whyEVTXChunkEnd
	default:
		return whyEVTXRecordSum
	}
	return ""
}

// record gives the chunk's next record; false if there is none.
func (e *evtxFramer) record() (frame, bool) {
	if e.from >= e.end {
		return frame{}, false
	}
	b := e.chunk[e.from:e.end]
	f := frame{b: b, offset: e.base + int64(e.from), length: int64(len(b))}
	n := evtxRecordLength(b)
	if n > 0 {
		e.at = e.from
		e.from += n
		f.b, f.length = b[:n], int64(n)
		return f, true
	}
	broken := !e.live || e.from < e.stated
	e.from = e.end
	switch {
	case broken && e.err == nil:
		f.why = whyEVTXRecordFrame
	case e.err != nil:
		f.why = whyEVTXBreaksOff
	default:
		return frame{}, false // beyond the last record of a log in use
	}
	return f, true
}

// evtxRecordLength is the length of the record b begins with, 0 if there is none.
func evtxRecordLength(b []byte) int {
	if len(b) < evtxRecordHead+evtxRecordTail || binary.LittleEndian.Uint32(b) != evtxRecordMagic {
		return 0
	}
	n := binary.LittleEndian.Uint32(b[4:])
	if n < evtxRecordHead+evtxRecordTail || uint64(n) > uint64(len(b)) ||
		binary.LittleEndian.Uint32(b[n-evtxRecordTail:]) != n {
		return 0
	}
	return int(n)
}
