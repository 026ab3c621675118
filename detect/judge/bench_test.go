package judge

import (
	"sync"
	"testing"

	"resetproof/detect/custody"
	"resetproof/detect/identity"
	"resetproof/ingest/event"
	"resetproof/rules"
)

var baseline = sync.OnceValues(func() (*rules.PolicySet, error) { return rules.LoadPolicy("baseline") })

// newBench makes a judge over feeds as readFeed takes them, at hour 1000. An
// account's name is its identity; rows are the roster.
func newBench(t *testing.T, rows map[string]*identity.Identity, feeds ...string) *Bench {
	t.Helper()
	set, err := baseline()
	if err != nil {
		t.Fatal(err)
	}
	var covered []FeedCoverage
	for _, line := range feeds {
		covered = append(covered, readFeed(t, line))
	}
	sortFeeds(covered)
	same := func(name string) string { return name }
	return &Bench{
		World: &custody.World{
			Resolve: func(p event.Party, _ int64) string { return p.Name },
			Row:     func(id string, _ int64) *identity.Identity { return rows[id] },
			Policy:  func(t int64) *rules.Policy { return set.At(event.When(t)) },
			Tickets: custody.NewTickets(nil),
		},
		Coverage: NewCoverage(covered, start+1000*hour, nil, nil, nil),
		Name:     same, Identify: same,
		Related:         func(string, identity.Relation, string, int64) bool { return false },
		PossibleAliases: func(string) []string { return nil },
		Accounts:        func(id string) []string { return []string{id} },
		Systems:         func(string) []string { return nil },
		Dependents:      func(string) []identity.Secret { return nil },
		Given:           func(string) bool { return true },
	}
}

// reset makes a case of ann in okta at an hour, and step adds to it.
func reset(class rules.Class, path rules.Path, at float64) *custody.Case {
	c := &custody.Case{Identity: "ann", Class: class, Path: path, Cause: "unknown", Operator: "sam"}
	act := stepAt(event.ResetExecuted, at, "sam")
	act.System = "okta"
	c.Time, c.Last, c.Primary, c.ID = act.Time, act.Time, act, custody.CaseID(act.Event.ID)
	c.Steps[custody.Executed] = []custody.Step{act}
	return c
}

func stepAt(k event.Kind, at float64, actor string) custody.Step {
	e := &event.Event{Kind: k, Time: start + int64(at*float64(hour)), Account: event.Party{Name: "ann"}, Actor: event.Party{Name: actor}}
	e.ID = event.Hash(k.String(), event.RFC3339(e.Time), actor)
	return custody.Step{Event: e, ActorID: actor, AccountID: "ann"}
}

// tiny makes a check of a few expressions; unset fields are a sound check's.
func tiny(c rules.Check) *rules.Check {
	if c.ID == "" {
		c.ID = "tiny"
	}
	if c.About == "" {
		c.About = "approval"
	}
	if c.Asks == "" {
		c.Asks = "step"
	}
	if c.Grades == (rules.Grades{}) {
		c.Grades = rules.Grades{Ordinary: rules.Low, Raised: rules.High}
	}
	c.Title, c.Scope, c.Message = "A title", "case", `"a sentence"`
	c.File, c.Lines = "tiny.yaml", map[string]int{"met": 7, "due": 11, "each": 13}
	return &c
}

// judged compiles the checks and judges one case.
func judged(t *testing.T, b *Bench, c *custody.Case, checks ...*rules.Check) (*CaseRecord, []*Finding) {
	t.Helper()
	if err := b.Compile(checks); err != nil {
		t.Fatal(err)
	}
	if err := b.CompileWaivers("exceptions.yaml"); err != nil {
		t.Fatal(err)
	}
	return b.Judge(c)
}
