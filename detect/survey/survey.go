// Package survey looks at all resets at once: what no single case shows.
//
// A survey never says that something is wrong, only that it is unlike the rest,
// and how unlike. Each finding states its baseline, and a check over many counts
// states its rate of error and keeps to it (calibration_test.go, which also says
// what it finds of what is planted). The methods
// are textbook ones:
//
//   - Counts are over-dispersed: an operator's resets of an hour are taken as
//     gamma-Poisson (negative binomial), whose rate and dispersion are shrunk
//     towards those of all operators by empirical Bayes (Robbins 1956; Casella,
//     An Introduction to Empirical Bayes Data Analysis, 1985). rates.go
//   - Among many tests those are told whose false discovery rate stays within
//     the policy's limit (Benjamini and Hochberg, Controlling the False Discovery
//     Rate, 1995). burst.go
//   - A slow rise shows in the sum of what lies above the usual (Page, Continuous
//     Inspection Schemes, 1954), told at a limit for a stated average run length
//     (Siegmund, Sequential Analysis, 1985). drift.go
//   - That work is divided follows from Fisher's exact test; pair.go. How seldom
//     somebody does something new is told by how often it happens (Good 1953). spot.go
//   - How often somebody is reset again is a negative binomial in the time since
//     the first reset, learned from all others of the tier and path. target.go
//   - Shares of populations and tiers are compared by Newcombe's interval for a
//     difference (1998, method 10), at a level that holds over all comparisons
//     (Bonferroni), resets of one account counted as alike. share.go
//
// Where there is too little to tell, a check is not judged, and the run says what
// is lacking. The same rows give the same findings to the last digit: sums run
// in a fixed order, and numbers are printed with a fixed count of digits.
//
// To add a check: a type of facts in detect/judge (survey_<name>.go) and its line
// in surveyLists there, a file here with its line in statistics, and its YAML in
// rules/checks.
package survey

import (
	"context"
	"fmt"
	"slices"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"resetproof/detect/custody"
	"resetproof/detect/identity"
	"resetproof/detect/judge"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// Options of a survey.
type Options struct {
	Lake   Lake
	Memory memory.Allocator
	// Rows are the cases of the lake, in an order that is the same each time.
	Rows []judge.Row
	// Policy in force at the run's time.
	Policy *rules.Policy
	Name   func(identity string) string
	// Resolve gives the identity behind an account at a time, "" for nobody; Row
	// what the roster says of it then, nil for nothing.
	Resolve func(account event.Party, t int64) string
	Row     func(identity string, t int64) *identity.Identity
	// PossibleAliases lists the identities that may be the same person.
	PossibleAliases func(identity string) []string
	// Period bounds the times that are judged, UTC nanoseconds, half-open; 0 is
	// without bound. What lies outside is background.
	Period [2]int64
}

// statistic computes the facts of one check.
type statistic struct {
	check string
	list  string // in judge.surveyLists
	// of gives the facts, pointers to the list's type, or says why there is too
	// little to tell, in words that follow "was not judged: ".
	of func(*survey) (facts []judge.Fact, lacks string)
}

// statistics are the checks that look at the whole set.
var statistics = []statistic{
	{"operator-burst", "bursts", bursts},
	{"operator-drift", "drifts", drifts},
	{"rare-pair", "rare_pairs", rarePairs},
	{"rare-place-or-hour", "rare_spots", rareSpots},
	{"repeated-target", "targets", targets},
	{"path-variant", "variants", variants},
	{"population-gap", "population_gaps", populationGaps},
	{"policy-not-monotone", "inversions", inversions},
	{"factor-on-many", "shared_factors", sharedFactors},
}

// survey is one survey under way.
type survey struct {
	Options
	ctx   context.Context
	lake  Lake
	mem   memory.Allocator
	texts map[string]string
	acts  []act    // by time, then event id
	usual *rates   // of acts, once asked for
	told  []string // what was tested at which rate
	err   error    // of a statistic that reads records of its own
}

// act is a case with what the record of its primary act says.
type act struct {
	*judge.Row
	Time                    int64 // of the primary act, UTC nanoseconds
	IP, Place, Device, Host string
}

// actKinds are the kinds that a primary act may be of.
var actKinds = slices.DeleteFunc(event.Kinds(), func(k event.Kind) bool { return !custody.MayBeAct(k) })

// Run computes the facts of every check over the set.
func Run(ctx context.Context, o Options) (judge.Surveyed, error) {
	s := &survey{Options: o, ctx: ctx, lake: o.Lake, mem: o.Memory, texts: map[string]string{}}
	out := judge.Surveyed{Facts: map[string][]judge.Fact{}, Lacks: map[string]string{}}
	if err := s.read(); err != nil {
		return out, fmt.Errorf("reading the records of resets: %w", err)
	}
	var all []judge.Fact
	for _, st := range statistics {
		facts, lacks := st.of(s)
		if s.err != nil {
			return out, fmt.Errorf("%s: reading records: %w", st.check, s.err)
		}
		if lacks != "" {
			out.Lacks[st.check] = lacks
			continue
		}
		out.Facts[st.list] = facts
		all = append(all, facts...)
	}
	out.Told = s.told
	if err := s.cite(all); err != nil {
		return out, fmt.Errorf("reading the records that findings cite: %w", err)
	}
	return out, nil
}

// read joins every case with the record of its primary act.
func (s *survey) read() error {
	rows := make(map[event.ID]*judge.Row, len(s.Rows))
	for i := range s.Rows {
		rows[s.Rows[i].Act] = &s.Rows[i]
	}
	wanted := func(id event.ID) bool { return rows[id] != nil }
	if len(rows) == 0 {
		return nil
	}
	err := s.each([]string{"id", "time", "ip", "place", "device", "host"}, actKinds, wanted, func(e *event.Event) {
		s.acts = append(s.acts, act{rows[e.ID], e.Time, e.IP, e.Place, e.Device, e.Host})
	})
	slices.SortFunc(s.acts, func(a, b act) int { return earlier(a.Time, b.Time, a.Act, b.Act) })
	return err
}

// cite finds the records on which facts rest.
func (s *survey) cite(all []judge.Fact) error {
	records := map[event.ID]*event.Event{}
	for _, f := range all {
		for _, id := range f.Rests() {
			records[id] = nil
		}
	}
	if len(records) == 0 {
		return nil
	}
	wanted := func(id event.ID) bool { _, is := records[id]; return is }
	names := []string{"id", "time", "kind", "feed", "format", "uri", "offset", "length", "line", "sha256"}
	err := s.each(names, event.Kinds(), wanted, func(e *event.Event) {
		found := *e
		records[e.ID] = &found
	})
	for _, f := range all {
		f.Find(records)
	}
	return err
}
