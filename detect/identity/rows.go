package identity

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
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
}

// row is one entry of a context file.
type row struct {
	line  int
	cells map[string]cell
}

// cell is one value: text, which a list column splits at semicolons, or a list
// (YAML only).
type cell struct {
	text string
	list []string
}

func (c cell) values() []string {
	if c.list != nil {
		return c.list
	}
	return splitList(c.text)
}

// readRows reads one context file whole; key is the column it cannot do
// without.
func readRows(role, path, key string) ([]row, File, error) {
	src, err := readBounded(path)
	if err != nil {
		return nil, File{}, fmt.Errorf("reading %s: %w", role, err)
	}
	name := filepath.Base(path)
	parse := parseRows
	if role == "identities" {
		parse = rosterRows
	}
	rows, err := parse(name, src, key)
	if err != nil {
		return nil, File{}, err
	}
	sum := sha256.Sum256(src)
	return rows, File{Role: role, Path: path, SHA256: hex.EncodeToString(sum[:]), Size: int64(len(src)), Rows: len(rows)}, nil
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
	src = bytes.TrimPrefix(src, byteOrderMark)
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
		return fmt.Errorf("%s: the file is empty: hint: it needs at least a header line", name)
	}
	for i := 0; i < len(src); {
		r, size := utf8.DecodeRune(src[i:])
		if r == utf8.RuneError && size == 1 {
			return fmt.Errorf("%s:%d: not UTF-8 text: hint: save the file as UTF-8", name, 1+bytes.Count(src[:i], []byte("\n")))
		}
		if r < ' ' && r != '\t' && r != '\r' && r != '\n' {
			return fmt.Errorf("%s:%d: control character %U: hint: the file must be plain text", name, 1+bytes.Count(src[:i], []byte("\n")), r)
		}
		i += size
	}
	return nil
}

// csvRows reads comma-separated text with a header; lists are separated by
// semicolons inside a cell.
func csvRows(name string, src []byte, key string) ([]row, error) {
	return csvTable(name, src, key, ',', 0)
}

// csvTable reads text with a header that names key ("" for none); lines that
// begin with comment (0 for none) are left out.
func csvTable(name string, src []byte, key string, comma, comment rune) ([]row, error) {
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
			return nil, fmt.Errorf("%s:1: the header is one column: hint: separate columns with commas, list values with semicolons", name)
		case header[i] == "":
			return nil, fmt.Errorf("%s:1: column %d has no name", name, i+1)
		case slices.Index(header, header[i]) < i:
			return nil, fmt.Errorf("%s:1: column %q stands twice", name, header[i])
		}
	}
	if key != "" && !slices.Contains(header, key) {
		return nil, fmt.Errorf("%s:1: no column %q: hint: the first line must name the columns", name, key)
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
			return nil, fmt.Errorf("%s:%d: %d fields where the header has %d: hint: put fields that contain a comma in double quotes", name, line, len(fields), len(header))
		}
		cells := make(map[string]cell, len(header))
		for i, column := range header {
			cells[column] = cell{text: strings.TrimSpace(fields[i])}
		}
		rows = append(rows, row{line, cells})
	}
}

func csvError(name string, err error) error {
	var at *csv.ParseError
	if errors.As(err, &at) {
		return fmt.Errorf("%s:%d: %w", name, at.Line, at.Err)
	}
	return fmt.Errorf("%s: %w", name, err)
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

func (f *File) base() string { return filepath.Base(f.Path) }
