package main

import (
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"resetproof/report"
	"resetproof/rules"
)

func rulesShowCommand(a *app) *cobra.Command {
	var flags judgeFlags
	c := &cobra.Command{
		Use:   "show CHECK",
		Short: "Explain a check: what it asks, what it needs, how to mend it",
		Example: `  resetproof rules show self-approval
  resetproof rules show self-approval --policy strict
  resetproof rules show my-check --rules my-checks/`,
		Args: arguments(cobra.ExactArgs(1)),
	}
	flags.registerRules(c.Flags())
	c.Flags().StringVar(&flags.policy, "policy", defaultPolicy, "show the values of this `POLICY`: baseline, strict, or a file")
	c.RunE = func(_ *cobra.Command, args []string) error {
		checks, err := loadChecks(flags.ruleDirs)
		if err != nil {
			return err
		}
		frameworks, err := loadFrameworks(checks, flags.frameworkDirs)
		if err != nil {
			return err
		}
		policies, err := rules.LoadPolicy(flags.policy)
		if err != nil {
			return usage(err, "")
		}
		i := slices.IndexFunc(checks, func(c *rules.Check) bool { return c.ID == args[0] })
		if i < 0 {
			return usagef(nearCheck(args[0], checks), "no check is called %q", args[0])
		}
		_, err = io.WriteString(a.out, report.Manual{Checks: checks, Frameworks: frameworks, Policies: policies}.Of(checks[i]))
		return err
	}
	c.ValidArgsFunction = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		checks, err := rules.LoadChecks(flags.ruleDirs...)
		if err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		var ids []string
		for _, check := range checks {
			ids = append(ids, check.ID)
		}
		return ids, cobra.ShellCompDirectiveNoFileComp
	}
	return c
}

func loadFrameworks(checks []*rules.Check, dirs []string) ([]*rules.Framework, error) {
	frameworks, err := rules.LoadFrameworks(checks, dirs...)
	if err != nil {
		return nil, usage(err, "")
	}
	return frameworks, nil
}

// nearCheck guesses which check was meant.
func nearCheck(id string, checks []*rules.Check) string {
	var ids []string
	for _, c := range checks {
		ids = append(ids, c.ID)
	}
	if near := suggest(id, ids); len(near) > 0 {
		return "did you mean " + strings.Join(near, " or ") + "?"
	}
	return "resetproof rules list names them"
}
