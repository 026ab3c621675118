package survey

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"gonum.org/v1/gonum/stat/distuv"

	"resetproof/detect/identity"
	"resetproof/detect/judge"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// organisation is a lake of resets with their rows.
type organisation struct {
	events []event.Event
	rows   []judge.Row
}

func (o *organisation) Records(_ context.Context, mem memory.Allocator, names []string, kinds []event.Kind, want func(event.ID) bool, yield func(arrow.Record) error) error {
	return Records(mem, o.events, names, kinds, want, yield)
}

// opening is a Monday, 00:00 UTC.
var opening = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)

// reset adds a recovery by hand.
func (o *organisation) reset(operator string, at time.Time) *judge.Row {
	n := len(o.events)
	e := event.Event{
		ID: event.Hash("reset", fmt.Sprint(n)), Kind: event.ResetExecuted, Time: at.UnixNano(), Feed: "dc", Format: "f",
		Origin: event.Origin{URI: "dc.json", Offset: int64(n), Length: 1, Line: int64(n + 1)},
	}
	o.events = append(o.events, e)
	o.rows = append(o.rows, judge.Row{
		Act: e.ID, Case: e.ID, Identity: fmt.Sprintf("p%d", n), Operator: operator, ByHand: true,
		Tier: rules.Ordinary, Class: rules.Recovery, Path: rules.Assisted, InPeriod: true,
	})
	return &o.rows[n]
}

// survey runs every statistic; what it reads is held to be given back.
func (o *organisation) survey(t *testing.T, period [2]int64) judge.Surveyed {
	t.Helper()
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer mem.AssertSize(t, 0)
	pol := &rules.Policy{Limits: rules.Limits{FalseDiscoveryRate: 0.05}}
	got, err := Run(t.Context(), Options{Lake: o, Memory: mem, Rows: o.rows, Policy: pol, Name: func(id string) string { return id }, Period: period,
		Resolve:         func(p event.Party, _ int64) string { return p.Name },
		Row:             func(string, int64) *identity.Identity { return nil },
		PossibleAliases: func(string) []string { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// quiet is three operators with a reset each day for six weeks.
func quiet() *organisation {
	o := &organisation{}
	for d := range 42 {
		for i, who := range []string{"sam", "lea", "kim"} {
			o.reset(who, opening.Add(time.Duration(d*24+9+i)*time.Hour))
		}
	}
	return o
}

// A burst is found with its hour, its count and its records; the order of the
// records and of the rows changes nothing, and out of the period it is
// background.
func TestBurst(t *testing.T) {
	o := quiet()
	at := opening.Add(17*24*time.Hour + 14*time.Hour)
	for i := range 11 {
		o.reset("sam", at.Add(time.Duration(i)*time.Minute))
	}
	got := o.survey(t, [2]int64{})
	if len(got.Facts["bursts"]) != 1 {
		t.Fatalf("%d bursts", len(got.Facts["bursts"]))
	}
	b := got.Facts["bursts"][0].(*judge.BurstFacts)
	if b.Operator != "sam" || !b.From.Equal(at) || b.Count != 11 || b.Q > 1e-6 || len(b.Rests()) != 11 {
		t.Errorf("found %+v", b)
	}
	slices.Reverse(o.events)
	slices.Reverse(o.rows)
	again := o.survey(t, [2]int64{}).Facts["bursts"][0].(*judge.BurstFacts)
	if fmt.Sprintf("%+v", *again) == "" || again.Q != b.Q || again.P != b.P || again.Baseline != b.Baseline || !slices.Equal(again.Rests(), b.Rests()) {
		t.Errorf("another order gives %+v", again)
	}
	before := o.survey(t, [2]int64{0, at.UnixNano()})
	if n := len(before.Facts["bursts"]); n != 0 {
		t.Errorf("%d bursts in a period that ends before", n)
	}
}

// Too little is said, and how much there is.
func TestTooLittle(t *testing.T) {
	o := &organisation{}
	if got := o.survey(t, [2]int64{}).Lacks["operator-burst"]; got == "" {
		t.Error("nothing at all is judged")
	}
	for d := range 13 {
		for _, who := range []string{"sam", "lea", "kim"} {
			o.reset(who, opening.Add(time.Duration(d*24)*time.Hour))
		}
	}
	want := "39 resets by 3 operators within 13 days are on record; it takes 30 by 3 operators over 14 days to tell what is usual"
	if got := o.survey(t, [2]int64{}).Lacks["operator-burst"]; got != want {
		t.Errorf("said %q", got)
	}
}

// Resets for a declared campaign are not counted, and said.
func TestCampaignsAreNotCounted(t *testing.T) {
	o := quiet()
	at := opening.Add(17*24*time.Hour + 14*time.Hour)
	for i := range 40 {
		r := o.reset("sam", at.Add(time.Duration(i)*time.Minute))
		if i >= 8 {
			r.Campaign = "INC-9"
		}
	}
	b := o.survey(t, [2]int64{}).Facts["bursts"][0].(*judge.BurstFacts)
	if b.Count != 8 || b.Left != 32 || b.Campaigns != "INC-9" {
		t.Errorf("found %+v", b)
	}
}

// The example of Benjamini and Hochberg (1995), section 4: of 15 tests at 0.05
// the four smallest are found.
func TestDiscoveries(t *testing.T) {
	p := []float64{0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1}
	found := 0
	for _, q := range discoveries(p, 15) {
		if q <= 0.05 {
			found++
		}
	}
	if found != 4 {
		t.Errorf("%d found", found)
	}
	if q := discoveries(p[:4], 15); q[3] > 0.05 {
		t.Errorf("tests that are not listed count: %v", q)
	}
}

// tail is that of a negative binomial: summed up it agrees, and without
// dispersion it is Poisson's.
func TestTail(t *testing.T) {
	for _, c := range []struct {
		x          int
		mean, size float64
	}{{1, 0.3, 0.5}, {4, 0.8, 2}, {11, 0.8, 2}, {20, 9, 4}} {
		below := 0.0
		for k := range c.x {
			lg := func(v float64) float64 { g, _ := math.Lgamma(v); return g }
			f := float64(k)
			below += math.Exp(lg(f+c.size) - lg(f+1) - lg(c.size) + c.size*math.Log(c.size/(c.size+c.mean)) + f*math.Log(c.mean/(c.size+c.mean)))
		}
		if got := tail(c.x, c.mean, c.size); math.Abs(got-(1-below)) > 1e-9 {
			t.Errorf("tail(%d, %v, %v) is %v, want %v", c.x, c.mean, c.size, got, 1-below)
		}
	}
	poisson := distuv.Poisson{Lambda: 2}
	if got, want := tail(6, 2, 1e8), 1-poisson.CDF(5); math.Abs(got-want) > 1e-6 {
		t.Errorf("without dispersion %v, want %v", got, want)
	}
}

// Whatever the times and names are, what is told is a number.
func TestStrangeResets(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 7))
		o := &organisation{}
		reach := []time.Duration{time.Hour, 14 * 24 * time.Hour, 400 * 24 * time.Hour, 26 * 365 * 24 * time.Hour}[rng.IntN(4)]
		at := opening
		for range 1 + rng.IntN(300) {
			if rng.IntN(3) > 0 { // else in the same hour again
				at = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rng.Int64N(int64(reach))))
			}
			r := o.reset(fmt.Sprintf("op%d", rng.IntN(1+int(seed%7))), at)
			r.Unit, r.Desk, r.ByHand = fmt.Sprintf("u%d", rng.IntN(3)), fmt.Sprintf("d%d", rng.IntN(2)), rng.IntN(9) > 0
			if rng.IntN(9) == 0 {
				r.Campaign = "INC-1"
			}
			e := &o.events[len(o.events)-1]
			e.IP, e.Place = []string{"", "::1", "192.0.2.9", "fe80::1%eth0", "not an address"}[rng.IntN(5)], []string{"", "Leeds"}[rng.IntN(2)]
		}
		got := o.survey(t, [2]int64{})
		for _, l := range slices.Sorted(maps.Keys(got.Facts)) {
			for _, f := range got.Facts[l] {
				if said := fmt.Sprintf("%+v", f); strings.Contains(said, "NaN") || strings.Contains(said, "Inf") {
					t.Errorf("seed %d: %s", seed, said)
				}
			}
		}
	}
}

// The order of records and rows changes no digit of anything told.
func TestOrderChangesNothing(t *testing.T) {
	var n *null
	s := drawn(3, func(x *null) { x.weeks = 26; nulls[1].make(x); n = x }, func(_ *null, o *worker, w, d, h int, mean float64) float64 {
		switch {
		case o.id == "op001" && w == 9 && d == 2 && h == 14:
			return mean + 30
		case o.id == "op002" && w > 12:
			return mean * 3
		}
		return mean
	})
	s.somewhere(n)
	o := &organisation{}
	for _, a := range s.acts {
		r := o.reset(a.Operator, event.When(a.Time))
		r.Unit, r.Tier, r.Desk = a.Unit, a.Tier, a.Desk
		o.events[len(o.events)-1].Place = a.Place
	}
	tell := func() string {
		got := o.survey(t, [2]int64{})
		said := strings.Join(got.Told, "\n")
		for _, l := range slices.Sorted(maps.Keys(got.Facts)) {
			for _, f := range got.Facts[l] {
				said += fmt.Sprintf("\n%+v", reflect.ValueOf(f).Elem().Interface())
			}
		}
		return said
	}
	// A finding cites records by their place in memory; of those only the ids count.
	addresses := regexp.MustCompile(`events:\[[^\]]*\]`)
	want := addresses.ReplaceAllString(tell(), "")
	if len(s.acts) < 1000 || strings.Count(want, "\n") < 5 {
		t.Fatalf("too little to compare: %s", want)
	}
	for seed := range uint64(3) {
		rng := rand.New(rand.NewPCG(seed, 5))
		rng.Shuffle(len(o.events), func(i, j int) { o.events[i], o.events[j] = o.events[j], o.events[i] })
		rng.Shuffle(len(o.rows), func(i, j int) { o.rows[i], o.rows[j] = o.rows[j], o.rows[i] })
		if got := addresses.ReplaceAllString(tell(), ""); got != want {
			t.Errorf("another order gives\n%s\nwant\n%s", got, want)
		}
	}
}
