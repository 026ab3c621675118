package rules

import (
	"fmt"
	"slices"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// PolicySet is a policy in all its dated versions, sorted by ValidFrom.
type PolicySet struct {
	Versions []*Policy
}

// At gives the version in force at a time. A time before the first version is
// judged by the first.
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

// loadVersions reads a user's file: each document, or each entry of its key
// versions, is one version.
func loadVersions(file ruleFile) (*PolicySet, error) {
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
	var set PolicySet
	for _, doc := range docs {
		versions, err := documentVersions(file, doc)
		if err != nil {
			return nil, err
		}
		set.Versions = append(set.Versions, versions...)
	}
	slices.SortStableFunc(set.Versions, func(a, b *Policy) int { return a.ValidFrom.Compare(b.ValidFrom) })
	for i, p := range set.Versions[1:] {
		if p.ValidFrom.Equal(set.Versions[i].ValidFrom) {
			return nil, &Error{File: file.name, Msg: fmt.Sprintf("versions %s and %s come into force at the same time",
				clip(set.Versions[i].Version), clip(p.Version))}
		}
	}
	return &set, nil
}

// maxVersions bounds the documents of a file and the versions of a document:
// each is a whole policy.
const maxVersions = 100

func documentVersions(file ruleFile, doc ast.Node) ([]*Policy, error) {
	d := decoder{file: file.name, src: file.src}
	versions := entry(doc, "versions")
	if versions == nil {
		p, err := version(file, doc, nil)
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
		p, err := version(file, doc, v)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// version builds one version of a user's document: what it extends, its own
// keys but for versions, and those of the entry of versions, nil if it has none.
func version(file ruleFile, doc, dated ast.Node) (*Policy, error) {
	if _, ok := pairs(doc); !ok {
		d := decoder{file: file.name, src: file.src}
		return nil, d.wrongType(doc, field{name: "a policy"}, "a mapping")
	}
	layers, err := extended(file, without(doc, "versions"))
	if err != nil {
		return nil, err
	}
	if dated != nil {
		layers = append(layers, layer{file, dated})
	}
	for _, key := range []string{"name", "version"} {
		stated := slices.ContainsFunc(layers, func(l layer) bool { return !l.file.bundled && entry(l.node, key) != nil })
		if !stated {
			d := decoder{file: file.name, src: file.src}
			return nil, d.fail(layers[len(layers)-1].node, "", "key %q is missing", key)
		}
	}
	return build(layers, "")
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
