package rules

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// Decode reads one YAML document into what into points at, and is strict: an
// unknown or repeated key, a wrong type, an unreadable duration or a missing
// required key is an *Error with file, line, column and caret. An empty
// document leaves into as it is, unless a key of it is required. Anchors,
// aliases and tags are refused.
//
// Fields carry `yaml:"name"` or `yaml:"name,required"`; a field without a tag
// is not part of the file. More tags: `in:"a|b"` lists the words a text, or
// each text below it, may be (or names a vocabulary: kind, tier, link …),
// `keys:"…"` does so for the keys of a mapping, `max:"4"` bounds a number;
// `in:"zone"` and `in:"clock"` take a time zone and a time of day.
// `yaml:",line"` receives the line a mapping begins on (int) and
// `yaml:",lines"` the line each key's text begins on (map[string]int).
// Numbers and durations are never negative. Durations are written 10m, 72h or
// 7d, times as RFC 3339 or as a date (midnight UTC).
func Decode(file string, src []byte, into any) error {
	docs, err := parse(file, src)
	if err != nil {
		return err
	}
	if len(docs) > 1 {
		line, col := position(docs[1])
		return ErrorAt(file, src, line, col, "a second document; this file holds one", "")
	}
	d := decoder{file: file, src: src}
	if len(docs) == 0 {
		return d.required(nil, reflect.ValueOf(into).Elem(), nil)
	}
	return d.value(docs[0], reflect.ValueOf(into).Elem(), field{})
}

// decoder walks a document. With overlay set, required keys may be absent: the
// value it writes to already holds what the file extends.
type decoder struct {
	file    string
	src     []byte
	overlay bool
}

// field is what a struct tag says of a value.
type field struct {
	name     string
	required bool
	in, keys string
	max      int    // 0: no bound
	stricter string // how two values of it are weighed, see strictest
}

func (d *decoder) fail(n ast.Node, hint, format string, args ...any) error {
	line, col := position(n)
	return ErrorAt(d.file, d.src, line, col, fmt.Sprintf(format, args...), hint)
}

func (d *decoder) wrongType(n ast.Node, f field, want string) error {
	what := f.name
	if what == "" {
		what = "this"
	}
	switch n.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.MergeKeyNode, *ast.TagNode:
		return d.fail(n, "", "%s is %s, which this file may not use", what, called(n))
	}
	return d.fail(n, "", "%s wants %s, is %s", what, want, called(n))
}

var (
	textType     = reflect.TypeFor[encoding.TextUnmarshaler]()
	durationType = reflect.TypeFor[time.Duration]()
	timeType     = reflect.TypeFor[time.Time]()
	unreadType   = reflect.TypeFor[unread]()
)

// unread is a mapping that is read later, over a value not known yet.
type unread struct{ node ast.Node }

func (d *decoder) value(n ast.Node, v reflect.Value, f field) error {
	if _, empty := n.(*ast.NullNode); empty {
		if f.required {
			return d.fail(n, "", "%s is empty", f.name)
		}
		v.SetZero()
		return nil
	}
	switch {
	case v.Type() == unreadType:
		if _, ok := pairs(n); !ok {
			return d.wrongType(n, f, "a mapping")
		}
		v.Set(reflect.ValueOf(unread{n}))
		return nil
	case v.Type() == durationType:
		return d.scalar(n, f, "a duration such as 10m, 72h or 7d", func(s string) error {
			t, err := ParseDuration(s)
			v.SetInt(int64(t))
			return err
		})
	case v.Type() == timeType:
		return d.scalar(n, f, "a time", func(s string) error {
			t, err := parseTime(s)
			v.Set(reflect.ValueOf(t))
			return err
		})
	case v.CanAddr() && v.Addr().Type().Implements(textType):
		return d.scalar(n, f, "text", func(s string) error {
			return v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(s))
		})
	}
	switch v.Kind() {
	case reflect.Struct:
		return d.structure(n, v, f)
	case reflect.Map:
		return d.mapping(n, v, f)
	case reflect.Slice, reflect.Array:
		return d.list(n, v, f)
	case reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		return d.value(n, v.Elem(), f)
	case reflect.String:
		return d.scalar(n, f, "text", func(s string) error {
			v.SetString(s)
			return oneOf(s, f.in)
		})
	case reflect.Bool:
		b, ok := n.(*ast.BoolNode)
		if !ok {
			return d.wrongType(n, f, "true or false")
		}
		v.SetBool(b.Value)
		return nil
	case reflect.Int:
		return d.scalar(n, f, "a whole number", func(s string) error {
			i, err := strconv.Atoi(s)
			if err != nil || i < 0 {
				return errors.New("not a whole number of 0 or more")
			}
			if f.max > 0 && i > f.max {
				return fmt.Errorf("above %d", f.max)
			}
			v.SetInt(int64(i))
			return nil
		})
	case reflect.Float64:
		return d.scalar(n, f, "a number", func(s string) error {
			x, err := strconv.ParseFloat(s, 64)
			if err != nil || !(x >= 0 && x <= 1) {
				return errors.New("not a share between 0 and 1")
			}
			v.SetFloat(x)
			return nil
		})
	}
	return fmt.Errorf("%s: a %s cannot be read from YAML", d.file, v.Type())
}

func (d *decoder) list(n ast.Node, v reflect.Value, f field) error {
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		return d.wrongType(n, f, "a list")
	}
	item := f
	item.required = true
	if v.Kind() == reflect.Array {
		if len(seq.Values) != v.Len() {
			return d.fail(n, "", "%s wants %d items, has %d", f.name, v.Len(), len(seq.Values))
		}
	} else {
		// What is listed replaces what an extended file listed.
		v.Set(reflect.MakeSlice(v.Type(), len(seq.Values), len(seq.Values)))
	}
	fresh := decoder{file: d.file, src: d.src}
	for i, e := range seq.Values {
		if err := fresh.value(e, v.Index(i), item); err != nil {
			return err
		}
	}
	return nil
}

func (d *decoder) mapping(n ast.Node, v reflect.Value, f field) error {
	entries, ok := pairs(n)
	if !ok {
		return d.wrongType(n, f, "a mapping")
	}
	if v.IsNil() {
		v.Set(reflect.MakeMapWithSize(v.Type(), len(entries)))
	}
	for _, e := range entries {
		key := reflect.New(v.Type().Key()).Elem()
		if err := d.value(e.Key, key, field{name: f.name + " key", required: true, in: f.keys}); err != nil {
			return err
		}
		// An entry that an extended file made is added to, not replaced.
		elem, to := reflect.New(v.Type().Elem()).Elem(), decoder{file: d.file, src: d.src}
		if old := v.MapIndex(key); old.IsValid() {
			elem.Set(old)
			to.overlay = d.overlay
		}
		item := field{name: key.String(), in: f.in, max: f.max, required: true}
		if err := to.value(e.Value, elem, item); err != nil {
			return err
		}
		v.SetMapIndex(key, elem)
	}
	return nil
}

func (d *decoder) structure(n ast.Node, v reflect.Value, f field) error {
	entries, ok := pairs(n)
	if !ok {
		return d.wrongType(n, f, "a mapping")
	}
	fields := fieldsOf(v.Type())
	seen := map[string]bool{}
	for _, e := range entries {
		name, _ := text(e.Key)
		i := slices.IndexFunc(fields, func(f placed) bool { return f.name == name })
		if i < 0 {
			if _, isText := text(e.Key); !isText {
				return d.wrongType(e.Key, field{name: "key"}, "text")
			}
			return d.unknownKey(e.Key, name, names(fields))
		}
		if seen[name] {
			return d.fail(e.Key, "", "key %q stands twice", name)
		}
		seen[name] = true
		if err := d.value(e.Value, v.Field(fields[i].index), fields[i].field); err != nil {
			return err
		}
	}
	d.lines(n, entries, v)
	return d.required(n, v, seen)
}

// unknownKey shows no more of the line than the key: what stands behind a key
// that has no place here may be a secret that has none either.
func (d *decoder) unknownKey(n ast.Node, name string, known []string) error {
	line, col := position(n)
	e := ErrorAt(d.file, d.src, line, col, fmt.Sprintf("unknown key %q", clip(name)), meant(name, known))
	e.Caret = caret(d.src, line, col, len([]rune(name)))
	return e
}

// required reports the first required key that was not seen, at the place
// where the mapping begins.
func (d *decoder) required(n ast.Node, v reflect.Value, seen map[string]bool) error {
	if d.overlay || v.Kind() != reflect.Struct {
		return nil
	}
	for _, f := range fieldsOf(v.Type()) {
		if f.required && !seen[f.name] {
			hint := ""
			if strings.Contains(f.in, "|") {
				hint = "add it: one of " + strings.ReplaceAll(f.in, "|", ", ")
			}
			return d.fail(n, hint, "key %q is missing", f.name)
		}
	}
	return nil
}

// lines fills the fields that ask where things stand.
func (d *decoder) lines(n ast.Node, entries []*ast.MappingValueNode, v reflect.Value) {
	for i := range v.NumField() {
		switch v.Type().Field(i).Tag.Get("yaml") {
		case ",line":
			line, _ := position(n)
			v.Field(i).SetInt(int64(line))
		case ",lines":
			at := make(map[string]int, len(entries))
			for _, e := range entries {
				key, _ := text(e.Key)
				at[key] = textLine(e.Value)
			}
			v.Field(i).Set(reflect.ValueOf(at))
		}
	}
}

// placed is a field of a struct that a file can state.
type placed struct {
	field
	index int
}

func fieldsOf(t reflect.Type) []placed {
	var all []placed
	for i := range t.NumField() {
		tag := t.Field(i).Tag
		name, option, _ := strings.Cut(tag.Get("yaml"), ",")
		if name == "" {
			continue
		}
		most, _ := strconv.Atoi(tag.Get("max"))
		f := field{name: name, required: option == "required", in: tag.Get("in"), keys: tag.Get("keys"), max: most, stricter: tag.Get("stricter")}
		all = append(all, placed{f, i})
	}
	return all
}

func names(fields []placed) []string {
	var all []string
	for _, f := range fields {
		all = append(all, f.name)
	}
	return all
}
