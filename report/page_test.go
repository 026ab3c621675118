package report

import (
	"bytes"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"resetproof/detect/judge"
)

func TestPageHoldsHostileTextInert(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	writeSample(t, out, 1)
	page := read(t, out, PageFile)
	for _, bad := range []string{"<script>alert", "</script><img", "<img", "\x1b", "\u202e", "\u009b"} {
		if bytes.Contains(bytes.ReplaceAll(page, []byte(pageScript), nil), []byte(bad)) {
			t.Errorf("the page holds %q", bad)
		}
	}
	if n := bytes.Count(page, []byte("<script")); n != 3 {
		t.Errorf("the page has %d script elements, want the titles, the entries and the program", n)
	}
}

func TestPagePolicyAdmitsOnlyOurTexts(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	writeSample(t, out, 1)
	page := string(read(t, out, PageFile))
	policy := regexp.MustCompile(`Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(page)
	if policy == nil {
		t.Fatal("the page has no content security policy")
	}
	decoded := strings.NewReplacer("&#39;", "'", "&#43;", "+").Replace(policy[1])
	style := regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindStringSubmatch(page)
	program := regexp.MustCompile(`(?s)<script>(.*?)</script>`).FindStringSubmatch(page)
	for _, want := range []string{"default-src 'none'", "style-src '" + hashSource(style[1]) + "'", "script-src '" + hashSource(program[1]) + "'"} {
		if !strings.Contains(decoded, want) {
			t.Errorf("the policy %q lacks %q", decoded, want)
		}
	}
}

func TestEmptyPageIsSmallAndSelfContained(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	w, err := New(out, sampleOptions())
	check(t, err)
	_, err = w.Finish(Coverage{}, sampleRun())
	check(t, err)
	page := read(t, out, PageFile)
	if n := len(page); n > 150<<10 {
		t.Errorf("a page without cases takes %d bytes", n)
	}
	if regexp.MustCompile(` style=| on[a-z]+=`).Match(page) {
		t.Error("the page has an inline style or handler, which its own policy forbids")
	}
	for _, network := range []string{"http://", "https://", "//cdn", "@import", "src="} {
		if i := bytes.Index(bytes.ReplaceAll(page, []byte("http://www.w3.org/2000/svg"), nil), []byte(network)); i >= 0 {
			t.Errorf("the page refers to the network by %q at byte %d", network, i)
		}
	}
}

func TestChainStates(t *testing.T) {
	links := map[string]string{}
	for _, c := range sampleOptions().Checks {
		links[c.ID] = linkOf(c)
	}
	want := map[string]string{
		id("case-ann"):     "shown shown shown shown shown shown not-required not-judged",
		id("case-dana"):    "shown missing faulty shown not-judged missing not-assessable not-judged",
		id("case-billing"): "not-required not-required not-judged shown not-judged not-judged not-due not-judged",
		id("case-hostile"): "shown not-assessable excepted shown not-judged not-required not-judged not-judged",
	}
	for _, c := range sampleCases() {
		var got []string
		for _, l := range chainOf(c, links) {
			got = append(got, l.State)
		}
		if s := strings.Join(got, " "); s != want[c.ID] {
			t.Errorf("chain of %s is\n%s, want\n%s", visible(c.Identity, 20), s, want[c.ID])
		}
	}
}

func TestReviewIsALinkOfItsOwn(t *testing.T) {
	c := sampleCases()[0]
	c.Verdicts["not-validated"] = judge.NotDue
	got := chainOf(c, map[string]string{"not-validated": "reviewed"})
	if got[7].State != linkNotDue {
		t.Errorf("a review that is not due yet is drawn as %s", got[7].State)
	}
}

func TestPageKeepsTheGravest(t *testing.T) {
	w, err := New(filepath.Join(t.TempDir(), "out"), Options{})
	check(t, err)
	defer func() { check(t, w.Abort()) }()
	for i := range maxPageEntries + 5 {
		w.cases.lines = append(w.cases.lines, line{id: [16]byte{byte(i), byte(i >> 8), byte(i >> 16), 1}})
	}
	last := w.cases.lines[maxPageEntries+4].id
	w.findings.lines = []line{
		{about: w.cases.lines[3].id, rank: 2},
		{about: last, rank: 3},
		{about: w.cases.lines[9].id, rank: 4, minor: true},
		{rank: 1},
	}
	all, shown := w.entries()
	if shown != maxPageEntries || len(all) != maxPageEntries+6 {
		t.Errorf("%d of %d entries are shown, want %d of %d", shown, len(all), maxPageEntries, maxPageEntries+6)
	}
	if all[0].record.id != last || all[1].record.id != w.cases.lines[3].id || all[2].record != nil {
		t.Error("the first entries are not the gravest; an excepted finding must not lift a case")
	}
}

func TestEveryCheckIsCounted(t *testing.T) {
	w, err := New(filepath.Join(t.TempDir(), "out"), sampleOptions())
	check(t, err)
	defer func() { check(t, w.Abort()) }()
	for _, c := range sampleCases() {
		check(t, w.Case(c))
	}
	for _, row := range w.judgedRows() {
		if row.ID == "no-verification" && !slices.Equal(row.Counts, []int{1, 1, 0, 0, 1, 1}) {
			t.Errorf("no-verification counts %v over %v", row.Counts, verdictOrder)
		}
		if row.Title == "" {
			t.Errorf("%s has no title", row.ID)
		}
	}
	if n := len(w.judgedRows()); n != 8 {
		t.Errorf("%d checks are listed, want the 8 that were judged", n)
	}
}
