package main

import (
	"bytes"
	"encoding/json"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"resetproof/detect/judge"
)

// TestOrderAndCopiesChangeNothing scans acme as it is, and with the lines of
// its logs shuffled, its files renamed and one of them there twice: the same
// cases, verdicts and sentences come out (design: same input, same bytes out).
func TestOrderAndCopiesChangeNothing(t *testing.T) {
	want := saidOf(t, filepath.Join(acme, "resetproof.yaml"))
	if len(want) < 20 {
		t.Fatalf("acme gives only %d lines", len(want))
	}
	for seed := range uint64(2) {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(acme)); err != nil {
			t.Fatal(err)
		}
		r := rand.New(rand.NewPCG(seed, 1))
		walk(t, filepath.Join(dir, "logs"), func(path string, content []byte) { disturb(t, r, path, content) })
		got := saidOf(t, filepath.Join(dir, "resetproof.yaml"))
		if !slices.Equal(got, want) {
			t.Errorf("seed %d: %s", seed, firstDifference(got, want))
		}
	}
}

// disturb shuffles the lines of a file of lines, gives the file a name that
// sorts elsewhere and sometimes leaves a copy of it behind.
func disturb(t *testing.T, r *rand.Rand, path string, content []byte) {
	ext := filepath.Ext(path)
	if ext == ".jsonl" || ext == ".ndjson" {
		lines := strings.SplitAfter(strings.TrimSuffix(string(content), "\n")+"\n", "\n")
		lines = lines[:len(lines)-1]
		r.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		content = []byte(strings.Join(lines, ""))
	}
	prefix := string(rune('a' + r.IntN(26)))
	copies := []string{filepath.Join(filepath.Dir(path), prefix+filepath.Base(path))}
	if r.IntN(4) == 0 {
		copies = append(copies, filepath.Join(filepath.Dir(path), "zz"+filepath.Base(path)))
	}
	for _, name := range copies {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

// saidOf scans and gives what the outputs say, one line each, without the
// places of records.
func saidOf(t *testing.T, config string) []string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out")
	var errs bytes.Buffer
	if code := run([]string{"scan", "--config", config, "--out", out, "--write", "json"}, nil, io.Discard, &errs); code != exitFindings {
		t.Fatalf("exit code %d:\n%s", code, errs.String())
	}
	var said []string
	eachLine(t, filepath.Join(out, "findings.jsonl"), func(f judge.Finding) any {
		for i := range f.Evidence {
			e := &f.Evidence[i]
			e.URI, e.Offset, e.Length, e.Line = "", nil, nil, nil
		}
		for i := range f.Searched {
			f.Searched[i].Records = 0 // copies are records too
		}
		return f
	}, &said)
	eachLine(t, filepath.Join(out, "cases.jsonl"), func(c judge.CaseRecord) any { return c }, &said)
	return said
}

func eachLine[T any](t *testing.T, file string, clean func(T) any, said *[]string) {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for d := json.NewDecoder(bytes.NewReader(src)); d.More(); {
		var v T
		if err := d.Decode(&v); err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(clean(v))
		if err != nil {
			t.Fatal(err)
		}
		*said = append(*said, string(text))
	}
}

func firstDifference(got, want []string) string {
	for i := range max(len(got), len(want)) {
		g, w := "nothing", "nothing"
		if i < len(got) {
			g = got[i]
		}
		if i < len(want) {
			w = want[i]
		}
		if g != w {
			return "got\n" + g + "\nwant\n" + w
		}
	}
	return "no difference"
}
