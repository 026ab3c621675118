package lake

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"resetproof/ingest/event"
)

// Each step of a commit is stopped as a killed process would be; opening again
// and running again gives, byte for byte, the lake of a run that was left alone.
func TestKilledRunIsCompletedByRunningAgain(t *testing.T) {
	first := samples(0, 600)
	second := samples(500, 1200)
	for i := range 50 { // taken over from the first batch
		second[i].Origin.URI = "aaa"
	}
	quiet := t.TempDir()
	lk := open(t, quiet, Options{})
	mustFill(t, lk, first)
	mustFill(t, lk, second)
	want := contents(t, quiet)
	if len(lk.Batches()[1].Replaces) == 0 {
		t.Fatal("nothing is taken over: the test does not show it")
	}
	rows := everything(t, lk)

	reached := map[string]bool{}
	for _, point := range CommitPoints {
		t.Run(point, func(t *testing.T) {
			dir := t.TempDir()
			mustFill(t, open(t, dir, Options{}), first)
			killed := errors.New("killed")
			lk := open(t, dir, Options{FailAt: func(p string) error {
				if p == point {
					reached[p] = true
					return killed
				}
				return nil
			}})
			if _, err := fill(lk, second); !errors.Is(err, killed) {
				t.Fatalf("the commit was not stopped: %v", err)
			}
			again := open(t, dir, Options{})
			switch len(again.Batches()) {
			case 1:
				same(t, everything(t, again), byID(first)) // nothing half-visible
				mustFill(t, again, second)
			case 2:
				same(t, everything(t, again), rows)
			}
			sameContents(t, contents(t, dir), want)
			if err := again.Check(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	if len(reached) != len(CommitPoints) {
		t.Errorf("only %v of %v were reached", reached, CommitPoints)
	}
}

// A reader that looks at a batch whose files are not all moved yet sees it whole.
func TestReaderSeesCommittedBatchBeforeItIsMoved(t *testing.T) {
	for _, point := range []string{"committed", "moving"} {
		dir := t.TempDir()
		var seen []event.Event
		lk := open(t, dir, Options{FailAt: func(p string) error {
			if p == point {
				seen = everything(t, open(t, dir, Options{})) // while the writer holds the lock
			}
			return nil
		}})
		mustFill(t, lk, samples(0, 200))
		same(t, seen, byID(samples(0, 200)))
	}
}

func TestReaderDoesNotSeeWhatIsNotCommitted(t *testing.T) {
	dir := t.TempDir()
	looked := false
	lk := open(t, dir, Options{FailAt: func(p string) error {
		if p == "described" {
			looked = true
			r := open(t, dir, Options{})
			if n := len(everything(t, r)); n != 0 || len(r.Files()) != 0 {
				t.Errorf("%d rows, files %v are seen before the commit", n, r.Files())
			}
		}
		return nil
	}})
	mustFill(t, lk, samples(0, 200))
	if !looked {
		t.Error("nobody looked")
	}
}

func TestSecondWriterIsRefused(t *testing.T) {
	dir := t.TempDir()
	b, err := open(t, dir, Options{}).Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	other := open(t, dir, Options{}) // must leave the first one's staging alone
	if _, err := other.Begin(ctx); !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), "process") {
		t.Errorf("a second writer gets %v", err)
	}
	ev := sample(1)
	if err := b.Add(0, &ev); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Commit(nil); err != nil {
		t.Fatal(err)
	}
	mustFill(t, other, samples(2, 3)) // the first is done: sees its batch, adds to it
	same(t, everything(t, other), byID(samples(1, 3)))
}

func TestAbortAndFullDiskLeaveTheLakeAsItWas(t *testing.T) {
	dir := t.TempDir()
	lk := open(t, dir, Options{Memory: 1})
	mustFill(t, lk, samples(0, 300))
	want := contents(t, dir)

	b, err := lk.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	ev := sample(999)
	if err := b.Add(0, &ev); err != nil {
		t.Fatal(err)
	}
	if err := b.Abort(); err != nil {
		t.Fatal(err)
	}
	sameContents(t, contents(t, dir), want)

	defer func(f func(string) (io.WriteCloser, error)) { createFile = f }(createFile)
	plain := createFile
	room := 0
	createFile = func(path string) (io.WriteCloser, error) {
		f, err := plain(path)
		return &fullDisk{f, &room}, err
	}
	failed := 0
	for space := 0; space < 60000; space += 3000 {
		room = space
		if _, err := fill(lk, samples(300, 400)); !errors.Is(err, errFull) {
			break
		}
		failed++
		sameContents(t, contents(t, dir), want)
	}
	if failed < 3 {
		t.Errorf("the disk was full %d times only", failed)
	}
}

var errFull = errors.New("no space left on device")

type fullDisk struct {
	io.WriteCloser
	room *int
}

func (d *fullDisk) Write(b []byte) (int, error) {
	if *d.room -= len(b); *d.room < 0 {
		return 0, errFull
	}
	return d.WriteCloser.Write(b)
}

func TestCancelledRunLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	lk := open(t, dir, Options{})
	c, cancel := context.WithCancel(ctx)
	b, err := lk.Begin(c)
	if err != nil {
		t.Fatal(err)
	}
	ev := sample(1)
	if err := b.Add(0, &ev); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := b.Commit(nil); !errors.Is(err, context.Canceled) {
		t.Errorf("commit after cancelling gives %v", err)
	}
	if got := contents(t, dir); len(got) != 0 {
		t.Errorf("left behind: %v", got)
	}
}

func TestCheckNamesWhatWasChanged(t *testing.T) {
	tests := []struct {
		name, glob, say string
		change          func(path string) error
	}{
		{"a byte of a data file", "events/*/*/*/*.parquet", ".parquet: not as it was committed", flip},
		{"a byte of a raw file", "raw/*.parquet", ".parquet: not as it was committed", flip},
		{"a byte of the index", "index/*", ".ids: not as it was committed", flip},
		{"a leaf of the ledger", "ledger/*", "the ledger is not consistent", flip},
		{"a data file gone", "events/*/*/*/*.parquet", "no such file", os.Remove},
		{"a manifest gone", "manifests/00000001-*", "does not follow", os.Remove},
		{"a manifest changed", "manifests/00000001-*", "does not follow", func(path string) error {
			b, err := os.ReadFile(path)
			return errors.Join(err, os.WriteFile(path, append(b, '\n'), fileMode))
		}},
		{"nothing", "lock", "", func(string) error { return nil }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			lk := open(t, dir, Options{})
			mustFill(t, lk, samples(0, 100))
			mustFill(t, lk, samples(100, 200))
			found, err := filepath.Glob(filepath.Join(dir, tt.glob))
			if err != nil || len(found) == 0 {
				t.Fatal(found, err)
			}
			if err := tt.change(found[0]); err != nil {
				t.Fatal(err)
			}
			err = lk.Check(ctx)
			if tt.say == "" && err != nil || tt.say != "" && (err == nil || !strings.Contains(err.Error(), tt.say)) {
				t.Errorf("Check says %v, want %q", err, tt.say)
			}
		})
	}
}

func flip(path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	b[len(b)/2] ^= 1
	return os.WriteFile(path, b, fileMode)
}

// A damaged file gives an error or other values, never a panic.
func TestDamagedFileDoesNotPanic(t *testing.T) {
	dir := t.TempDir()
	lk := open(t, dir, Options{})
	mustFill(t, lk, samples(0, 400))
	path := lk.Files()[0]
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	bad := 0
	for i := 0; i < len(good); i += 1 + len(good)/400 {
		b := append([]byte{}, good...)
		b[i] ^= 0x55
		if err := os.WriteFile(path, b, fileMode); err != nil {
			t.Fatal(err)
		}
		err := lk.Activity(ctx, -1<<63, 1<<63-1, func(event.Kind, string, string, string) bool { return true }, func(*event.Event) error { return nil })
		if err != nil {
			bad++
		}
	}
	if bad == 0 {
		t.Error("no damage was noticed")
	}
}
