package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"resetproof/cmd/resetproof/generate"
)

// The bar: what each check judged case by case must reach once it was planted
// often enough for a share to mean anything.
const (
	qualityBar   = 0.99
	qualityLeast = 100
)

// qualityCommand measures the judgement against planted violations; hidden, and
// what make quality runs.
func qualityCommand(a *app) *cobra.Command {
	var o generate.Options
	var seeds int
	var keep string
	var sets bool
	c := &cobra.Command{
		Use:    "quality",
		Hidden: true,
		Short:  "Judge generated organisations and compare with what was planted in them",
		Long: `quality invents one organisation per seed, scans it and compares the report with the truth.
It prints recall and precision per check, names the first wrong cases, and exits with 1
where a check stays below 0.99 or, with everything planted, was planted less than 100 times.`,
		Example: "  resetproof quality\n  resetproof quality --check late-approval --seeds 2",
		Args:    arguments(cobra.NoArgs),
	}
	f := c.Flags()
	f.IntVar(&seeds, "seeds", 12, "how many organisations with everything planted")
	plantFlags(f, &o, generate.Options{Seed: 1, Each: 3, Shuffled: true, Duplicates: 10})
	f.BoolVar(&sets, "sets", true, "with an organisation for each defect of a whole set")
	f.StringVar(&keep, "keep", "", "leave organisations and reports in this folder")
	c.RunE = func(*cobra.Command, []string) error {
		dir := keep
		if dir == "" {
			var err error
			if dir, err = os.MkdirTemp("", "resetproof-quality-"); err != nil {
				return err
			}
			defer os.RemoveAll(dir)
		}
		s := newScore()
		for n, made := range organisations(o, seeds, sets) {
			made.Dir = filepath.Join(dir, fmt.Sprintf("org-%d", n+1))
			if err := s.measure(a, made); err != nil {
				return err
			}
			if keep == "" {
				if err := errors.Join(os.RemoveAll(made.Dir), os.RemoveAll(made.Dir+"-report")); err != nil {
					return err
				}
			}
		}
		whole := o.Check+o.Tier+o.Class+o.Path+o.System == ""
		if short := s.print(a.out, whole); len(short) > 0 {
			a.code = exitFindings
		}
		return nil
	}
	return c
}

// organisations are one a seed with everything planted, and one for each defect
// of a whole set.
func organisations(o generate.Options, seeds int, sets bool) []generate.Options {
	var all []generate.Options
	for n := range seeds {
		each := o
		each.Seed += uint64(n)
		all = append(all, each)
	}
	for _, set := range generate.Sets() {
		if !sets {
			break
		}
		if check, _, _ := strings.Cut(set, "/"); o.Tier+o.Class+o.Path+o.System == "" && (o.Check == "" || o.Check == check) {
			each := o
			each.Check, each.Set, each.Each = "", set, setEach
			all = append(all, each)
		}
	}
	if o.Check != "" && !slices.Contains(generate.Checks(), o.Check) {
		return all[seeds:] // of whole sets only
	}
	return all
}

// setEach is how many sound resets of each kind surround a defect of the whole
// set: enough for a field that is never filled to be called that.
const setEach = 25

// measure makes one organisation, scans it and scores the report.
func (s *score) measure(a *app, o generate.Options) error {
	made, err := generate.Write(o)
	if err != nil {
		return usage(fmt.Errorf("quality: %w", err), "")
	}
	a.log.note("%s: seed %d%s: %d records, %d resets, %d violations", o.Dir, o.Seed, strings.TrimRight(" "+o.Set, " "), made.Records, made.Cases, made.Planted)
	report := o.Dir + "-report"
	var said strings.Builder
	args := []string{"scan", "--config", filepath.Join(o.Dir, "resetproof.yaml"), "--out", report, "--quiet", "--fail-on", "none", "--write", "json", "--formats-dir", filepath.Join(o.Dir, "formats")}
	if code := run(args, strings.NewReader(""), io.Discard, &said); code != 0 {
		return fmt.Errorf("scanning %s: exit %d\n%s", o.Dir, code, said.String())
	}
	own, _, _ := strings.Cut(o.Set, "/")
	return s.add(o.Dir, report, slices.DeleteFunc(slices.Clone(surveyed), func(check string) bool { return check == own }))
}

// surveyed are the checks that look for what is unlike the rest. Where something
// else is planted, that is what is unlike the rest, and resets begin on one day:
// they are scored in the organisations that are made for them, and by the
// calibration and power tests of detect/survey.
var surveyed = []string{"operator-burst", "operator-drift", "rare-pair", "rare-place-or-hour", "repeated-target", "path-variant", "population-gap", "policy-not-monotone"}

// print writes the table and what is wrong, and gives the checks below the bar.
func (s *score) print(out io.Writer, whole bool) (short []string) {
	fmt.Fprintf(out, "%-34s %8s %8s %8s %8s %8s %9s\n", "check", "planted", "found", "missed", "invented", "recall", "precision")
	line := func(name string, t *tally) {
		fmt.Fprintf(out, "%-34s %8d %8d %8d %8d %8.4f %9.4f\n", name, t.planted, t.found, t.missed, t.invented, t.recall(), t.precision())
	}
	for _, id := range sortedNames(s.checks) {
		t := s.checks[id]
		line(id, t)
		if t.recall() < qualityBar || t.precision() < qualityBar || whole && t.planted < qualityLeast {
			short = append(short, id)
		}
	}
	line("cases", &s.cases)
	if s.cases.missed+s.cases.invented > 0 {
		short = append(short, "cases")
	}
	if s.sets.planted+s.sets.invented > 0 {
		line("about the whole set", &s.sets)
		if s.sets.missed+s.sets.invented > 0 {
			short = append(short, "about the whole set")
		}
	}
	if s.severities.planted > 0 {
		line("severities", &s.severities)
		if s.severities.missed > 0 {
			short = append(short, "severities")
		}
	}
	for _, v := range sortedNames(s.other) {
		line("verdict "+v, s.other[v])
		if s.other[v].recall() < qualityBar {
			short = append(short, "verdict "+v)
		}
	}
	for _, w := range s.wrong {
		fmt.Fprintln(out, w)
	}
	if len(short) > 0 {
		fmt.Fprintf(out, "below %.2f, or planted less than %d times: %s\n", qualityBar, qualityLeast, strings.Join(short, ", "))
	}
	return short
}
