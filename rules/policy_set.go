package rules

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// PolicySet is a policy in all its dated versions, sorted by ValidFrom.
type PolicySet struct {
	Versions []*Policy

	file ruleFile // a user's
}

// At gives the version in force at a time. Before the first version that is the
// first, after the end of the last the last; see Uncovered.
func (s *PolicySet) At(t time.Time) *Policy {
	in := s.Versions[0]
	for _, p := range s.Versions[1:] {
		if p.ValidFrom.After(t) {
			break
		}
		in = p
	}
	return in
}

// Last is the last version alone, as if it had always been in force.
func (s *PolicySet) Last() *PolicySet {
	last := *s.Versions[len(s.Versions)-1]
	last.ValidFrom, last.ValidUntil = time.Time{}, time.Time{}
	return &PolicySet{Versions: []*Policy{&last}, file: s.file}
}

// loadVersions reads a user's file: each document, or each entry of its key
// versions, is one version. The profiles named tighten all of them.
func loadVersions(file ruleFile, named []string) (*PolicySet, error) {
	docs, err := parse(file.name, file.src)
	if err != nil {
		return nil, err
	}
	if len(docs) == 0 {
		return nil, &Error{File: file.name, Msg: "holds no policy"}
	}
	if len(docs) > maxVersions {
		return nil, &Error{File: file.name, Msg: fmt.Sprintf("more than %d documents", maxVersions)}
	}
	set := PolicySet{file: file}
	for _, doc := range docs {
		versions, err := documentVersions(file, doc, named)
		if err != nil {
			return nil, err
		}
		set.Versions = append(set.Versions, versions...)
	}
	slices.SortStableFunc(set.Versions, func(a, b *Policy) int { return a.ValidFrom.Compare(b.ValidFrom) })
	return &set, set.inTurn()
}

// inTurn refuses versions that leave a gap between them or overlap.
func (s *PolicySet) inTurn() error {
	for i, p := range s.Versions {
		if !p.ValidUntil.IsZero() && !p.ValidUntil.After(p.ValidFrom) {
			return s.fail(p, "valid_until", "", "version %s ends before it comes into force", clip(p.Version))
		}
		if i+1 == len(s.Versions) {
			break
		}
		switch next := s.Versions[i+1]; {
		case next.ValidFrom.Equal(p.ValidFrom):
			return s.fail(next, "valid_from", "", "versions %s and %s come into force at the same time", clip(p.Version), clip(next.Version))
		case p.ValidUntil.IsZero():
		case p.ValidUntil.Before(next.ValidFrom):
			return s.fail(p, "valid_until", "leave valid_until away: a version is in force until the next one",
				"a gap between policy versions: %s ends %s, %s comes into force %s", clip(p.Version), day(p.ValidUntil), clip(next.Version), day(next.ValidFrom))
		case p.ValidUntil.After(next.ValidFrom):
			return s.fail(p, "valid_until", "leave valid_until away: a version is in force until the next one",
				"policy versions overlap: %s ends %s, %s comes into force %s", clip(p.Version), day(p.ValidUntil), clip(next.Version), day(next.ValidFrom))
		}
	}
	return nil
}

// Uncovered tells, as an *Error, that no version was in force when what was
// done at a time; nil if one was.
func (s *PolicySet) Uncovered(what string, at time.Time) error {
	first, last := s.Versions[0], s.Versions[len(s.Versions)-1]
	switch {
	case at.Before(first.ValidFrom):
		return s.fail(first, "valid_from", "leave valid_from of the first version away, or judge a --period that begins with it",
			"%s (%s) lies before the first version of the policy comes into force", what, at.UTC().Format(time.RFC3339))
	case !last.ValidUntil.IsZero() && !at.Before(last.ValidUntil):
		return s.fail(last, "valid_until", "add the version that follows, or judge a --period that ends with it",
			"%s (%s) lies after the last version of the policy ends", what, at.UTC().Format(time.RFC3339))
	}
	return nil
}

func (s *PolicySet) fail(p *Policy, key, hint, format string, args ...any) error {
	at := p.places[key]
	return ErrorAt(s.file.name, s.file.src, at.Line, at.col, fmt.Sprintf(format, args...), hint)
}

// day writes a time, a midnight as a date.
func day(t time.Time) string {
	if t.Equal(t.Truncate(24 * time.Hour)) {
		return t.Format(time.DateOnly)
	}
	return t.Format(time.RFC3339)
}

// maxVersions bounds the documents of a file and the versions of a document:
// each is a whole policy.
const maxVersions = 100

func documentVersions(file ruleFile, doc ast.Node, named []string) ([]*Policy, error) {
	d := decoder{file: file.name, src: file.src}
	versions := entry(doc, "versions")
	if versions == nil {
		p, err := version(file, doc, nil, named)
		return []*Policy{p}, err
	}
	list, ok := versions.Value.(*ast.SequenceNode)
	switch {
	case !ok || len(list.Values) == 0:
		return nil, d.wrongType(versions.Value, field{name: "versions"}, "a list of versions")
	case len(list.Values) > maxVersions:
		return nil, d.fail(versions.Value, "", "more than %d versions", maxVersions)
	case entry(doc, "extends") == nil:
		return nil, d.fail(versions.Key, "add extends: baseline", "versions need a policy they extend")
	}
	var all []*Policy
	for _, v := range list.Values {
		p, err := version(file, doc, v, named)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// version builds one version of a user's document: what it extends, its own
// keys but for versions, and those of the entry of versions, nil if it has none.
func version(file ruleFile, doc, dated ast.Node, named []string) (*Policy, error) {
	if _, ok := pairs(doc); !ok {
		d := decoder{file: file.name, src: file.src}
		return nil, d.wrongType(doc, field{name: "a policy"}, "a mapping")
	}
	layers, err := extended(file, without(doc, "versions"))
	if err != nil {
		return nil, err
	}
	if dated != nil {
		layers = append(layers, layer{file: file, node: dated})
	}
	if layers, err = withProfiles(layers, named); err != nil {
		return nil, err
	}
	for _, key := range []string{"name", "version"} {
		if entry(doc, key) == nil && entry(dated, key) == nil {
			d := decoder{file: file.name, src: file.src}
			return nil, d.fail(cmp.Or(dated, doc), "", "key %q is missing", key)
		}
	}
	return build(layers)
}

// without copies a mapping but for one key.
func without(doc ast.Node, key string) ast.Node {
	m, ok := doc.(*ast.MappingNode)
	if !ok || entry(doc, key) == nil {
		return doc
	}
	rest := *m
	rest.Values = slices.DeleteFunc(slices.Clone(m.Values), func(e *ast.MappingValueNode) bool {
		k, _ := text(e.Key)
		return k == key
	})
	return &rest
}
