package rules

import (
	"fmt"
	"io/fs"
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

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
		layers = append(layers, layer{file, doc})
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
		if f != methodsPath && f != lifetimesPath {
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
	_, lifetimes := bundledFile(lifetimesPath)
	p.Lifetimes = theLifetimes()
	p.SHA256 = digest(append(files, methods, lifetimes)...)
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
