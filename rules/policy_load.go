package rules

import (
	"fmt"
	"io/fs"
	"path"
	"reflect"
	"slices"
	"strings"
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

// Raised tells whether findings about such an identity have the raised
// severity. dataAccess is the roster's column of that name.
func (p *Policy) Raised(tier Tier, dataAccess []string) bool {
	return slices.Contains(p.RaisedTiers, tier) || slices.ContainsFunc(dataAccess, func(word string) bool {
		return slices.ContainsFunc(p.RaisedData, func(raised string) bool { return strings.EqualFold(word, raised) })
	})
}

// Privileged tells whether a role or group is on the policy's list. Case is
// ignored, and so is what stands before a backslash or the last slash: a
// domain, or the path of an ARN.
func (p *Policy) Privileged(role string) bool {
	short := role[strings.LastIndexAny(role, `\/`)+1:]
	return slices.ContainsFunc(p.PrivilegedRoles, func(listed string) bool {
		return strings.EqualFold(listed, role) || strings.EqualFold(listed, short)
	})
}

// LoadPolicy reads the policy that spec names: a bundled one with or without
// profiles (baseline, strict, baseline+NAME), or a YAML file, which spec is
// taken for if it holds a slash or ends in .yaml or .yml. A mistake in a file
// is an *Error.
func LoadPolicy(spec string) (*PolicySet, error) {
	if isPolicyFile(spec) {
		src, err := readBounded(spec)
		if err != nil {
			return nil, fmt.Errorf("policy %w", err)
		}
		return loadVersions(ruleFile{name: spec, src: src})
	}
	layers, err := namedLayers(spec)
	if err != nil {
		return nil, err
	}
	p, err := build(layers, spec)
	if err != nil {
		return nil, err
	}
	return &PolicySet{Versions: []*Policy{p}}, nil
}

func isPolicyFile(spec string) bool {
	return strings.ContainsAny(spec, `/\`) || strings.HasSuffix(spec, ".yaml") || strings.HasSuffix(spec, ".yml")
}

// layer is one mapping of a file, laid over the layers before it.
type layer struct {
	file ruleFile
	node ast.Node
}

// namedLayers gives the layers of a bundled policy, base first, and of the
// profiles named behind it.
func namedLayers(spec string) ([]layer, error) {
	name, rest, more := strings.Cut(spec, "+")
	layers, err := bundledLayers("policy", "policies", name)
	if err != nil {
		return nil, err
	}
	for more {
		var profile string
		profile, rest, more = strings.Cut(rest, "+")
		next, err := bundledLayers("profile", "policies/profiles", profile)
		if err != nil {
			return nil, err
		}
		layers = append(layers, next...)
	}
	return layers, nil
}

// bundledLayers reads one bundled file and those it extends.
func bundledLayers(what, folder, name string) ([]layer, error) {
	known := bundledNames(folder)
	if !slices.Contains(known, name) {
		hint := meant(name, known)
		if len(known) == 0 {
			hint = "there is none yet"
		}
		return nil, fmt.Errorf("unknown %s %q (%s)", what, clip(name), hint)
	}
	file := ruleFile{bundled: true}
	file.name, file.src = bundledFile(folder + "/" + name + ".yaml")
	docs, err := parse(file.name, file.src)
	if err != nil {
		return nil, err
	}
	return extended(file, docs[0])
}

func bundledNames(folder string) []string {
	found, err := fs.Glob(bundled, folder+"/*.yaml")
	if err != nil {
		return nil
	}
	var all []string
	for _, f := range found {
		if f != methodsPath {
			all = append(all, strings.TrimSuffix(path.Base(f), ".yaml"))
		}
	}
	return all
}

// extended gives the layers of one document: those of what it extends, then
// itself.
func extended(file ruleFile, doc ast.Node) ([]layer, error) {
	own := layer{file, doc}
	base := entry(doc, "extends")
	if base == nil {
		return []layer{own}, nil
	}
	d := decoder{file: file.name, src: file.src}
	name, ok := text(base.Value)
	if !ok {
		return nil, d.wrongType(base.Value, field{name: "extends"}, "the name of a bundled policy")
	}
	layers, err := namedLayers(name)
	if err != nil {
		return nil, d.fail(base.Value, "", "extends: %v", err)
	}
	return append(layers, own), nil
}

// entry finds a key of a mapping.
func entry(n ast.Node, key string) *ast.MappingValueNode {
	entries, _ := pairs(n)
	for _, e := range entries {
		if k, _ := text(e.Key); k == key {
			return e
		}
	}
	return nil
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

// build decodes layers one over the other. name, if given, is what the result
// is called.
func build(layers []layer, name string) (*Policy, error) {
	p := &Policy{}
	var files [][]byte
	for i, l := range layers {
		d := decoder{file: l.file.name, src: l.file.src, overlay: i > 0}
		if err := d.value(l.node, reflect.ValueOf(p).Elem(), field{}); err != nil {
			return nil, err
		}
		if i == 0 || layers[i-1].file.name != l.file.name {
			files = append(files, l.file.src)
		}
	}
	if name != "" {
		p.Name = name
	}
	last := layers[len(layers)-1].file
	if err := p.complete(last.name); err != nil {
		return nil, err
	}
	for tier, row := range p.Requirements {
		p.Requirements[tier] = row.everyPath()
	}
	_, methods := bundledFile(methodsPath)
	p.Methods = bundledMethods().with(p.MethodNames)
	p.SHA256 = digest(append(files, methods)...)
	return p, nil
}

// complete tells what a policy leaves open that the judge has to know.
func (p *Policy) complete(file string) error {
	for _, t := range Tiers() {
		if _, ok := p.Requirements[t]; !ok {
			return &Error{File: file, Msg: fmt.Sprintf("requirements lack the tier %s", t)}
		}
	}
	for _, c := range Classes() {
		if _, ok := p.Judges[c]; !ok {
			return &Error{File: file, Msg: fmt.Sprintf("judges lack the class %s", c)}
		}
	}
	for i, d := range p.Desks {
		if d.Unit == "" && d.Employer == "" {
			return &Error{File: file, Msg: fmt.Sprintf("desk %d names neither unit nor employer", i+1)}
		}
	}
	return nil
}

// everyPath replaces the word any by the paths it stands for.
func (r Row) everyPath() Row {
	for _, list := range []*[]Path{&r.Paths, &r.Request, &r.Reason} {
		if slices.Contains(*list, anyPath) {
			*list = Paths()
		}
	}
	for _, byPath := range []map[Path]int{r.Verification, r.Approvals} {
		n, ok := byPath[anyPath]
		if !ok {
			continue
		}
		delete(byPath, anyPath)
		for _, p := range Paths() {
			if _, named := byPath[p]; !named {
				byPath[p] = n
			}
		}
	}
	return r
}
