package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"resetproof/ingest"
	"resetproof/ingest/formats"
	"resetproof/ingest/lake"
)

// TestBatchesChangeNothing feeds one lake in many batches, late and out of
// order, with the lines of each log torn apart at random and some of them there
// twice, and another with the same files at once: findings, cases and coverage
// are the same bytes (design: a run equals a run from scratch).
func TestBatchesChangeNothing(t *testing.T) {
	set, err := formats.Load()
	if err != nil {
		t.Fatal(err)
	}
	home, err := filepath.Abs(acme)
	if err != nil {
		t.Fatal(err)
	}
	for _, org := range []struct {
		name  string
		seeds uint64
		dir   func(t *testing.T, r *rand.Rand) string
	}{
		{"acme", 2, func(t *testing.T, _ *rand.Rand) string { return copied(t, home) }},
		{"invented", 12, invented},
	} {
		t.Run(org.name, func(t *testing.T) {
			for seed := range org.seeds {
				r := rand.New(rand.NewPCG(seed, 7))
				dir := org.dir(t, r)
				pool := tear(t, r, filepath.Join(dir, "logs"))
				t.Chdir(dir)
				f := newFeeder(t, set)
				want := f.feed(t, [][]piece{pool}, false)
				if n := bytes.Count(want["cases.jsonl"], []byte("\n")); n < 10 {
					t.Fatalf("seed %d: only %d cases", seed, n)
				}
				batches := deal(r, pool)
				got := f.feed(t, batches, seed%4 == 0)
				for _, name := range []string{"cases.jsonl", "findings.jsonl", "coverage.json"} {
					if !bytes.Equal(got[name], want[name]) {
						t.Errorf("seed %d, %d batches: %s: %s", seed, len(batches), name,
							firstDifference(strings.Split(string(got[name]), "\n"), strings.Split(string(want[name]), "\n")))
					}
				}
			}
		})
	}
}

// TestGrowingLogsChangeNothing feeds a lake with logs that grow at their end
// between one run and the next, and another with the whole logs: cases are the
// same bytes, findings too but for the number of records that were read.
func TestGrowingLogsChangeNothing(t *testing.T) {
	set, err := formats.Load()
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(4) {
		r := rand.New(rand.NewPCG(seed, 11))
		dir := invented(t, r)
		whole, grown := grow(t, r, filepath.Join(dir, "logs"))
		t.Chdir(dir)
		f := newFeeder(t, set)
		want, got := f.feed(t, [][]piece{whole}, false), f.feed(t, grown, seed == 0)
		if !bytes.Equal(got["cases.jsonl"], want["cases.jsonl"]) {
			t.Errorf("seed %d: cases: %s", seed, firstDifference(strings.Split(string(got["cases.jsonl"]), "\n"), strings.Split(string(want["cases.jsonl"]), "\n")))
		}
		records := regexp.MustCompile(`"records":[0-9]+`)
		for _, said := range []map[string][]byte{want, got} {
			said["findings.jsonl"] = records.ReplaceAll(said["findings.jsonl"], nil)
		}
		if !bytes.Equal(got["findings.jsonl"], want["findings.jsonl"]) {
			t.Errorf("seed %d: findings: %s", seed, firstDifference(strings.Split(string(got["findings.jsonl"]), "\n"), strings.Split(string(want["findings.jsonl"]), "\n")))
		}
	}
}

// grow takes the files out of a logs folder and gives them whole, and in four
// batches, in each of which every file has grown by some lines.
func grow(t *testing.T, r *rand.Rand, logs string) (whole []piece, grown [][]piece) {
	t.Helper()
	grown = make([][]piece, 4)
	walk(t, logs, func(path string, content []byte) {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		name, err := filepath.Rel(logs, path)
		if err != nil {
			t.Fatal(err)
		}
		whole = append(whole, piece{name, content})
		all := slices.Collect(strings.Lines(string(content)))
		cuts := []int{1 + r.IntN(len(all)), 1 + r.IntN(len(all)), 1 + r.IntN(len(all)), len(all)}
		slices.Sort(cuts)
		for i, n := range cuts {
			grown[i] = append(grown[i], piece{name, []byte(strings.Join(all[:n], ""))})
		}
	})
	return whole, grown
}

// piece is a part of a log under the name it has in the logs folder.
type piece struct {
	name    string
	content []byte
}

// tear takes the files out of a logs folder and gives them in pieces: a file of
// lines becomes several, to which its lines go at random, in any order, one in
// thirty twice. The folders stay.
func tear(t *testing.T, r *rand.Rand, logs string) (pool []piece) {
	t.Helper()
	walk(t, logs, func(path string, content []byte) {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		name, zipped := strings.CutSuffix(path, ".gz")
		if zipped {
			content = unzipped(t, content)
		}
		ext := filepath.Ext(name)
		if !slices.Contains([]string{".jsonl", ".ndjson", ".csv"}, ext) {
			pool = append(pool, piece{path, content})
			return
		}
		all := slices.Collect(strings.Lines(strings.TrimSuffix(string(content), "\n") + "\n"))
		header := ""
		if ext == ".csv" {
			header, all = all[0], all[1:]
		}
		parts := make([]string, 1+r.IntN(7))
		for _, i := range r.Perm(len(all)) {
			for range 1 + r.IntN(30)/29 {
				parts[r.IntN(len(parts))] += all[i]
			}
		}
		for i, part := range parts {
			if part != "" {
				pool = append(pool, piece{fmt.Sprintf("%s-%d%s", strings.TrimSuffix(name, ext), i, ext), []byte(header + part)})
			}
		}
	})
	for i, p := range pool {
		name, err := filepath.Rel(logs, p.name)
		if err != nil {
			t.Fatal(err)
		}
		pool[i].name = name
	}
	return pool
}

func unzipped(t *testing.T, content []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

// deal gives the pieces in random order, in at most eight batches of random size.
func deal(r *rand.Rand, pool []piece) (batches [][]piece) {
	pool = slices.Clone(pool)
	r.Shuffle(len(pool), func(i, j int) { pool[i], pool[j] = pool[j], pool[i] })
	for len(pool) > 0 {
		n := len(pool)
		if len(batches) < 7 {
			n = 1 + r.IntN(max(1, len(pool)/2))
		}
		batches, pool = append(batches, pool[:n]), pool[n:]
	}
	return batches
}

// feeder reads and judges by the config in the working directory.
type feeder struct {
	set *formats.Set
	s   settings
	j   *judging
}

func newFeeder(t *testing.T, set *formats.Set) *feeder {
	t.Helper()
	flags := commonFlags{memory: defaultMemory, jobs: 2}
	s, err := flags.read(time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	var context judgeFlags
	j, err := context.load(s)
	if err != nil {
		t.Fatal(err)
	}
	return &feeder{set, s, j}
}

// feed lets the logs folder grow batch by batch, takes each into a new lake,
// with a detect after each if asked for, and gives what the last detect says.
func (f *feeder) feed(t *testing.T, batches [][]piece, between bool) map[string][]byte {
	t.Helper()
	home := t.TempDir()
	sources, err := f.s.sources(nil, f.set)
	if err != nil {
		t.Fatal(err)
	}
	for i, batch := range batches {
		for _, p := range batch {
			if err := os.WriteFile(filepath.Join("logs", p.name), p.content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		l, err := lake.Open(filepath.Join(home, "lake"), lake.Options{Temporary: true}) // spares the disk
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ingest.Run(t.Context(), ingest.Options{Sources: sources, Formats: f.set, Lake: l, Now: f.s.now, Jobs: 2}); err != nil {
			t.Fatal(err)
		}
		if between || i == len(batches)-1 {
			f.detect(t, l, filepath.Join(home, "out"))
		}
	}
	said := map[string][]byte{}
	for _, name := range []string{"cases.jsonl", "findings.jsonl", "coverage.json"} {
		if said[name], err = os.ReadFile(filepath.Join(home, "out", name)); err != nil {
			t.Fatal(err)
		}
	}
	walk(t, "logs", func(path string, _ []byte) {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	})
	return said
}

func (f *feeder) detect(t *testing.T, l *lake.Lake, dir string) {
	t.Helper()
	a := &app{out: io.Discard, log: newLogger(io.Discard)}
	flags := outputFlags{out: dir, write: []string{"json"}, failOn: "none"}
	out, err := flags.begin(a, f.s, f.j, f.s.now)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.judge(t.Context(), l, f.s, f.j, out, noInput()); err != nil {
		t.Fatal(err)
	}
}

func copied(t *testing.T, org string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(org)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// invented writes an organisation whose steps are drawn at random, close enough
// together to meet: some 30 resets of six people in two weeks, by a desk whose
// records and those of the systems come from three sources.
func invented(t *testing.T, r *rand.Rand) string {
	t.Helper()
	dir := t.TempDir()
	people := []string{"ann", "bob", "cyd", "dan", "eve", "fay"}
	kinds := []string{
		"reset.requested", "reset.requested", "identity.verified", "identity.verified", "reset.approved", "reset.approved",
		"reset.executed", "reset.executed", "reset.executed", "mfa.reset", "account.unlocked", "credential.issued", "credential.delivered",
		"session.revoked", "token.revoked", "credential.changed", "signin.succeeded", "signin.succeeded", "privilege.granted", "ticket.opened",
		"mfa.enrolled", "secret.created", "contact.changed", "incident.opened", "log.cleared",
	}
	feeds := map[string][]string{}
	config := "now: 2026-05-01\nidentities: people.csv\nsources:\n"
	for _, name := range []string{"desk", "directory", "vault"} {
		instance := name
		if name == "vault" {
			instance = "directory" // two sources of one feed
		}
		config += fmt.Sprintf("  - {name: %s, uri: logs/%[1]s, instance: %s, expect: [reset.approved, identity.verified, session.revoked]}\n", name, instance)
		if err := os.MkdirAll(filepath.Join(dir, "logs", name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	pick := func(list []string) string { return list[r.IntN(len(list))] }
	from := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	for range 240 {
		at := from.Add(time.Duration(r.IntN(14))*24*time.Hour + time.Duration(r.IntN(12*60))*time.Minute)
		e := map[string]string{
			"time": at.Format(time.RFC3339), "kind": pick(kinds), "account": pick(people) + "@acme.example", "actor": pick(people) + "@acme.example",
			"ticket": pick([]string{"", "", "REQ-1", "REQ-2", "REQ-3", "REQ-4"}), "method": pick([]string{"", "totp", "callback", "fido2"}),
			"session": pick([]string{"", "s1", "s2"}), "correlation": pick([]string{"", "", "c1", "c2"}), "system": pick([]string{"okta", "ad"}),
			"outcome": pick([]string{"success", "success", "failure"}), "ip": pick([]string{"", "198.51.100.7", "203.0.113.9"}),
		}
		text, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		name := pick([]string{"desk", "directory", "vault"})
		feeds[name] = append(feeds[name], string(text))
	}
	roster := "id,kind,name,accounts,tier,manager,valid_from\nann,person,Ann,ann@acme.example,privileged,bob,\nbob,person,Bob,bob@acme.example,,,\ncyd,service,Cyd,cyd@acme.example,,bob,2026-03-09\n"
	for name, content := range map[string]string{
		"resetproof.yaml": config, "people.csv": roster, "logs/desk/a.jsonl": strings.Join(feeds["desk"], "\n"),
		"logs/directory/b.jsonl": strings.Join(feeds["directory"], "\n"), "logs/vault/c.jsonl": strings.Join(feeds["vault"], "\n"),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
