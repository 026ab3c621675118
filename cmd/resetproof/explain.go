package main

import (
	"cmp"
	"errors"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"resetproof/report"
	"resetproof/rules"
)

func explainCommand(a *app) *cobra.Command {
	var common commonFlags
	var judging judgeFlags
	var out, check string
	c := &cobra.Command{
		Use:   "explain FINDING|CASE",
		Short: "Say why a report holds a finding, and what would change it",
		Long: `explain reads findings.jsonl and cases.jsonl of a report and says of a finding what was
expected by which policy line, what was seen, what was searched, which other records were
considered, what would change the verdict, and how to mend the process. Of a case it lists
every verdict with its reason. An id may be cut to its first characters.`,
		Example: `  resetproof explain 4a9438e5
  resetproof explain d7aac42c --check missing-approval`,
		Args: arguments(cobra.ExactArgs(1)),
	}
	c.Flags().StringVar(&out, "out", "", "read the report in this `DIR` (default "+defaultOut+")")
	c.Flags().StringVar(&check, "check", "", "of a case, explain the verdict of this `CHECK`")
	c.Flags().StringVar(&common.config, "config", "", "read this config `FILE` (default resetproof.yaml, if it is there)")
	c.Flags().StringVar(&judging.policy, "policy", "", "take values from this `POLICY`, the one that judged (default baseline, or the config's)")
	judging.registerRules(c.Flags())
	common.memory, common.jobs = defaultMemory, 1
	c.RunE = func(_ *cobra.Command, args []string) error {
		s, err := common.read(time.Now())
		if err != nil {
			return err
		}
		e, err := newExplainer(a, s, &judging)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(e.Checks, func(c *rules.Check) bool { return c.ID == check }); check != "" && i < 0 {
			return usagef(nearCheck(check, e.Checks), "no check is called %q", check)
		}
		dir := outDir(out, s)
		return unclear(e.Explain(a.out, dir, args[0], check), dir, e.Checks)
	}
	return c
}

func newExplainer(a *app, s settings, judging *judgeFlags) (*report.Explainer, error) {
	checks, err := loadChecks(judging.ruleDirs)
	if err != nil {
		return nil, err
	}
	e := &report.Explainer{Checks: checks, Width: report.StyleOf(a.out, os.Getenv("NO_COLOR") != "").Width}
	if e.Frameworks, err = loadFrameworks(checks, judging.frameworkDirs); err != nil {
		return nil, err
	}
	if e.Policies, err = rules.LoadPolicy(cmp.Or(judging.policy, s.Policy, defaultPolicy)); err != nil {
		return nil, usage(err, "")
	}
	e.Logs, err = addable()
	return e, err
}

// unclear adds to an error of Explain what to type instead.
func unclear(err error, dir string, checks []*rules.Check) error {
	var id *report.UnclearID
	switch {
	case err == nil:
		return nil
	case errors.Is(err, report.ErrNoReport):
		return usage(err, "resetproof scan --out "+dir+" makes one; --out names another")
	case !errors.As(err, &id):
		return usage(err, "")
	case id.Many && len(id.Near) > 0:
		return usage(err, "name more of it: "+strings.Join(id.Near, ", "))
	case len(id.Near) > 0:
		return usage(err, "did you mean "+strings.Join(id.Near, " or ")+"?")
	case slices.ContainsFunc(checks, func(c *rules.Check) bool { return c.ID == id.ID }):
		return usage(err, "resetproof rules show "+id.ID+" explains a check; the id of a finding stands in "+dir+"/"+report.FindingsFile)
	}
	return usage(err, "the ids stand in "+dir+"/"+report.FindingsFile+" and "+dir+"/"+report.CasesFile)
}
