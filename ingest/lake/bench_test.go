package lake

import (
	"crypto/sha256"
	"fmt"
	"os"
	"syscall"
	"testing"
	"time"

	"resetproof/ingest/event"
)

// benchRows is what one round of a benchmark writes or reads.
const benchRows = 1_000_000

// busy makes the n-th event of an invented organisation of 20,000 accounts:
// one in twenty is custody, all within ten days.
func busy(n int, ev *event.Event) {
	kind := event.SigninSucceeded
	switch {
	case n%20 == 0:
		kind = event.ResetExecuted
	case n%7 == 0:
		kind = event.SigninFailed
	}
	h := uint64(n) * 0x9E3779B97F4A7C15
	account := h >> 32 % 20000
	*ev = event.Event{
		Kind: kind, Time: start + int64(n)*(int64(10*24*time.Hour)/benchRows), System: "okta",
		Account: event.Party{System: "okta", ID: fmt.Sprintf("00u%017d", account), Name: fmt.Sprintf("user%d@acme.example", account), Type: "person"},
		Session: fmt.Sprintf("s-%x", h), Correlation: fmt.Sprintf("c-%x", h>>8), IP: fmt.Sprintf("192.0.%d.%d", h>>40&255, h>>50&255),
		Place: "Springfield, US", Device: "Mozilla/5.0 (X11; Linux x86_64)", Feed: "okta-system-log/acme", Format: "okta-system-log",
		Origin: event.Origin{URI: "logs/okta.jsonl", Offset: int64(n) * 2000, Length: 2000, Line: int64(n) + 1},
	}
	ev.Actor = ev.Account
	ev.ID = event.Hash("busy", fmt.Sprint(n))
	ev.Origin.SHA256 = sha256.Sum256(ev.ID[:])
	if kind == event.ResetExecuted {
		ev.Raw = fmt.Appendf(make([]byte, 0, 2000), "%02000d", n)
	}
}

func cpu() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func writeBusy(b *testing.B, dir string, rows int) *Lake {
	lk := open(b, dir, Options{})
	batch, err := lk.Begin(ctx)
	if err != nil {
		b.Fatal(err)
	}
	var ev event.Event
	for n := range rows {
		busy(n, &ev)
		if err := batch.Leaf(int64(n), ev.Origin.SHA256); err != nil {
			b.Fatal(err)
		}
		if err := batch.Add(int64(n), &ev); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := batch.Commit(nil); err != nil {
		b.Fatal(err)
	}
	return lk
}

func rate(b *testing.B, rows int, from time.Duration) {
	b.ReportMetric(float64(rows)*float64(b.N)/(cpu()-from).Seconds(), "rows/CPU-s")
}

// The making of the events is part of it: about 1.5 µs each.
func BenchmarkWrite(b *testing.B) {
	from := cpu()
	var size int64
	for range b.N {
		lk := writeBusy(b, b.TempDir(), benchRows)
		size = 0
		for _, f := range lk.Files() {
			info, err := os.Stat(f)
			if err != nil {
				b.Fatal(err)
			}
			size += info.Size()
		}
	}
	rate(b, benchRows, from)
	b.ReportMetric(float64(size)/benchRows, "B/row")
}

func BenchmarkMakeEvents(b *testing.B) {
	from := cpu()
	var ev event.Event
	for range b.N {
		for n := range benchRows {
			busy(n, &ev)
		}
	}
	rate(b, benchRows, from)
}

func BenchmarkLedger(b *testing.B) {
	lk := open(b, b.TempDir(), Options{})
	batch, err := lk.Begin(ctx)
	if err != nil {
		b.Fatal(err)
	}
	defer batch.Abort()
	from := cpu()
	n := int64(0)
	for range b.N {
		for range benchRows {
			if err := batch.Leaf(n, [32]byte{byte(n), byte(n >> 8)}); err != nil {
				b.Fatal(err)
			}
			n++
		}
	}
	rate(b, benchRows, from)
}

// One account in a thousand and two days in ten are wanted.
func BenchmarkActivityPruned(b *testing.B) {
	lk := writeBusy(b, b.TempDir(), benchRows)
	b.ResetTimer()
	from := cpu()
	rows := 0
	for range b.N {
		err := lk.Activity(ctx, start+2*nanosecondsADay, start+4*nanosecondsADay,
			func(_ event.Kind, _, id, _ string) bool { return id[len(id)-3:] == "777" },
			func(*event.Event) error { rows++; return nil })
		if err != nil || rows == 0 {
			b.Fatal(rows, err)
		}
	}
	rate(b, benchRows, from)
}

// What detection does once a run: see every account and time, read no row.
func BenchmarkSelectNothing(b *testing.B) {
	lk := writeBusy(b, b.TempDir(), benchRows)
	b.ResetTimer()
	from := cpu()
	for range b.N {
		err := lk.Select(ctx, -1<<63, 1<<63-1, func(event.Kind, int64, event.Party) bool { return false }, func(*event.Event) error { return nil })
		if err != nil {
			b.Fatal(err)
		}
	}
	rate(b, benchRows*19/20, from)
}

func BenchmarkActivityAll(b *testing.B) {
	lk := writeBusy(b, b.TempDir(), benchRows)
	b.ResetTimer()
	from := cpu()
	for range b.N {
		err := lk.Activity(ctx, -1<<63, 1<<63-1, func(event.Kind, string, string, string) bool { return true }, func(*event.Event) error { return nil })
		if err != nil {
			b.Fatal(err)
		}
	}
	rate(b, benchRows*19/20, from)
}

func BenchmarkCustody(b *testing.B) {
	lk := writeBusy(b, b.TempDir(), benchRows)
	b.ResetTimer()
	from := cpu()
	for range b.N {
		if err := lk.Custody(ctx, func(*event.Event) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
	rate(b, benchRows/20, from)
}

func BenchmarkSorter(b *testing.B) {
	var ev event.Event
	from := cpu()
	for range b.N {
		s, err := NewSorter(b.TempDir(), 32<<20)
		if err != nil {
			b.Fatal(err)
		}
		for n := range benchRows / 10 {
			busy(n, &ev)
			if err := s.Add(ev.Account.ID, &ev); err != nil {
				b.Fatal(err)
			}
		}
		if err := s.Sorted(func(string, *event.Event) error { return nil }); err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
	rate(b, benchRows/10, from)
}

// A second batch of one in a hundred new events must not cost what the first did.
func BenchmarkAddOneInAHundred(b *testing.B) {
	lk := writeBusy(b, b.TempDir(), benchRows)
	b.ResetTimer()
	from := cpu()
	n := benchRows
	for range b.N {
		batch, err := lk.Begin(ctx)
		if err != nil {
			b.Fatal(err)
		}
		var ev event.Event
		for range benchRows / 100 {
			busy(n, &ev)
			if err := batch.Add(int64(n), &ev); err != nil {
				b.Fatal(err)
			}
			n++
		}
		if _, err := batch.Commit(nil); err != nil {
			b.Fatal(err)
		}
	}
	rate(b, benchRows/100, from)
}
