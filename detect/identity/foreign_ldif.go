package identity

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
)

// LDIF is read here and not by go-ldap/ldif: that module opens the files which
// a value names by URL, prints the line that it cannot read and gives entries
// without their line.

// isLDIF: content records begin so, after comments (RFC 2849, "Formal Syntax").
func isLDIF(text []byte) bool {
	for line := range bytes.Lines(text) {
		lower := bytes.ToLower(line[:min(len(line), len("version:"))])
		switch {
		case len(bytes.TrimSpace(line)) == 0 || line[0] == '#' || line[0] == ' ':
		default:
			return bytes.HasPrefix(lower, []byte("dn:")) || bytes.HasPrefix(lower, []byte("version:"))
		}
	}
	return false
}

// ldifEntries takes apart LDIF content records. Only attributes that a roster
// is made of are kept: photographs and certificates are not even decoded.
func ldifEntries(name string, src []byte) ([]*entry, error) {
	r := &ldifReader{name: name, wanted: activeDirectory.attributes(adAttributes...)}
	number, began := 0, 0
	var folded []byte // one attribute, its lines joined
	for text := range bytes.Lines(src) {
		number++
		text = bytes.TrimRight(text, "\r\n")
		if len(text) > 0 && text[0] == ' ' {
			folded = append(folded, text[1:]...)
			continue
		}
		if err := r.attribute(folded, began); err != nil {
			return nil, err
		}
		folded, began = append(folded[:0], text...), number
		if len(text) == 0 {
			r.entry = nil
		}
	}
	if err := r.attribute(folded, began); err != nil {
		return nil, err
	}
	return r.entries, nil
}

type ldifReader struct {
	name    string
	wanted  map[string]bool
	entries []*entry
	entry   *entry // that is being read, nil between two
}

// attribute reads "name: text" or "name:: base64".
func (r *ldifReader) attribute(text []byte, line int) error {
	if len(text) == 0 || text[0] == '#' {
		return nil
	}
	head, value, ok := bytes.Cut(text, []byte(":"))
	if !ok {
		return mistake(r.name, nil, rowAt(line), "not LDIF: hint: a line is \"attribute: value\", a longer one goes on after a space")
	}
	attribute, _, _ := strings.Cut(strings.ToLower(string(head)), ";") // options such as ;range=0-1499
	switch {
	case r.entry == nil && (attribute == "version" || attribute == "search" || attribute == "result" || attribute == "ref"):
		return nil // ldapsearch ends with the last three
	case r.entry == nil && attribute != "dn":
		return mistake(r.name, nil, rowAt(line), "an entry that does not begin with its dn")
	case attribute == "changetype":
		return mistake(r.name, nil, rowAt(line), "a change, not an entry: hint: export entries, as ldifde -f and ldapsearch -LLL do")
	case r.entry == nil:
		r.entry = &entry{line, make(map[string]any)}
		r.entries = append(r.entries, r.entry)
	}
	if !r.wanted[attribute] {
		return nil
	}
	given, err := ldifValue(value)
	if err != nil {
		return mistake(r.name, nil, rowAt(line), "%v", err)
	}
	if given != "" {
		list, _ := r.entry.attrs[attribute].([]any)
		r.entry.attrs[attribute] = append(list, given)
	}
	return nil
}

// ldifValue never follows a URL: a roster names no files to read.
func ldifValue(value []byte) (string, error) {
	if encoded, ok := bytes.CutPrefix(value, []byte(":")); ok {
		decoded, err := base64.StdEncoding.DecodeString(string(bytes.TrimSpace(encoded)))
		if err != nil {
			return "", fmt.Errorf("a value after \"::\" that is not base64")
		}
		return string(decoded), nil
	}
	if bytes.HasPrefix(value, []byte("<")) {
		return "", fmt.Errorf("a value that stands in another file: hint: export values in place")
	}
	return string(bytes.TrimSpace(value)), nil
}
