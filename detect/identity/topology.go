package identity

import (
	"slices"
	"strings"
	"time"
)

// Topology says which directory's passwords come from which: the rows of the
// topology file, by directory. A nil one says nothing.
type Topology struct{ rows map[string]Directory }

// NewTopology takes the rows of the file. Names of directories are those of
// systems, in any case.
func NewTopology(rows []Directory) *Topology {
	t := &Topology{rows: make(map[string]Directory, len(rows))}
	for _, r := range rows {
		t.rows[strings.ToLower(r.Directory)] = r
	}
	return t
}

// copying are the mechanisms by which a directory holds a password of its own,
// made from the authority's (policy.md: "hash-sync and push only"); bound those
// by which it asks the authority and holds none.
var (
	copying = []string{"hash-sync", "push"}
	bound   = []string{"pass-through", "federated", "delegated-auth"}
)

// DirectoryOf gives the directory whose accounts a system speaks of: the audit
// log of Microsoft 365 tells what was done in Entra.
func DirectoryOf(system string) string {
	if system == "m365-ual" {
		return "entra"
	}
	return system
}

// Row gives the file's row for a directory.
func (t *Topology) Row(directory string) (Directory, bool) {
	if t == nil {
		return Directory{}, false
	}
	r, ok := t.rows[strings.ToLower(directory)]
	return r, ok
}

// Authority is the directory that a directory's passwords come from in the
// end, itself where it is its own or no row names another.
func (t *Topology) Authority(directory string) string {
	at := strings.ToLower(directory)
	if t == nil {
		return at
	}
	for range len(t.rows) { // rows that go round in a circle end somewhere
		r, ok := t.rows[at]
		if !ok || r.Authority == "" || !slices.Contains(copying, r.Mechanism) && !slices.Contains(bound, r.Mechanism) {
			return at
		}
		at = strings.ToLower(r.Authority)
	}
	return at
}

// Place is a directory that a new password has to come to, or that holds none.
type Place struct {
	Directory string
	Mechanism string // of its row; "" for the authority of the others
	// Holds: it keeps a password, or a hash of one, of its own.
	Holds bool
	// Deadline is the row's own, 0 where it states none.
	Deadline time.Duration
}

// Reach lists, sorted, the directories among those an identity lives in (names
// in lower case) that a password set in one of them concerns: the authority,
// and whatever takes its password from there. Where the identity has no account
// with the authority the password is the directory's own: it alone is listed.
func (t *Topology) Reach(from string, lives []string) []Place {
	from = strings.ToLower(from)
	authority := t.Authority(from)
	if !slices.Contains(lives, authority) {
		return []Place{{Directory: from, Holds: true}}
	}
	var out []Place
	for _, d := range lives {
		r, _ := t.Row(d)
		switch {
		case d == authority:
			out = append(out, Place{Directory: d, Holds: true, Deadline: r.Deadline})
		case t.Authority(d) == authority:
			out = append(out, Place{Directory: d, Mechanism: r.Mechanism, Holds: !slices.Contains(bound, r.Mechanism), Deadline: r.Deadline})
		}
	}
	slices.SortFunc(out, func(a, b Place) int { return strings.Compare(a.Directory, b.Directory) })
	return out
}

// Shares tells whether a password set in one directory comes to the other.
func (t *Topology) Shares(a, b string) bool {
	return a != b && t.Authority(a) == t.Authority(b)
}
