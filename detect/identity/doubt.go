package identity

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/agnivade/levenshtein"

	"resetproof/rules"
)

// Doubts lists, in sentences with file and line, what the context files state
// and is unlikely to be meant: names that the roster does not know, waivers
// that cover nothing or that no person signed, directories that are no known
// system. systems are the known ones.
func (c *Context) Doubts(systems []string) []string {
	out := c.Misspelt()
	for _, file := range c.Files {
		name := filepath.Base(file.Path)
		switch file.Role {
		case "identities":
			out = append(out, c.strangers(name)...)
		case "exceptions":
			out = append(out, c.waiverDoubts(name)...)
		case "topology":
			for _, d := range c.Directories {
				if hint := rules.Meant(d.Directory, systems); !slices.Contains(systems, d.Directory) && hint != "" {
					out = append(out, fmt.Sprintf("%s:%d: directory %q is no system known by that name (%s)", name, d.Line, d.Directory, hint))
				}
			}
		}
	}
	return out
}

// tagsRead are columns that are tags by the contract and are read all the same.
var tagsRead = []string{aliasTag, "workload_identity", "spn"}

// Misspelt lists, in sentences, the columns that are kept as tags and are nearly
// the name of a column that their file does not have: what they were meant to say
// changes verdicts, and nothing reads it.
func (c *Context) Misspelt() []string {
	var out []string
	for _, file := range c.Files {
		out = append(out, misspelt(filepath.Base(file.Path), file)...)
	}
	return out
}

func misspelt(name string, file File) []string {
	known := slices.Clone(tagsRead)
	for _, c := range Columns(file.Role) {
		known = append(known, c.Name)
	}
	var out []string
	for _, column := range file.Columns {
		if slices.Contains(known, column) {
			continue
		}
		for _, k := range known {
			if !slices.Contains(file.Columns, k) && nearly(column, k) {
				out = append(out, fmt.Sprintf("%s: nothing reads the column %q, it is kept as a tag: did you mean %s?", name, column, k))
				break
			}
		}
	}
	return out
}

// nearly: one slip in a short word, two in a longer one.
func nearly(a, b string) bool {
	return levenshtein.ComputeDistance(a, b) <= 1+min(len(a), len(b))/8
}

// strangers counts, per relation, the rows that name somebody the roster does
// not know.
func (c *Context) strangers(file string) []string {
	var out []string
	for _, rel := range relations {
		rows, first := 0, 0
		for i := range c.Roster.rows {
			row := &c.Roster.rows[i]
			if slices.ContainsFunc(rel.of(row), func(ref string) bool { return ref != "" && c.Roster.named(ref, row) == "" }) {
				if rows++; first == 0 || row.Line < first {
					first = row.Line
				}
			}
		}
		if rows > 0 {
			out = append(out, fmt.Sprintf("%s: %d rows name in %s somebody whom the roster does not know, the first in line %d", file, rows, rel.column, first))
		}
	}
	return out
}

func (c *Context) waiverDoubts(file string) []string {
	var out []string
	for i := range c.Waivers {
		w := &c.Waivers[i]
		if w.Defect != "" {
			out = append(out, fmt.Sprintf("%s:%d: waiver %s covers nothing: %s", file, w.Line, w.ID, w.Defect))
		}
		if kind := c.kindOf(w.ApprovedBy, w); kind != "" && kind != Person {
			out = append(out, fmt.Sprintf("%s:%d: waiver %s is approved by %s, whose kind is %s: no person answers for it", file, w.Line, w.ID, w.ApprovedBy, kind))
		}
	}
	return out
}

// kindOf is the kind of whoever a waiver names, "" where the roster does not
// know.
func (c *Context) kindOf(ref string, w *Waiver) string {
	id := ""
	if ref != "" {
		id = c.Roster.named(ref, &Identity{ValidFrom: w.ValidFrom, ValidUntil: w.ValidUntil})
	}
	if id == "" {
		return ""
	}
	return c.Roster.rows[c.Roster.spans[c.Roster.index[id]]].Kind
}
