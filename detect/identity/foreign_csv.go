package identity

import (
	"bytes"
	"strings"
)

// csvEntries takes apart a CSV whose header names a directory's attributes, as
// csvde and Export-Csv write it. No product where it is a roster in our own
// columns.
func csvEntries(name string, src []byte) ([]*entry, *product, error) {
	header, rest, _ := bytes.Cut(src, []byte("\n"))
	var comment rune
	if bytes.HasPrefix(header, []byte("#TYPE ")) { // Export-Csv without -NoTypeInformation
		header, _, _ = bytes.Cut(rest, []byte("\n"))
		comment = '#'
	}
	comma := ','
	if !bytes.ContainsRune(header, ',') && bytes.ContainsRune(header, ';') {
		comma = ';' // Export-Csv -UseCulture
	}
	columns := &entry{attrs: make(map[string]any)}
	for column := range strings.SplitSeq(string(header), string(comma)) {
		columns.attrs[strings.ToLower(strings.Trim(column, " \t\r\""))] = ""
	}
	p := productOf(columns)
	if p == nil {
		return nil, nil, nil
	}
	rows, err := csvTable(name, src, nil, "", comma, comment)
	if err != nil {
		return nil, nil, err
	}
	several := make(map[string]bool)
	for _, column := range p.lists {
		several[column] = true
	}
	entries := make([]*entry, 0, len(rows))
	for _, r := range rows {
		e := &entry{r.line, make(map[string]any, len(r.cells))}
		for column, c := range r.cells {
			if !several[column] {
				e.attrs[column] = c.text
				continue
			}
			var list []any
			for _, v := range splitEscaped(c.text) {
				list = append(list, v)
			}
			e.attrs[column] = list
		}
		entries = append(entries, e)
	}
	return entries, p, nil
}

// splitEscaped splits at semicolons; one after a backslash is part of a
// distinguished name (RFC 4514 section 2.4).
func splitEscaped(text string) []string {
	var list []string
	from := 0
	for i := 0; i <= len(text); i++ {
		switch {
		case i < len(text) && text[i] == '\\':
			i++
		case i >= len(text) || text[i] == ';':
			list = append(list, text[from:min(i, len(text))])
			from = i + 1
		}
	}
	return list
}
