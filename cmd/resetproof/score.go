package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"resetproof/cmd/resetproof/generate"
	"resetproof/detect/judge"
)

// score compares reports with the truth of generated organisations.
type score struct {
	checks map[string]*tally
	cases  tally
	sets   tally
	// severities are those that were planted, of findings that were found.
	severities tally
	other      map[string]*tally // verdicts not-due, not-assessable, excepted: by verdict
	wrong      []string          // sentences, in the order found, at most maxWrong of each check
	perKind    map[string]int
}

// tally counts what was planted and what of it was found.
type tally struct{ planted, found, missed, invented int }

// maxWrong is how many wrong cases of one check are named.
const maxWrong = 3

func newScore() *score {
	return &score{checks: map[string]*tally{}, other: map[string]*tally{}, perKind: map[string]int{}}
}

// recall is the share of what was planted that was found, precision the share
// of what was found that was planted; 1 where there was nothing.
func (t *tally) recall() float64    { return share(t.found, t.planted) }
func (t *tally) precision() float64 { return share(t.found, t.found+t.invented) }

func share(part, whole int) float64 {
	if whole == 0 {
		return 1
	}
	return float64(part) / float64(whole)
}

func (s *score) of(check string) *tally {
	if s.checks[check] == nil {
		s.checks[check] = &tally{}
	}
	return s.checks[check]
}

func (s *score) complain(kind, format string, args ...any) {
	if s.perKind[kind]++; s.perKind[kind] <= maxWrong {
		s.wrong = append(s.wrong, fmt.Sprintf(format, args...))
	}
}

type resetKey struct {
	identity string
	time     string
}

// add scores the report of one organisation. Findings of the unscored checks
// count only where they were planted.
func (s *score) add(org, report string, unscored []string) error {
	truth, err := jsonLines[generate.Truth](filepath.Join(org, "truth.jsonl"))
	if err != nil {
		return err
	}
	cases, err := jsonLines[judge.CaseRecord](filepath.Join(report, "cases.jsonl"))
	if err != nil {
		return err
	}
	findings, err := jsonLines[judge.Finding](filepath.Join(report, "findings.jsonl"))
	if err != nil {
		return err
	}
	byKey := map[resetKey]*judge.CaseRecord{}
	for i := range cases {
		byKey[resetKey{cases[i].Identity, cases[i].Time}] = &cases[i]
	}
	said := map[string]judge.Finding{} // by case and check
	for _, f := range findings {
		if f.Case != nil {
			said[*f.Case+" "+f.Check] = f
		}
	}
	for i := range truth {
		t := &truth[i]
		if t.Check != "" {
			s.set(org, t, findings)
			continue
		}
		s.cases.planted++
		key := resetKey{t.Identity, t.Time.UTC().Format(time.RFC3339Nano)}
		c := byKey[key]
		if c == nil {
			s.cases.missed++
			s.complain("cases", "%s: no case for %s at %s (%s), which was planted as %s", org, t.Identity, key.time, t.System, t.Plant)
			for check, v := range t.Verdicts {
				s.count(check, v, "")
			}
			continue
		}
		s.cases.found++
		delete(byKey, key)
		s.judge(org, t, c, said)
	}
	for _, c := range cases {
		if byKey[resetKey{c.Identity, c.Time}] == nil {
			continue
		}
		s.cases.invented++
		s.complain("cases", "%s: a case for %s at %s (%s, %s) that was not planted", org, c.Identity, c.Time, *cmp.Or(c.Class, new(string)), *cmp.Or(c.Path, new(string)))
	}
	s.strays(org, truth, slices.DeleteFunc(findings, func(f judge.Finding) bool { return slices.Contains(unscored, f.Check) }))
	return nil
}

// judge compares the verdicts of one case with what was planted.
func (s *score) judge(org string, t *generate.Truth, c *judge.CaseRecord, said map[string]judge.Finding) {
	got := c.Verdicts
	for _, check := range sortedNames(t.Verdicts) {
		want := t.Verdicts[check]
		have := string(got[check])
		s.count(check, want, have)
		if have != want {
			s.complain(check, "%s: %s at %s, planted as %s on a %s chain (%s, %s): %s must be %s and is %s; not met there: %s",
				org, t.Identity, c.Time, t.Plant, t.Tier, t.Class, t.System, check, want, cmp.Or(have, "not judged"), strings.Join(withVerdict(got, "not-met"), ", "))
			for _, n := range c.Notes {
				if strings.HasPrefix(n, check+" ") {
					s.complain(check+" note", "    %s", n)
				}
			}
		}
	}
	for _, check := range sortedNames(t.Severities) {
		f, found := said[c.ID+" "+check]
		if !found {
			continue
		}
		s.severities.planted++
		if want := t.Severities[check]; string(f.Severity) == want {
			s.severities.found++
		} else {
			s.severities.missed++
			s.complain(check+" severity", "%s: %s at %s, planted as %s on a %s chain (%s, %s): the finding of %s must be %s and is %s: %s",
				org, t.Identity, c.Time, t.Plant, t.Tier, t.Class, t.System, check, want, f.Severity, f.Message)
		}
	}
	for _, check := range withVerdict(got, "not-met") {
		if t.Verdicts[check] == "not-met" {
			continue
		}
		s.of(check).invented++
		s.complain(check, "%s: %s at %s, planted as %s on a %s chain (%s, %s): %s is not-met and nothing of it was planted: %s",
			org, t.Identity, c.Time, t.Plant, t.Tier, t.Class, t.System, check, said[c.ID+" "+check].Message)
	}
}

// count books one planted verdict.
func (s *score) count(check, want, have string) {
	t := s.of(check)
	if want != "not-met" {
		if s.other[want] == nil {
			s.other[want] = &tally{}
		}
		t = s.other[want]
	}
	t.planted++
	if have == want {
		t.found++
	} else {
		t.missed++
	}
}

// set looks for a planted finding about the whole set.
func (s *score) set(org string, t *generate.Truth, findings []judge.Finding) {
	s.sets.planted++
	for _, f := range findings {
		if f.Check == t.Check && (f.Subject == t.Subject || t.Subject == "" && f.Identity != nil && *f.Identity == t.Identity) {
			s.sets.found++
			return
		}
	}
	s.sets.missed++
	s.complain(t.Check, "%s: no finding of %s about %q, which was planted as %s", org, t.Check, t.Subject, t.Plant)
}

// strays counts the findings about the whole set that nobody planted.
func (s *score) strays(org string, truth []generate.Truth, findings []judge.Finding) {
	planted := map[[2]string]bool{}
	for _, t := range truth {
		planted[[2]string{t.Check, t.Subject}] = true
		planted[[2]string{t.Check, t.Identity}] = true
	}
	for _, f := range findings {
		known := planted[[2]string{f.Check, f.Subject}] || f.Identity != nil && planted[[2]string{f.Check, *f.Identity}]
		if f.Case == nil && f.Verdict == judge.NotMet && !known {
			s.sets.invented++
			s.complain(f.Check, "%s: %s about %q, of which nothing was planted: %s", org, f.Check, f.Subject, f.Message)
		}
	}
}

func withVerdict[V ~string](verdicts map[string]V, want V) []string {
	var ids []string
	for _, id := range sortedNames(verdicts) {
		if verdicts[id] == want {
			ids = append(ids, id)
		}
	}
	return ids
}

func jsonLines[T any](name string) ([]T, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []T
	for d := json.NewDecoder(bufio.NewReader(f)); d.More(); {
		var v T
		if err := d.Decode(&v); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out = append(out, v)
	}
	return out, nil
}

func sortedNames[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for n := range m {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}
