package report

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"resetproof/rules"
)

func TestSummaryIsOneScreen(t *testing.T) {
	s := writeSample(t, filepath.Join(t.TempDir(), "out"), 1)
	for _, check := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		s.Checks = append(s.Checks, CheckCount{ID: strings.Repeat(check, 40), Title: hostileText, Count: 3, BySeverity: [rules.Critical + 1]int{1, 0, 1, 1}})
	}
	for len(s.Look) < maxLook {
		s.Look = append(s.Look, LookAt{Time: "2026-03-01T00:00:00Z", Message: hostileText})
	}
	for _, width := range []int{0, 80, 100} {
		var out bytes.Buffer
		if err := s.Print(&out, Style{Width: width}, sampleRun(), sampleCoverage(), "resetproof-report/report.html"); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		if len(lines) > maxLines {
			t.Errorf("at width %d the summary takes %d lines", width, len(lines))
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

func TestSummaryColoursOnlyWhereAsked(t *testing.T) {
	s := writeSample(t, filepath.Join(t.TempDir(), "out"), 1)
	for _, colour := range []bool{false, true} {
		var out bytes.Buffer
		if err := s.Print(&out, Style{Width: 80, Colour: colour}, sampleRun(), sampleCoverage(), ""); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(out.String(), "\x1b["); got != colour {
			t.Errorf("with colour %v the summary's escapes are %v", colour, got)
		}
	}
	if StyleOf(&bytes.Buffer{}, false).Colour {
		t.Error("a pipe is coloured")
	}
}

func TestVisible(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"ann", "ann"},
		{"\x1b[31mred", "⟨001B⟩[31mr…"},
		{"a\nb", "a⟨000A⟩b"},
		{"\u202etxt", "⟨202E⟩txt"},
		{"\xff", "\ufffd"},
		{"twelve chars", "twelve chars"},
		{"thirteen char", "thirteen ch…"},
		{"naïve café x", "naïve café x"},
	} {
		if got := visible(c.in, 12); got != c.want {
			t.Errorf("visible(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestProgressIsOneLineAStage(t *testing.T) {
	var out bytes.Buffer
	p := NewProgress(&out, false)
	for _, stage := range []string{"reading", "judging"} {
		for done := range int64(50) {
			p.Stage(stage, done, 50)
		}
	}
	p.Close()
	if got, want := out.String(), "resetproof: reading\nresetproof: judging\n"; got != want {
		t.Errorf("progress is %q, want %q", got, want)
	}
	out.Reset()
	quiet := NewProgress(&out, true)
	quiet.Stage("reading", 1, 2)
	if quiet.Close(); out.Len() > 0 {
		t.Errorf("quiet progress says %q", out.String())
	}
}
