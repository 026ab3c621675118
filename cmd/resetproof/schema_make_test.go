package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"resetproof/detect/identity"
	"resetproof/ingest/event"
	"resetproof/ingest/formats"
	"resetproof/rules"
)

var update = flag.Bool("update", false, "write the schemas of rules/schemas anew")

const schemaFolder = "../../rules/schemas"

// makeSchemas makes the schema of every file that users write, by name: from
// the struct tags by which files are read, the columns that context files are
// asked for, and the comments of the fields.
func makeSchemas(t *testing.T) map[string]rules.Schema {
	t.Helper()
	docs := readComments(t, "../../rules", "../../detect/identity", "../../ingest/formats", ".")
	m := &rules.SchemaMaker{
		Doc: func(in reflect.Type, field string) string { return docs[in.Name()+"."+field] },
		Shapes: map[reflect.Type]func(*rules.SchemaMaker) rules.Schema{
			reflect.TypeFor[zone](): func(*rules.SchemaMaker) rules.Schema { return rules.Schema{"type": "string", "minLength": 1} },
			reflect.TypeFor[formats.Words](): func(*rules.SchemaMaker) rules.Schema {
				return oneOrMany(rules.Schema{"type": "string"})
			},
			reflect.TypeFor[formats.Conditions](): func(*rules.SchemaMaker) rules.Schema { return oneOrMany(condition) },
			reflect.TypeFor[formats.Condition]():  func(*rules.SchemaMaker) rules.Schema { return condition },
			reflect.TypeFor[formats.Value](): func(m *rules.SchemaMaker) rules.Schema {
				return orList(m, "place", rules.Schema{"type": []string{"string", "number", "null"}}, m.Ref(reflect.TypeFor[formats.Value](), false))
			},
			reflect.TypeFor[formats.PartyField](): func(m *rules.SchemaMaker) rules.Schema {
				return orList(m, "party", m.Ref(reflect.TypeFor[formats.PartyField](), false))
			},
		},
	}
	all := map[string]rules.Schema{
		"config":    m.Of("resetproof.yaml, the configuration of a run", reflect.TypeFor[config]()),
		"policy":    m.OfPolicy("A policy of resetproof"),
		"check":     m.Of("A check of resetproof", reflect.TypeFor[rules.Check]()),
		"framework": m.Of("A framework's controls and the checks that speak of them", reflect.TypeFor[rules.Framework]()),
		"format":    m.Of("A log format of resetproof", reflect.TypeFor[formats.Table]()),
	}
	all["steps"] = stepsSchema(t)
	for role := range rowTypes {
		all[role] = rowsSchema(role, docs)
	}
	return all
}

var condition = rules.Schema{"type": "object", "additionalProperties": oneOrMany(rules.Schema{"type": []string{"string", "number", "boolean", "null"}})}

func oneOrMany(s rules.Schema) rules.Schema {
	return rules.Schema{"anyOf": []rules.Schema{s, {"type": "array", "items": s}}}
}

// orList describes one of several, or a list of such, of any depth.
func orList(m *rules.SchemaMaker, name string, one ...rules.Schema) rules.Schema {
	return m.Define(name, func() rules.Schema {
		many := rules.Schema{"type": "array", "items": rules.Schema{"$ref": "#/$defs/" + name}}
		return rules.Schema{"anyOf": append(one, many)}
	})
}

// rowTypes are what the rows of context files become.
var rowTypes = map[string]string{
	"identities": "Identity", "secrets": "Secret", "state": "State", "incidents": "Incident",
	"reviews": "Review", "topology": "Directory", "exceptions": "Waiver", "baseline": "Accepted",
}

// rowsSchema describes a context file as YAML or JSON. A row of CSV is an
// object of texts; lists in it are parted by semicolons.
func rowsSchema(role string, docs map[string]string) rules.Schema {
	text := rules.Schema{"type": []string{"string", "number", "boolean", "null"}}
	properties, required := rules.Schema{}, []string{}
	for _, c := range identity.Columns(role) {
		of := rules.Schema{"type": text["type"]}
		switch {
		case c.Words != nil:
			of = rules.Schema{"type": []string{"string", "null"}, "pattern": anyCase(append(c.Words, ""))}
		case c.Form == "list":
			of = rules.Schema{"anyOf": []rules.Schema{text, {"type": "array", "items": text}}}
		case c.Form == "date":
			of = rules.Schema{"type": []string{"string", "null"}, "pattern": `^([0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2}))?)?$`}
		case c.Form == "duration":
			of = rules.Schema{"type": []string{"string", "null"}, "pattern": `^([0-9]+d|([0-9]+(\.[0-9]+)?(h|m|s))+)?$`}
		case c.Form == "truth":
			of = rules.Schema{"anyOf": []rules.Schema{{"type": []string{"boolean", "null"}}, {"enum": []any{0, 1}}, {"type": "string", "pattern": anyCase([]string{"true", "yes", "1", "false", "no", "0", ""})}}}
		}
		if c.Required {
			required = append(required, c.Name)
			of = rules.Schema{"type": []string{"string", "number", "boolean"}, "minLength": 1}
		}
		if doc := docs[rowTypes[role]+"."+fieldName(c.Name)]; doc != "" {
			of["description"] = doc
		}
		properties[c.Name] = of
	}
	return rules.Schema{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Rows of the context file " + role,
		"description": "A list of rows. In CSV the header names the keys, and lists are parted by semicolons. Keys that are not listed are kept as tags.",
		"type":        "array", "items": rules.Schema{"type": "object", "properties": properties, "required": required},
	}
}

// stepsSchema describes a row of resetproof's own form for steps that no
// product logs, by the paths that its format reads.
func stepsSchema(t *testing.T) rules.Schema {
	t.Helper()
	set, err := formats.Load()
	if err != nil {
		t.Fatal(err)
	}
	table := set.Get("resetproof-steps").Table()
	text := []string{"string", "number", "null"}
	properties := rules.Schema{}
	for _, path := range paths(reflect.ValueOf(*table)) {
		properties[path] = rules.Schema{"type": text}
	}
	for _, c := range table.Failure {
		for path, words := range c {
			properties[path] = rules.Schema{"type": text, "description": "Any of these says that it failed: " + strings.Join(words, ", ") + "."}
		}
	}
	var kinds []string
	for _, k := range event.Kinds() {
		kinds = append(kinds, k.String())
	}
	properties["kind"] = rules.Schema{"enum": kinds}
	properties["time"] = rules.Schema{"type": "string", "description": "RFC 3339, with an offset or Z."}
	for _, path := range []string{"account", "actor"} {
		properties[path] = rules.Schema{"type": text, "description": "An account as a person writes it: system:value, DOMAIN\\name, a mail address, a SID."}
	}
	return rules.Schema{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A step kept by hand (resetproof-steps)",
		"description": "One line of JSON lines, or a row of CSV with a header.",
		"type":        "object", "properties": properties, "required": table.Required,
	}
}

// paths lists what the values of a table read, each once.
func paths(v reflect.Value) []string {
	found := map[string]bool{}
	var walk func(reflect.Value)
	walk = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Struct:
			if value, ok := v.Interface().(formats.Value); ok && value.Path != "" {
				found[value.Path] = true
			}
			for i := range v.NumField() {
				if v.Type().Field(i).IsExported() {
					walk(v.Field(i))
				}
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i))
			}
		case reflect.Pointer:
			if !v.IsNil() {
				walk(v.Elem())
			}
		}
	}
	walk(v)
	return slices.Sorted(maps.Keys(found))
}

func anyCase(words []string) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteByte('|')
		}
		for _, r := range w {
			if up := strings.ToUpper(string(r)); up != string(r) {
				b.WriteString("[" + string(r) + up + "]")
			} else {
				b.WriteRune(r)
			}
		}
	}
	return "^(" + b.String() + ")$"
}

// fieldName turns used_by into UsedBy, and the words Go writes in capitals.
func fieldName(column string) string {
	if name := map[string]string{"id": "ID", "mfa_methods": "MFAMethods"}[column]; name != "" {
		return name
	}
	var b strings.Builder
	for word := range strings.SplitSeq(column, "_") {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}

// readComments gives the comments on the fields of structs, by Type.Field; of
// fields declared together, those below a comment have none.
func readComments(t *testing.T, folders ...string) map[string]string {
	t.Helper()
	docs := map[string]string{}
	for _, folder := range folders {
		files, err := filepath.Glob(folder + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(parsed, func(n ast.Node) bool {
				spec, ok := n.(*ast.TypeSpec)
				if !ok {
					return true
				}
				if s, ok := spec.Type.(*ast.StructType); ok {
					for _, f := range s.Fields.List {
						for _, name := range f.Names {
							docs[spec.Name.Name+"."+name.Name] = comment(f)
						}
					}
				}
				return true
			})
		}
	}
	return docs
}

var blanks = regexp.MustCompile(`\s+`)

// comment is what stands above or beside a field, in one line.
func comment(f *ast.Field) string {
	text := f.Doc.Text()
	if text == "" {
		text = f.Comment.Text()
	}
	return strings.TrimSpace(blanks.ReplaceAllString(text, " "))
}

func TestSchemasAreUpToDate(t *testing.T) {
	made := makeSchemas(t)
	files, err := filepath.Glob(schemaFolder + "/*.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if name := strings.TrimSuffix(filepath.Base(file), ".schema.json"); made[name] == nil {
			t.Errorf("%s describes no file that users write", file)
		}
	}
	for name, schema := range made {
		var b strings.Builder
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		e.SetIndent("", " ")
		if err := e.Encode(schema); err != nil {
			t.Fatal(err)
		}
		file := fmt.Sprintf("%s/%s.schema.json", schemaFolder, name)
		if *update {
			if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if have, err := os.ReadFile(file); err != nil || string(have) != b.String() {
			t.Errorf("%s is not what the struct tags say (run the test with -update): %v", file, err)
		}
	}
}
