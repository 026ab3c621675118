package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"resetproof/rules"
)

func rulesLintCommand(a *app) *cobra.Command {
	var common commonFlags
	var flags judgeFlags
	c := &cobra.Command{
		Use:   "lint",
		Short: "Load and compile all checks, policies, frameworks and context files",
		Example: `  resetproof rules lint
  resetproof rules lint --policy my-policy.yaml --rules my-checks/`,
		Args: arguments(cobra.NoArgs),
	}
	flags.register(c.Flags())
	c.Flags().StringVar(&common.config, "config", "", "read this config `FILE` (default resetproof.yaml, if it is there)")
	common.memory, common.jobs = defaultMemory, 1
	c.RunE = func(*cobra.Command, []string) error {
		s, err := common.read(time.Now())
		if err != nil {
			return err
		}
		j, err := flags.load(s)
		if err != nil {
			return err
		}
		bundled, err := rules.LoadChecks()
		if err != nil {
			return usage(err, "")
		}
		_, err = fmt.Fprintf(a.out, "%d checks (%d of your own), %d frameworks, policy %s (versions: %d): all load and compile\n",
			len(j.Checks), len(j.Checks)-len(bundled), len(j.Frameworks), j.policy, len(j.Policies.Versions))
		return err
	}
	return c
}
