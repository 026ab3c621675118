package main

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"resetproof/detect/judge"
	"resetproof/ingest/event"
	"resetproof/ingest/lake"
)

const (
	realData     = "../../../shared/data/real"
	formatsData  = "../../testdata/formats"
	factsJudged  = "2026-03-04T00:00:00Z" // long after every record: nothing is still due
	factsMissing = "skipped: shared data not present"
)

// answer is what a scan of a fact's files must say, in full where nothing else
// is written: no case, no finding or count of these sorts beyond those listed.
type answer struct {
	files  []string // below realData
	copies []string // the same, below formatsData; none where the licence forbids copies
	cases  []string // every case, as caseLine prints it
	not    map[string]int
	// follows are the findings of the checks in followed: check, time, sentence.
	follows []string
	// events says how many events of the scan begin like this, as eventLine prints them.
	events map[string]int
	// verdicts are checks that every recovery of the scan must have come to.
	verdicts map[string]judge.Verdict
	tier     string // of every recovery, where it matters
	// hidden finds secrets in the files that no output may show: its first group.
	hidden string
	// malformed is the number of records that must be counted as such.
	malformed int64
}

// followed are the checks on what came after a reset or befell the evidence.
var followed = []string{
	"log-cleared", "reset-then-log-tampering", "reset-then-new-factor", "reset-then-persistence", "reset-then-privilege", "reset-then-secret-access",
	"sessions-not-revoked", "state-without-event", "tokens-not-revoked", "unattributed-reset", "wrong-path",
}

// demanded are the kinds of facts that must have an answer.
var demanded = []string{"reset", "chain", "privilege", "tamper", "negative", "trap", "dependent-secrets"}

// TestFactsAreAnswered holds that each demanded fact of the shared data has an
// answer that reads the files the fact is about.
func TestFactsAreAnswered(t *testing.T) {
	if _, err := os.Stat(realData); err != nil {
		t.Skip(factsMissing)
	}
	var facts []struct {
		ID, Kind, Expected string
		Evidence           []struct{ Files []string }
	}
	readJSON(t, filepath.Join(realData, "facts.json"), &facts)
	known := map[string]bool{}
	for _, f := range facts {
		known[f.ID] = true
		if !slices.Contains(demanded, f.Kind) {
			t.Logf("%s is not demanded (%s): %s", f.ID, f.Kind, f.Expected)
			continue
		}
		a, ok := answers[f.ID]
		if !ok {
			t.Errorf("%s (%s) has no answer: %s", f.ID, f.Kind, f.Expected)
			continue
		}
		var files []string
		for _, e := range f.Evidence {
			files = append(files, e.Files...)
		}
		slices.Sort(files)
		if files = slices.Compact(files); !slices.Equal(files, slices.Sorted(slices.Values(a.files))) {
			t.Errorf("%s is about %q, its answer about %q", f.ID, files, a.files)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(answers)) {
		if !known[id] {
			t.Errorf("%s is no fact", id)
		}
	}
}

// TestFacts scans the files that each fact was read from: as they are in the
// shared data, and where this repository holds copies, those as well.
func TestFacts(t *testing.T) {
	scans := map[string]*scanned{}
	for _, id := range slices.Sorted(maps.Keys(answers)) {
		a := answers[id]
		for _, from := range []struct {
			name, dir string
			files     []string
		}{{"shared", realData, a.files}, {"copied", formatsData, a.copies}} {
			if len(from.files) == 0 {
				continue
			}
			t.Run(id+"/"+from.name, func(t *testing.T) {
				if _, err := os.Stat(from.dir); err != nil {
					t.Skip(factsMissing)
				}
				key := from.dir + strings.Join(from.files, "\n")
				if scans[key] == nil {
					scans[key] = scanFiles(t, from.dir, from.files)
				}
				a.hold(t, scans[key])
				a.hide(t, scans[key], from.dir, from.files)
			})
		}
	}
}

// scanned is what a scan gave.
type scanned struct {
	cases    []judge.CaseRecord
	findings []judge.Finding
	not      map[string]int
	bad      int64
	said     string                 // everything written
	events   map[string]event.Event // by id
}

func scanFiles(t *testing.T, dir string, files []string) *scanned {
	t.Helper()
	temp, err := os.MkdirTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	args := []string{}
	for _, f := range files {
		args = append(args, filepath.Join(dir, f))
	}
	return scanInto(t, temp, append(args, "--now", factsJudged)...)
}

// scanInto runs a scan with a lake and a report below dir and reads both.
func scanInto(t *testing.T, dir string, args ...string) *scanned {
	t.Helper()
	out, store := filepath.Join(dir, "report"), filepath.Join(dir, "lake")
	var errs strings.Builder
	code := run(append([]string{"scan", "--write", "json", "--quiet", "--out", out, "--lake", store}, args...), strings.NewReader(""), io.Discard, &errs)
	if code != 0 && code != exitFindings || errs.Len() > 0 {
		t.Fatalf("exit %d: %s", code, errs.String())
	}
	return readScan(t, out, store)
}

// readScan reads what a scan wrote, the report and the lake.
func readScan(t *testing.T, out, store string) *scanned {
	t.Helper()
	s := &scanned{events: map[string]event.Event{}}
	s.cases = readLines[judge.CaseRecord](t, filepath.Join(out, "cases.jsonl"))
	s.findings = readLines[judge.Finding](t, filepath.Join(out, "findings.jsonl"))
	var coverage struct {
		NotCases map[string]int `json:"not_cases"`
		Feeds    []struct{ Malformed int64 }
	}
	src, err := os.ReadFile(filepath.Join(out, "coverage.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(src, &coverage); err != nil {
		t.Fatal(err)
	}
	if err := accounts(src); err != nil {
		t.Error(err)
	}
	s.not = coverage.NotCases
	written, err := filepath.Glob(filepath.Join(out, "*"))
	if err != nil || len(written) < 4 {
		t.Fatalf("%q written, %v", written, err)
	}
	for _, file := range written {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s.said += string(text)
	}
	for _, f := range coverage.Feeds {
		s.bad += f.Malformed
	}
	lk, err := lake.Open(store, lake.Options{})
	if err != nil {
		t.Fatal(err)
	}
	keep := func(e *event.Event) error {
		s.events[e.ID.String()] = *e
		return nil
	}
	if err := lk.Custody(t.Context(), keep); err != nil {
		t.Fatal(err)
	}
	all := func(event.Kind, int64, event.Party) bool { return true }
	if err := lk.Select(t.Context(), math.MinInt64, math.MaxInt64, all, keep); err != nil {
		t.Fatal(err)
	}
	return s
}

func (a *answer) hold(t *testing.T, s *scanned) {
	t.Helper()
	var cases, follows, lines []string
	for _, c := range s.cases {
		cases = append(cases, s.caseLine(c))
		for _, check := range slices.Sorted(maps.Keys(a.verdicts)) {
			if got := c.Verdicts[check]; *c.Class == "recovery" && got != a.verdicts[check] {
				t.Errorf("%s of %s at %s is %s, want %s", check, c.Identity, c.Time, got, a.verdicts[check])
			}
		}
	}
	for _, c := range s.cases {
		if a.tier != "" && *c.Class == "recovery" && *c.Tier != a.tier {
			t.Errorf("%s is of tier %s, want %s", c.Identity, *c.Tier, a.tier)
		}
	}
	for _, f := range s.findings {
		if slices.Contains(followed, f.Check) {
			follows = append(follows, f.Check+" "+*f.Time+": "+f.Message)
		}
	}
	same(t, "cases", cases, a.cases)
	same(t, "findings", follows, a.follows)
	if !maps.Equal(s.not, a.not) {
		t.Errorf("not cases: got %v, want %v", s.not, a.not)
	}
	if s.bad != a.malformed {
		t.Errorf("%d malformed records, want %d", s.bad, a.malformed)
	}
	for _, e := range s.events {
		lines = append(lines, eventLine(e))
	}
	slices.Sort(lines)
	for _, want := range slices.Sorted(maps.Keys(a.events)) {
		n := 0
		for _, l := range lines {
			if strings.HasPrefix(l, want) {
				n++
			}
		}
		if n != a.events[want] {
			kind, _, _ := strings.Cut(want, " ")
			of := slices.DeleteFunc(slices.Clone(lines), func(l string) bool { return !strings.HasPrefix(l, kind+" ") })
			t.Errorf("%d events, want %d: %s\n of %s", n, a.events[want], want, strings.Join(of[:min(len(of), 40)], "\n    "))
		}
	}
}

// hide holds that no secret of the files was written.
func (a *answer) hide(t *testing.T, s *scanned, dir string, files []string) {
	t.Helper()
	if a.hidden == "" {
		return
	}
	secrets := map[string]bool{}
	for _, file := range files {
		f, err := os.Open(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(z)
		if err := errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(a.hidden).FindAllSubmatch(text, -1) {
			secrets[string(m[1])] = true
		}
	}
	if len(secrets) == 0 {
		t.Error("the files hold no such secret")
	}
	for secret := range secrets {
		if strings.Contains(s.said, secret) {
			t.Error("a secret of the log stands in the report")
		}
	}
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	slices.Sort(got)
	if want = slices.Sorted(slices.Values(want)); !slices.Equal(got, want) {
		t.Errorf("%s:\n got  %s\n want %s", what, strings.Join(got, "\n      "), strings.Join(want, "\n      "))
	}
}

// caseLine is a case as "TIME CLASS PATH SYSTEM CREDENTIAL of OWNER by OPERATOR",
// the names as the records of its acts give them, and what closed it.
func (s *scanned) caseLine(c judge.CaseRecord) string {
	var credentials, closed []string
	for _, a := range c.Acts {
		credentials = append(credentials, a.Credential)
	}
	for _, st := range c.Steps.Closed {
		e := s.events[st.Event]
		closed = append(closed, e.Kind.String())
	}
	e := s.events[c.Acts[0].Event]
	line := fmt.Sprintf("%s %s %s %s %s of %s by %s", c.Time, *c.Class, *c.Path, c.Acts[0].System, strings.Join(credentials, "+"), shown(e.Account), shown(e.Actor))
	if len(closed) > 0 {
		slices.Sort(closed)
		line += ", then " + strings.Join(slices.Compact(closed), "+")
	}
	return line
}

// eventLine is an event as "KIND[!] TIME ACCOUNT by ACTOR ROLE|CATEGORY|METHOD from IP",
// its time in whole seconds; the mark is for what failed.
func eventLine(e event.Event) string {
	kind := e.Kind.String()
	if e.Outcome == event.Failure {
		kind += "!"
	}
	line := fmt.Sprintf("%s %s %s by %s", kind, event.When(e.Time).Format("2006-01-02T15:04:05Z"), shown(e.Account), shown(e.Actor))
	for _, detail := range []string{e.Role, e.Category, e.Method} {
		if detail != "" {
			line += " " + detail
		}
	}
	if e.IP != "" {
		line += " from " + e.IP
	}
	return line
}

// shown is a party's name, its id where no name is given.
func shown(p event.Party) string {
	if p.Name != "" {
		return p.Name
	}
	return p.ID
}

// TestCopiedFactsAreUsed holds that no copy lies about without an answer.
func TestCopiedFactsAreUsed(t *testing.T) {
	var used []string
	for _, a := range answers {
		used = append(used, a.copies...)
	}
	for _, pattern := range []string{"*.gz", "*.json"} {
		copied, err := filepath.Glob(filepath.Join(formatsData, "*", "facts", pattern))
		if err != nil || len(copied) == 0 {
			t.Fatal(pattern, err)
		}
		for _, file := range copied {
			if name, err := filepath.Rel(formatsData, file); err != nil || !slices.Contains(used, filepath.ToSlash(name)) {
				t.Errorf("no fact reads %s", file)
			}
		}
	}
}
