package rules

import (
	"fmt"
	"io/fs"
	"path"
	"reflect"
	"slices"
	"strings"
)

// Schema is a JSON Schema, or a part of one.
type Schema map[string]any

// SchemaMaker makes JSON Schemas (draft 2020-12) of the files that Decode
// reads, from the struct tags that Decode reads them by. What a schema accepts
// Decode accepts too, but for what hangs on more than one value.
type SchemaMaker struct {
	// Shapes are the schemas of types that read themselves, by type.
	Shapes map[reflect.Type]func(m *SchemaMaker) Schema
	// Doc gives the description of a field of a struct, "" for none.
	Doc func(t reflect.Type, field string) string

	defs Schema
}

const schemaDraft = "https://json-schema.org/draft/2020-12/schema"

// Of makes the schema of a file whose content t holds.
func (m *SchemaMaker) Of(title string, t reflect.Type) Schema {
	m.defs = Schema{}
	root := m.structure(t, false)
	return m.file(title, root)
}

func (m *SchemaMaker) file(title string, root Schema) Schema {
	root["$schema"], root["title"] = schemaDraft, title
	if len(m.defs) > 0 {
		root["$defs"] = m.defs
	}
	return root
}

// OfPolicy makes the schema of a policy's document: complete, or with what
// differs from the policy it extends.
func (m *SchemaMaker) OfPolicy(title string) Schema {
	m.defs = Schema{}
	t := reflect.TypeFor[Policy]()
	version := m.structure(t, true)
	version["required"] = []string{"version"}
	root := m.structure(t, true)
	var complete []string
	for _, f := range fieldsOf(t) {
		if f.required {
			complete = append(complete, f.name)
		}
	}
	m.defs["version"] = version
	properties := root["properties"].(Schema)
	properties["versions"] = Schema{
		"description": "Dated versions: what is stated beside this key holds for each.",
		"type":        "array", "items": Schema{"$ref": "#/$defs/version"}, "minItems": 1, "maxItems": maxVersions,
	}
	root["anyOf"] = []Schema{{"required": []string{"extends"}}, {"required": complete}}
	return m.file(title, root)
}

// SchemaNames lists the files that users write and that have a schema, sorted.
func SchemaNames() []string {
	found, err := fs.Glob(bundled, "schemas/*"+schemaSuffix)
	if err != nil {
		return nil
	}
	var all []string
	for _, f := range found {
		all = append(all, strings.TrimSuffix(path.Base(f), schemaSuffix))
	}
	return all
}

const schemaSuffix = ".schema.json"

// SchemaText gives a schema as the folder schemas holds it.
func SchemaText(name string) ([]byte, error) {
	if !slices.Contains(SchemaNames(), name) {
		return nil, fmt.Errorf("no file that you write is called %q", clip(name))
	}
	_, src := bundledFile("schemas/" + name + schemaSuffix)
	return src, nil
}

// structure describes a mapping. An overlay needs none of its keys.
func (m *SchemaMaker) structure(t reflect.Type, overlay bool) Schema {
	properties, required := Schema{}, []string{}
	for _, f := range fieldsOf(t) {
		field := t.Field(f.index)
		of := m.value(field.Type, f.field, overlay)
		if f.required && !overlay {
			required = append(required, f.name)
		}
		if !f.required {
			of = orNull(of)
		}
		if m.Doc != nil {
			if text := m.Doc(t, field.Name); text != "" {
				of["description"] = text
			}
		}
		properties[f.name] = of
	}
	s := Schema{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		s["required"] = required
	}
	return s
}

// value describes what Decode takes for a value of a type.
func (m *SchemaMaker) value(t reflect.Type, f field, overlay bool) Schema {
	if shape := m.Shapes[t]; shape != nil {
		return shape(m)
	}
	if in, ok := spelt[t]; ok {
		f.in, t = in, reflect.TypeFor[string]()
	}
	switch t {
	case unreadType:
		return m.Ref(reflect.TypeFor[Row](), true)
	case durationType:
		return Schema{"anyOf": []Schema{{"type": "string", "pattern": durationPattern}, {"const": 0}}}
	case timeType:
		return Schema{"type": "string", "pattern": timePattern}
	}
	switch t.Kind() {
	case reflect.Struct:
		return m.Ref(t, overlay)
	case reflect.Pointer:
		return m.value(t.Elem(), f, overlay)
	case reflect.Slice:
		return Schema{"type": "array", "items": m.value(t.Elem(), f, false)}
	case reflect.Array:
		return Schema{"type": "array", "items": m.value(t.Elem(), f, false), "minItems": t.Len(), "maxItems": t.Len()}
	case reflect.Map:
		of := Schema{"type": "object", "additionalProperties": m.value(t.Elem(), field{in: f.in, max: f.max}, overlay)}
		if keys := m.value(t.Key(), field{in: f.keys}, false); keys["type"] == nil {
			of["propertyNames"] = keys
		}
		return of
	case reflect.Bool:
		return Schema{"type": "boolean"}
	case reflect.Int:
		s := Schema{"type": "integer", "minimum": 0}
		if f.max > 0 {
			s["maximum"] = f.max
		}
		return s
	case reflect.Float64:
		return Schema{"type": "number", "minimum": 0, "maximum": 1}
	}
	return m.text(f.in)
}

// Ref gives a reference to the description of a struct, which is written once.
func (m *SchemaMaker) Ref(t reflect.Type, overlay bool) Schema {
	name := strings.ToLower(t.Name()[:1]) + t.Name()[1:]
	if overlay {
		name += "Part"
	}
	return m.Define(name, func() Schema { return m.structure(t, overlay) })
}

// Define gives a reference to what of describes, under a name, once.
func (m *SchemaMaker) Define(name string, of func() Schema) Schema {
	if m.defs[name] == nil {
		m.defs[name] = Schema{} // so that it may refer to itself
		m.defs[name] = of()
	}
	return Schema{"$ref": "#/$defs/" + name}
}

// spelt are the types that are words of a vocabulary.
var spelt = map[reflect.Type]string{
	reflect.TypeFor[Tier](): "tier", reflect.TypeFor[Path](): "path", reflect.TypeFor[Class](): "class", reflect.TypeFor[Severity](): "severity",
}

const (
	durationPattern = `^(0|[0-9]+d|([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+)$`
	timePattern     = `^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2}))?$`
	clockPattern    = `^([01][0-9]|2[0-3]):[0-5][0-9]$`
)

// text describes a text by the list its tag names; a vocabulary is written once.
func (m *SchemaMaker) text(in string) Schema {
	switch {
	case in == "":
		return Schema{"type": []string{"string", "number"}} // 1.10 is a text too
	case in == "clock":
		return Schema{"type": "string", "pattern": clockPattern}
	case forms[in] != nil:
		return Schema{"type": "string", "minLength": 1}
	}
	if known := vocabulary(in); known != nil {
		return m.Define(in+"Word", func() Schema { return Schema{"enum": slices.Clone(known)} })
	}
	return Schema{"enum": strings.Split(in, "|")}
}

// orNull lets a key stand without a value, as Decode does for one that is not
// required.
func orNull(s Schema) Schema {
	switch {
	case s["enum"] != nil:
		return Schema{"enum": append(toAny(s["enum"].([]string)), nil)}
	case s["$ref"] != nil || s["anyOf"] != nil || s["oneOf"] != nil:
		return Schema{"anyOf": []Schema{s, {"type": "null"}}}
	}
	switch t := s["type"].(type) {
	case string:
		s["type"] = []string{t, "null"}
	case []string:
		s["type"] = append(slices.Clone(t), "null")
	}
	return s
}

func toAny(list []string) []any {
	all := make([]any, len(list))
	for i, s := range list {
		all[i] = s
	}
	return all
}
