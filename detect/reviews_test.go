package detect

import (
	"slices"
	"strings"
	"testing"
	"time"

	"resetproof/detect/identity"
	"resetproof/detect/judge"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// adas is the reset of an administrator, by two records of two systems, with
// two secrets that hang on her account.
var adas = rules.Scenario{
	Roster:  []string{"ada: tier=privileged", "ida: roles=identity-admin", "max: roles=auditor"},
	Secrets: []string{"key-1: kind=key system=vault owner=ada", "key-2: kind=key system=vault owner=ada"},
	Log: []string{
		"2026-03-02T09:10:00Z reset.executed ada by ida system=okta",
		"2026-03-02T09:12:00Z reset.executed ada by ida system=ad",
		"2026-03-03T09:10:00Z reset.executed ann by ida system=okta",
	},
	Unseen: []string{"case.reviewed"},
}

// reviewedRun plays a scenario with a file of reviews of the ids given, all by
// max two days later.
func reviewedRun(t *testing.T, s rules.Scenario, with func(*Options), ids ...string) (*stage, Result) {
	t.Helper()
	return runOf(t, s, func(o *Options) {
		o.Context.Files = append(o.Context.Files, identity.File{Role: "reviews", Path: "desk/reviews.csv", SHA256: strings.Repeat("ab", 32), Rows: len(ids)})
		for i, id := range ids {
			o.Context.Reviews = append(o.Context.Reviews, identity.Review{
				CaseOrFinding: id, Reviewer: "max", Time: time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC).UnixNano(), Decision: "false-positive", Line: i + 2,
			})
		}
		with(o)
	})
}

func of(t *testing.T, st *stage, who string) *judge.CaseRecord {
	t.Helper()
	for _, c := range st.cases {
		if c.Identity == who {
			return c
		}
	}
	t.Fatalf("no case of %s", who)
	return nil
}

// A review may name the case by any of its ids, or one of its findings, and is
// a step of the case then. It takes no finding away.
func TestReviewsNameCasesAndFindings(t *testing.T) {
	plain, _ := runOf(t, adas, asIs)
	ada := of(t, plain, "ada")
	if ada.Verdicts["not-validated"] != judge.NotAssessable {
		t.Fatalf("without a file not-validated is %s", ada.Verdicts["not-validated"])
	}
	if len(ada.CaseAliases) != 1 {
		t.Fatalf("aliases %q", ada.CaseAliases)
	}
	finding := func(caseID, check, key string) string { return event.Hash(check, caseID, key).String() }
	for _, c := range []struct {
		name, id, about string
		want            judge.Verdict
	}{
		{"the case", ada.ID, "the case", judge.Met},
		{"its alias", ada.CaseAliases[0], "the case", judge.Met},
		{"a finding", finding(ada.ID, "no-request", ""), "no-request", judge.Met},
		{"a finding by the alias", finding(ada.CaseAliases[0], "no-request", ""), "no-request", judge.Met},
		{"a finding on one of two secrets", finding(ada.ID, "dependent-not-rotated", "key-2"), "dependent-not-rotated", judge.Met},
		{"a finding that is none", finding(ada.ID, "self-approval", ""), "self-approval", judge.Met},
		{"nothing", strings.Repeat("0", 32), "", judge.NotMet},
	} {
		st, result := reviewedRun(t, adas, asIs, c.id)
		got := of(t, st, "ada")
		if v := got.Verdicts["not-validated"]; v != c.want {
			t.Errorf("%s: not-validated is %s, want %s", c.name, v, c.want)
		}
		if c.about == "" {
			want := "reviews.csv:2: no case and no finding of this run is named " + c.id + ": the review counts for nothing"
			if !slices.Equal(result.Unplaced, []string{want}) || !slices.Contains(result.LeftOut, want) {
				t.Errorf("%s: %q", c.name, result.Unplaced)
			}
			continue
		}
		note := c.about + " was reviewed by max at 2026-03-04 09:00:00 UTC: false-positive"
		if len(result.Unplaced) != 0 || len(got.Steps.Reviewed) != 1 || !slices.Contains(got.Notes, note) {
			t.Errorf("%s: unplaced %q, steps %v, notes %q", c.name, result.Unplaced, got.Steps.Reviewed, got.Notes)
		}
		before, after := plain.subjects("no-request"), st.subjects("no-request")
		if !slices.Equal(before, after) {
			t.Errorf("%s: findings %q became %q", c.name, before, after)
		}
	}
}

// The finding reviewed cites the row of the file, and no other does.
func TestReviewsAreEvidence(t *testing.T) {
	plain, _ := runOf(t, adas, asIs)
	id := event.Hash("no-request", of(t, plain, "ada").ID, "").String()
	st, _ := reviewedRun(t, adas, asIs, id)
	for _, f := range st.findings {
		i := slices.IndexFunc(f.Evidence, func(e judge.Evidence) bool { return e.Kind == "case.reviewed" })
		if (i >= 0) != (f.ID == id) {
			t.Errorf("%s of %s cites a review: %t", f.Check, f.Subject, i >= 0)
		}
		if i < 0 {
			continue
		}
		e := f.Evidence[i]
		if e.URI != "desk/reviews.csv" || e.Line == nil || *e.Line != 2 || e.Offset != nil || e.Length != nil || e.AtHand || e.SHA256 != strings.Repeat("ab", 32) {
			t.Errorf("the review is cited as %+v", e)
		}
	}
}

// A review of a case outside the period is no mistake, nor is one of a finding
// over the whole set; one row written twice is one review.
func TestReviewsOfOtherThings(t *testing.T) {
	plain, _ := runOf(t, adas, asIs)
	ada := of(t, plain, "ada").ID
	_, result := reviewedRun(t, adas, func(o *Options) { o.Period[0] = time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC) }, ada)
	if len(result.Unplaced) != 0 {
		t.Errorf("outside the period: %q", result.Unplaced)
	}
	st, _ := reviewedRun(t, adas, asIs, ada, ada)
	if n := len(of(t, st, "ada").Steps.Reviewed); n != 1 {
		t.Errorf("the same row twice gives %d steps", n)
	}
	blind := adas
	blind.Unseen = []string{"case.reviewed", "reset.approved"}
	var set *judge.Finding
	whole, _ := runOf(t, blind, asIs)
	for _, f := range whole.findings {
		if f.Check == "step-without-source" && strings.HasPrefix(f.Subject, "approved|") {
			set = f
		}
	}
	if set == nil {
		t.Fatal("nothing was found over the whole set")
	}
	st, result = reviewedRun(t, blind, asIs, set.ID)
	if len(result.Unplaced) != 0 {
		t.Errorf("a finding over the whole set: %q", result.Unplaced)
	}
	for _, f := range st.findings {
		if f.ID == set.ID && len(f.Evidence) != 1 {
			t.Errorf("it cites %v", f.Evidence)
		}
	}
}

// A file of reviews speaks as far as the logs do: what is not due in them is not
// due in it, whatever the clock says.
func TestReviewsReachAsFarAsTheLogs(t *testing.T) {
	short := adas
	short.Until = time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC)
	st, _ := reviewedRun(t, short, func(o *Options) { o.Now = o.Now.AddDate(1, 0, 0) })
	if v := of(t, st, "ada").Verdicts["not-validated"]; v != judge.NotDue {
		t.Errorf("a year later over logs of three days not-validated is %s, want not-due", v)
	}
}

// Of many reviews that lead nowhere the first few are told.
func TestManyUnplacedReviews(t *testing.T) {
	var ids []string
	for i := range 30 {
		ids = append(ids, event.Hash("nothing", string(rune('a'+i))).String())
	}
	_, result := reviewedRun(t, adas, asIs, ids...)
	if n := len(result.Unplaced); n != 21 || result.Unplaced[20] != "reviews.csv: and 10 more reviews of what this run does not know" {
		t.Errorf("%d sentences, the last %q", n, result.Unplaced[len(result.Unplaced)-1])
	}
}
