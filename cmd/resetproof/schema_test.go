package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"resetproof/detect/identity"
	"resetproof/rules"
)

// compiled gives the schema that `rules schema NAME` prints, ready to validate.
func compiled(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	var out bytes.Buffer
	if code := run([]string{"rules", "schema", name}, strings.NewReader(""), &out, io.Discard); code != 0 {
		t.Fatalf("rules schema %s: exit %d", name, code)
	}
	doc, err := jsonschema.UnmarshalJSON(&out)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(name+".json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// values reads a file as an editor does: each document of YAML, the rows of CSV.
func values(t *testing.T, file string, src []byte) []any {
	t.Helper()
	var all []any
	if strings.HasSuffix(file, ".csv") {
		rows, err := csv.NewReader(bytes.NewReader(src)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		list := []any{}
		for _, cells := range rows[1:] {
			row := map[string]any{}
			for i, column := range rows[0] {
				row[column] = cells[i]
			}
			list = append(list, row)
		}
		return []any{list}
	}
	for d := yaml.NewDecoder(bytes.NewReader(src)); ; {
		var doc any
		if err := d.Decode(&doc); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		text, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, value)
	}
}

// Every file that users write, of those that this repository holds, keeps its
// schema.
func TestFilesKeepTheirSchema(t *testing.T) {
	for name, globs := range map[string][]string{
		"config":     {acme + "/resetproof.yaml"},
		"policy":     {"../../rules/policies/baseline.yaml", "../../rules/policies/strict.yaml"},
		"check":      {"../../rules/checks/*.yaml", "../../rules/testdata/our-check.yaml"},
		"framework":  {"../../rules/frameworks/*.yaml"},
		"format":     {"../../ingest/formats/*.yaml", "../../testdata/formats-dir/*.yaml"},
		"identities": {acme + "/identities.csv"}, "secrets": {acme + "/secrets.csv"}, "state": {acme + "/state.csv"}, "incidents": {acme + "/incidents.csv"},
		"reviews": {acme + "/reviews.csv"}, "topology": {acme + "/topology.csv"}, "exceptions": {acme + "/exceptions.yaml"},
	} {
		schema := compiled(t, name)
		for _, glob := range globs {
			files, err := filepath.Glob(glob)
			if err != nil || len(files) == 0 {
				t.Fatalf("%s: %d files, %v", glob, len(files), err)
			}
			for _, file := range files {
				src, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				for _, value := range values(t, file, src) {
					if err := schema.Validate(value); err != nil {
						t.Errorf("%s: %v", file, err)
					}
				}
			}
		}
	}
}

// The policies of the transcripts are as users write them.
func TestUsersPoliciesKeepTheirSchema(t *testing.T) {
	archive, err := txtar.ParseFile("../../testdata/cli/policy.txtar")
	if err != nil {
		t.Fatal(err)
	}
	schema, n := compiled(t, "policy"), 0
	for _, f := range archive.Files {
		if !bytes.Contains(f.Data, []byte("extends:")) {
			continue
		}
		n++
		for _, value := range values(t, f.Name, f.Data) {
			if err := schema.Validate(value); err != nil {
				t.Errorf("%s: %v", f.Name, err)
			}
		}
	}
	if n < 5 {
		t.Errorf("%d policies in the transcripts", n)
	}
}

// A draft that init writes keeps the schemas.
func TestDraftsKeepTheirSchema(t *testing.T) {
	logs, err := filepath.Abs(acme + "/logs")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if code := run([]string{"init", logs}, strings.NewReader(""), io.Discard, io.Discard); code != 0 && code != exitIncomplete {
		t.Fatalf("init: exit %d", code)
	}
	for name, file := range map[string]string{"config": defaultConfig, "policy": draftPolicy, "identities": draftRoster} {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		schema := compiled(t, name)
		for _, value := range values(t, file, src) {
			if err := schema.Validate(value); err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
}

// What a schema refuses a run refuses too, and the other way round.
func TestSchemasRefuseWhatRunsRefuse(t *testing.T) {
	for _, c := range []struct{ name, text, sound string }{
		{"config", "polcy: strict\n", "policy: strict\n"},
		{"config", "sources: [{name: a, uri: b, type: fil}]\n", "sources: [{name: a, uri: b, type: file}]\n"},
		{"config", "sources: [{name: a, uri: b, expect: [reset.exceuted]}]\n", "sources: [{name: a, uri: b, expect: [reset.executed]}]\n"},
		{"config", "sources: [{name: a, uri: b, covers: [2026-01-01]}]\n", "sources: [{name: a, uri: b, covers: [2026-01-01, 2026-02-01]}]\n"},
		{"config", "now: yesterday\n", "now: 2026-01-01T00:00:00Z\n"},
		{"config", "sources: [{uri: b}]\n", "sources: []\n"},
		{"policy", "extends: baseline\nname: a\nversion: 1\naprovals: 1\n", "extends: baseline\nname: a\nversion: 1\n"},
		{"policy", "name: a\nversion: 1\n", "extends: baseline\nname: a\nversions: [{version: 2, valid_from: 2026-01-01}]\n"},
		{"policy", "extends: baseline\nname: a\nversion: 1\nmfa_verification: 5\n", "extends: baseline\nname: a\nversion: 1\nmfa_verification: 4\n"},
		{"policy", "extends: baseline\nname: a\nversion: 1\nrequirements: {ordinry: {}}\n", "extends: baseline\nname: a\nversion: 1\nrequirements: {ordinary: {}}\n"},
		{"policy", "extends: baseline\nname: a\nversion: 1\nmatching: {before: 7 days}\n", "extends: baseline\nname: a\nversion: 1\nmatching: {before: 7d}\n"},
		{"policy", "extends: baseline\nname: a\nversion: 1\nrequirements: {ordinary: {life: {code@pigeon: 1h}}}\n", "extends: baseline\nname: a\nversion: 1\nrequirements: {ordinary: {life: {code@mail: 1h30m}}}\n"},
		{"policy", "extends: baseline\nname: a\nversion: 1\ndesks: [{unit: x}]\n", "extends: baseline\nname: a\nversion: 1\ndesks: [{unit: x, mandates: [ordinary]}]\n"},
		{"policy", "extends: baseline\nname: a\nversion: 1\nsegments: [{name: s, requirements: {review: soon}}]\n", "extends: baseline\nname: a\nversion: 1\nsegments: [{name: s, requirements: {review: 7d}}]\n"},
		{"identities", "[{id: p1, kind: robot}]\n", "[{id: p1, kind: Service}]\n"},
		{"identities", "[{name: Ann}]\n", "[{id: p1, name: Ann, cost_centre: 12}]\n"},
		{"identities", "[{id: p1, valid_from: 1.3.2026}]\n", "[{id: p1, valid_from: 2026-03-01}]\n"},
		{"identities", "[{id: p1, legal_hold: perhaps}]\n", "[{id: p1, legal_hold: yes}]\n"},
		{"secrets", "[{id: s1, max_age: a month}]\n", "[{id: s1, max_age: 30d, used_by: [a, b]}]\n"},
		{"incidents", "[{id: I1, kind: party}]\n", "[{id: I1, kind: campaign}]\n"},
		{"topology", "[{directory: ad, mechanism: magic}]\n", "[{directory: ad, mechanism: none}]\n"},
		{"reviews", "[{case_or_finding: 0123456789abcdef0123456789abcdef, reviewer: bob, time: 2026-03-02, decision: fine}]\n", "[{case_or_finding: 0123456789abcdef0123456789abcdef, reviewer: bob, time: 2026-03-02, decision: accepted}]\n"},
		{"state", "[{account: ann, observed_at: yesterday}]\n", "[{account: ann, enabled: true}]\n"},
		{"baseline", "[{case_or_finding: a, until: soon}]\n", "[{case_or_finding: 0123456789abcdef0123456789abcdef, reason: known, accepted_by: ann, until: 2026-01-01}]\n"},
		{"steps", "{time: 2026-03-01T09:00:00Z, kind: reset.exceuted, account: ann}\n", "{time: 2026-03-01T09:00:00Z, kind: reset.executed, account: ann, outcome: success, detail: lost phone}\n"},
		{"steps", "{time: 2026-03-01T09:00:00Z, kind: reset.executed}\n", "{time: 2026-03-01T09:00:00Z, kind: reset.executed, account: ann, ticket: 12}\n"},
		{"exceptions", "[{checks: [a]}]\n", "[{id: W1, checks: [a], valid_until: 2026-01-01}]\n"},
	} {
		schema := compiled(t, c.name)
		for text, ok := range map[string]bool{c.text: false, c.sound: true} {
			file := filepath.Join(t.TempDir(), c.name+".yaml")
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(values(t, file, []byte(text))[0]); (err == nil) != ok {
				t.Errorf("%s schema on %q: %v", c.name, text, err)
			}
			if c.name == "steps" {
				continue // a bad row of a log is counted and no mistake
			}
			if err := loadAs(c.name, file); (err == nil) != ok {
				t.Errorf("a run with the %s %q: %v", c.name, text, err)
			}
		}
	}
}

func loadAs(name, file string) error {
	var err error
	switch name {
	case "config":
		_, err = readConfig(file)
	case "policy":
		_, err = rules.LoadPolicy(file)
	case "baseline":
		_, _, err = identity.LoadAccepted(file)
	default:
		paths := identity.Paths{}
		*map[string]*string{
			"identities": &paths.Identities, "secrets": &paths.Secrets, "state": &paths.State, "incidents": &paths.Incidents,
			"reviews": &paths.Reviews, "topology": &paths.Topology, "exceptions": &paths.Exceptions,
		}[name] = file
		_, err = identity.Load(paths)
	}
	return err
}

// Every context file has a schema, with the columns that the design lists.
func TestColumnsAreThoseThatAreRead(t *testing.T) {
	for role, want := range map[string]string{
		"identities": "id kind name accounts tier groups roles manager owner sponsor delegates unit employer employment data_access legal_hold devices home_places valid_from valid_until",
		"secrets":    "id kind system owner used_by shared minted_by rotated_at max_age cadence rotator",
		"state":      "account observed_at password_last_set mfa_methods enabled keys",
		"incidents":  "id declared_at closed_at declared_by accounts systems kind",
		"reviews":    "case_or_finding reviewer time decision comment until",
		"topology":   "directory authority mechanism deadline",
		"exceptions": "id checks selector reason ticket approved_by owner valid_from valid_until compensating_control",
		"baseline":   "case_or_finding check severity reason accepted_by accepted_at until",
	} {
		var got []string
		for _, c := range identity.Columns(role) {
			got = append(got, c.Name)
		}
		wanted := strings.Fields(want)
		slices.Sort(got)
		slices.Sort(wanted)
		if !slices.Equal(got, wanted) {
			t.Errorf("%s: columns %v, want %v", role, got, wanted)
		}
	}
	if got, want := fmt.Sprint(identity.Roles()), "[identities secrets state incidents reviews topology exceptions]"; got != want {
		t.Errorf("roles %s, want %s", got, want)
	}
}
