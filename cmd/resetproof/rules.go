package main

import (
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
	c.AddCommand(rulesListCommand(a), rulesShowCommand(a), rulesTestCommand(a), rulesLintCommand(a), rulesSchemaCommand(a), rulesWhatIfCommand(a))
	asGroup(c)
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
