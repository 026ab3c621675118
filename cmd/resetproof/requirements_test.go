package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"resetproof/rules"
)

// requirement is a row of testdata/requirements.yaml.
type requirement struct {
	ID       string   `yaml:"id,required"`
	Asks     string   `yaml:"asks,required"`
	Checks   []string `yaml:"checks"`
	Report   []string `yaml:"report"`
	Commands []string `yaml:"commands"`
	Files    []string `yaml:"files"`
	Shown    []string `yaml:"shown"`
	Later    string   `yaml:"later" in:"Truth|Evidence"`
	Line     int      `yaml:",line"`
}

// rowsOfEach is how many rows each of the two articles gives.
const rowsOfEach = 61

// TestRequirementsAreBound holds every requirement to what satisfies it: the
// checks, headings, commands and files exist, and an example fails without it.
func TestRequirementsAreBound(t *testing.T) {
	const file = "../../testdata/requirements.yaml"
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var rows []requirement
	if err := rules.Decode(file, src, &rows); err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{}
	for _, article := range []string{"S1", "S2"} {
		for n := range rowsOfEach {
			want[fmt.Sprintf("%s-%02d", article, n+1)] = true
		}
	}
	b := bindings(t)
	named := map[string]bool{}
	for _, r := range rows {
		if !want[r.ID] {
			t.Errorf("%s:%d: %s is no requirement, or stands twice", file, r.Line, r.ID)
		}
		delete(want, r.ID)
		for _, problem := range b.problems(r) {
			t.Errorf("%s:%d: %s: %s", file, r.Line, r.ID, problem)
		}
		for _, c := range r.Checks {
			named[c] = true
		}
	}
	for id := range want {
		t.Errorf("%s is bound to nothing", id)
	}
	for id, c := range b.checks {
		if c.Bundled && !named[id] {
			t.Errorf("no requirement names the check %s", id)
		}
	}
}

// bound is what a requirement may name.
type bound struct {
	checks   map[string]*rules.Check
	tests    map[string]bool
	page     string // the sources of report.html
	commands map[string]bool
}

func bindings(t *testing.T) bound {
	t.Helper()
	b := bound{checks: map[string]*rules.Check{}, tests: map[string]bool{}, commands: map[string]bool{}}
	checks, err := rules.LoadChecks()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range checks {
		b.checks[c.ID] = c
	}
	declared := regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\)`)
	root := os.DirFS("../..")
	err = fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return nil
		case strings.HasSuffix(path, "_test.go"):
			src, err := fs.ReadFile(root, path)
			for _, m := range declared.FindAllStringSubmatch(string(src), -1) {
				b.tests[m[1]] = true
			}
			return err
		case strings.HasPrefix(path, "testdata/cli/"):
			b.tests["TestTranscripts/"+strings.TrimSuffix(filepath.Base(path), ".txtar")] = true
		case strings.HasPrefix(path, "report/"):
			src, err := fs.ReadFile(root, path)
			b.page += string(src)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	a := &app{log: &logger{}}
	for _, c := range newRoot(a).Commands() {
		b.commands[c.Name()] = true
		for _, sub := range c.Commands() {
			b.commands[c.Name()+" "+sub.Name()] = true
		}
	}
	return b
}

// problems tells what is wrong with a row.
func (b bound) problems(r requirement) []string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	for _, c := range r.Checks {
		if b.checks[c] == nil {
			say("there is no check %q", c)
		}
	}
	for _, heading := range r.Report {
		if !strings.Contains(b.page, heading) {
			say("the page has no part %q", heading)
		}
	}
	for _, name := range r.Files {
		if !strings.Contains(b.page, `"`+name+`"`) {
			say("no output is called %q", name)
		}
	}
	for _, c := range r.Commands {
		if !b.commands[c] {
			say("there is no command %q", c)
		}
	}
	if len(r.Shown) == 0 && r.Later == "" {
		say("nothing shows it")
	}
	for _, s := range r.Shown {
		if strings.HasPrefix(s, "Test") {
			if !b.tests[s] {
				say("there is no test %s", s)
			}
			continue
		}
		id, name, _ := strings.Cut(s, ": ")
		if !slices.Contains(r.Checks, id) {
			say("it is shown by a check that it does not name: %q", id)
		}
		if c := b.checks[id]; c != nil && !slices.ContainsFunc(c.Scenarios, func(sc rules.Scenario) bool {
			return sc.Name == name && (sc.Expect == "not-met" || sc.Expect == "excepted")
		}) {
			say("%s has no guilty scenario %q", id, name)
		}
	}
	return out
}
