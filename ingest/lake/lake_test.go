package lake

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"resetproof/ingest/event"
)

var ctx = context.Background()

// start is a moment early on 1 March 2026.
var start = time.Date(2026, 3, 1, 1, 2, 3, 456789, time.UTC).UnixNano()

// sample makes the n-th of a set of invented events: a quarter are custody, two
// formats, three days.
func sample(n int) event.Event {
	kinds := []event.Kind{event.SigninSucceeded, event.ResetExecuted, event.SigninFailed, event.CredentialUsed}
	formats := []string{"okta-system-log", "windows-security"}
	uri := fmt.Sprintf("logs/%d.jsonl", n%3)
	raw := []byte(fmt.Sprintf(`{"uuid":"%d","password":"hunter-%d"}`, n, n))
	ev := event.Event{
		ID: event.Hash("test", fmt.Sprint(n)), Kind: kinds[n%4], Time: start + int64(n)*int64(7*time.Minute)%(3*nanosecondsADay),
		System: "okta", Account: event.Party{System: "okta", ID: fmt.Sprintf("00u%d", n%17), Name: fmt.Sprintf("Ann%d@acme.example", n%17), Type: "person"},
		Actor: event.Party{System: "okta", ID: "00uadm", Name: "bob@acme.example"}, Session: fmt.Sprintf("s-%d", n),
		IP: "192.0.2.7", Feed: formats[n%2] + "/acme", Format: formats[n%2],
		Origin: event.Origin{URI: uri, Offset: int64(n) * 100, Length: int64(len(raw)), Line: int64(n) + 1, SHA256: sha256.Sum256(raw)},
	}
	if ev.Kind.Class() == event.Custody {
		ev.Raw = raw
	}
	return ev
}

func samples(from, to int) []event.Event {
	var all []event.Event
	for n := from; n < to; n++ {
		all = append(all, sample(n))
	}
	return all
}

// feedsOf counts events as an ingest run would: one event a record.
func feedsOf(events []event.Event) []event.Feed {
	byName := map[string]*event.Feed{}
	var names []string
	for i := range events {
		ev := &events[i]
		f := byName[ev.Feed]
		if f == nil {
			f = &event.Feed{Name: ev.Feed, Format: ev.Format, Kinds: map[string]int64{}}
			byName[ev.Feed] = f
			names = append(names, ev.Feed)
		}
		f.Records++
		f.Mapped++
		f.Kinds[ev.Kind.String()]++
	}
	slices.Sort(names)
	var all []event.Feed
	for _, n := range names {
		all = append(all, *byName[n])
	}
	return all
}

func open(t testing.TB, dir string, opt Options) *Lake {
	t.Helper()
	lk, err := Open(dir, opt)
	if err != nil {
		t.Fatal(err)
	}
	return lk
}

// fill puts events into a batch and commits it; leaves go in order of origin.
func fill(lk *Lake, events []event.Event) (Manifest, error) {
	b, err := lk.Begin(ctx)
	if err != nil {
		return Manifest{}, err
	}
	leaves := slices.Clone(events)
	slices.SortStableFunc(leaves, func(a, b event.Event) int {
		return copyAt{a.Origin.URI, a.Origin.Offset}.compare(copyAt{b.Origin.URI, b.Origin.Offset})
	})
	for i := range leaves {
		if err := b.Leaf(int64(i), leaves[i].Origin.SHA256); err != nil {
			return Manifest{}, err
		}
	}
	for i := range events {
		if err := b.Add(int64(i), &events[i]); err != nil {
			return Manifest{}, err
		}
	}
	return b.Commit(feedsOf(events))
}

func mustFill(t testing.TB, lk *Lake, events []event.Event) Manifest {
	t.Helper()
	m, err := fill(lk, events)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// everything reads all rows of the lake, custody with raw records, by event id.
func everything(t testing.TB, lk *Lake) []event.Event {
	t.Helper()
	var all []event.Event
	err := lk.Custody(ctx, func(ev *event.Event) error {
		e := *ev
		raw, err := lk.Raw(ctx, e.ID)
		e.Raw = raw
		all = append(all, e)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	err = lk.Activity(ctx, -1<<63, 1<<63-1, func(event.Kind, string, string, string) bool { return true },
		func(ev *event.Event) error { all = append(all, *ev); return nil })
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(all, func(a, b event.Event) int { return strings.Compare(a.ID.String(), b.ID.String()) })
	return all
}

func byID(events []event.Event) []event.Event {
	all := slices.Clone(events)
	slices.SortFunc(all, func(a, b event.Event) int { return strings.Compare(a.ID.String(), b.ID.String()) })
	return all
}

func same(t testing.TB, got, want []event.Event) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d rows, want %d", len(got), len(want))
	}
	for i := range got {
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Fatalf("row %d is\n%+v, want\n%+v", i, got[i], want[i])
		}
	}
}

// contents reads every file of the lake but the lock.
func contents(t testing.TB, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "lock" {
			return err
		}
		b, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		all[rel] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func sameContents(t testing.TB, got, want map[string]string) {
	t.Helper()
	for name, text := range want {
		if got[name] != text {
			t.Errorf("%s differs (%d bytes, want %d)", name, len(got[name]), len(text))
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			t.Errorf("%s should not be there", name)
		}
	}
}

func shuffled(events []event.Event, seed uint64) []event.Event {
	all := slices.Clone(events)
	rand.New(rand.NewPCG(seed, 1)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// full sets every field of an event to something of its own.
func full(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			full(v.Field(i), n)
		}
	case reflect.String:
		v.SetString(fmt.Sprintf("value %d é\x00", *n))
	case reflect.Int64, reflect.Int32:
		v.SetInt(int64(1000 + *n))
	case reflect.Uint16, reflect.Uint8:
		v.SetUint(1)
	case reflect.Array, reflect.Slice:
		if v.Kind() == reflect.Slice {
			v.Set(reflect.MakeSlice(v.Type(), 5, 5))
		}
		for i := range v.Len() {
			v.Index(i).SetUint(uint64(*n + i))
		}
	default:
		panic("a kind of field the test does not know: " + v.Kind().String())
	}
}

func TestEveryFieldIsStored(t *testing.T) {
	var ev event.Event
	n := 0
	full(reflect.ValueOf(&ev).Elem(), &n)
	lk := open(t, t.TempDir(), Options{})
	mustFill(t, lk, []event.Event{ev})
	same(t, everything(t, lk), []event.Event{ev})
}

func TestActivityKeepsNoRawRecord(t *testing.T) {
	ev := sample(0)
	ev.Raw = []byte("secret")
	lk := open(t, t.TempDir(), Options{})
	m := mustFill(t, lk, []event.Event{ev})
	if m.Files[0].Raw != nil {
		t.Error("raw records of sign-ins are kept")
	}
	ev.Raw = nil
	same(t, everything(t, lk), []event.Event{ev})
}

func TestRowsComeBackAndNothingElseIsThere(t *testing.T) {
	dir := t.TempDir()
	lk := open(t, dir, Options{})
	events := samples(0, 5000)
	mustFill(t, lk, events)
	same(t, everything(t, lk), byID(events))
	same(t, everything(t, open(t, dir, Options{})), byID(events))
	if err := lk.Check(ctx); err != nil {
		t.Error(err)
	}
	left, err := os.ReadDir(filepath.Join(dir, "staging"))
	if err != nil || len(left) > 0 {
		t.Errorf("staging holds %v, %v", left, err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "events", "*", "day=2026-03-0?", "source=*", "*.parquet")); err != nil || len(left) != len(lk.Files()) {
		t.Errorf("%d of %d files lie in folders of their days, %v", len(left), len(lk.Files()), err)
	}
	err = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && path != dir && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s can be read by others: %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// A temporary lake holds the same rows in fewer files.
func TestTemporaryLakeHoldsMonths(t *testing.T) {
	lk := open(t, t.TempDir(), Options{Temporary: true})
	events := samples(0, 2000)
	for i := range events {
		events[i].Time -= int64(i%60) * nanosecondsADay // January to March
	}
	mustFill(t, lk, events)
	same(t, everything(t, lk), byID(events))
	days := map[string]bool{}
	for i := range lk.files {
		days[lk.files[i].Day] = true
	}
	if len(days) != 3 || !days["2026-01-01"] || !days["2026-02-01"] || !days["2026-03-01"] {
		t.Errorf("files are of %v", days)
	}
	var got, want []event.Event
	from, to := start-20*nanosecondsADay, start-10*nanosecondsADay
	for _, e := range events {
		if e.Kind.Class() == event.Activity && e.Time >= from && e.Time < to {
			want = append(want, e)
		}
	}
	err := lk.Activity(ctx, from, to, func(event.Kind, string, string, string) bool { return true },
		func(e *event.Event) error { got = append(got, *e); return nil })
	if err != nil {
		t.Fatal(err)
	}
	same(t, byID(got), byID(want))
}

func TestSpillAndOrderOfAddingChangeNoByte(t *testing.T) {
	events := samples(0, 20000)
	events = append(events, samples(100, 300)...) // duplicates
	dir := t.TempDir()
	mustFill(t, open(t, dir, Options{}), events)
	want := contents(t, dir)
	for seed := range uint64(2) {
		other := t.TempDir()
		lk := open(t, other, Options{Memory: 1})
		b, err := lk.Begin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 20000 {
			if err := b.Add(int64(i), &events[i]); err != nil {
				t.Fatal(err)
			}
		}
		if len(b.rows.runs) < 2 {
			t.Fatal("nothing was spilled: the test shows nothing")
		}
		b.Abort()
		mustFill(t, lk, shuffled(events, seed))
		sameContents(t, contents(t, other), want)
	}
}
