package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"resetproof/rules"
)

func rulesShowCommand(a *app) *cobra.Command {
	var flags judgeFlags
	c := &cobra.Command{
		Use:   "show CHECK",
		Short: "Explain a check: what it asks, what it needs, how to mend it",
		Example: `  resetproof rules show self-approval
  resetproof rules show my-check --rules my-checks/`,
		Args: arguments(cobra.ExactArgs(1)),
	}
	flags.registerRules(c.Flags())
	c.RunE = func(_ *cobra.Command, args []string) error {
		checks, err := loadChecks(flags.ruleDirs)
		if err != nil {
			return err
		}
		frameworks, err := loadFrameworks(checks, flags.frameworkDirs)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(checks, func(c *rules.Check) bool { return c.ID == args[0] })
		if i < 0 {
			return usagef(nearCheck(args[0], checks), "no check is called %q", args[0])
		}
		return explain(a.out, checks[i], frameworks)
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

// explain says in words what a check is.
func explain(w io.Writer, c *rules.Check, frameworks []*rules.Framework) error {
	var b strings.Builder
	line := func(label, text string) {
		if text != "" {
			fmt.Fprintf(&b, "%-11s %s\n", label, indent(text))
		}
	}
	fmt.Fprintf(&b, "%s: %s\n\n%s\n\n", c.ID, c.Title, strings.TrimSpace(c.Question))
	severity := c.Ordinary.String()
	if c.Raised != c.Ordinary {
		severity += fmt.Sprintf("; %s for raised identities", c.Raised)
	}
	for _, s := range c.SeverityWhen {
		severity += fmt.Sprintf("\n%s where %s", s.Severity, strings.TrimSpace(s.When))
	}
	line("severity", severity)
	line("about", c.About)
	line("policy line", c.Rule)
	line("needs", strings.Join(c.Needs, ", "))
	line("supersedes", strings.Join(c.Supersedes, ", "))
	line("fix", strings.TrimSpace(c.Fix))
	line("controls", controlsOf(c.ID, frameworks))
	fmt.Fprintf(&b, "\nexamples\n")
	for _, s := range c.Scenarios {
		fmt.Fprintf(&b, "  %-14s  %s\n", s.Expect, s.Name)
		for _, event := range s.Log {
			fmt.Fprintf(&b, "  %14s    %s\n", "", event)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// indent aligns the further lines of a text below its first.
func indent(text string) string { return strings.ReplaceAll(text, "\n", "\n            ") }

// controlsOf lists the controls a check speaks of, one line a framework.
func controlsOf(check string, frameworks []*rules.Framework) string {
	var lines []string
	for _, f := range frameworks {
		var ids []string
		for _, control := range f.Controls {
			if slices.Contains(control.Checks, check) {
				ids = append(ids, control.ID)
			}
		}
		switch reason := f.Unmapped[check]; {
		case len(ids) > 0:
			lines = append(lines, f.Title+": "+strings.Join(ids, ", "))
		case reason != "":
			lines = append(lines, f.Title+": none, "+reason)
		}
	}
	return strings.Join(lines, "\n")
}
