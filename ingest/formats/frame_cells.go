// Cells of an export that hold an object: columns of CloudTrail Lake and Athena,
// as JSON or in the form Presto prints rows and maps, {key=value, key={…}}.
package formats

import (
	"bytes"
	"encoding/json"
	"strings"
)

// Reasons why a cell's object cannot be read.
const (
	whyCell      = "a cell holds an object in a form this format does not read"
	whyCellTwice = "a cell's object names a key twice: its text may pass for a key"
	whyCellDeep  = "a cell's object is nested deeper than 64 levels"
)

// membered finds the columns whose cells the format looks into: those with a
// path beneath them.
func (d *Decoder) membered(names []string) []bool {
	inside := make([]bool, len(names))
	for i, name := range names {
		for path := range d.f.cells {
			if strings.HasPrefix(path, name+".") || strings.HasPrefix(path, name+"[") {
				inside[i] = true
			}
		}
	}
	return inside
}

// cell puts the values of an object in a cell into slots, by the lower-case
// path from its column.
func (d *Decoder) cell(column string, b []byte) (why string) {
	if b = bytes.TrimSpace(b); len(b) == 0 || b[0] != '{' {
		return ""
	}
	if json.Valid(b) {
		return d.cellJSON(column, b, 1)
	}
	rest, why := d.cellRow(column, b, 1)
	if why == "" && len(rest) > 0 {
		return whyCell
	}
	return why
}

func (d *Decoder) putCell(path string, v []byte) {
	for _, slot := range d.f.cells[path] {
		d.s.slots[slot].b = v
	}
}

// cellJSON walks a sound JSON object in its own order, so that of a key given
// twice the last holds.
func (d *Decoder) cellJSON(path string, b []byte, depth int) (why string) {
	if depth > MaxDepth {
		return whyCellDeep
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	if _, err := dec.Token(); err != nil {
		return whyCell
	}
	for dec.More() {
		key, err := dec.Token()
		name, ok := key.(string)
		var v json.RawMessage
		if err != nil || !ok || dec.Decode(&v) != nil {
			return whyCell
		}
		at := path + "." + strings.ToLower(name)
		switch v[0] {
		case '{':
			if why := d.cellJSON(at, v, depth+1); why != "" {
				return why
			}
		case '[':
			d.cellFirst(at, v)
		case '"':
			d.putCell(at, unquote(v))
		case 'n':
		default:
			d.putCell(at, v)
		}
	}
	return ""
}

// cellFirst keeps the first text of a list, for paths that ask for it.
func (d *Decoder) cellFirst(path string, v json.RawMessage) {
	var texts []json.RawMessage
	if json.Unmarshal(v, &texts) == nil && len(texts) > 0 && texts[0][0] == '"' {
		d.putCell(path+"[0]", unquote(texts[0]))
		d.putCell(path+"[]", unquote(texts[0]))
	}
}

// cellRow reads {key=value, …} and returns what follows it. A value ends at
// ", " before another key, or at the brace; Presto quotes nothing, so a text
// may pass for keys: a key that comes twice makes the record malformed.
func (d *Decoder) cellRow(path string, b []byte, depth int) (rest []byte, why string) {
	if depth > MaxDepth {
		return nil, whyCellDeep
	}
	seen := map[string]bool{}
	for b = b[1:]; ; {
		if b = bytes.TrimLeft(b, " "); len(b) > 0 && b[0] == '}' {
			return b[1:], ""
		}
		key, after, ok := bytes.Cut(b, []byte{'='})
		if !ok || !isCellKey(key) {
			return nil, whyCell
		}
		name := strings.ToLower(string(key))
		if seen[name] {
			return nil, whyCellTwice
		}
		seen[name] = true
		if len(after) > 0 && after[0] == '{' && startsRow(after) {
			if b, why = d.cellRow(path+"."+name, after, depth+1); why != "" {
				return nil, why
			}
		} else {
			n := cellValueEnd(after)
			if n < 0 {
				return nil, whyCell
			}
			d.putCell(path+"."+name, after[:n])
			d.putFirst(path+"."+name, after[:n])
			b = after[n:]
		}
		b = bytes.TrimPrefix(b, []byte{','})
	}
}

// putFirst keeps the first element of a list, [a, b].
func (d *Decoder) putFirst(path string, b []byte) {
	list, ok := bytes.CutPrefix(b, []byte{'['})
	if !ok {
		return
	}
	first, _, _ := bytes.Cut(bytes.TrimSuffix(list, []byte{']'}), []byte{','})
	for _, pick := range [...]string{"[0]", "[]"} {
		d.putCell(path+pick, unquote(bytes.TrimSpace(first)))
	}
}

// startsRow tells a row from a text that begins with a brace, such as a policy.
func startsRow(b []byte) bool {
	key, _, ok := bytes.Cut(b[1:], []byte{'='})
	return bytes.HasPrefix(b, []byte("{}")) || ok && isCellKey(key)
}

func isCellKey(b []byte) bool {
	for _, c := range b {
		if (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && c != '_' && c != '-' && c != '.' && c != ':' {
			return false
		}
	}
	return len(b) > 0
}

// maxCellKey bounds how far behind a comma a key is looked for, in bytes; AWS's
// longest names are half as long.
const maxCellKey = 128

// cellValueEnd is where a value ends, counting braces and brackets in it.
func cellValueEnd(b []byte) int {
	depth := 0
	for i, c := range b {
		switch {
		case c == '{' || c == '[':
			depth++
		case c == ']' || c == '}' && depth > 0:
			depth = max(0, depth-1)
		case c == '}':
			return i
		case c == ',' && depth == 0:
			next := bytes.TrimLeft(b[i+1:min(len(b), i+1+maxCellKey)], " ")
			if key, _, ok := bytes.Cut(next, []byte{'='}); ok && isCellKey(key) {
				return i
			}
		}
	}
	return -1
}
