package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// newRoot is the command tree. Each sub-command has a file of its own.
func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "resetproof",
		Short: "Prove the chain of custody of credential resets from your logs",
		Long: `resetproof reads the logs you already keep, rebuilds the chain of custody of every
credential reset (who requested, verified, approved, executed, delivered and closed
it, under which policy), and says link by link what is proven, what is broken, what
is not due yet and what these logs cannot tell.`,
		Example: `  resetproof scan logs/                 judge every reset in a folder of logs
  resetproof init logs/                 draft a config, a roster and a policy from them
  resetproof scan                       judge by ./resetproof.yaml
  resetproof sources check logs/        which file is which format
  resetproof explain 4a9438e5           why a finding stands, what would change it
  resetproof rules show self-approval   what a check asks, and how to mend it`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetFlagErrorFunc(flagError)
	root.PersistentFlags().BoolVar(&a.log.quiet, "quiet", false, "say nothing but the summary, warnings and errors")
	format := root.PersistentFlags().String("log-format", "text", "messages on stderr as `text|json`")
	root.PersistentPreRunE = func(*cobra.Command, []string) error { return a.log.setFormat(*format) }
	root.AddCommand(
		scanCommand(a), ingestCommand(a), detectCommand(a), reportCommand(a), explainCommand(a), diffCommand(a),
		initCommand(a), generateCommand(a), qualityCommand(a), rulesCommand(a), sourcesCommand(a), lakeCommand(a), versionCommand(a),
	)
	asGroup(root)
	return root
}

// asGroup makes a command that only holds others: alone it shows its help, and
// a word it does not know gets a guess.
func asGroup(c *cobra.Command) {
	c.Args = cobra.ArbitraryArgs
	c.DisableSuggestions = true
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return c.Help()
		}
		hint := fmt.Sprintf("%s --help lists the commands", c.CommandPath())
		if _, err := os.Stat(args[0]); err == nil && !c.HasParent() {
			hint = fmt.Sprintf("did you mean resetproof scan %s?", args[0])
		}
		c.SuggestionsMinimumDistance = 2
		if near := c.SuggestionsFor(args[0]); len(near) > 0 {
			hint = fmt.Sprintf("did you mean %s?", strings.Join(near, " or "))
		}
		return usagef(hint, "%s has no command %q", c.CommandPath(), args[0])
	}
}

// arguments wraps a rule for arguments so that breaking it is a usage error.
func arguments(rule cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if err := rule(c, args); err != nil {
			return usagef("usage: "+c.UseLine(), "%s: %w", c.CommandPath(), err)
		}
		return nil
	}
}

// flagError guesses what an unknown flag was meant to be.
func flagError(c *cobra.Command, err error) error {
	hint := fmt.Sprintf("%s --help lists the flags", c.CommandPath())
	if _, name, found := strings.Cut(err.Error(), "unknown flag: --"); found {
		var names []string
		c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if near := suggest(name, names); len(near) > 0 {
			hint = fmt.Sprintf("did you mean --%s?", strings.Join(near, " or --"))
		}
	}
	return usage(fmt.Errorf("%s: %w", c.CommandPath(), err), hint)
}

// suggest gives the names that a mistyped one may have meant, in the order
// given. cobra guesses among commands, so the names pose as such.
func suggest(typed string, names []string) []string {
	pose := &cobra.Command{SuggestionsMinimumDistance: 2}
	for _, n := range names {
		pose.AddCommand(&cobra.Command{Use: n, Run: func(*cobra.Command, []string) {}})
	}
	return pose.SuggestionsFor(typed)
}
