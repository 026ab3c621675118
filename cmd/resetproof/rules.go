package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"resetproof/rules"
)

func rulesCommand(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "rules",
		Short: "List, explain, test and lint checks",
		Example: `  resetproof rules list
  resetproof rules show self-approval
  resetproof rules test my-checks/
  resetproof rules lint --policy my-policy.yaml`,
	}
	c.AddCommand(rulesListCommand(a), rulesShowCommand(a), rulesTestCommand(a), rulesLintCommand(a))
	asGroup(c)
	return c
}

func rulesListCommand(a *app) *cobra.Command {
	var flags judgeFlags
	c := &cobra.Command{
		Use:   "list",
		Short: "List all checks with their severity",
		Example: `  resetproof rules list
  resetproof rules list --rules my-checks/`,
		Args: arguments(cobra.NoArgs),
	}
	flags.registerRules(c.Flags())
	c.RunE = func(*cobra.Command, []string) error {
		checks, err := loadChecks(flags.ruleDirs)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "CHECK\tORDINARY\tRAISED\tTITLE")
		for _, check := range checks {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", check.ID, check.Ordinary, check.Raised, check.Title)
		}
		return table.Flush()
	}
	return c
}

// loadChecks gives the bundled checks and those of the folders, sorted by id.
func loadChecks(dirs []string) ([]*rules.Check, error) {
	checks, err := rules.LoadChecks(dirs...)
	if err != nil {
		return nil, usage(err, "")
	}
	return checks, nil
}
