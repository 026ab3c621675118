package identity

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxContextFile is the most that is read of one context file: some hundred
// thousand identities with ten accounts each.
const maxContextFile = 64 << 20

// File is a context file as it was read.
type File struct {
	Role   string // identities, secrets, state, incidents, reviews, topology or exceptions
	Path   string
	SHA256 string // of its bytes, lower-case hexadecimal
	Size   int64  // bytes
	Rows   int
	// Columns are those that some row fills, sorted; of a directory's own export
	// nil.
	Columns []string
}

// row is one entry of a context file.
type row struct {
	line  int
	cells map[string]cell
}

// cell is one value: text, which a list column splits at semicolons, or a list
// (YAML only). It has no place in another product's export.
type cell struct {
	text string
	list []string
	place
}

func (c cell) values() []string {
	if c.list != nil {
		return c.list
	}
	return splitList(c.text)
}

// readRows reads one context file whole; key is the column it cannot do
// without. Its rows come with what gathers their faults.
func readRows(role, path, key string) ([]row, *faults, File, error) {
	src, err := readBounded(path)
	if err != nil {
		return nil, nil, File{}, fmt.Errorf("reading %s: %w", role, err)
	}
	name := filepath.Base(path)
	sum := sha256.Sum256(src)
	file := File{Role: role, Path: path, SHA256: hex.EncodeToString(sum[:]), Size: int64(len(src))}
	parse := parseRows
	if role == "identities" {
		parse = rosterRows
		if src, err = plainText(name, src); err != nil {
			return nil, nil, File{}, err
		}
	}
	src = bytes.TrimPrefix(src, byteOrderMark)
	rows, err := parse(name, src, key)
	if err != nil {
		return nil, nil, File{}, err
	}
	file.Rows = len(rows)
	if !slices.ContainsFunc(rows, row.placed) {
		src = nil
	} else {
		file.Columns = columnsOf(rows)
	}
	return rows, &faults{name: name, src: src}, file, nil
}

func columnsOf(rows []row) []string {
	seen := map[string]bool{}
	for _, r := range rows {
		for name := range r.cells {
			seen[name] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// placed tells whether it is known where the row's cells stand.
func (r row) placed() bool {
	for _, c := range r.cells {
		if c.line > 0 {
			return true
		}
	}
	return false
}

func readBounded(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // nothing was written
	src, err := io.ReadAll(io.LimitReader(f, maxContextFile+1))
	if err != nil {
		return nil, err
	}
	if len(src) > maxContextFile {
		return nil, fmt.Errorf("%s: larger than %d MiB", filepath.Base(path), maxContextFile>>20)
	}
	return src, nil
}

var byteOrderMark = []byte("\xef\xbb\xbf")

func parseRows(name string, src []byte, key string) ([]row, error) {
	if err := checkText(name, src); err != nil {
		return nil, err
	}
	switch strings.ToLower(filepath.Ext(name)) {
	case ".yaml", ".yml", ".json":
		return yamlRows(name, src)
	}
	return csvRows(name, src, key)
}

// checkText refuses what is not plain UTF-8 text, with the line it stands in.
func checkText(name string, src []byte) error {
	if len(bytes.TrimSpace(src)) == 0 {
		return mistake(name, nil, place{}, "the file is empty: hint: it needs at least a header line")
	}
	for i := 0; i < len(src); {
		r, size := utf8.DecodeRune(src[i:])
		if r == utf8.RuneError && size == 1 {
			return mistake(name, nil, rowAt(1+bytes.Count(src[:i], []byte("\n"))), "not UTF-8 text: hint: save the file as UTF-8")
		}
		if r < ' ' && r != '\t' && r != '\r' && r != '\n' {
			return mistake(name, nil, rowAt(1+bytes.Count(src[:i], []byte("\n"))), "control character %U: hint: the file must be plain text", r)
		}
		i += size
	}
	return nil
}

// csvRows reads comma-separated text with a header; lists are separated by
// semicolons inside a cell.
func csvRows(name string, src []byte, key string) ([]row, error) {
	return csvTable(name, src, src, key, ',', 0)
}

// csvTable reads text with a header that names key ("" for none); lines that
// begin with comment (0 for none) are left out. shown is the text that errors
// may show lines of.
func csvTable(name string, src, shown []byte, key string, comma, comment rune) ([]row, error) {
	r := csv.NewReader(bytes.NewReader(src))
	r.Comma, r.Comment = comma, comment
	r.FieldsPerRecord = -1 // counted below, to say which line and how many
	header, err := r.Read()
	if err != nil {
		return nil, csvError(name, err)
	}
	for i, column := range header {
		header[i] = strings.ToLower(strings.TrimSpace(column))
		switch {
		case len(header) == 1 && comma == ',' && strings.Contains(column, ";"):
			return nil, mistake(name, shown, fieldAt(r, i, column), "the header is one column: hint: separate columns with commas, list values with semicolons")
		case header[i] == "":
			return nil, mistake(name, shown, fieldAt(r, i, column), "column %d has no name", i+1)
		case slices.Index(header, header[i]) < i:
			return nil, mistake(name, shown, fieldAt(r, i, column), "column %q stands twice", header[i])
		}
	}
	if key != "" && !slices.Contains(header, key) {
		return nil, mistake(name, shown, rowAt(1), "no column %q: hint: the first line must name the columns", key)
	}
	var rows []row
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, csvError(name, err)
		}
		line, _ := r.FieldPos(0)
		if len(fields) != len(header) {
			return nil, mistake(name, shown, rowAt(line), "%d fields where the header has %d: hint: put fields that contain a comma in double quotes", len(fields), len(header))
		}
		cells := make(map[string]cell, len(header))
		for i, column := range header {
			cells[column] = cell{text: strings.TrimSpace(fields[i]), place: fieldAt(r, i, fields[i])}
		}
		rows = append(rows, row{line, cells})
	}
}

func csvError(name string, err error) error {
	var at *csv.ParseError
	if errors.As(err, &at) {
		return mistake(name, nil, rowAt(at.Line), "%v", at.Err)
	}
	return mistake(name, nil, place{}, "%v", err)
}

// fieldAt is where a field of the record that was just read stands.
func fieldAt(r *csv.Reader, field int, text string) place {
	line, col := r.FieldPos(field)
	return place{int32(line), int32(col), int32(len(text))}
}

func splitList(cell string) []string {
	var list []string
	for value := range strings.SplitSeq(cell, ";") {
		if value = strings.TrimSpace(value); value != "" {
			list = append(list, value)
		}
	}
	return list
}
