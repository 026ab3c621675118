package main

import (
	"fmt"
	"text/tabwriter"
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
		Long: `lint loads everything that a scan is judged by and reads no log. A mistake stops it as it
would stop a scan (exit code 2); what loads and is yet unlikely to be meant is a warning.`,
		Example: `  resetproof rules lint
  resetproof rules lint --config resetproof.yaml
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
		for _, warning := range lint(j) {
			a.log.warn("%s", warning)
		}
		bundled, err := rules.LoadChecks()
		if err != nil {
			return usage(err, "")
		}
		fmt.Fprintf(a.out, "%d checks (%d of your own), %d frameworks, policy %s (versions: %d): all load and compile\n",
			len(j.Checks), len(j.Checks)-len(bundled), len(j.Frameworks), j.policy, len(j.Policies.Versions))
		table := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
		for _, f := range j.Context.Files {
			fmt.Fprintf(table, "%s\t%s\t%d rows\n", f.Role, printable(f.Path), f.Rows)
		}
		return table.Flush()
	}
	return c
}

// lint lists, in sentences, what loads and is yet unlikely to be meant.
func lint(j *judging) []string {
	var out []string
	for _, p := range j.Policies.Versions {
		for _, o := range p.Overruled {
			out = append(out, fmt.Sprintf("%s: %s asks for less than the profile %s, which holds", o.Place, o.Key, o.Profile))
		}
		for _, i := range p.Inversions() {
			out = append(out, i.String())
		}
	}
	return append(out, j.Context.Doubts(rules.Systems())...)
}
