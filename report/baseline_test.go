package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"resetproof/detect/identity"
	"resetproof/detect/judge"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// made gives a finding of a check on the case of that name, about the element
// key of its list.
func made(check, about, key string) *judge.Finding {
	c := id(about)
	return &judge.Finding{ID: event.Hash(check, c, key).String(), Check: check, Title: check, Severity: "medium", Verdict: judge.NotMet, Scope: "case", Subject: c,
		Case: &c, Identity: text("p-" + about), Operator: text("p-sam"), Time: text("2026-03-02T09:00:00Z"), Message: check + " " + about + " " + key,
		Policy: samplePolicy, Classification: "operating", Key: key}
}

// madeSet gives a finding about the whole set.
func madeSet(check, scope, subject string, feeds ...string) *judge.Finding {
	f := made(check, subject, "")
	f.ID, f.Case, f.Scope, f.Subject, f.Identity, f.Operator = event.Hash(check, subject, "").String(), nil, scope, subject, nil, nil
	for _, feed := range feeds {
		f.Evidence = append(f.Evidence, judge.Evidence{Kind: "log.cleared", Time: *f.Time, Event: id("e"), Feed: feed, SHA256: strings.Repeat("0", 64)})
	}
	return f
}

func with(f *judge.Finding, change func(*judge.Finding)) *judge.Finding {
	change(f)
	return f
}

// judgedCase makes a case with these verdicts.
func judgedCase(name string, verdicts map[string]judge.Verdict, change func(*judge.CaseRecord)) *judge.CaseRecord {
	c := &judge.CaseRecord{ID: id(name), Identity: "p-" + name, Time: "2026-03-02T09:00:00Z", Policy: samplePolicy, Verdicts: verdicts, Custody: judge.Broken}
	if change != nil {
		change(c)
	}
	return c
}

// laterRun writes cases and findings of a run that judges the checks a, b, late
// and log-gap and reads the feeds okta/acme and ad/acme.
func laterRun(t *testing.T, cases []*judge.CaseRecord, findings []*judge.Finding) *Writer {
	t.Helper()
	var checks []*rules.Check
	for _, name := range []string{"a", "b", "late", "log-gap", "step-without-source"} {
		checks = append(checks, &rules.Check{ID: name, Title: name})
	}
	w, err := New(filepath.Join(t.TempDir(), "out"), Options{Checks: checks})
	check(t, err)
	for _, c := range cases {
		check(t, w.Case(c))
	}
	for _, f := range findings {
		check(t, w.Finding(f))
	}
	return w
}

func laterJudged() Judged {
	feed := func(name, system string, first int) FeedCoverage {
		return FeedCoverage{Feed: event.Feed{Name: name, System: system, First: time.Date(2026, 1, first, 0, 0, 0, 0, time.UTC).UnixNano(), Last: sampleNow.UnixNano()}}
	}
	return Judged{Run: sampleRun(), Coverage: Coverage{Feeds: []FeedCoverage{feed("okta/acme", "okta", 1), feed("ad/acme", "ad", 1)}}, Identify: func(name string) string { return name }}
}

// earlierFile writes findings.jsonl.
func earlierFile(t *testing.T, findings ...*judge.Finding) *Earlier {
	t.Helper()
	var b bytes.Buffer
	for _, f := range findings {
		line, err := encodeLine(*f)
		check(t, err)
		b.Write(line)
	}
	path := filepath.Join(t.TempDir(), FindingsFile)
	check(t, os.WriteFile(path, b.Bytes(), 0o600))
	e, err := OpenEarlier(path)
	check(t, err)
	return e
}

func held(t *testing.T, w *Writer, b *Baseline, j Judged) (*Held, []Change) {
	t.Helper()
	h, _, err := w.HoldAgainst(b, j)
	check(t, err)
	_, err = w.Finish(j.Coverage, j.Run)
	check(t, err)
	var changes []Change
	for line := range strings.Lines(string(read(t, w.out, ChangesFile))) {
		var c Change
		check(t, json.Unmarshal([]byte(line), &c))
		changes = append(changes, c)
	}
	return h, changes
}

// TestWhatBecameOfAFinding: each finding of the baseline is gone, and changes.jsonl
// says how.
func TestWhatBecameOfAFinding(t *testing.T) {
	type verdicts = map[string]judge.Verdict
	otherPolicy := &judge.PolicyRef{Name: "lenient", Version: "2", SHA256: strings.Repeat("1e", 32)}
	elements := func(key string, v judge.Verdict) func(*judge.CaseRecord) {
		return func(c *judge.CaseRecord) {
			c.Aside.Elements = []judge.Element{{Check: "b", Key: key, Verdict: v, Why: "no source covers it"}}
		}
	}
	late := with(made("late", "ann", ""), func(f *judge.Finding) { f.Supersedes = []string{"a"} })
	for _, c := range []struct {
		name    string
		was     *judge.Finding
		cases   []*judge.CaseRecord
		others  []*judge.Finding
		reviews []identity.Review
		want    string // change, verdict now, findings instead, why
	}{
		{"met", made("a", "ann", ""), []*judge.CaseRecord{judgedCase("ann", verdicts{"a": judge.Met}, nil)}, nil, nil, "resolved met 0 the check is met now"},
		{
			"met, and the case goes by another id", made("a", "ann", ""),
			[]*judge.CaseRecord{judgedCase("first", verdicts{"a": judge.Met}, func(c *judge.CaseRecord) { c.CaseAliases = []string{id("ann")} })}, nil, nil,
			"resolved met 0 the check is met now",
		},
		{"late instead of missing", made("a", "ann", ""), []*judge.CaseRecord{judgedCase("ann", verdicts{"a": judge.NotApplicable, "late": judge.NotMet}, nil)}, []*judge.Finding{late}, nil, "resolved not-applicable 1 another finding stands in its place"},
		{"not due", made("a", "ann", ""), []*judge.CaseRecord{judgedCase("ann", verdicts{"a": judge.NotDue}, nil)}, nil, nil, "lapsed not-due 0 it is not due yet as this run judges it"},
		{
			"the source stopped", made("a", "ann", ""),
			[]*judge.CaseRecord{judgedCase("ann", verdicts{"a": judge.NotAssessable}, func(c *judge.CaseRecord) { c.Notes = []string{"a cannot be assessed: no source covers x"} })}, nil, nil,
			"lapsed not-assessable 0 it cannot be assessed any more: no source covers x",
		},
		{"no part of it any more", made("a", "ann", ""), []*judge.CaseRecord{judgedCase("ann", verdicts{"a": judge.NotApplicable}, nil)}, nil, nil, "lapsed not-applicable 0 the check does not apply to the reset any more"},
		{
			"the policy changed", made("a", "ann", ""),
			[]*judge.CaseRecord{judgedCase("ann", verdicts{"a": judge.NotApplicable}, func(c *judge.CaseRecord) { c.Policy = otherPolicy })}, nil, nil,
			"lapsed not-applicable 0 the policy has changed: under lenient 2 the check does not apply to the reset",
		},
		{
			"met, by another policy", made("a", "ann", ""),
			[]*judge.CaseRecord{judgedCase("ann", verdicts{"a": judge.Met}, func(c *judge.CaseRecord) { c.Policy = otherPolicy })}, nil, nil,
			"lapsed met 0 the policy has changed: under lenient 2 the check is met",
		},
		{"an own check is not given any more", made("own", "ann", ""), []*judge.CaseRecord{judgedCase("ann", verdicts{}, nil)}, nil, nil, "lapsed - 0 the check is not judged any more"},
		{"one of a list is met, another is not", made("b", "ann", "k1"), []*judge.CaseRecord{judgedCase("ann", verdicts{"b": judge.NotMet}, elements("k1", judge.Met))}, []*judge.Finding{made("b", "ann", "k2")}, nil, "resolved met 0 the check is met now"},
		{"one of a list cannot be seen, another is not met", made("b", "ann", "k1"), []*judge.CaseRecord{judgedCase("ann", verdicts{"b": judge.NotMet}, elements("k1", judge.NotAssessable))}, []*judge.Finding{made("b", "ann", "k2")}, nil, "lapsed not-assessable 0 it cannot be assessed any more: no source covers it"},
		{"one of a list is not on it any more", made("b", "ann", "k1"), []*judge.CaseRecord{judgedCase("ann", verdicts{"b": judge.NotMet}, nil)}, []*judge.Finding{made("b", "ann", "k2")}, nil, "lapsed - 0 what it spoke of is not among what the check looks at any more"},
		{"outside the period", with(made("a", "ann", ""), func(f *judge.Finding) { f.Time = text("2025-12-31T23:59:59Z") }), nil, nil, nil, "lapsed - 0 it lies outside the period of this run"},
		{"the case is gone with its feed", with(made("a", "ann", ""), func(f *judge.Finding) { f.Evidence = madeSet("a", "set", "x", "okta/old").Evidence }), nil, nil, nil, "lapsed - 0 nothing is read of okta/old any more"},
		{"the case is gone, the feed is not", with(made("a", "ann", ""), func(f *judge.Finding) { f.Evidence = madeSet("a", "set", "x", "okta/acme").Evidence }), nil, nil, nil, "lapsed - 0 no reset of this run rests on its records"},
		{"a gap is filled", madeSet("log-gap", "source", "okta/acme"), nil, nil, nil, "resolved met 0 the check finds nothing there any more"},
		{"a step without a source, of resets that are not there", madeSet("step-without-source", "source", "verified|okta|ordinary"), nil, nil, nil, "lapsed - 0 no reset of this run asks for the step"},
		{
			"a step that a source shows now", madeSet("step-without-source", "source", "verified|okta|ordinary"),
			[]*judge.CaseRecord{judgedCase("ann", verdicts{"a": judge.Met}, func(c *judge.CaseRecord) {
				c.ID, c.Tier, c.Acts = event.Hash("e1").String(), text("ordinary"), []judge.ActRecord{{System: "okta", Event: "e1"}}
			})}, nil, nil,
			"resolved met 0 the check finds nothing there any more",
		},
		{"a feed with a gap is gone", madeSet("log-gap", "source", "okta/old"), nil, nil, nil, "lapsed - 0 nothing is read of okta/old any more"},
		{"a clearing whose log is gone", madeSet("a", "source", "ad/acme", "ad/old"), nil, nil, nil, "lapsed - 0 nothing is read of ad/old any more"},
		{
			"reviewed, and there still", made("a", "ann", ""), []*judge.CaseRecord{judgedCase("ann", verdicts{"a": judge.NotMet}, nil)}, []*judge.Finding{made("a", "ann", "")},
			[]identity.Review{{CaseOrFinding: id("ann"), Reviewer: "mia", Decision: "false-positive"}},
			"resolved not-met 0 mia reviewed it: false-positive",
		},
		{
			"reviewed and gone", made("a", "ann", ""), nil, nil,
			[]identity.Review{{CaseOrFinding: made("a", "ann", "").ID, Reviewer: "mia", Decision: "remediated", Time: sampleNow.UnixNano()}},
			"resolved - 0 mia reviewed it at 2026-04-01 00:00:00 UTC: remediated",
		},
		{
			"reviewed by who reset it, too late, or not any more", made("a", "ann", ""), nil, nil,
			[]identity.Review{
				{CaseOrFinding: id("ann"), Reviewer: "P-Sam", Decision: "accepted"}, {CaseOrFinding: id("ann"), Reviewer: "mia", Decision: "accepted", Time: sampleNow.UnixNano() + 1},
				{CaseOrFinding: id("ann"), Reviewer: "mia", Decision: "risk-accepted", Until: sampleNow.UnixNano()}, {CaseOrFinding: id("ann"), Reviewer: "mia"},
			},
			"lapsed - 0 no reset of this run rests on its records",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			j := laterJudged()
			j.Reviews = c.reviews
			_, changes := held(t, laterRun(t, c.cases, c.others), &Baseline{Given: "x", Earlier: earlierFile(t, c.was)}, j)
			if len(changes) != 1 {
				t.Fatalf("%d changes: %+v", len(changes), changes)
			}
			got := changes[0]
			now := "-"
			if got.Now != nil {
				now = string(*got.Now)
			}
			if words := fmt.Sprint(got.Change, " ", now, " ", len(got.By), " ", got.Why); words != c.want {
				t.Errorf("got  %s\nwant %s", words, c.want)
			}
			if got.ID != c.was.ID || *got.Check != c.was.Check || *got.Message != c.was.Message {
				t.Errorf("the line speaks of %s %s", got.ID, *got.Check)
			}
		})
	}
}

// TestStatusMatchesIDsAndAliases: a finding is known by its id, or by the id it
// has under another name of its case, then or now.
func TestStatusMatchesIDsAndAliases(t *testing.T) {
	alias := func(names ...string) func(*judge.Finding) {
		return func(f *judge.Finding) {
			for _, n := range names {
				f.CaseAliases = append(f.CaseAliases, id(n))
			}
		}
	}
	for _, c := range []struct {
		name     string
		was, now *judge.Finding
		want     string
	}{
		{"the same", made("a", "ann", ""), made("a", "ann", ""), "known"},
		{"another check", made("a", "ann", ""), made("b", "ann", ""), "new"},
		{"another case", made("a", "ann", ""), made("a", "bob", ""), "new"},
		{"its case has a new first act", made("a", "ann", ""), with(made("a", "first", ""), alias("ann")), "known"},
		{"its case lost its first act", with(made("a", "first", ""), alias("ann")), made("a", "ann", ""), "known"},
		{"its case was another part of one", with(made("a", "x", ""), alias("y")), with(made("a", "z", ""), alias("y")), "known"},
		{"element, same case", made("a", "ann", "k"), made("a", "ann", "k"), "known"},
		{"element, case has a new first act", made("a", "ann", "k"), with(made("a", "first", "k"), alias("ann")), "known"},
		{"another element", made("a", "ann", "k"), with(made("a", "first", "l"), alias("ann")), "new"},
	} {
		w := laterRun(t, nil, []*judge.Finding{c.now})
		h, _ := held(t, w, &Baseline{Given: "x", Earlier: earlierFile(t, c.was)}, laterJudged())
		var got judge.Finding
		check(t, json.Unmarshal(read(t, w.out, FindingsFile), &got))
		if got.Status == nil || *got.Status != c.want || h.New+h.Known != 1 || (h.New == 1) != (c.want == "new") {
			t.Errorf("%s: status %v, %+v", c.name, got.Status, h)
		}
	}
}

// TestSeveralFindingsBecomeOne: where two cases turn out to be one, neither of
// their findings is gone.
func TestSeveralFindingsBecomeOne(t *testing.T) {
	both := with(made("a", "ann", ""), func(f *judge.Finding) { f.CaseAliases = []string{id("ann-okta")} })
	one := judgedCase("ann", map[string]judge.Verdict{"a": judge.NotMet}, func(c *judge.CaseRecord) { c.CaseAliases = []string{id("ann-okta")} })
	h, changes := held(t, laterRun(t, []*judge.CaseRecord{one}, []*judge.Finding{both}), &Baseline{Given: "x", Earlier: earlierFile(t, made("a", "ann", ""), made("a", "ann-okta", ""))}, laterJudged())
	if h.Known != 1 || h.New != 0 || changes != nil {
		t.Errorf("%+v, %+v", h, changes)
	}
}

// TestWhatABaselineHides: known findings do not fail the run, unless they were
// less grave, or excepted.
func TestWhatABaselineHides(t *testing.T) {
	is := func(severity string, v judge.Verdict) *judge.Finding {
		return with(made("a", "ann", ""), func(f *judge.Finding) { f.Severity, f.Verdict = severity, v })
	}
	for _, c := range []struct {
		name     string
		was, now *judge.Finding
		fails    int
		status   string
	}{
		{"as it was", is("high", judge.NotMet), is("high", judge.NotMet), 0, "known"},
		{"graver", is("medium", judge.NotMet), is("high", judge.NotMet), 1, "known"},
		{"milder", is("critical", judge.NotMet), is("high", judge.NotMet), 0, "known"},
		{"excepted no more", is("high", judge.Excepted), is("high", judge.NotMet), 1, "known"},
		{"excepted now", is("high", judge.NotMet), is("high", judge.Excepted), 0, "known"},
		{"new", made("b", "ann", ""), is("high", judge.NotMet), 1, "new"},
	} {
		w := laterRun(t, nil, []*judge.Finding{c.now})
		h, _, err := w.HoldAgainst(&Baseline{Given: "x", Earlier: earlierFile(t, c.was)}, laterJudged())
		check(t, err)
		if got := w.Summary().Failing(rules.High); got != c.fails {
			t.Errorf("%s: %d findings fail the run, want %d", c.name, got, c.fails)
		}
		if hidden := w.Summary().Hidden(); c.now.Verdict == judge.NotMet && hidden != 1-c.fails {
			t.Errorf("%s: %d hidden", c.name, hidden)
		}
		if got := w.statusOf(w.findings.lines[0].offset); got != c.status || len(h.Graver) > 0 != (c.fails > 0 && c.status == "known") {
			t.Errorf("%s: status %s, %+v", c.name, got, h)
		}
		check(t, w.Abort())
	}
}

// TestAControlNotInOperationIsHiddenAsAWhole: it fails the run once as long as
// one of its findings is new.
func TestAControlNotInOperationIsHiddenAsAWhole(t *testing.T) {
	for fresh, want := range []int{0, 1, 1} {
		var cases []*judge.CaseRecord
		var findings, before []*judge.Finding
		for i := range 30 {
			name := fmt.Sprint("c", i)
			cases = append(cases, judgedCase(name, map[string]judge.Verdict{"a": judge.NotMet}, nil))
			findings = append(findings, with(made("a", name, ""), func(f *judge.Finding) { f.Severity = "high" }))
			if i >= fresh {
				before = append(before, findings[i])
			}
		}
		w := laterRun(t, cases, findings)
		_, _, err := w.HoldAgainst(&Baseline{Given: "x", Earlier: earlierFile(t, before...)}, laterJudged())
		check(t, err)
		s := w.Summary()
		if len(s.Designs) != 1 || s.Failing(rules.High) != want || s.Hidden() != 30-fresh {
			t.Errorf("%d of 30 are new: %d designs, %d fail, %d hidden", fresh, len(s.Designs), s.Failing(rules.High), s.Hidden())
		}
		check(t, w.Abort())
	}
}

// heldSample is the sample run, held against itself with some findings changed.
func heldSample(t *testing.T, out string) (Summary, Coverage, Run) {
	t.Helper()
	before := sampleFindings()
	before[0].ID = id("gone") // no-verification of dana is new then
	before[1].Severity = "medium"
	w, err := New(out, sampleOptions())
	check(t, err)
	for _, c := range sampleCases() {
		check(t, w.Case(c))
	}
	for _, f := range sampleFindings() {
		check(t, w.Finding(f))
	}
	run := sampleRun()
	h, _, err := w.HoldAgainst(&Baseline{Given: "before.jsonl", Earlier: earlierFile(t, before...)}, Judged{Run: run, Coverage: sampleCoverage()})
	check(t, err)
	run.Baseline = h
	s, err := w.Finish(sampleCoverage(), run)
	check(t, err)
	return s, sampleCoverage(), run
}

func TestChangesKeepTheContract(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	heldSample(t, out)
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	for name, schema := range map[string]string{ChangesFile: "changes", FindingsFile: "findings", RunFile: "run"} {
		compiled, err := compiler.Compile(filepath.Join(reports, "contract", schema+".schema.json"))
		check(t, err)
		lines := [][]byte{read(t, out, name)}
		if strings.HasSuffix(name, ".jsonl") {
			lines = bytes.SplitAfter(bytes.TrimSuffix(lines[0], []byte("\n")), []byte("\n"))
		}
		for i, text := range lines {
			value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
			check(t, err)
			if err := compiled.Validate(value); err != nil {
				t.Errorf("%s, line %d: %v", name, i+1, err)
			}
		}
	}
}

func TestTerminalSaysWhatABaselineHides(t *testing.T) {
	s, c, run := heldSample(t, filepath.Join(t.TempDir(), "out"))
	var screen bytes.Buffer
	check(t, s.Print(&screen, Style{Width: maxWidth}, run, c, "report.html"))
	for _, want := range []string{
		"findings   2 new or graver  1 critical  1 high  1 excepted\n",
		"baseline   before.jsonl hides 5 findings: 2 critical, 2 high, 1 medium\n",
		"           1 that it holds became graver, or are excepted no more\n",
		"           1 of it gone: 0 resolved, 1 lapsed (changes.jsonl)\n",
	} {
		if !strings.Contains(screen.String(), want) {
			t.Errorf("the screen lacks %q:\n%s", want, screen.String())
		}
	}
	if n := strings.Count(screen.String(), "\n"); n > maxLines {
		t.Errorf("the screen has %d lines", n)
	}
}

func TestRerenderKeepsTheBaseline(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	s, c, run := heldSample(t, out)
	before := map[string][]byte{}
	for _, name := range allFiles {
		before[name] = read(t, out, name)
	}
	r, err := Rerender(out, sampleOptions())
	check(t, err)
	for _, name := range allFiles {
		if !bytes.Equal(read(t, out, name), before[name]) {
			t.Errorf("%s is not the same after rendering again", name)
		}
	}
	var first, again bytes.Buffer
	check(t, s.Print(&first, Style{Width: maxWidth}, run, c, ""))
	check(t, r.Print(&again, Style{Width: maxWidth}, ""))
	if first.String() != again.String() {
		t.Errorf("the summary was\n%s\nand is\n%s", first.String(), again.String())
	}
}
