package report

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"resetproof/detect/judge"
	"resetproof/rules"
)

func firstScreen(t *testing.T, f FirstContact, width int) []string {
	t.Helper()
	var out bytes.Buffer
	if err := f.Print(&out, Style{Width: width}, []string{"2026-03-01 to 2026-03-31"}, Next{Init: "resetproof init logs/", Page: "report.html"}); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
}

func TestFirstScreenIsOneScreen(t *testing.T) {
	f := writeSample(t, filepath.Join(t.TempDir(), "out"), 1).First
	for len(f.Look) < maxFirstLook {
		f.Look = append(f.Look, LookAt{Message: hostileText})
	}
	f.MoreLook = 3
	f.Findings = [rules.Critical + 1]int{1000, 1000, 1000, 1000, 1000}
	for i := range 30 {
		name := fmt.Sprint(i, hostileText)
		f.Unread, f.Weeks = append(f.Unread, name), append(f.Weeks, Count{"2026-03-02", i})
		f.Formats, f.NotCases = append(f.Formats, Count{name, i}), append(f.NotCases, Count{name, i})
		f.Logs = append(f.Logs, CheckCount{ID: name, Title: name})
	}
	f.Operators, f.MoreOperators = f.Formats[:maxOperators], 100
	f.Weak, f.Add = nil, nil
	for range maxWeak {
		f.Weak = append(f.Weak, Way{Path: hostileText, System: hostileText, Failed: 1, Of: 2, Check: hostileText, Proven: 1})
	}
	for range maxAdditions {
		f.Add = append(f.Add, Addition{Logs: f.Unread, Kinds: f.Unread})
	}
	for _, width := range []int{0, 80, 100} {
		lines := firstScreen(t, f, width)
		if len(lines) > maxFirstLines {
			t.Errorf("at width %d the screen takes %d lines", width, len(lines))
		}
		for _, l := range lines {
			if n := utf8.RuneCountInString(l); n > max(width, minWidth) {
				t.Errorf("at width %d a line takes %d columns: %s", width, n, l)
			}
			if strings.ContainsFunc(l, isActive) {
				t.Errorf("a line holds an active character: %q", l)
			}
		}
	}
}

func TestFirstScreenDoesNotHangOnOrder(t *testing.T) {
	var first []string
	for seed := range uint64(10) {
		lines := firstScreen(t, writeSample(t, filepath.Join(t.TempDir(), "out"), seed).First, 100)
		if seed == 0 {
			first = lines
		} else if !slices.Equal(lines, first) {
			t.Fatalf("another order of cases and findings gives\n%s\nnot\n%s", strings.Join(lines, "\n"), strings.Join(first, "\n"))
		}
	}
}

// What was done with the account after a reset comes before a graver mistake
// in the process.
func TestFirstLookBeginsWithWhatFollowed(t *testing.T) {
	f := writeSample(t, filepath.Join(t.TempDir(), "out"), 1).First
	if len(f.Look) == 0 || f.Look[0].Check != "reset-then-privilege" {
		t.Errorf("the first case to look at is %+v", f.Look)
	}
	for _, l := range f.Logs {
		if l.ID == stepWithoutSource {
			t.Error("a step without a source is listed beside the cases, not under what to add")
		}
	}
	if len(f.Logs) == 0 {
		t.Error("the cleared log is not mentioned")
	}
}

func TestWeeksAreWholeAndWithoutGaps(t *testing.T) {
	s := newSurvey()
	for _, at := range []string{"2026-03-01T23:59:59Z", "2026-03-02T00:00:00Z", "2026-03-08T23:59:59.9Z", "2026-03-16T12:00:00Z"} {
		s.addCase(&judge.CaseRecord{Time: at})
	}
	var f FirstContact
	s.describe(&f)
	want := []Count{{"2026-02-23", 1}, {"2026-03-02", 2}, {"2026-03-09", 0}, {"2026-03-16", 1}}
	if !slices.Equal(f.Weeks, want) {
		t.Errorf("weeks are %v, want %v", f.Weeks, want)
	}
}

// An addition counts only what it makes possible together with those before:
// a check that lacks two logs is assessable with the second.
func TestAdditions(t *testing.T) {
	logs := []Log{
		{Format: "tickets", System: "desk", Kinds: []string{"reset.requested", "reset.approved"}, Records: map[string]string{"reset.approved": "approval"}},
		{Format: "other-tickets", Kinds: []string{"reset.requested", "reset.approved"}},
		{Format: "idp", System: "okta", Kinds: []string{"session.revoked"}},
		{Format: "directory", System: "ad", Kinds: []string{"session.revoked"}},
		{Format: "by-hand", Kinds: []string{"reset.requested", "reset.approved", "session.revoked", "identity.verified"}, Native: true},
	}
	lack := func(words ...string) (list []judge.Lack) {
		for _, w := range words {
			kind, system, _ := strings.Cut(w, "@")
			list = append(list, judge.Lack{Kind: kind, System: system})
		}
		return list
	}
	type blind = map[string][]judge.Lack
	for _, c := range []struct {
		name  string
		cases map[int]blind // how many cases lack what
		want  []string
	}{
		{"nothing is missing", nil, nil},
		{"tickets, of either product", map[int]blind{7: {"no-request": lack("reset.requested"), "missing-approval": lack("reset.approved", "reset.requested")}},
			[]string{"other-tickets or tickets approval: 7 cases, 2 checks, reset.approved reset.requested"}},
		{"the log of the system that was reset, no other", map[int]blind{3: {"sessions-not-revoked": lack("session.revoked@okta")}},
			[]string{"idp: 3 cases, 1 checks, session.revoked"}},
		{"a system without such a log: by hand", map[int]blind{3: {"sessions-not-revoked": lack("session.revoked@aws")}},
			[]string{"by-hand: 3 cases, 1 checks, session.revoked"}},
		{"a check that lacks two is counted with the second", map[int]blind{
			5: {"one-person-chain": lack("identity.verified", "reset.approved")},
			2: {"missing-approval": lack("reset.approved")},
		}, []string{"other-tickets or tickets approval: 2 cases, 1 checks, reset.approved", "by-hand: 5 cases, 1 checks, identity.verified"}},
		{"what no log shows is not proposed", map[int]blind{4: {"new-check": lack("mail.accessed")}}, nil},
	} {
		s := newSurvey()
		for n, b := range c.cases {
			for range n {
				s.lack(b)
			}
		}
		var got []string
		for _, a := range s.additions(logs) {
			got = append(got, fmt.Sprintf("%s: %d cases, %d checks, %s", strings.Join(a.Logs, " or "), a.Cases, a.Checks, strings.Join(a.Kinds, " ")))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
