package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"resetproof/ingest/event"
	"resetproof/ingest/formats"
	"resetproof/ingest/lake"
)

var now = time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)

// step is a line of native steps.
func step(day, minute int, kind, account string) string {
	return fmt.Sprintf(`{"time":"2026-03-%02dT09:%02d:00Z","kind":%q,"account":"%s@acme.example","actor":"sam@acme.example"}`, day, minute, kind, account)
}

// logs writes files into a folder: name, then its lines.
func logs(t *testing.T, files map[string][]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, lines := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func open(t *testing.T, dir string) *lake.Lake {
	t.Helper()
	l, err := lake.Open(dir, lake.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// runOn runs with sensible options, which change may alter.
func runOn(t *testing.T, l *lake.Lake, dir string, change func(*Options)) Result {
	t.Helper()
	set, err := formats.Load()
	if err != nil {
		t.Fatal(err)
	}
	opt := Options{Sources: []Source{{Name: "steps", URI: dir}}, Formats: set, Lake: l, Now: now, Jobs: 2, MaxMalformed: 0.001}
	if change != nil {
		change(&opt)
	}
	result, err := Run(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range result.Feeds {
		if f.Records != f.Mapped+f.Duplicates+f.Unmapped+f.Malformed {
			t.Errorf("%s is not balanced: %+v", f.Name, f)
		}
	}
	return result
}

func TestRunCountsEveryRecord(t *testing.T) {
	dir := logs(t, map[string][]string{
		"a.jsonl": {step(2, 0, "reset.executed", "ann"), step(2, 5, "session.revoked", "ann"), "not json", step(2, 6, "signin.succeeded", "ann")},
		"b.jsonl": {step(3, 0, "reset.executed", "bob"), strings.Replace(step(3, 1, "reset.executed", "bob"), "2026", "1601", 1)},
	})
	l := open(t, t.TempDir())
	result := runOn(t, l, dir, nil)
	if len(result.Feeds) != 1 || result.Incomplete() {
		t.Fatalf("got %+v", result)
	}
	f := result.Feeds[0]
	if f.Name != "resetproof-steps/steps" || f.Records != 6 || f.Mapped != 4 || f.Malformed != 2 || len(f.Files) != 2 {
		t.Errorf("got %+v", f)
	}
	if first := f.MalformedFirst; len(first) != 2 || Position(first[0]) != filepath.Join(dir, "a.jsonl")+":3" || strings.Contains(first[0].Reason, "not json") {
		t.Errorf("malformed: %+v", first)
	}
	if f.First != time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC).UnixNano() || f.Last != time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC).UnixNano() {
		t.Errorf("from %s to %s", event.RFC3339(f.First), event.RFC3339(f.Last))
	}
	// 09:00, 09:05 and 09:06 of 2 March are marked, no other minute.
	bits := f.Minutes[f.First/int64(24*time.Hour)]
	marked := 0
	for m := range 1440 {
		if bits[m/8]&(1<<(m%8)) != 0 {
			marked++
		}
	}
	if marked != 3 || bits[540/8]&(1<<(540%8)) == 0 {
		t.Errorf("%d minutes of 2 March are marked", marked)
	}
	var rows int
	err := l.Custody(t.Context(), func(e *event.Event) error { rows++; return nil })
	if err != nil || rows != 3 {
		t.Errorf("%d custody rows, %v", rows, err)
	}
	if batches := l.Batches(); len(batches) != 1 || batches[0].Ledger.Size != 6 {
		t.Errorf("the ledger does not hold a leaf for each record: %+v", batches)
	}
}

// TestJobsChangeNothing reads many files with one and with several goroutines.
func TestJobsChangeNothing(t *testing.T) {
	files := map[string][]string{}
	for i := range 40 {
		var lines []string
		for m := range 50 {
			lines = append(lines, step(1+i%28, m, []string{"reset.executed", "signin.succeeded", "session.revoked"}[m%3], fmt.Sprint("u", i, "-", m)))
		}
		files[fmt.Sprintf("f%02d.jsonl", i)] = lines
	}
	dir := logs(t, files)
	var want string
	for _, jobs := range []int{1, 2, 7} {
		l := open(t, t.TempDir())
		result := runOn(t, l, dir, func(o *Options) { o.Jobs = jobs })
		got, err := json.Marshal([]any{result.Feeds, l.Batches()})
		if err != nil {
			t.Fatal(err)
		}
		if want == "" {
			want = string(got)
		}
		if string(got) != want {
			t.Errorf("%d jobs give another batch than 1", jobs)
		}
		if result.Records != 2000 || result.Files != 40 {
			t.Errorf("read %d records of %d files", result.Records, result.Files)
		}
	}
}

func TestKnownFilesAreSkipped(t *testing.T) {
	dir := logs(t, map[string][]string{"a.jsonl": {step(2, 0, "reset.executed", "ann")}, "b.jsonl": {step(3, 0, "reset.executed", "bob")}})
	l := open(t, t.TempDir())
	runOn(t, l, dir, nil)
	again := runOn(t, l, dir, nil)
	if len(again.Known) != 2 || again.Records != 0 || len(l.Batches()) != 1 {
		t.Errorf("second run: %+v", again)
	}
}

// TestKnownFilesAreSkippedBesideNewOnes: the batch of a new file begins while
// other goroutines still ask which files are known.
func TestKnownFilesAreSkippedBesideNewOnes(t *testing.T) {
	files := map[string][]string{}
	for i := range 200 {
		files[fmt.Sprintf("known-%03d.jsonl", i)] = []string{step(2+i/60, i%60, "reset.executed", "ann")}
	}
	dir := logs(t, files)
	l := open(t, t.TempDir())
	runOn(t, l, dir, nil)
	for i := range 8 {
		name := filepath.Join(dir, fmt.Sprintf("a-new-%d.jsonl", i))
		if err := os.WriteFile(name, []byte(step(20, i, "reset.executed", "bob")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if r := runOn(t, l, dir, func(o *Options) { o.Jobs = 4 }); r.Records != 1 || len(r.Known) != 200+i {
			t.Fatalf("run %d read %d records and skipped %d files, want 1 and %d", i, r.Records, len(r.Known), 200+i)
		}
	}
}

// TestLimitedFilesAreReadAgain holds that --since hides nothing from later runs.
func TestLimitedFilesAreReadAgain(t *testing.T) {
	dir := logs(t, map[string][]string{"a.jsonl": {step(2, 0, "reset.executed", "ann"), step(9, 0, "reset.executed", "bob")}})
	l := open(t, t.TempDir())
	limited := runOn(t, l, dir, func(o *Options) { o.Since = time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC).UnixNano() })
	if limited.Records != 1 || len(limited.LeftOut) != 1 || !strings.HasPrefix(limited.LeftOut[0], "1 records of resetproof-steps/steps lie outside") {
		t.Errorf("limited run: %+v", limited)
	}
	all := runOn(t, l, dir, nil)
	if len(all.Known) != 0 || all.Records != 2 {
		t.Errorf("second run: %+v", all)
	}
	feeds, err := l.Feeds()
	if err != nil || feeds[0].Records != 3 || feeds[0].Mapped != 2 || feeds[0].Duplicates != 1 {
		t.Errorf("feeds %+v, %v", feeds, err)
	}
}

// TestRecordsAheadAreReadLater: a record too far after the run's now is malformed,
// and is read once a run's now has come near enough; until then its file is skipped.
func TestRecordsAheadAreReadLater(t *testing.T) {
	dir := logs(t, map[string][]string{"a.jsonl": {step(2, 0, "reset.executed", "ann"), step(9, 0, "reset.executed", "bob"), step(20, 0, "reset.executed", "cyd")}})
	l := open(t, t.TempDir())
	for _, c := range []struct{ day, records, malformed int }{{5, 3, 2}, {6, 0, 0}, {8, 3, 1}, {17, 0, 0}, {30, 3, 0}, {31, 0, 0}} {
		got := runOn(t, l, dir, func(o *Options) { o.Now = time.Date(2026, 3, c.day, 0, 0, 0, 0, time.UTC) })
		malformed := 0
		for _, f := range got.Feeds {
			malformed += int(f.Malformed)
		}
		if int(got.Records) != c.records || malformed != c.malformed {
			t.Errorf("on day %d: read %d records, %d malformed, want %d and %d", c.day, got.Records, malformed, c.records, c.malformed)
		}
	}
	until := func(o *Options) {
		o.Now = time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC)
		o.Until = o.Now.UnixNano()
	}
	if got := runOn(t, open(t, t.TempDir()), dir, until); got.Records != 1 || got.Feeds[0].Malformed != 0 || len(got.LeftOut) != 1 {
		t.Errorf("--until counts what lies ahead as malformed: %+v", got)
	}
	feeds, err := l.Feeds()
	if err != nil || feeds[0].Mapped != 3 {
		t.Errorf("feeds %+v, %v", feeds, err)
	}
}

func TestWhatMakesARunIncomplete(t *testing.T) {
	good := []string{step(2, 0, "reset.executed", "ann")}
	for _, c := range []struct {
		name  string
		files map[string][]string
		want  string // part of the only problem; "" for none
	}{
		{"all good", map[string][]string{"a": good}, ""},
		{"a poem beside it", map[string][]string{"a": good, "b": {"Shall I compare thee"}}, "b: "},
		{"an empty file beside it", map[string][]string{"a": good, "b": {}}, "b: "},
		{"three poems beside it", map[string][]string{"a": good, "b": {"Shall"}, "c": {"I"}, "d": {"compare"}}, "b and 2 more of steps: "},
		{"hidden file beside it", map[string][]string{"a": good, ".b": {"?"}}, ""},
		{"ten malformed", map[string][]string{"a": append(good[:1:1], "{]", "{]", "{]", "{]", "{]", "{]", "{]", "{]", "{]", "{]")}, ""},
		{"eleven malformed", map[string][]string{"a": append(good[:1:1], "{]", "{]", "{]", "{]", "{]", "{]", "{]", "{]", "{]", "{]", "{]")}, "11 of 12 records are malformed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			result := runOn(t, open(t, t.TempDir()), logs(t, c.files), nil)
			if c.want == "" && result.Incomplete() || c.want != "" && (len(result.Problems) != 1 || !strings.Contains(result.Problems[0], c.want)) {
				t.Errorf("problems %q, want %q", result.Problems, c.want)
			}
			if len(result.Feeds) != 1 {
				t.Errorf("the good file was not read: %+v", result.Feeds)
			}
		})
	}
}

// TestCancelledRunLeavesNothing ends the context while files are being read.
func TestCancelledRunLeavesNothing(t *testing.T) {
	dir := logs(t, map[string][]string{"a": {step(2, 0, "reset.executed", "ann")}, "b": {step(3, 0, "reset.executed", "bob")}})
	set, err := formats.Load()
	if err != nil {
		t.Fatal(err)
	}
	cause := errors.New("asked to stop")
	ctx, cancel := context.WithCancelCause(t.Context())
	home := t.TempDir()
	l := open(t, home)
	_, err = Run(ctx, Options{Sources: []Source{{Name: "s", URI: dir}}, Formats: set, Lake: l, Now: now, Jobs: 1,
		Progress: func(records int64) {
			if records > 0 {
				cancel(cause)
			}
		}})
	if !errors.Is(err, cause) {
		t.Errorf("Run gave %v", err)
	}
	left, err := os.ReadDir(filepath.Join(home, "staging"))
	if err != nil || len(left) != 0 || len(open(t, home).Batches()) != 0 {
		t.Errorf("left in staging: %v, %v", left, err)
	}
}

func TestInspectTellsFilesApart(t *testing.T) {
	dir := logs(t, map[string][]string{"a": {step(2, 0, "reset.executed", "ann")}, "b": {"Shall I compare thee"}})
	set, err := formats.Load()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	err = Inspect(t.Context(), Options{Sources: []Source{{Name: "s", URI: dir}}, Formats: set, Now: now}, func(i Inspection) error {
		got = append(got, fmt.Sprint(filepath.Base(i.URI), len(i.Feeds), len(i.Unrecognised)))
		return nil
	})
	if want := "a1 0 b0 1"; err != nil || strings.Join(got, " ") != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

func TestExcludedFilesAreNotLogs(t *testing.T) {
	dir := logs(t, map[string][]string{"a": {step(2, 0, "reset.executed", "ann")}, "config.yaml": {"now: 2026-04-01"}, "out.partial-7": {""}, "out-of-date": {step(3, 0, "reset.executed", "bob")}})
	if err := os.CopyFS(filepath.Join(dir, "out"), os.DirFS(logs(t, map[string][]string{"run.json": {"{}"}}))); err != nil {
		t.Fatal(err)
	}
	result := runOn(t, open(t, t.TempDir()), dir, func(o *Options) {
		o.Exclude = []string{filepath.Join(dir, "config.yaml"), filepath.Join(dir, "out"), filepath.Join(dir, "out.partial-*"), ""}
	})
	if result.Incomplete() || result.Files != 2 || len(result.Unrecognised) != 0 {
		t.Errorf("read %d files, problems %q", result.Files, result.Problems)
	}
}

func TestLagStep(t *testing.T) {
	for in, want := range map[int64]int64{-5: 0, 0: 0, 59: 59, 3600: 3600, 3601: 3660, 86_401: 90_000, maxLag + 1: maxLag} {
		if got := lagStep(in); got != want {
			t.Errorf("lag of %d s counts as %d, want %d", in, got, want)
		}
	}
}

// A page without records (a request nobody had to approve) is nothing; a file
// that no format knows is a hole.
func TestEmptyPageIsNoHole(t *testing.T) {
	for content, incomplete := range map[string]bool{
		`{"size":0,"isLastPage":true,"values":[]}`: false,
		`{"size":0,"isLastPage":true,"things":[]}`: true,
	} {
		dir := logs(t, map[string][]string{"a.jsonl": {step(2, 0, "reset.executed", "ann")}, "b.json": {content}})
		got := runOn(t, open(t, t.TempDir()), dir, nil)
		if got.Incomplete() != incomplete {
			t.Errorf("%s: incomplete %v, want %v: %v", content, got.Incomplete(), incomplete, got.Unrecognised)
		}
	}
}
