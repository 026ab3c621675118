// Reading format tables: the bundled ones and the user's.
package formats

import (
	"cmp"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
)

//go:embed *.yaml
var bundled embed.FS

// maxTable bounds a format file; the largest bundled one is a tenth of it.
const maxTable = 1 << 20

// Set is all formats that are known.
type Set struct {
	formats []*Format // by id
}

// Load reads the bundled formats and those in the given folders (*.yaml). A
// user's format takes the place of the bundled one with its id. Errors name
// file, line and column. The bundled formats alone are read once in a process:
// a set and its formats never change, and may be shared.
func Load(dirs ...string) (*Set, error) {
	if len(dirs) == 0 {
		return bundledSet()
	}
	return load(dirs)
}

var bundledSet = sync.OnceValues(func() (*Set, error) { return load(nil) })

func load(dirs []string) (*Set, error) {
	tables := map[string]*Table{}
	origin := map[string]string{}
	if err := readTables(bundled, "formats", tables, origin); err != nil {
		return nil, err
	}
	for _, dir := range dirs {
		if _, err := os.Stat(dir); err != nil {
			return nil, fmt.Errorf("formats folder: %w", err)
		}
		if err := readTables(os.DirFS(dir), dir, tables, origin); err != nil {
			return nil, err
		}
	}
	set := &Set{}
	for id, t := range tables {
		whole, err := extend(t, tables, nil)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", origin[id], err)
		}
		if whole.Abstract {
			continue
		}
		whole.Shows, whole.NeedsSetting, whole.Always = everyKind(whole.Shows), everyKind(whole.NeedsSetting), everyKind(whole.Always)
		f, err := compile(whole)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", origin[id], err)
		}
		set.formats = append(set.formats, f)
	}
	slices.SortFunc(set.formats, func(a, b *Format) int { return cmp.Compare(a.table.ID, b.table.ID) })
	return set, nil
}

// readTables adds the tables of a folder to tables; those of one folder must
// have different ids, which their file names show.
func readTables(fsys fs.FS, name string, tables map[string]*Table, origin map[string]string) error {
	files, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for _, file := range files {
		where := path.Join(name, file)
		info, err := fs.Stat(fsys, file)
		if err != nil {
			return fmt.Errorf("%s: %w", where, err)
		}
		if info.Size() > maxTable {
			return fmt.Errorf("%s: format table larger than 1 MiB", where)
		}
		text, err := fs.ReadFile(fsys, file)
		if err != nil {
			return fmt.Errorf("%s: %w", where, err)
		}
		t := &Table{}
		if err := yaml.UnmarshalWithOptions(text, t, yaml.Strict()); err != nil {
			return fmt.Errorf("%s: %s", where, strings.TrimSpace(yaml.FormatError(err, false, true)))
		}
		if want := strings.TrimSuffix(file, ".yaml"); t.ID != want {
			return fmt.Errorf("%s: id is %q, the file's name says %q", where, t.ID, want)
		}
		tables[t.ID], origin[t.ID] = t, where
	}
	return nil
}

// Get finds a format by id; nil if there is none.
func (s *Set) Get(id string) *Format {
	i, ok := slices.BinarySearchFunc(s.formats, id, func(f *Format, id string) int { return cmp.Compare(f.table.ID, id) })
	if !ok {
		return nil
	}
	return s.formats[i]
}

// All lists the formats by id.
func (s *Set) All() []*Format { return slices.Clone(s.formats) }

// isList tells whether the YAML at hand is a list. The shape is asked first, so
// that an error inside names its own line.
func isList(unmarshal func(any) error) bool {
	var shape any
	if unmarshal(&shape) != nil {
		return false
	}
	_, ok := shape.([]any)
	return ok
}

// UnmarshalYAML reads one word or a list of them.
func (w *Words) UnmarshalYAML(unmarshal func(any) error) error {
	if isList(unmarshal) {
		return unmarshal((*[]string)(w))
	}
	*w = Words{""}
	return unmarshal(&(*w)[0])
}

// UnmarshalYAML reads one condition or a list of them.
func (c *Conditions) UnmarshalYAML(unmarshal func(any) error) error {
	if isList(unmarshal) {
		return unmarshal((*[]Condition)(c))
	}
	*c = Conditions{nil}
	return unmarshal(&(*c)[0])
}

// UnmarshalYAML reads one place of an account or a list of them.
func (p *PartyField) UnmarshalYAML(unmarshal func(any) error) error {
	type plain PartyField // without this method
	if isList(unmarshal) {
		return unmarshal(&p.From)
	}
	return unmarshal((*plain)(p))
}

// UnmarshalYAML reads a path, "=text", a list of alternatives, or a mapping.
func (v *Value) UnmarshalYAML(unmarshal func(any) error) error {
	type plain Value // without this method
	var shape any
	if err := unmarshal(&shape); err != nil {
		return err
	}
	switch shape.(type) {
	case []any:
		return unmarshal(&v.From)
	case map[string]any:
		return unmarshal((*plain)(v))
	}
	var s string
	if err := unmarshal(&s); err != nil {
		return err
	}
	if text, ok := strings.CutPrefix(s, "="); ok {
		*v = Value{Text: text, constant: true}
	} else {
		*v = Value{Path: s}
	}
	return nil
}
