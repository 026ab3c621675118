// EVTX files made for tests, from events written as XML.
package formats

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/xml"
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
)

// evtxNode is an element: its attributes in order, and its text or children.
type evtxNode struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Children []evtxNode `xml:",any"`
	Text     string     `xml:",chardata"`
}

// evtxWriter writes one file. plain writes elements without templates, as some
// programs that are not Windows do.
type evtxWriter struct {
	plain     bool
	file      []byte
	chunk     []byte
	names     map[string]int
	templates map[string]int
	ids       uint64
	// values are those that the open template leaves to its instances.
	values []evtxValue
}

type evtxValue struct {
	typ   byte
	write func()
}

// evtxFile gives a file with the events of a stream of XML.
func evtxFile(t testing.TB, events string, plain bool) []byte {
	t.Helper()
	file, err := makeEVTX(events, plain)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func makeEVTX(events string, plain bool) ([]byte, error) {
	w := &evtxWriter{plain: plain, file: make([]byte, evtxHeaderSize)}
	w.begin()
	d := xml.NewDecoder(strings.NewReader(strings.TrimPrefix(events, "\ufeff")))
	for {
		token, err := d.Token()
		if token == nil {
			break
		}
		if err != nil {
			return nil, err
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "Event" {
			var n evtxNode
			if err := d.DecodeElement(&n, &start); err != nil {
				return nil, err
			}
			w.record(n)
		}
	}
	w.end()
	copy(w.file, evtxMagic)
	le := binary.LittleEndian
	le.PutUint64(w.file[24:], w.ids+1)
	le.PutUint32(w.file[32:], 128)
	le.PutUint16(w.file[36:], 1)
	le.PutUint16(w.file[38:], 3)
	le.PutUint16(w.file[40:], evtxHeaderSize)
	le.PutUint16(w.file[42:], uint16((len(w.file)-evtxHeaderSize)/evtxChunkSize))
	return seal(w.file), nil
}

// seal sets the checksums of a file.
func seal(file []byte) []byte {
	le := binary.LittleEndian
	le.PutUint32(file[124:], crc32.ChecksumIEEE(file[:120]))
	for at := evtxHeaderSize; at+evtxChunkSize <= len(file); at += evtxChunkSize {
		c := file[at : at+evtxChunkSize]
		if end := le.Uint32(c[48:]); end >= evtxChunkHeaderSize && end <= evtxChunkSize {
			le.PutUint32(c[52:], crc32.ChecksumIEEE(c[evtxChunkHeaderSize:end]))
		}
		le.PutUint32(c[124:], crc32.Update(crc32.ChecksumIEEE(c[:120]), crc32.IEEETable, c[128:evtxChunkHeaderSize]))
	}
	return file
}

func (w *evtxWriter) begin() {
	w.chunk = make([]byte, evtxChunkHeaderSize, evtxChunkSize)
	w.names, w.templates = map[string]int{}, map[string]int{}
	copy(w.chunk, evtxChunkMagic)
	le := binary.LittleEndian
	le.PutUint64(w.chunk[8:], w.ids+1)
	le.PutUint64(w.chunk[24:], w.ids+1)
	le.PutUint32(w.chunk[40:], 128)
}

func (w *evtxWriter) end() {
	le := binary.LittleEndian
	le.PutUint64(w.chunk[16:], w.ids)
	le.PutUint64(w.chunk[32:], w.ids)
	le.PutUint32(w.chunk[48:], uint32(len(w.chunk)))
	w.file = append(w.file, append(w.chunk, make([]byte, evtxChunkSize-len(w.chunk))...)...)
}

func (w *evtxWriter) u8(b ...byte)  { w.chunk = append(w.chunk, b...) }
func (w *evtxWriter) u16(n int)     { w.chunk = binary.LittleEndian.AppendUint16(w.chunk, uint16(n)) }
func (w *evtxWriter) u32(n int)     { w.chunk = binary.LittleEndian.AppendUint32(w.chunk, uint32(n)) }
func (w *evtxWriter) u64(n uint64)  { w.chunk = binary.LittleEndian.AppendUint64(w.chunk, n) }
func (w *evtxWriter) text(s string) { w.chunk = append(w.chunk, wideText(s)...) }

func wideText(s string) (b []byte) {
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

// sized writes a length in 32 bits before what write adds.
func (w *evtxWriter) sized(write func()) {
	at := len(w.chunk)
	w.u32(0)
	write()
	binary.LittleEndian.PutUint32(w.chunk[at:], uint32(len(w.chunk)-at-4))
}

// name writes a reference to a name, and the name where it is new.
func (w *evtxWriter) name(s string) {
	if at, ok := w.names[s]; ok {
		w.u32(at)
		return
	}
	at := len(w.chunk) + 4
	w.names[s] = at
	w.u32(at)
	w.u32(0)
	w.u16(0)
	w.u16(len(utf16.Encode([]rune(s))))
	w.text(s)
	w.u16(0)
}

func (w *evtxWriter) record(n evtxNode) {
	at := len(w.chunk)
	if at > evtxChunkSize/2 {
		w.end()
		w.begin()
		at = len(w.chunk)
	}
	w.ids++
	w.u32(evtxRecordMagic)
	w.u32(0)
	w.u64(w.ids)
	w.u64(fileTime(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)))
	w.fragment(n)
	size := len(w.chunk) + 4 - at
	w.u32(size)
	binary.LittleEndian.PutUint32(w.chunk[at+4:], uint32(size))
}

func (w *evtxWriter) fragment(n evtxNode) {
	w.u8(tokenFragment, 1, 1, 0)
	if w.plain {
		w.element(n, false)
	} else {
		w.instance(n)
	}
	w.u8(tokenEnd)
}

// instance writes a template where it is new, and its values.
func (w *evtxWriter) instance(n evtxNode) {
	shape := shapeOf(n)
	at, known := w.templates[shape]
	if !known {
		at = len(w.chunk) + 10
		w.templates[shape] = at
	}
	w.u8(tokenTemplate, 1)
	w.u32(len(w.templates))
	w.u32(at)
	outer := w.values
	w.values = nil
	if known {
		kept := w.chunk
		w.chunk = append([]byte(nil), kept...) // only the values count
		w.element(n, true)
		w.chunk = kept
	} else {
		w.u32(0)
		guid := sha256.Sum256([]byte(shape))
		w.u8(guid[:16]...)
		w.sized(func() {
			w.u8(tokenFragment, 1, 1, 0)
			w.element(n, true)
			w.u8(tokenEnd)
		})
	}
	values := w.values
	w.values = outer
	w.u32(len(values))
	types := len(w.chunk)
	for _, v := range values {
		w.u8(0, 0, v.typ, 0)
	}
	for i, v := range values {
		from := len(w.chunk)
		v.write()
		binary.LittleEndian.PutUint16(w.chunk[types+4*i:], uint16(len(w.chunk)-from))
	}
}

func shapeOf(n evtxNode) string {
	s := n.XMLName.Local + "("
	for _, a := range n.Attrs {
		s += "@" + a.Name.Local
		if n.XMLName.Local == "Data" {
			s += "=" + a.Value
		}
	}
	for _, c := range n.Children {
		if standsAlone(c) {
			s += c.XMLName.Local
		} else {
			s += shapeOf(c)
		}
	}
	if strings.TrimSpace(n.Text) != "" {
		s += "text"
	}
	return s + ")"
}

// standsAlone: Windows writes what a provider sends as a fragment of its own.
func standsAlone(n evtxNode) bool {
	return n.XMLName.Local == "EventData" || n.XMLName.Local == "UserData"
}

func (w *evtxWriter) element(n evtxNode, template bool) {
	open := byte(tokenOpen)
	if len(n.Attrs) > 0 {
		open |= tokenMore
	}
	w.u8(open)
	if template {
		w.u16(0xffff)
	}
	w.sized(func() {
		w.name(n.XMLName.Local)
		if len(n.Attrs) > 0 {
			w.sized(func() {
				for i, a := range n.Attrs {
					token := byte(tokenAttribute)
					if i+1 < len(n.Attrs) {
						token |= tokenMore
					}
					w.u8(token)
					w.name(a.Name.Local)
					if template && n.XMLName.Local != "Data" && a.Name.Local != "xmlns" {
						w.value(a.Name.Local, a.Value)
					} else {
						w.literal(a.Value)
					}
				}
			})
		}
		w.u8(tokenCloseStart)
		for _, c := range n.Children {
			switch {
			case c.XMLName.Local == "RenderingInfo": // stands in no file
			case template && standsAlone(c):
				w.substitution(evtxValue{typeBinXML, func() { w.fragment(c) }})
			default:
				w.element(c, template)
			}
		}
		if text := strings.TrimSpace(n.Text); text != "" && template {
			w.value(n.XMLName.Local, text)
		} else if text != "" {
			w.literal(text)
		}
		w.u8(tokenClose)
	})
}

func (w *evtxWriter) literal(s string) {
	w.u8(tokenValue, typeString)
	w.u16(len(utf16.Encode([]rune(s))))
	w.text(s)
}

func (w *evtxWriter) substitution(v evtxValue) {
	w.u8(tokenOptional)
	w.u16(len(w.values))
	w.u8(v.typ)
	w.values = append(w.values, v)
}

// value leaves a text to the instance, in the type Windows has for such texts.
func (w *evtxWriter) value(name, s string) {
	v := evtxValue{typeString, func() { w.text(s) }}
	if at, err := time.Parse(time.RFC3339Nano, s); name == "SystemTime" && err == nil {
		v = evtxValue{typeFileTime, func() { w.u64(fileTime(at)) }}
	} else if n, err := strconv.ParseUint(s, 10, 16); name == "EventID" && err == nil {
		v = evtxValue{typeUint16, func() { w.u16(int(n)) }}
	} else if n, err := strconv.ParseUint(s, 10, 64); name == "EventRecordID" && err == nil {
		v = evtxValue{typeUint64, func() { w.u64(n) }}
	} else if n, err := strconv.ParseUint(strings.TrimPrefix(s, "0x"), 16, 64); err == nil && fmt.Sprintf("0x%x", n) == s {
		v = evtxValue{typeHex64, func() { w.u64(n) }}
	} else if sid := sidBytes(s); sid != nil {
		v = evtxValue{typeSID, func() { w.u8(sid...) }}
	}
	w.substitution(v)
}

func fileTime(at time.Time) uint64 {
	return uint64(at.Unix()+fileTimeUnix)*fileTimeSecond + uint64(at.Nanosecond()/100)
}

// sidBytes are the bytes of a SID as text; nil if it is none.
func sidBytes(s string) []byte {
	parts := strings.Split(s, "-")
	if len(parts) < 4 || parts[0] != "S" || parts[1] != "1" || len(parts) > 18 {
		return nil
	}
	b := []byte{1, byte(len(parts) - 3), 0, 0, 0, 0, 0, 0}
	for i, p := range parts[2:] {
		n, err := strconv.ParseUint(p, 10, 32)
		if err != nil {
			return nil
		}
		if i == 0 {
			binary.BigEndian.PutUint32(b[4:], uint32(n))
		} else {
			b = binary.LittleEndian.AppendUint32(b, uint32(n))
		}
	}
	if text, err := appendSID(nil, b); err != nil || !bytes.Equal(text, []byte(s)) {
		return nil
	}
	return b
}
