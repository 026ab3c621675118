// Telling from a stream's beginning which format it has.
package formats

import (
	"bytes"
	"encoding/json"
	"strings"
)

// SniffLen is how much of a stream's beginning Sniff looks at, in bytes.
const SniffLen = 64 << 10

// sniffRecords is how many of the first records are asked, so that a broken
// first line does not hide the rest.
const sniffRecords = 20

// Sniff tells the format of a stream that begins with head, which should be its
// first SniffLen bytes, or all of it if it is shorter. f is nil if no format
// claims it; why then says so in a line that quotes nothing.
func (s *Set) Sniff(head []byte) (f *Format, why string) {
	if len(bytes.TrimSpace(head)) == 0 {
		return nil, "empty: no records in it"
	}
	var claimed []*Format
	for _, f := range s.formats {
		if f.Fits(head) == "" {
			claimed = append(claimed, f)
		}
	}
	switch len(claimed) {
	case 0:
		return nil, "not recognised: no format knows " + looksLike(head)
	case 1:
		return claimed[0], ""
	}
	ids := make([]string, len(claimed))
	for i, f := range claimed {
		ids[i] = f.table.ID
	}
	return nil, "not recognised: it fits " + strings.Join(ids, " and ") + "; name its format in the config or with --input-format"
}

// EmptyPage tells whether a whole document is a page of some format's API that
// holds no records: what a request without approvals returns, say.
func (s *Set) EmptyPage(document []byte) bool {
	var page map[string]json.RawMessage
	if json.Unmarshal(document, &page) != nil {
		return false
	}
	for _, f := range s.formats {
		for _, key := range f.table.Framing.Keys {
			if string(bytes.TrimSpace(page[key])) == "[]" {
				return true
			}
		}
	}
	return false
}

func looksLike(head []byte) string {
	switch c, _ := newWindow(bytes.NewReader(head)).peek(); c {
	case '{', '[':
		return "such JSON records"
	case '<':
		return "such XML"
	}
	return "such text"
}

// Fits tells whether a stream that begins with head is of this format: "" if
// one of its first records is, else why not, in a line that quotes nothing.
func (f *Format) Fits(head []byte) (why string) {
	d := f.NewDecoder(Options{})
	fr := d.framer(newWindow(bytes.NewReader(head)))
	d.begin()
	if d.columns != nil {
		if f.fitsHeader(d) {
			return ""
		}
		return "the first row is not a header of the format " + f.table.ID
	}
	if d.evtx != nil {
		if bytes.HasPrefix(head, []byte(evtxMagic)) {
			return "" // a log may be empty
		}
		return "not an EVTX file"
	}
	read := 0
	for range sniffRecords {
		fm, err := fr.next()
		if err != nil {
			break
		}
		read++
		// A record cut off by the end of head is judged by what is there.
		if fm.why == whyTooLong {
			continue
		}
		if _, why := d.extract(fm.b); why == whyNotObject {
			continue
		}
		if f.sniff.hold(d.get) {
			return ""
		}
	}
	if read == 0 {
		return "no records in it"
	}
	return "none of the first records is of the format " + f.table.ID
}

// fitsHeader asks a record in which each column holds its own name.
func (f *Format) fitsHeader(d *Decoder) bool {
	c := d.header
	clear(d.s.slots)
	for i, slots := range d.columns {
		for _, slot := range slots {
			d.s.slots[slot].b = []byte(c[i])
		}
	}
	return f.sniff.hold(d.get)
}
