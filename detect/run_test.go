package detect

import (
	"slices"
	"strings"
	"testing"
	"time"

	"resetproof/detect/judge"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// runOf plays a scenario's log as a run with other options.
func runOf(t *testing.T, s rules.Scenario, with func(*Options)) (*stage, Result) {
	t.Helper()
	play, err := read(s)
	if err != nil {
		t.Fatal(err)
	}
	checks, err := rules.LoadChecks()
	if err != nil {
		t.Fatal(err)
	}
	policies, err := bundledPolicy("baseline")
	if err != nil {
		t.Fatal(err)
	}
	o := Options{
		Lake: play, Sorter: func() (Sorter, error) { return &memorySorter{}, nil }, Now: play.until, Policies: policies, Checks: checks,
		Context: play.context, ExceptionsFile: "exceptions.yaml",
	}
	with(&o)
	st := &stage{}
	result, err := Run(t.Context(), o, st)
	if err != nil {
		t.Fatal(err)
	}
	st.sortCases()
	return st, result
}

func asIs(*Options) {}

// subjects lists what a check found, whatever it found it in.
func (s *stage) subjects(check string) []string {
	var all []string
	for _, f := range s.findings {
		if f.Check == check {
			all = append(all, f.Subject)
		}
	}
	slices.Sort(all)
	return all
}

var threeResets = []string{
	"2026-03-02T09:00:00Z reset.requested ann by bob ticket=T-1 reason=stated",
	"2026-03-02T09:10:00Z reset.executed ann by sam system=okta ticket=T-1",
	"2026-03-03T09:10:00Z reset.executed eve by sam system=okta",
	"2026-03-04T09:10:00Z reset.executed max by sam system=ad",
}

// A step that no feed could show is one finding per step, system and tier, and
// never one per case.
func TestStepWithoutSource(t *testing.T) {
	st, _ := runOf(t, rules.Scenario{Log: threeResets, Unseen: []string{"reset.approved"}}, asIs)
	want := []string{"approved|ad|ordinary", "approved|okta|ordinary"}
	if got := st.subjects("step-without-source"); !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
	for _, c := range st.cases {
		if c.Verdicts["missing-approval"] != judge.NotAssessable {
			t.Errorf("%s: missing-approval is %s, want not-assessable", c.Identity, c.Verdicts["missing-approval"])
		}
	}
}

// Where the organisation states that no such record exists, the cases lack the
// step and cite the statement.
func TestSourcesAbsent(t *testing.T) {
	st, _ := runOf(t, rules.Scenario{Log: threeResets, Unseen: []string{"reset.approved"}}, func(o *Options) { o.SourcesAbsent = []string{"approved"} })
	if got := st.subjects("step-without-source"); len(got) != 0 {
		t.Errorf("found %q, want nothing: the config says there is no source", got)
	}
	cited := 0
	for _, f := range st.findings {
		if f.Check == "missing-approval" && len(f.Searched) == 1 && f.Searched[0].Feed == "sources_absent" {
			cited++
		}
	}
	if cited != len(st.cases) {
		t.Errorf("%d of %d cases lack an approval on the word of sources_absent", cited, len(st.cases))
	}
}

// A period bounds the cases by their execution, half-open; evidence is read
// before and after it.
func TestPeriod(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2026, 3, d, 9, 10, 0, 0, time.UTC) }
	for _, c := range []struct {
		from, to time.Time
		want     string
	}{
		{time.Time{}, time.Time{}, "ann eve max"},
		{day(3), day(4), "eve"},
		{day(3), time.Time{}, "eve max"},
		{time.Time{}, day(3), "ann"},
	} {
		st, result := runOf(t, rules.Scenario{Log: threeResets}, func(o *Options) { o.Period = [2]time.Time{c.from, c.to} })
		var who []string
		for _, rec := range st.cases {
			who = append(who, rec.Identity)
		}
		if got := strings.Join(who, " "); got != c.want || int(result.Cases) != len(who) {
			t.Errorf("from %v to %v: %q (%d counted), want %q", c.from, c.to, got, result.Cases, c.want)
		}
	}
	st, _ := runOf(t, rules.Scenario{Log: threeResets}, func(o *Options) { o.Period[0] = day(2) })
	if v := st.cases[0].Verdicts["no-request"]; v != judge.Met {
		t.Errorf("a request from before the period: no-request is %s, want met", v)
	}
}

// besidesChecks leaves out what is said of checks that were not judged, for want
// of a context file or of resets to compare with.
func besidesChecks(left []string) []string {
	return slices.DeleteFunc(slices.Clone(left), func(s string) bool {
		return strings.HasSuffix(s, "file was given") || strings.Contains(s, " was not judged: ")
	})
}

// What is no case is counted, and what leads nowhere is said.
func TestWhatIsLeftOut(t *testing.T) {
	_, result := runOf(t, rules.Scenario{Log: []string{
		"2026-03-02T09:00:00Z account.created ann by hr system=ad",
		"2026-03-02T09:00:01Z reset.executed ann by hr system=ad",
		"2026-03-02T10:00:00Z reset.executed bob by sam system=ad outcome=failure",
		"2026-03-02T11:00:00Z credential.changed bob by bob system=ad",
		"2026-03-02T12:00:00Z ticket.opened ticket=T-7",
	}}, asIs)
	for why, want := range map[string]int64{"first-password": 1, "failed": 1, "routine-change": 1} {
		if got := result.NotCases[why]; got != want {
			t.Errorf("%s: counted %d, want %d", why, got, want)
		}
	}
	if left := besidesChecks(result.LeftOut); result.Cases != 0 || len(left) != 1 || !strings.HasPrefix(left[0], "1 custody events name no account") {
		t.Errorf("%d cases, left out: %q", result.Cases, result.LeftOut)
	}
}

// Rows of the state file that nothing can be compared with are counted.
func TestStatesThatSayNothingAreCounted(t *testing.T) {
	_, result := runOf(t, rules.Scenario{
		Roster: []string{"ann: accounts=ad:ann", "bob: accounts=ad:bob"},
		State:  []string{"ad:ann: password_last_set=2026-03-02T09:00:00Z", "ad:bob: observed_at=2026-03-09T09:00:00Z", "ad:ann: observed_at=2026-03-09T09:00:00Z"},
		Log:    []string{"2026-03-02T09:00:00Z reset.executed ad:ann by sam system=ad"},
	}, asIs)
	want := "1 rows of the state file do not say when they were observed; 1 rows of the state file are about accounts that no record names"
	if got := strings.Join(besidesChecks(result.LeftOut), "; "); got != want {
		t.Errorf("left out: %q, want %q", got, want)
	}
}

// A rotation that an open case explains is a step of that case and no case of
// its own, although the secret lives in an account of somebody else.
func TestRotationOfADependent(t *testing.T) {
	st, result := runOf(t, rules.Scenario{
		Roster:  []string{"ann:", "sam:", "svc-db: kind=service owner=ann"},
		Secrets: []string{"db-password: kind=password system=vault owner=ann used_by=svc-db minted_by=ann"},
		Log: []string{
			"2026-03-02T09:10:00Z reset.executed ann by sam system=okta",
			"2026-03-02T12:10:00Z secret.rotated svc-db by ann system=vault id=db-password",
		},
	}, asIs)
	if len(st.cases) != 1 || st.cases[0].Identity != "ann" || st.cases[0].Verdicts["dependent-not-rotated"] != judge.Met {
		t.Errorf("%d cases, want that of ann alone, its dependent rotated", len(st.cases))
	}
	if result.NotCases["dependent-rotation"] != 1 {
		t.Errorf("counted %v, want one dependent-rotation", result.NotCases)
	}
}

// A dependent that was replaced too late is late: the sentence says when.
func TestLateRotationOfADependent(t *testing.T) {
	st, _ := runOf(t, rules.Scenario{
		Secrets: []string{"key-1: kind=key system=vault owner=ann minted_by=ann"},
		Log: []string{
			"2026-03-02T09:10:00Z reset.executed ann by sam system=okta",
			"2026-03-12T12:10:00Z secret.rotated by ann system=vault id=key-1",
		},
	}, asIs)
	for _, f := range st.findings {
		if f.Check == "dependent-not-rotated" {
			if !strings.Contains(f.Message, "was rotated only at 2026-03-12 12:10:00 UTC") {
				t.Errorf("the finding says %q", f.Message)
			}
			return
		}
	}
	t.Error("a dependent replaced ten days later is no finding")
}

// A run that cannot begin says why before it reads anything.
func TestCheckRefusesWrongSelectors(t *testing.T) {
	checks, err := rules.LoadChecks()
	if err != nil {
		t.Fatal(err)
	}
	for selector, ok := range map[string]bool{`identity.id == "ann"`: true, `identity.idd == "ann"`: false} {
		play, err := read(rules.Scenario{Log: threeResets, Waivers: []string{"W-1: checks=no-request identity=ann"}})
		if err != nil {
			t.Fatal(err)
		}
		policies, err := bundledPolicy("baseline")
		if err != nil {
			t.Fatal(err)
		}
		play.context.Waivers[0].Selector = selector
		err = Check(Options{Lake: play, Policies: policies, Checks: checks, Context: play.context, ExceptionsFile: "exceptions.yaml"})
		if (err == nil) != ok {
			t.Errorf("%s: %v", selector, err)
		}
		play.context.Waivers[0].Checks = []string{"no-requets"}
		err = Check(Options{Lake: play, Policies: policies, Checks: checks, Context: play.context, ExceptionsFile: "exceptions.yaml"})
		if want := `unknown check "no-requets" (did you mean no-request?)`; ok && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("a waiver of a check that there is none of: %v, want %s", err, want)
		}
	}
}

// A secret that two rows of the inventory state is one; two of one name in two
// systems are two, each with a finding of its own.
func TestFindingsOfNamesakes(t *testing.T) {
	st, _ := runOf(t, rules.Scenario{
		Roster: []string{"ann: tier=privileged", "sam: roles=service-desk"},
		Secrets: []string{
			"key-1: kind=key system=vault owner=ann", "key-1: kind=key system=vault owner=ann", "key-1: kind=key system=aws owner=ann",
		},
		Log: []string{
			"2026-03-02T09:10:00Z reset.executed ann by sam system=okta",
			"2026-04-12T12:10:00Z secret.rotated by ann system=vault id=key-9",
			"2026-04-12T12:10:00Z secret.rotated by ann system=aws id=key-8",
		},
	}, asIs)
	ids := map[string]bool{}
	n := 0
	for _, f := range st.findings {
		if f.Check != "dependent-not-rotated" {
			continue
		}
		n++
		ids[f.ID] = true
	}
	if n != 2 || len(ids) != 2 {
		t.Errorf("%d findings under %d ids, want 2 under 2", n, len(ids))
	}
}

// A record whose id is one person's and whose name another's is told, and its
// id believed.
func TestConflictingRecordIsTold(t *testing.T) {
	said := func(name string) string {
		st, result := runOf(t, rules.Scenario{
			Roster: []string{`ann: accounts=S-1-5-21-1-2-3-1101;ACME\ann`, `bob: accounts=ACME\bob`},
			Log:    []string{"2026-03-02T09:10:00Z reset.executed ?x by sam system=ad"},
		}, func(o *Options) {
			o.Lake.(*play).events[0].Account = event.Party{System: "ad", ID: "S-1-5-21-1-2-3-1101", Name: name}
		})
		if st.cases[0].Identity != "ann" {
			t.Errorf("%s: the case is %s's, want ann's", name, st.cases[0].Identity)
		}
		return strings.Join(besidesChecks(result.LeftOut), "; ")
	}
	if got := said(`ACME\bob`); !strings.HasPrefix(got, "1 accounts are stated with an id of one identity") {
		t.Errorf("left out: %q", got)
	}
	if got := said(`ACME\ann`); got != "" {
		t.Errorf("an innocent record is told: %q", got)
	}
}

// What was not recorded before a reset cannot make a sign-in the first one.
func TestShortHistoryMakesNothingTheFirst(t *testing.T) {
	s := rules.Scenario{Log: []string{
		"2026-03-02T09:10:00Z reset.executed ann by sam system=entra credential=password",
		`2026-03-03T10:10:00Z signin.succeeded ann by ann system=entra app="Azure Portal"`,
	}}
	for days, want := range map[int]judge.Verdict{5: judge.NotAssessable, 20: judge.NotMet} {
		st, _ := runOf(t, s, func(o *Options) {
			lake := o.Lake.(*play)
			lake.feed.First = stamp("2026-03-02T00:00:00Z") - int64(days)*oneDay
			lake.feed.Covers[0] = lake.feed.First
		})
		if got := st.cases[0].Verdicts["reset-then-higher-system"]; got != want {
			t.Errorf("with %d days on record: %s, want %s", days, got, want)
		}
	}
}

// Whether a read is the first cannot be told over a few days, and is said.
func TestReadsOfShortHistoryAreLeftOut(t *testing.T) {
	s := rules.Scenario{Log: []string{
		"2026-03-02T09:10:00Z policy.changed by con system=vault category=access-policy",
		"2026-03-02T09:15:00Z secret.accessed by con system=vault id=kv/data/app",
	}}
	for days, want := range map[int]int{5: 0, 20: 1} {
		st, result := runOf(t, s, func(o *Options) {
			lake := o.Lake.(*play)
			lake.feed.First = stamp("2026-03-02T00:00:00Z") - int64(days)*oneDay
			lake.feed.Covers[0] = lake.feed.First
		})
		told := slices.ContainsFunc(result.LeftOut, func(text string) bool {
			return strings.HasPrefix(text, "path-substituted: after 1 changes of access policy")
		})
		if got := len(st.subjects("path-substituted")); got != want || told != (want == 0) {
			t.Errorf("with %d days on record %d are found, and what was left out is %q", days, got, result.LeftOut)
		}
	}
}
