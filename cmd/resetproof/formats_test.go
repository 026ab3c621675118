package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"resetproof/ingest/formats"
)

// TestEveryFormatIsShown holds list, docs and examples together: a bundled
// format stands in the README's table of sources and has a folder of examples,
// and there is no folder of examples without a format.
func TestEveryFormatIsShown(t *testing.T) {
	set, err := formats.Load()
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Error(err)
	}
	for _, f := range set.All() {
		id := f.Table().ID
		if !strings.Contains(string(readme), "`"+id+"`") {
			t.Errorf("the README does not name `%s`", id)
		}
		if examples, err := filepath.Glob(filepath.Join("../../testdata/formats", id, "*")); err != nil || len(examples) == 0 {
			t.Errorf("testdata/formats/%s holds no examples", id)
		}
	}
	folders, err := os.ReadDir("../../testdata/formats")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range folders {
		if set.Get(d.Name()) == nil {
			t.Errorf("testdata/formats/%s: no format is called that", d.Name())
		}
	}
}
