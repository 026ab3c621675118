// Ids of events, and words that recur.
package formats

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"

	"resetproof/ingest/event"
)

// identify gives a record's events their ids and feed: by the vendor's event id
// within family and instance, or by the record's bytes, with the event's index
// if it is not the first.
func (m *mapper) identify(rec *Record) {
	if len(m.events) == 0 {
		return
	}
	family := m.f.table.Family
	if family == "" {
		family = m.f.table.ID
	}
	vendor := m.vendorID()
	feed := m.words.of(m.keep(func(to []byte) []byte {
		return append(append(append(to, m.f.table.ID...), '/'), rec.Instance...)
	}))
	for i := range m.events {
		h := idHash{buf: m.scratch[len(m.scratch):]}
		if len(vendor) == 0 {
			h.add(rec.Raw)
		} else {
			h.addText(family)
			h.addText(rec.Instance)
			h.add(vendor)
		}
		if i > 0 {
			h.add(strconv.AppendInt(nil, int64(i), 10))
		}
		m.events[i].ID = h.sum()
		m.events[i].Feed = feed
	}
}

// vendorID is the vendor's event id, its parts parted by slashes; empty if the
// record lacks one.
func (m *mapper) vendorID() []byte {
	m.vendor = m.vendor[:0]
	for i, v := range m.f.recordID {
		part := m.text(v)
		if len(part) == 0 {
			return nil
		}
		if i > 0 {
			m.vendor = append(m.vendor, '/')
		}
		m.vendor = append(m.vendor, part...)
	}
	return m.vendor
}

// idHash gives what event.Hash gives, without a hash state for each event.
type idHash struct{ buf []byte }

func (h *idHash) add(field []byte) {
	h.buf = binary.BigEndian.AppendUint32(h.buf, uint32(len(field)))
	h.buf = append(h.buf, field...)
}

func (h *idHash) addText(field string) {
	h.buf = binary.BigEndian.AppendUint32(h.buf, uint32(len(field)))
	h.buf = append(h.buf, field...)
}

func (h *idHash) sum() event.ID {
	sum := sha256.Sum256(h.buf)
	return event.ID(sum[:16])
}

// words keeps one copy of types, instances and hosts, which recur in nearly
// every record.
type words map[string]string

// maxWords bounds words; beyond it each record has its own copies.
const maxWords = 4096

func (w words) of(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if s, ok := w[string(b)]; ok {
		return s
	}
	s := string(b)
	if len(w) < maxWords {
		w[s] = s
	}
	return s
}

// address gives b if it is an IP address, without the IPv6 form of an IPv4
// one; a port or anything else gives nothing, save that a port is cut off an
// IPv4 address, and off an IPv6 one in brackets.
func address(b []byte) []byte {
	const mapped = "::ffff:"
	if len(b) > len(mapped) && strings.EqualFold(string(b[:len(mapped)]), mapped) && strings.IndexByte(string(b), '.') > 0 {
		b = b[len(mapped):]
	}
	if host, _, ok := bytes.Cut(b, []byte{']'}); ok && bytes.HasPrefix(host, []byte{'['}) {
		b = host[1:]
	}
	s := string(b)
	if host, _, ok := strings.Cut(s, ":"); ok && strings.IndexByte(host, '.') > 0 {
		b, s = b[:len(host)], host
	}
	if _, err := netip.ParseAddr(s); err != nil {
		return nil
	}
	return b
}

// cut is what stands in b after the one text and before the other, of which
// either may be missing from the table; nil if b lacks the first.
func cut(b, after, until []byte) []byte {
	if len(after) > 0 {
		var ok bool
		if _, b, ok = bytes.Cut(b, after); !ok {
			return nil
		}
	}
	if len(until) > 0 {
		b, _, _ = bytes.Cut(b, until)
	}
	return b
}

// unquote takes a JSON text out of its quotes; anything else stays as it is.
func unquote(b []byte) []byte {
	n := len(b) - 1
	if n < 1 || b[0] != '"' || b[n] != '"' || !json.Valid(b) {
		return b
	}
	return unescape(nil, b[1:n])
}

// urlHost is the host of a URL, without port or user; empty if b is none.
func urlHost(b []byte) []byte {
	_, rest, ok := bytes.Cut(b, []byte("://"))
	if !ok {
		return nil
	}
	if n := bytes.IndexAny(rest, "/?#"); n >= 0 {
		rest = rest[:n]
	}
	if n := bytes.LastIndexByte(rest, '@'); n >= 0 {
		rest = rest[n+1:]
	}
	host, _, _ := bytes.Cut(rest, []byte{':'})
	return host
}

func validText(b []byte) bool {
	for _, c := range b {
		if c == 0 {
			return false
		}
	}
	return utf8.Valid(b)
}
