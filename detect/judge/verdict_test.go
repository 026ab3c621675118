package judge

import (
	"slices"
	"strings"
	"testing"

	"resetproof/detect/custody"
	"resetproof/detect/identity"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// The table of verdicts (design: what a check asks for), row by row. The reset
// lies at hour 50; a required approval is due an hour later, and what must not
// happen must not do so until then.
func TestVerdictTable(t *testing.T) {
	const (
		covered   = "snow shows=reset.approved from=0 to=100"
		ended     = "snow shows=reset.approved from=0 to=50"
		interrupt = "snow shows=reset.approved from=0 to=100 gap=30-60"
		blind     = "okta system=okta shows=session.revoked from=0 to=100"
		inTime    = `approvals.exists(a, a.time <= case.time + duration("1h"))`
		never     = `approvals.size() == 0`
	)
	for _, c := range []struct {
		asks, feed string
		approved   float64 // hour; 0 for never
		want       Verdict
	}{
		{"step", covered, 50.5, Met},
		{"step", ended, 50.5, Met},
		{"step", blind, 50.5, Met},
		{"step", covered, 52, NotMet},
		{"step", covered, 0, NotMet},
		{"step", ended, 0, NotDue},
		{"step", interrupt, 0, NotAssessable},
		{"step", blind, 0, NotAssessable},

		{"absence", covered, 50.5, NotMet},
		{"absence", ended, 50.5, NotMet},
		{"absence", interrupt, 50.5, NotMet},
		{"absence", blind, 50.5, NotMet},
		{"absence", covered, 0, Met},
		{"absence", ended, 0, NotDue},
		{"absence", interrupt, 0, NotAssessable},
		{"absence", blind, 0, NotAssessable},
	} {
		met := inTime
		if c.asks == "absence" {
			met = never
		}
		check := tiny(rules.Check{Asks: c.asks, Needs: []string{"reset.approved"}, Met: met, From: "case.time", Due: `case.time + duration("1h")`})
		got := verdictOf(t, newBench(t, nil, c.feed), approvedAt(c.approved), check)
		if got != c.want {
			t.Errorf("asks for a %s, feed %s, approved at %v: %s, want %s", c.asks, c.feed, c.approved, got, c.want)
		}
	}
}

func approvedAt(hour float64) *custody.Case {
	c := reset(rules.Recovery, rules.Assisted, 50)
	if hour != 0 {
		c.Steps[custody.Approved] = []custody.Step{stepAt(event.ResetApproved, hour, "lea")}
	}
	return c
}

func verdictOf(t *testing.T, b *Bench, c *custody.Case, check *rules.Check) Verdict {
	t.Helper()
	rec, findings := judged(t, b, c, check)
	v := rec.Verdicts[check.ID]
	if found := len(findings) == 1; found != (v == NotMet || v == Excepted) {
		t.Errorf("verdict %s with %d findings", v, len(findings))
	}
	return v
}

// Given: the question arises only where something was found; then it is decided
// at once.
func TestGiven(t *testing.T) {
	const covered = "snow shows=reset.approved from=-200 to=100"
	for _, c := range []struct {
		feed     string
		approved float64
		met      string
		want     Verdict
	}{
		{covered, 49, "true", Met},
		{covered, 49, "false", NotMet},
		{"okta shows=other from=0 to=100", 49, "true", Met},
		{"okta shows=other from=0 to=100", 49, "false", NotMet},
		{covered, 0, "false", NotApplicable},
		{"okta shows=other from=0 to=100", 0, "false", NotAssessable},
		{"snow shows=reset.approved from=-200 to=49", 0, "false", NotDue},
	} {
		for _, asks := range []string{"step", "absence"} {
			check := tiny(rules.Check{Asks: asks, Needs: []string{"reset.approved"}, Given: "approvals.size() > 0", Met: c.met})
			if got := verdictOf(t, newBench(t, nil, c.feed), approvedAt(c.approved), check); got != c.want {
				t.Errorf("%s, feed %s, approved at %v, met %s: %s, want %s", asks, c.feed, c.approved, c.met, got, c.want)
			}
		}
	}
}

// Provable: what was seen must allow the claim that something is missing.
func TestProvable(t *testing.T) {
	for provable, want := range map[string]Verdict{"true": NotMet, "false": NotAssessable, "case.path != \"assisted\"": NotAssessable} {
		check := tiny(rules.Check{Needs: []string{"reset.approved"}, Met: "approvals.size() > 0", Provable: provable})
		b := newBench(t, nil, "snow shows=reset.approved from=-200 to=100")
		if got := verdictOf(t, b, approvedAt(0), check); got != want {
			t.Errorf("provable %s: %s, want %s", provable, got, want)
		}
		if got := verdictOf(t, b, approvedAt(49), check); got != Met {
			t.Errorf("provable %s, and found: %s, want met", provable, got)
		}
	}
}

// A step that must come before the execution is due when its feed's slowest
// records have been written.
func TestStepsBeforeAreDueAfterTheirLag(t *testing.T) {
	check := tiny(rules.Check{Needs: []string{"reset.approved"}, Met: "approvals.size() > 0"})
	for feed, want := range map[string]Verdict{
		"snow shows=reset.approved from=-200 to=50":          NotMet,
		"snow shows=reset.approved from=-200 to=50 lag=3600": NotDue,
		"snow shows=reset.approved from=-200 to=51 lag=3600": NotMet,
	} {
		if got := verdictOf(t, newBench(t, nil, feed), approvedAt(0), check); got != want {
			t.Errorf("%s: %s, want %s", feed, got, want)
		}
	}
}

func TestApplies(t *testing.T) {
	for _, c := range []struct {
		name    string
		path    rules.Path
		about   string
		applies string
		want    Verdict
	}{
		{"it applies", rules.Assisted, "approval", `case.path == "assisted"`, NotMet},
		{"it does not", rules.SelfService, "approval", `case.path == "assisted"`, NotApplicable},
		{"whether it does cannot be told", rules.UnknownPath, "approval", `case.approvals_required() > 0`, NotAssessable},
		{"the policy does not judge the group for the class", rules.Assisted, "delivery", "true", NotApplicable},
	} {
		class := rules.Recovery
		if c.about == "delivery" {
			class = rules.Unlock
		}
		check := tiny(rules.Check{About: c.about, Applies: c.applies, Met: "false"})
		if got := verdictOf(t, newBench(t, nil), reset(class, c.path, 50), check); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// An expression that fails is not assessable wherever it stands, and reported;
// it is never met.
func TestFailingExpressions(t *testing.T) {
	const fails = "requests[0].before"
	for name, check := range map[string]rules.Check{
		"applies":  {Applies: fails, Met: "true"},
		"given":    {Given: fails, Met: "true"},
		"met":      {Met: fails},
		"absence":  {Asks: "absence", Met: fails},
		"provable": {Met: "false", Provable: fails},
		"due":      {Met: "true", Due: "requests[0].time"},
		"each":     {Each: "requests[0].before ? approvals : approvals", Met: "true"},
	} {
		b := newBench(t, nil)
		if got := verdictOf(t, b, approvedAt(49), tiny(check)); got != NotAssessable {
			t.Errorf("%s fails: %s, want not-assessable", name, got)
		}
		if faults := b.Faults(); len(faults) != 1 || !strings.HasPrefix(faults[0], "check tiny, ") {
			t.Errorf("%s fails: reported %q", name, faults)
		}
	}
	b := newBench(t, nil)
	judged(t, b, reset(rules.Recovery, rules.UnknownPath, 50), tiny(rules.Check{Applies: "case.approvals_required() > 0", Met: "true"}))
	if faults := b.Faults(); len(faults) != 0 {
		t.Errorf("what cannot be known is reported as a fault: %q", faults)
	}
}

// A check over a list gives a finding per element; the worst is its verdict.
func TestEach(t *testing.T) {
	c := approvedAt(49)
	c.Steps[custody.Approved] = append(c.Steps[custody.Approved], stepAt(event.ResetApproved, 49.5, "mia"), stepAt(event.ResetApproved, 49.6, "kim"))
	check := tiny(rules.Check{Each: "approvals", EachKey: "each.actor", Met: `each.actor == "lea"`})
	rec, findings := judged(t, newBench(t, nil), c, check)
	if rec.Verdicts["tiny"] != NotMet || len(findings) != 2 || findings[0].ID == findings[1].ID {
		t.Errorf("verdict %s with %d findings, want not-met with two of their own", rec.Verdicts["tiny"], len(findings))
	}
	if got := verdictOf(t, newBench(t, nil), approvedAt(0), check); got != NotApplicable {
		t.Errorf("an empty list: %s, want not-applicable", got)
	}
}

func TestSupersedes(t *testing.T) {
	missing := tiny(rules.Check{ID: "missing", Met: "false"})
	late := func(met string) *rules.Check {
		return tiny(rules.Check{ID: "late", Met: met, Supersedes: []string{"missing", "another"}})
	}
	rec, findings := judged(t, newBench(t, nil), approvedAt(0), missing, late("false"))
	if rec.Verdicts["missing"] != NotApplicable || rec.Verdicts["late"] != NotMet || len(findings) != 1 || !slices.Equal(findings[0].Supersedes, []string{"missing"}) {
		t.Errorf("verdicts %v, %d findings", rec.Verdicts, len(findings))
	}
	rec, _ = judged(t, newBench(t, nil), approvedAt(0), missing, late("true"))
	if rec.Verdicts["missing"] != NotMet {
		t.Errorf("a check that is met takes the place of another: %v", rec.Verdicts)
	}
}

func TestSeverity(t *testing.T) {
	graded := rules.Check{Met: "false", Grades: rules.Grades{Ordinary: rules.Low, Raised: rules.High}}
	laddered := graded
	laddered.SeverityWhen = []rules.SeverityWhen{
		{When: `case.path == "self-service"`, Severity: rules.Critical},
		{When: `case.path == "assisted"`, Severity: rules.Medium},
		{When: "true", Severity: rules.Info},
	}
	for _, c := range []struct {
		name  string
		row   *identity.Identity
		path  rules.Path
		check rules.Check
		want  string
	}{
		{"an ordinary account", nil, rules.Assisted, graded, "low"},
		{"a raised tier", &identity.Identity{ID: "ann", Kind: "person", Tier: "privileged", InForce: true}, rules.Assisted, graded, "high"},
		{"sensitive is no raised tier", &identity.Identity{ID: "ann", Kind: "person", Tier: "sensitive", InForce: true}, rules.Assisted, graded, "low"},
		{"regulated data", &identity.Identity{ID: "ann", Kind: "person", DataAccess: []string{"regulated"}, InForce: true}, rules.Assisted, graded, "high"},
		{"the first condition that holds", nil, rules.Assisted, laddered, "medium"},
		{"or the last", nil, rules.Automated, laddered, "info"},
		{"lifted by one where raised", &identity.Identity{ID: "ann", Kind: "person", Tier: "privileged", InForce: true}, rules.Assisted, laddered, "high"},
		{"and not above critical", &identity.Identity{ID: "ann", Kind: "person", Tier: "privileged", InForce: true}, rules.SelfService, laddered, "critical"},
	} {
		b := newBench(t, map[string]*identity.Identity{"ann": c.row})
		if c.row == nil {
			b = newBench(t, nil)
		}
		_, findings := judged(t, b, reset(rules.Recovery, c.path, 50), tiny(c.check))
		if len(findings) != 1 || findings[0].Severity != c.want {
			t.Errorf("%s: %v, want %s", c.name, findings[0].Severity, c.want)
		}
	}
}

// custody sums up the checks of the chain, and them alone.
func TestCustody(t *testing.T) {
	const open = `case.time + duration("1h")`
	notMet := rules.Check{ID: "a", About: "request", Chain: true, Met: "false"}
	met := rules.Check{ID: "b", About: "request", Chain: true, Met: "true"}
	notDue := rules.Check{ID: "c", About: "request", Chain: true, Met: "false", Needs: []string{"reset.approved"}, From: "case.time", Due: open}
	blind := rules.Check{ID: "d", About: "request", Chain: true, Met: "false", Needs: []string{"token.revoked"}}
	beside := rules.Check{ID: "e", About: "request", Met: "false"}
	for _, c := range []struct {
		name   string
		path   rules.Path
		checks []rules.Check
		want   Custody
	}{
		{"all met", rules.SelfService, []rules.Check{met}, Proven},
		{"no check of the chain counts against it", rules.SelfService, []rules.Check{met, beside}, Proven},
		{"one that cannot be told", rules.SelfService, []rules.Check{met, blind}, Partial},
		{"one that is not due", rules.SelfService, []rules.Check{met, blind, notDue}, Pending},
		{"one not met", rules.SelfService, []rules.Check{met, blind, notDue, notMet}, Broken},
		{"a required link that no source shows", rules.Assisted, []rules.Check{met}, Partial},
	} {
		var checks []*rules.Check
		for _, k := range c.checks {
			checks = append(checks, tiny(k))
		}
		// An unlock asks for a request on the assisted path and for nothing else.
		rec, _ := judged(t, newBench(t, nil, "snow shows=reset.approved from=0 to=50"), reset(rules.Unlock, c.path, 50), checks...)
		if rec.Custody != c.want {
			t.Errorf("%s: %s, want %s (%v, %+v)", c.name, rec.Custody, c.want, rec.Verdicts, rec.Evidence)
		}
	}
}
