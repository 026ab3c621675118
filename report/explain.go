package report

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"resetproof/detect/judge"
	"resetproof/rules"
)

// Explainer says why a report holds a finding or a verdict, from the report's
// own files. Of a record it names the place, never the line.
type Explainer struct {
	Checks     []*rules.Check
	Frameworks []*rules.Framework
	// Policies are looked up by the SHA-256 that a finding cites; another policy
	// than the one that judged says nothing of its values.
	Policies *rules.PolicySet
	// Logs are those that could be added.
	Logs  []Log
	Width int // columns, at least minWidth
}

// ErrNoReport marks a folder that holds no report.
var ErrNoReport = errors.New("holds no report")

// An UnclearID names nothing in a report, or several things.
type UnclearID struct {
	ID   string
	Near []string // what may have been meant, at most maxNear
	Many bool     // the id is the beginning of all of Near, and perhaps of more
}

func (u *UnclearID) Error() string {
	if len(u.ID) < minPrefix {
		return fmt.Sprintf("%q is too short for the beginning of an id", visible(u.ID, idLength))
	}
	if u.Many {
		return fmt.Sprintf("several findings or cases begin with %q", visible(u.ID, idLength))
	}
	return fmt.Sprintf("no finding and no case is called %q", visible(u.ID, idLength))
}

const (
	idLength = 32
	// minPrefix is the least of an id that is taken for its beginning.
	minPrefix = 4
	maxNear   = 3
	// maxMatches bounds what one id may match while the files are read.
	maxMatches = 10_000
)

// Explain writes why the report in the folder out holds what id names: a
// finding, a case or one of its aliases, or the unique beginning of one. check
// narrows a case to one of its verdicts, "" for all. What id names must be
// clear, else the error is an *UnclearID.
func (e Explainer) Explain(w io.Writer, out, id, check string) error {
	found, err := search(out, strings.ToLower(id))
	if err != nil {
		return err
	}
	p := &prose{width: min(max(e.Width, minWidth), maxWidth)}
	if found.finding != nil {
		e.explainFinding(p, found.finding, found.record)
	} else {
		e.explainCase(p, found.record, found.findings, check)
	}
	_, err = io.WriteString(w, p.String())
	return err
}

// found is what an id names: a finding with its case (nil if it has none), or a
// case with its findings.
type found struct {
	finding  *judge.Finding
	record   *judge.CaseRecord
	findings []*judge.Finding
}

// search reads the files once each and keeps what the id may mean.
func search(out, id string) (f found, err error) {
	if !isReport(out) {
		return f, fmt.Errorf("%s %w", out, ErrNoReport)
	}
	var byID, ofCase []*judge.Finding
	near := nearest{id: id}
	take := func(list *[]*judge.Finding, f *judge.Finding) {
		if len(*list) < maxMatches {
			*list = append(*list, f)
		}
	}
	err = readLines(filepath.Join(out, FindingsFile), func(f *judge.Finding) error {
		near.see(f.ID)
		if begins(f.ID, id) {
			take(&byID, f)
		}
		if f.Case != nil && (begins(*f.Case, id) || slices.ContainsFunc(f.CaseAliases, func(a string) bool { return begins(a, id) })) {
			take(&ofCase, f)
		}
		return nil
	})
	if err != nil {
		return f, err
	}
	var cases []*judge.CaseRecord
	var behind *judge.CaseRecord
	err = readLines(filepath.Join(out, CasesFile), func(c *judge.CaseRecord) error {
		near.see(c.ID)
		if len(byID) > 0 && byID[0].Case != nil && *byID[0].Case == c.ID {
			behind = c
		}
		if (begins(c.ID, id) || slices.ContainsFunc(c.CaseAliases, func(a string) bool { return begins(a, id) })) && len(cases) < maxMatches {
			cases = append(cases, c)
		}
		return nil
	})
	switch {
	case err != nil:
		return f, err
	case len(byID)+len(cases) == 0:
		return f, &UnclearID{ID: id, Near: near.ids}
	case len(byID)+len(cases) > 1:
		return f, &UnclearID{ID: id, Near: whatBegins(byID, cases), Many: true}
	case len(byID) == 1:
		return found{finding: byID[0], record: behind}, nil
	}
	return found{record: cases[0], findings: ofCase}, nil
}

// begins tells whether a typed id means a whole one.
func begins(whole, typed string) bool {
	return whole == typed || len(typed) >= minPrefix && strings.HasPrefix(whole, typed)
}

// whatBegins lists the first ids that a beginning fits, with what they are.
func whatBegins(findings []*judge.Finding, cases []*judge.CaseRecord) []string {
	var all []string
	for _, f := range findings {
		all = append(all, visible(f.ID, idLength)+" ("+visible(f.Check, maxShownText)+")")
	}
	for _, c := range cases {
		all = append(all, visible(c.ID, idLength)+" (case)")
	}
	slices.Sort(all)
	return all[:min(len(all), maxNear)]
}

// nearest keeps the ids that share the longest beginning with a mistyped one.
type nearest struct {
	id     string
	shared int
	ids    []string
}

func (n *nearest) see(id string) {
	shared := 0
	for shared < min(len(id), len(n.id)) && id[shared] == n.id[shared] {
		shared++
	}
	switch {
	case shared < minPrefix || shared < n.shared || slices.Contains(n.ids, id) || !isID(id):
	case shared > n.shared:
		n.shared, n.ids = shared, []string{id}
	case len(n.ids) < maxNear:
		n.ids = append(n.ids, id)
	}
}

// isID tells an id as the files have it.
func isID(id string) bool {
	return len(id) == idLength && strings.Trim(id, "0123456789abcdef") == ""
}

func (e Explainer) check(id string) *rules.Check {
	i := slices.IndexFunc(e.Checks, func(c *rules.Check) bool { return c.ID == id })
	if i < 0 {
		return nil
	}
	return e.Checks[i]
}

// policy is the version that a finding or a case cites, nil if another one is given now.
func (e Explainer) policy(ref *judge.PolicyRef) *rules.Policy {
	if e.Policies == nil || ref == nil {
		return nil
	}
	i := slices.IndexFunc(e.Policies.Versions, func(p *rules.Policy) bool { return p.SHA256 == ref.SHA256 })
	if i < 0 {
		return nil
	}
	return e.Policies.Versions[i]
}

// formatsFor lists the log formats that could show one of the kinds: of the
// systems, if one of them can, else of any.
func (e Explainer) formatsFor(kinds, systems []string) []string {
	var own, all []string
	theirs := false
	for _, l := range e.Logs {
		if !slices.ContainsFunc(kinds, func(k string) bool { return slices.Contains(l.Kinds, k) }) {
			continue
		}
		all = append(all, l.Format)
		if l.System == "" || slices.Contains(systems, l.System) {
			own = append(own, l.Format)
			theirs = theirs || l.System != ""
		}
	}
	if theirs {
		all = own
	}
	return slices.Sorted(slices.Values(all))
}
