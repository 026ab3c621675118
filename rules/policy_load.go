package rules

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// LoadPolicy reads the policy that spec names: a bundled one (baseline, strict)
// or a YAML file, which it is taken for if it holds a slash or ends in .yaml or
// .yml, and behind it the profiles that tighten it: baseline+pci, acme.yaml+dora.
// A mistake in a file is an *Error.
func LoadPolicy(spec string) (*PolicySet, error) {
	file, ok := PolicyFile(spec)
	if !ok {
		layers, err := namedLayers(spec)
		if err != nil {
			return nil, err
		}
		p, err := build(layers)
		if err != nil {
			return nil, err
		}
		return &PolicySet{Versions: []*Policy{p}}, nil
	}
	named, err := profilesBehind(spec[len(file):])
	if err != nil {
		return nil, err
	}
	src, err := readBounded(file)
	if err != nil {
		return nil, fmt.Errorf("policy %w", err)
	}
	return loadVersions(ruleFile{name: file, src: src}, named)
}

// PolicyFile tells whether a spec names a file rather than a bundled policy, and
// gives the file without the profiles behind it. A plus sign is part of the
// name where a file of that name lies.
func PolicyFile(spec string) (file string, ok bool) {
	if !isPolicyFile(spec) {
		return "", false
	}
	base, _, plus := strings.Cut(spec, "+")
	if _, err := os.Stat(spec); plus && (err == nil || !isPolicyFile(base)) {
		return spec, true
	}
	return base, true
}

// PolicyAdding is LoadPolicy of a bundled policy with YAML laid over it, as a
// file that extends it would be.
func PolicyAdding(spec, adds string) (*PolicySet, error) {
	layers, err := namedLayers(spec)
	if err != nil {
		return nil, err
	}
	file := ruleFile{name: "adds", src: []byte(adds)}
	docs, err := parse(file.name, file.src)
	if err != nil {
		return nil, err
	}
	for _, doc := range docs {
		layers = append(layers, layer{file: file, node: doc})
	}
	p, err := build(layers)
	if err != nil {
		return nil, err
	}
	return &PolicySet{Versions: []*Policy{p}}, nil
}

func isPolicyFile(spec string) bool {
	base, _, _ := strings.Cut(spec, "+")
	return strings.ContainsAny(spec, `/\`) || strings.HasSuffix(base, ".yaml") || strings.HasSuffix(base, ".yml")
}

// layer is one mapping of a file, laid over the layers before it.
type layer struct {
	file    ruleFile
	node    ast.Node // nil for a profile
	profile bool
}

// namedLayers gives the layers of a bundled policy, base first, and of the
// profiles named behind it.
func namedLayers(spec string) ([]layer, error) {
	base, _, _ := strings.Cut(spec, "+")
	named, err := profilesBehind(spec[len(base):])
	if err != nil {
		return nil, err
	}
	file, err := bundledPolicyFile("policy", "policies", base)
	if err != nil {
		return nil, err
	}
	docs, err := parse(file.name, file.src)
	if err != nil {
		return nil, err
	}
	layers, err := extended(file, docs[0])
	if err != nil {
		return nil, err
	}
	return withProfiles(layers, named)
}

func withProfiles(layers []layer, named []string) ([]layer, error) {
	for _, name := range named {
		file, err := bundledPolicyFile("profile", profilesFolder, name)
		if err != nil {
			return nil, err
		}
		layers = append(layers, layer{file: file, profile: true})
	}
	return layers, nil
}

// bundledPolicyFile finds one bundled file by its name.
func bundledPolicyFile(what, folder, name string) (ruleFile, error) {
	known := bundledNames(folder)
	if !slices.Contains(known, name) {
		return ruleFile{}, fmt.Errorf("unknown %s %q (%s)", what, clip(name), meant(name, known))
	}
	file := ruleFile{bundled: true}
	file.name, file.src = bundledFile(folder + "/" + name + ".yaml")
	return file, nil
}

func bundledNames(folder string) []string {
	found, err := fs.Glob(bundled, folder+"/*.yaml")
	if err != nil {
		return nil
	}
	var all []string
	for _, f := range found {
		if f != methodsPath && f != lifetimesPath {
			all = append(all, strings.TrimSuffix(path.Base(f), ".yaml"))
		}
	}
	return all
}

// extended gives the layers of one document: those of what it extends, then
// itself.
func extended(file ruleFile, doc ast.Node) ([]layer, error) {
	own := layer{file: file, node: doc}
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

// build decodes layers one over the other and tightens the result by the
// profiles among them, so that no file laid over a profile undercuts it. The
// profiles' names follow the policy's own.
func build(layers []layer) (*Policy, error) {
	p := &Policy{places: map[string]Place{}, asked: map[string][]string{}}
	var files [][]byte
	last, segments := layers[0].file, layers[0]
	for i, l := range layers {
		if i == 0 || layers[i-1].file.name != l.file.name {
			files = append(files, l.file.src)
		}
		if l.profile {
			continue
		}
		last = l.file
		d := decoder{file: l.file.name, src: l.file.src, overlay: i > 0}
		if err := d.value(l.node, reflect.ValueOf(p).Elem(), field{}); err != nil {
			return nil, err
		}
		p.place(l)
		if entry(l.node, "segments") != nil {
			segments = l
		}
	}
	if err := p.complete(last.name); err != nil {
		return nil, err
	}
	if err := p.segmentRows(segments); err != nil {
		return nil, err
	}
	for tier, row := range p.Requirements {
		p.Requirements[tier] = row.everyPath()
	}
	for _, l := range layers {
		if l.profile {
			if err := p.tighten(l.file); err != nil {
				return nil, err
			}
			p.Name += "+" + p.Profiles[len(p.Profiles)-1].Name
		}
	}
	_, methods := bundledFile(methodsPath)
	p.Methods = bundledMethods().with(p.MethodNames)
	_, lifetimes := bundledFile(lifetimesPath)
	p.Lifetimes = theLifetimes()
	p.SHA256 = digest(append(files, methods, lifetimes)...)
	return p, nil
}

// place remembers where a layer states its keys, down to those of a tier.
func (p *Policy) place(l layer) {
	var walk func(n ast.Node, at string, deep int)
	walk = func(n ast.Node, at string, deep int) {
		entries, _ := pairs(n)
		for _, e := range entries {
			key, _ := text(e.Key)
			line, col := position(e.Key)
			p.places[at+key] = Place{l.file.name, line, col, !l.file.bundled}
			if deep > 0 {
				walk(e.Value, at+key+".", deep-1)
			}
		}
	}
	walk(l.node, "", 2)
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
	v := reflect.ValueOf(&r).Elem()
	for i := range v.NumField() {
		everyPath(v.Field(i))
	}
	return r
}
