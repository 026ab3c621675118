package custody

import (
	"runtime"
	"strconv"
	"testing"

	"resetproof/ingest/event"
)

// sighted is an operator seen at so many addresses, at each twice.
func sighted(n int) *operator {
	p := &operator{}
	for _, hour := range []int64{2, 1} {
		for i := range n {
			e := &event.Event{Time: hour * 3600e9, IP: "198.51.100.7", Session: "s" + strconv.Itoa(i), System: "okta"}
			p.sight(e, event.Party{System: "okta", Name: "sam"})
		}
	}
	return p
}

// What is known of an operator is the same for few presences as for many.
func TestPresencesAreFoundAgain(t *testing.T) {
	for _, n := range []int{1, fewPresences, fewPresences + 1, 100} {
		p := sighted(n)
		if len(p.seen.list) != n {
			t.Errorf("%d sessions are remembered as %d", n, len(p.seen.list))
		}
		for _, s := range p.seen.list {
			if s.First != 3600e9 || s.Last != 2*3600e9 || s.Trace.Time != s.First {
				t.Errorf("of %d: session %s was first seen at %d, last at %d, cited at %d", n, s.session, s.First, s.Last, s.Trace.Time)
			}
		}
	}
}

// Nearly every operator of a large organisation is seen once or twice.
func TestFewPresencesTakeLittleRoom(t *testing.T) {
	const operators, enough = 1000, 1 << 10
	var before, after runtime.MemStats
	kept := make([]*operator, 0, operators)
	runtime.GC()
	runtime.ReadMemStats(&before)
	for range operators {
		kept = append(kept, sighted(1))
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if each := (int64(after.HeapAlloc) - int64(before.HeapAlloc)) / operators; each > enough {
		t.Errorf("an operator seen once takes %d bytes", each)
	}
	runtime.KeepAlive(kept)
}
