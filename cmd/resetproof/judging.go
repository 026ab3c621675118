package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"resetproof/detect"
	"resetproof/detect/identity"
	"resetproof/ingest"
	"resetproof/ingest/lake"
	"resetproof/report"
	"resetproof/rules"
)

// judging is everything the judge goes by, loaded, checked and compiled before
// any work begins.
type judging struct {
	detect.Options
	policy   string           // as named
	baseline *report.Baseline // nil for none
}

// own lists the files and folders the flags name: no walk takes them for logs.
func (f *judgeFlags) own() []string {
	own := slices.Concat(f.ruleDirs, f.frameworkDirs, []string{f.identities, f.secrets, f.exceptions, f.state, f.incidents, f.reviews, f.topology, f.baseline})
	if file, ok := rules.PolicyFile(f.policy); ok {
		own = append(own, file)
	}
	return own
}

// load reads policy, rules and context files. Every mistake in them is a usage
// error. A flag goes before the config.
func (f *judgeFlags) load(s settings) (*judging, error) {
	j := &judging{policy: cmp.Or(f.policy, s.Policy, defaultPolicy)}
	var err error
	if j.Period, err = parsePeriod(f.period); err != nil {
		return nil, err
	}
	if j.Policies, err = rules.LoadPolicy(j.policy); err != nil {
		return nil, usage(err, "")
	}
	if !j.Period[0].IsZero() {
		if err := j.Policies.Uncovered("the period", j.Period[0]); err != nil {
			return nil, usage(err, "")
		}
	}
	if j.Checks, err = loadChecks(f.ruleDirs); err != nil {
		return nil, err
	}
	if j.Frameworks, err = loadFrameworks(j.Checks, f.frameworkDirs); err != nil {
		return nil, err
	}
	files := identity.Paths{
		Identities: cmp.Or(f.identities, s.Identities),
		Secrets:    cmp.Or(f.secrets, s.Secrets),
		State:      cmp.Or(f.state, s.State),
		Incidents:  cmp.Or(f.incidents, s.Incidents),
		Reviews:    cmp.Or(f.reviews, s.Reviews),
		Topology:   cmp.Or(f.topology, s.Topology),
		Exceptions: cmp.Or(f.exceptions, s.Exceptions),
	}
	if j.Context, err = identity.Load(files); err != nil {
		return nil, usage(err, "")
	}
	j.ExceptionsFile = files.Exceptions
	j.Now, j.Domains, j.SourcesAbsent = s.now, s.Domains, s.SourcesAbsent
	j.Expected, j.Systems = s.expected()
	if err := detect.Check(j.Options); err != nil {
		return nil, usage(err, "")
	}
	j.baseline, err = loadBaseline(f.baseline, s.lakeDir)
	return j, err
}

// mistaken tells a run that a file the user wrote brought to its end, such as
// a policy that does not cover what was found, from one that failed.
func mistaken(err error) error {
	if mistake := (*rules.Error)(nil); errors.As(err, &mistake) {
		return usage(mistake, "")
	}
	return err
}

// judge judges what the lake holds, writes the report and prints the summary.
func (a *app) judge(ctx context.Context, l *lake.Lake, s settings, j *judging, out *output, read ingest.Result) error {
	progress := a.progress()
	defer progress.Close()
	for _, w := range j.Context.Misspelt() {
		a.log.warn("%s", w)
	}
	opt := j.Options
	opt.Lake, opt.Progress = events{l}, progress.Stage
	opt.Sorter = func() (detect.Sorter, error) { return lake.NewSorter(os.TempDir(), s.memory/sorterShare) }
	found, err := detect.Run(ctx, opt, out.writer)
	if err == nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		return out.abandon(mistaken(err))
	}
	progress.Close()
	coverage := report.Coverage{
		Unrecognised:     read.Unrecognised,
		UnknownAccounts:  int64(found.UnknownAccounts),
		NotCases:         found.NotCases,
		LeftOut:          append(read.LeftOut, found.LeftOut...),
		Surveyed:         found.Surveyed,
		EvaluationErrors: found.Faults,
		Waivers:          found.Waivers,
	}
	coverage.LookAlikes = found.LookAlikes
	for _, c := range found.Conflicts {
		coverage.Conflicts = append(coverage.Conflicts, report.Conflict(c))
	}
	for system, n := range found.SelfService {
		coverage.SelfService = append(coverage.SelfService, report.Attempts{System: system, Completed: n.Completed, Blocked: n.Blocked, Abandoned: n.Abandoned})
	}
	for _, f := range found.Feeds {
		coverage.Feeds = append(coverage.Feeds, report.FeedCoverage{Feed: f.Feed, Gaps: f.Gaps, Intervals: f.Intervals})
	}
	for _, r := range found.Unplaced {
		a.log.warn("%s", r)
	}
	for _, e := range found.Faults {
		a.log.warn("%s", e)
	}
	judged := report.Judged{Run: out.run, Coverage: coverage, Reviews: j.Context.Reviews, Identify: found.Identify}
	if j.baseline != nil {
		held, defects, err := out.writer.HoldAgainst(j.baseline, judged)
		if err != nil {
			return out.abandon(fmt.Errorf("holding the findings against the baseline: %w", err))
		}
		for _, d := range defects {
			a.log.warn("%s", d)
		}
		out.run.Baseline, coverage.LeftOut = held, append(coverage.LeftOut, defects...)
	}
	a.code = out.exitCode(read.Incomplete())
	if s.lakeDir != "" {
		if err := out.keep(ctx, a, l, judged); err != nil {
			return out.abandon(err)
		}
	}
	return out.finish(a, coverage)
}
