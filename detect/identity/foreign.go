package identity

import (
	"bytes"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"unicode"

	utf16 "golang.org/x/text/encoding/unicode"
)

// A roster may also be a directory's own export: users of Microsoft Graph, Okta
// or SCIM as JSON, of Active Directory as CSV or LDIF. Each becomes rows of our
// own columns. Only what a record states is taken: nothing is told by a name.

// product is one directory's way of writing a person down. Paths are attribute
// names in lower case with "/" between levels; lists are walked through.
type product struct {
	name   string // in the singular, for errors
	is     func(e *entry) bool
	id     []string // the stable id: the first of these that is stated
	needs  string   // what to export where none is
	logins []string // each an account as it stands
	// fields are our columns, and tags, each with the paths of which the first
	// that has a value is taken.
	fields []field
	// manager names another row by its id, an account or one of knownBy.
	manager, knownBy []string
	// lists are the columns of a CSV that hold several values.
	lists []string
	// read adds what no table says; false leaves the entry out: it is no user.
	read func(e *entry, d *draft, f *faults) bool
	// close is called once all are read, nil where there is nothing to do.
	close func(all []*draft, entries []*entry)
}

type field struct {
	column string
	paths  []string
}

// products in the order in which they are looked for: an AD export holds
// userPrincipalName too.
var products = []*product{activeDirectory, graphUsers, oktaUsers, scimUsers}

// draft is a row while it is being made.
type draft struct {
	line                    int
	id, kind, until         string
	accounts, groups, roles []string
	text                    map[string]string
	manager                 []string // candidates, best first
	names                   []string // what others may call it by
}

// add appends what there is of some values.
func add(list *[]string, values ...string) {
	for _, v := range values {
		if v = clean(v); v != "" {
			*list = append(*list, v)
		}
	}
}

// once leaves out what stands in a list before.
func once(list []string) []string {
	seen := make(map[string]bool, len(list))
	return slices.DeleteFunc(list, func(v string) bool {
		twice := seen[v]
		seen[v] = true
		return twice
	})
}

// clean takes out what must not reach a report: a display name is often the
// user's own to write, so a control character in it cannot stop the run.
func clean(v string) string {
	return strings.TrimSpace(strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return ' '
		}
		return c
	}, strings.ToValidUTF8(v, "\uFFFD")))
}

// rosterRows reads a roster in any of its forms, told by content.
func rosterRows(name string, src []byte, key string) ([]row, error) {
	if err := checkText(name, src); err != nil {
		return nil, err
	}
	entries, p, err := foreignEntries(name, src)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return parseRows(name, src, key)
	}
	f := &faults{name: name}
	rows := p.rows(entries, f)
	return rows, f.err()
}

// foreignEntries recognises a foreign roster and takes it apart; no product
// where it is none.
func foreignEntries(name string, src []byte) ([]*entry, *product, error) {
	switch start := bytes.TrimSpace(src); {
	case start[0] == '{' || start[0] == '[':
		return jsonEntries(name, src)
	case isLDIF(start):
		entries, err := ldifEntries(name, src)
		return entries, activeDirectory, err
	}
	switch strings.ToLower(filepath.Ext(name)) {
	case ".yaml", ".yml":
		return nil, nil, nil
	}
	return csvEntries(name, src)
}

// productOf tells whose record an entry is, nil for our own columns.
func productOf(e *entry) *product {
	if e.has("id") && e.has("accounts") {
		return nil
	}
	for _, p := range products {
		if p.is(e) {
			return p
		}
	}
	return nil
}

// plainText turns UTF-16 with its mark, as PowerShell, ldifde and csvde -u
// write it, into UTF-8 and drops the mark of UTF-8.
func plainText(name string, src []byte) ([]byte, error) {
	for _, mark := range []string{"\xff\xfe", "\xfe\xff"} {
		if !bytes.HasPrefix(src, []byte(mark)) {
			continue
		}
		text, err := utf16.UTF16(utf16.LittleEndian, utf16.ExpectBOM).NewDecoder().Bytes(src)
		if err != nil {
			return nil, mistake(name, nil, place{}, "not UTF-16 text: %v", err)
		}
		return text, nil
	}
	return bytes.TrimPrefix(src, byteOrderMark), nil
}

// rows makes one row of each user.
func (p *product) rows(entries []*entry, f *faults) []row {
	var drafts []*draft
	for _, e := range entries {
		if d := p.draft(e, f); d != nil {
			drafts = append(drafts, d)
		}
	}
	if len(drafts) == 0 && f.err() == nil {
		f.add(1, "no %s in it", p.name)
	}
	if p.close != nil {
		p.close(drafts, entries)
	}
	nameManagers(drafts)
	rows := make([]row, 0, len(drafts))
	first := make(map[string]row, len(drafts))
	for _, d := range drafts {
		r := d.row()
		// Pages that overlap give one user twice. Two that differ are left for
		// the roster to refuse.
		if twin, twice := first[d.id]; twice && reflect.DeepEqual(twin.cells, r.cells) {
			continue
		}
		first[d.id] = r
		rows = append(rows, r)
	}
	return rows
}

func (p *product) draft(e *entry, f *faults) *draft {
	d := &draft{line: e.line, kind: Person, text: make(map[string]string)}
	if !p.read(e, d, f) {
		return nil
	}
	if d.id == "" {
		d.id = clean(e.first(p.id...))
	}
	if d.id == "" {
		f.add(e.line, "a %s without an id: hint: export %s", p.name, p.needs)
		return nil
	}
	for _, path := range p.logins {
		add(&d.accounts, e.values(path)...)
	}
	for _, field := range p.fields {
		for _, path := range field.paths {
			if text := clean(strings.Join(e.values(path), ";")); text != "" && d.text[field.column] == "" {
				d.text[field.column] = text
			}
		}
	}
	d.accounts, d.groups, d.roles = once(d.accounts), once(d.groups), once(d.roles)
	for _, path := range p.manager {
		add(&d.manager, e.values(path)...)
	}
	d.names = append(d.names, d.id)
	d.names = append(d.names, d.accounts...)
	for _, path := range p.knownBy {
		add(&d.names, e.values(path)...)
	}
	return d
}

// row gives the draft in our own columns.
func (d *draft) row() row {
	cells := map[string]cell{
		"id": {text: d.id}, "kind": {text: d.kind}, "valid_until": {text: d.until},
		"accounts": {list: d.accounts}, "groups": {list: d.groups}, "roles": {list: d.roles},
	}
	for column, text := range d.text {
		cells[column] = cell{text: text}
	}
	if len(d.manager) > 0 {
		cells["manager"] = cell{text: d.manager[0]}
	}
	// The type of employment is free text: only our own words are understood.
	if word := strings.ToLower(d.text["employee_type"]); slices.Contains(employments, word) {
		cells["employment"] = cell{text: word}
		delete(cells, "employee_type")
	}
	return row{d.line, cells}
}

// nameManagers puts the id of the one row that a manager field names, by its
// distinguished name, account, mail or number, in its place. What names no row
// or several is kept as it is written.
func nameManagers(drafts []*draft) {
	called := make(map[string]string)
	for _, d := range drafts {
		for _, name := range d.names {
			name = strings.ToLower(name)
			if id, taken := called[name]; taken && id != d.id {
				called[name] = ""
				continue
			}
			called[name] = d.id
		}
	}
	for _, d := range drafts {
		for _, name := range d.manager {
			if id := called[strings.ToLower(name)]; id != "" {
				d.manager = []string{id}
				break
			}
		}
	}
}

// attributes are the names that a product reads, at the top level.
func (p *product) attributes(more ...string) map[string]bool {
	paths := slices.Concat(p.id, p.logins, p.manager, p.knownBy, p.lists, more)
	for _, f := range p.fields {
		paths = append(paths, f.paths...)
	}
	names := make(map[string]bool, len(paths))
	for _, path := range paths {
		name, _, _ := strings.Cut(path, "/")
		names[name] = true
	}
	return names
}
