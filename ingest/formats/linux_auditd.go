// The Go part of linux-auditd: a line of key=value pairs, some of them inside
// msg='…', some hexadecimal, the names of an enriched record behind 0x1d.
// Source: the audit documentation project, "audit-events/fields" and "SPEC
// Audit Event Enrichment".
package formats

import (
	"bytes"
	"encoding/hex"
	"errors"
)

func init() {
	hooks["linux-auditd"] = &Hook{Extract: extractAuditd, Adjust: adjustLinux}
}

var (
	errNotAudit   = errors.New("not an audit record: no type and no msg=audit(…)")
	errAuditQuote = errors.New("audit record breaks off inside quotes")
)

// auditEncoded are the fields written in hexadecimal where their text has a
// blank, a quote or a byte that is not printable; otherwise they are quoted.
var auditEncoded = map[string]bool{"acct": true, "exe": true, "grp": true}

// enriched stands between a record and what auditd adds to it (log_format =
// ENRICHED): the same keys in capitals, with names for numbers.
const enriched = 0x1d

// extractAuditd puts the fields of one record by their names, with host, type,
// time and event (time and serial number) of its beginning. Commands, arguments
// and process titles, which may hold passwords, are put like any other field:
// no table names them.
func extractAuditd(raw []byte, put func(path string, value []byte)) error {
	if !validText(raw) {
		return errText
	}
	line := raw
	if l, ok := parseSyslog(raw); ok { // audisp-syslog passes records on so
		put("host", l.host)
		line = l.text
	}
	if rest, ok := bytes.CutPrefix(line, []byte("node=")); ok {
		node, after, _ := bytes.Cut(rest, []byte{' '})
		put("host", node)
		line = after
	}
	line, ok := bytes.CutPrefix(line, []byte("type="))
	if !ok {
		return errNotAudit
	}
	typ, line, _ := bytes.Cut(line, []byte{' '})
	event, line, ok := bytes.Cut(line, []byte{')'})
	if !ok || !bytes.HasPrefix(event, []byte("msg=audit(")) {
		return errNotAudit
	}
	event = event[len("msg=audit("):]
	time, _, _ := bytes.Cut(event, []byte{':'})
	put("type", typ)
	put("event", event)
	put("time", time)
	return auditFields(bytes.TrimLeft(line, " :"), put, false)
}

// auditFields puts the pairs of a text; those of msg='…' stand among them.
func auditFields(b []byte, put func(string, []byte), inside bool) error {
	for {
		b = bytes.TrimLeft(b, " ,(\x1d'")
		n := bytes.IndexAny(b, " =")
		if n < 0 {
			return nil
		}
		key, quote := string(b[:n]), false
		if b[n] == ' ' {
			b = b[n:] // a word by itself, as in "user pid=1"
			continue
		}
		var v []byte
		var err error
		if v, b, quote, err = auditValue(key, b[n+1:]); err != nil {
			return err
		}
		switch {
		case key == "msg" && quote && !inside:
			if err := auditFields(v, put, true); err != nil {
				return err
			}
		case auditEncoded[key] && !quote:
			put(key, auditText(v))
		default:
			put(key, v)
		}
	}
}

// auditValue takes the value that b begins with.
func auditValue(key string, b []byte) (v, rest []byte, quoted bool, err error) {
	if len(b) > 0 && b[0] == '"' {
		v, rest, ok := bytes.Cut(b[1:], []byte{'"'})
		if !ok {
			return nil, nil, true, errAuditQuote
		}
		return v, rest, true, nil
	}
	if len(b) > 0 && b[0] == '\'' {
		n := bytes.Index(b[1:], []byte{'\'', enriched})
		if n < 0 {
			n = bytes.LastIndexByte(b[1:], '\'') // some carriers lose the 0x1d
		}
		if n < 0 {
			return nil, nil, true, errAuditQuote
		}
		return b[1 : 1+n], b[2+n:], true, nil
	}
	n := bytes.IndexAny(b, " \x1d")
	if n < 0 {
		n = len(b)
	}
	if key == "op" { // its words are not quoted
		n = untilNextKey(b)
	}
	return bytes.Trim(b[:n], ",()"), b[n:], false, nil
}

// untilNextKey is where the value b begins with ends: before a blank that a
// word with an equals sign follows.
func untilNextKey(b []byte) int {
	for i, c := range b {
		if c == enriched {
			return i
		}
		if c != ' ' {
			continue
		}
		if n := bytes.IndexAny(b[i+1:], " =\x1d"); n > 0 && b[i+1+n] == '=' {
			return i
		}
	}
	return len(b)
}

// auditText decodes a value that was written in hexadecimal; another stays.
func auditText(v []byte) []byte {
	text := make([]byte, hex.DecodedLen(len(v)))
	if _, err := hex.Decode(text, v); err != nil || !validText(text) || bytes.IndexFunc(text, func(r rune) bool { return r < ' ' }) >= 0 {
		return v
	}
	return text
}
