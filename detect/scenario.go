package detect

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"resetproof/detect/identity"
	"resetproof/detect/judge"
	"resetproof/detect/survey"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// ScenarioResult is what a check said of one of its examples.
type ScenarioResult struct {
	Check, Scenario string
	File            string
	Line            int
	Want, Got       string // verdicts; an error's sentence where it could not be run
	WantMessage     string
	GotMessage      string
	Passed          bool
}

// Scenarios runs the examples in the checks' files, each as a run of its own
// over the few events it lists. Results keep the order of checks and examples.
func Scenarios(ctx context.Context, checks []*rules.Check, policies func(name string) (*rules.PolicySet, error)) ([]ScenarioResult, error) {
	var out []ScenarioResult
	for _, c := range checks {
		for _, s := range c.Scenarios {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			res := ScenarioResult{Check: c.ID, Scenario: s.Name, File: c.File, Line: s.Line, Want: s.Expect, WantMessage: s.Message}
			st, err := runScenario(ctx, concerned(checks, c, s), s, policies)
			if err != nil {
				res.Got = err.Error()
			} else {
				res.Got, res.GotMessage = st.verdict(c, s)
			}
			res.Passed = res.Got == res.Want && (s.Message == "" || s.Message == res.GotMessage)
			out = append(out, res)
		}
	}
	return out, nil
}

// concerned gives the checks on which a scenario's verdict may hang: the check
// itself, those that take its place and those that its waivers name. To compile
// all of them for every few lines of log would be most of the work. A check over
// the whole set may hang on any.
func concerned(checks []*rules.Check, c *rules.Check, s rules.Scenario) []*rules.Check {
	if c.Scope != "case" {
		return checks
	}
	waivers := strings.Join(s.Waivers, " ")
	return slices.DeleteFunc(slices.Clone(checks), func(o *rules.Check) bool {
		return o != c && !slices.Contains(o.Supersedes, c.ID) && !strings.Contains(waivers, o.ID)
	})
}

// stage is a scenario that was run.
type stage struct {
	cases    []*judge.CaseRecord
	findings []*judge.Finding
	feed     event.Feed
	coverage *judge.Coverage
	leftOut  []string
	context  *identity.Context
}

// Case and Finding make a stage a Sink.
func (s *stage) Case(c *judge.CaseRecord) error { s.cases = append(s.cases, c); return nil }
func (s *stage) Finding(f *judge.Finding) error { s.findings = append(s.findings, f); return nil }
func (s *stage) sortCases()                     { slices.SortFunc(s.cases, byTime) }
func byTime(a, b *judge.CaseRecord) int {
	return cmp.Or(strings.Compare(a.Time, b.Time), strings.Compare(a.ID, b.ID))
}

// runScenario plays a scenario's log through a whole run.
func runScenario(ctx context.Context, checks []*rules.Check, s rules.Scenario, policies func(string) (*rules.PolicySet, error)) (*stage, error) {
	play, err := read(s)
	if err != nil {
		return nil, err
	}
	name := cmp.Or(s.Policy, "baseline")
	set, err := policies(name)
	if s.Adds != "" {
		set, err = rules.PolicyAdding(name, s.Adds)
	}
	if err != nil {
		return nil, err
	}
	o := Options{
		Lake: play, Sorter: func() (Sorter, error) { return &memorySorter{}, nil }, Now: play.until,
		Policies: set, Checks: checks, Context: play.context, ExceptionsFile: "scenario",
	}
	if len(s.Reviews) > 0 {
		unreviewed := &stage{}
		if _, err := Run(ctx, o, unreviewed); err != nil {
			return nil, err
		}
		play.review(unreviewed.cases)
	}
	st := &stage{feed: play.feed, context: play.context}
	result, err := Run(ctx, o, st)
	if err != nil {
		return nil, err
	}
	if len(result.Faults) > 0 {
		return nil, fmt.Errorf("an expression failed: %s", strings.Join(result.Faults, "; "))
	}
	st.coverage = judge.NewCoverage(result.Feeds, play.until.UnixNano(), nil, nil, nil)
	st.leftOut = result.LeftOut
	st.sortCases()
	return st, nil
}

// review makes a review of every case of a person where a review names one.
func (p *play) review(cases []*judge.CaseRecord) {
	var all []identity.Review
	for _, r := range p.context.Reviews {
		named := len(all)
		for _, c := range cases {
			if c.Identity == r.CaseOrFinding {
				of := r
				of.CaseOrFinding = c.ID
				all = append(all, of)
			}
		}
		if len(all) == named {
			all = append(all, r)
		}
	}
	p.context.Reviews = all
}

// verdict gives what a check said of the scenario's case (the first, or that of
// the identity the scenario names), and its sentence.
func (s *stage) verdict(c *rules.Check, sc rules.Scenario) (verdict, message string) {
	if c.Scope != "case" {
		return s.setVerdict(c)
	}
	for _, rec := range s.cases {
		if sc.Case != "" && rec.Identity != sc.Case {
			continue
		}
		for _, f := range s.findings {
			if f.Check == c.ID && f.Case != nil && *f.Case == rec.ID {
				message = f.Message
				break
			}
		}
		return string(rec.Verdicts[c.ID]), message
	}
	return "no case", ""
}

// setVerdict: a check over the whole set is not met if it found anything, and
// not assessable if no file or source shows what it needs, or too little is on
// record.
func (s *stage) setVerdict(c *rules.Check) (verdict, message string) {
	for _, f := range s.findings {
		if f.Check == c.ID {
			return string(judge.NotMet), f.Message
		}
	}
	if !judge.Judged(c.ID, s.leftOut) {
		return string(judge.NotAssessable), ""
	}
	for _, file := range c.Files {
		if !s.context.Given(file) {
			return string(judge.NotAssessable), ""
		}
	}
	for _, k := range c.Needs {
		if len(s.coverage.Could(judge.Ask{Kind: k})) == 0 {
			return string(judge.NotAssessable), ""
		}
	}
	return string(judge.Met), ""
}

// memorySorter sorts a handful of events.
type memorySorter struct{ rows []memoryRow }

type memoryRow struct {
	key string
	e   event.Event
}

func (m *memorySorter) Add(key string, e *event.Event) error {
	m.rows = append(m.rows, memoryRow{key, *e})
	return nil
}

func (m *memorySorter) Sorted(yield func(key string, e *event.Event) error) error {
	slices.SortFunc(m.rows, func(a, b memoryRow) int {
		return cmp.Or(strings.Compare(a.key, b.key), cmp.Compare(a.e.Time, b.e.Time), slices.Compare(a.e.ID[:], b.e.ID[:]))
	})
	for i := range m.rows {
		if err := yield(m.rows[i].key, &m.rows[i].e); err != nil {
			return err
		}
	}
	return nil
}

func (m *memorySorter) Close() error { return nil }

// Feeds, Custody, Activity and Records make a play a Lake.
func (p *play) Feeds() ([]event.Feed, error) { return []event.Feed{p.feed}, nil }

// Custody yields the scenario's custody events.
func (p *play) Custody(_ context.Context, yield func(*event.Event) error) error {
	for i := range p.events {
		if p.events[i].Kind.Class() == event.Custody {
			if err := yield(&p.events[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// Activity yields the scenario's activity events.
func (p *play) Activity(_ context.Context, from, to int64, want func(event.Kind, int64, event.Party) bool, yield func(*event.Event) error) error {
	for i := range p.events {
		e := &p.events[i]
		if e.Kind.Class() == event.Activity && e.Time >= from && e.Time < to && want(e.Kind, e.Time, e.Account) {
			if err := yield(e); err != nil {
				return err
			}
		}
	}
	return nil
}

// Records yields columns of the scenario's custody events.
func (p *play) Records(_ context.Context, mem memory.Allocator, names []string, kinds []event.Kind, want func(event.ID) bool, yield func(arrow.Record) error) error {
	return survey.Records(mem, p.events, names, kinds, want, yield)
}

// margin is how long before its first line and after its last a scenario's
// logs run.
const margin = 120 * 24 * time.Hour
