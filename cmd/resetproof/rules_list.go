package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"resetproof/report"
	"resetproof/rules"
)

// listFilter says which checks `rules list` shows; what is empty lets all pass.
type listFilter struct {
	about, severity, framework, control string
}

func rulesListCommand(a *app) *cobra.Command {
	var flags judgeFlags
	var f listFilter
	c := &cobra.Command{
		Use:   "list",
		Short: "List checks with their severity, all or those of a group, a severity or a control",
		Example: `  resetproof rules list
  resetproof rules list --about approval --severity critical
  resetproof rules list --control PR.AA-05
  resetproof rules list --framework pci-dss-4.0.1 --control 8.3.3
  resetproof rules list --rules my-checks/`,
		Args: arguments(cobra.NoArgs),
	}
	flags.registerRules(c.Flags())
	c.Flags().StringVar(&f.about, "about", "", "only checks of this `GROUP`, such as approval, closure or takeover")
	c.Flags().StringVar(&f.severity, "severity", "", "only checks whose findings may have this `SEVERITY`")
	c.Flags().StringVar(&f.framework, "framework", "", "only checks that speak of a control of this `FRAMEWORK`")
	c.Flags().StringVar(&f.control, "control", "", "only checks that speak of this `CONTROL` or of one under it, such as PR.AA-05, 8.3.3 or AC-2")
	c.RunE = func(*cobra.Command, []string) error {
		checks, err := loadChecks(flags.ruleDirs)
		if err != nil {
			return err
		}
		frameworks, err := loadFrameworks(checks, flags.frameworkDirs)
		if err != nil {
			return err
		}
		controls, err := f.check(frameworks)
		if err != nil {
			return err
		}
		return f.print(a.out, checks, controls)
	}
	return c
}

// matched is a control that the filter names.
type matched struct {
	framework *rules.Framework
	control   rules.Control
}

// check refuses words that name nothing, and gives the controls that are meant;
// nil if the filter asks for none.
func (f listFilter) check(frameworks []*rules.Framework) ([]matched, error) {
	if f.about != "" && !slices.Contains(rules.Groups(), f.about) {
		return nil, usagef("the groups are "+strings.Join(rules.Groups(), ", "), "--about: no group is called %q", f.about)
	}
	if _, ok := rules.ParseSeverity(f.severity); f.severity != "" && !ok {
		return nil, usagef("the severities are info, low, medium, high and critical", "--severity: %q is no severity", f.severity)
	}
	if f.framework == "" && f.control == "" {
		return nil, nil
	}
	var ids []string
	for _, fw := range frameworks {
		ids = append(ids, fw.ID)
	}
	if f.framework != "" && !slices.Contains(ids, f.framework) {
		hint := "the frameworks are " + strings.Join(ids, ", ")
		if near := suggest(f.framework, ids); len(near) > 0 {
			hint = "did you mean " + strings.Join(near, " or ") + "?"
		}
		return nil, usagef(hint, "--framework: no framework is called %q", f.framework)
	}
	var found []matched
	var near []string
	for _, fw := range frameworks {
		for _, c := range fw.Controls {
			switch {
			case f.framework != "" && f.framework != fw.ID:
			case f.control == "" || within(c.ID, f.control):
				found = append(found, matched{fw, c})
			case len(near) < maxNearControls && strings.Contains(strings.ToLower(c.ID), strings.ToLower(f.control)):
				near = append(near, c.ID)
			}
		}
	}
	if len(found) == 0 {
		return nil, usagef(f.controlHint(frameworks, near), "--control: no check speaks of a control %q", f.control)
	}
	return found, nil
}

const maxNearControls = 3

// controlHint guesses which control was meant: one that holds the typed text, or
// the one that now has a name of old.
func (f listFilter) controlHint(frameworks []*rules.Framework, near []string) string {
	for _, fw := range frameworks {
		for _, l := range fw.Labels {
			if strings.EqualFold(l.Label, f.control) {
				return l.Label + " is a name of " + l.Publisher + "; nearest in " + fw.Title + ": " + strings.Join(l.Nearest, ", ")
			}
		}
	}
	if len(near) > 0 {
		return "did you mean " + strings.Join(near, " or ") + "?"
	}
	return "resetproof rules show CHECK lists the controls of a check"
}

// within tells whether a control is the one named or stands under it: PR.AA-05
// under PR.AA, AC-2(1) under AC-2, not AC-20.
func within(id, named string) bool {
	if len(named) == 0 || len(id) < len(named) || !strings.EqualFold(id[:len(named)], named) {
		return false
	}
	return len(id) == len(named) || strings.ContainsRune(".-(: ", rune(id[len(named)]))
}

func (f listFilter) print(w io.Writer, checks []*rules.Check, controls []matched) error {
	shown := slices.DeleteFunc(slices.Clone(checks), func(c *rules.Check) bool { return !f.lets(c, controls) })
	if err := f.printControls(w, shown, controls); err != nil {
		return err
	}
	if len(shown) == 0 {
		_, err := fmt.Fprintln(w, "no check is all of that")
		return err
	}
	rows := [][]string{{"CHECK", "SCOPE", "ABOUT", "SEVERITY", "TITLE"}}
	for _, c := range shown {
		rows = append(rows, []string{c.ID, c.Scope, c.About, severities(c), c.Title})
	}
	if f.control != "" {
		rows[0] = slices.Insert(rows[0], 4, "LINK")
		for i, c := range shown {
			rows[i+1] = slices.Insert(rows[i+1], 4, link(c, controls))
		}
	}
	_, err := io.WriteString(w, report.Columns(rows, report.StyleOf(w, true).Width))
	return err
}

// link tells whether one of the controls names the check's own condition.
func link(c *rules.Check, controls []matched) string {
	if slices.ContainsFunc(controls, func(m matched) bool { return slices.Contains(m.control.Sure, c.ID) }) {
		return "sure"
	}
	return "to confirm"
}

// printControls heads the list with the controls that were asked for.
func (f listFilter) printControls(w io.Writer, shown []*rules.Check, controls []matched) error {
	if f.control == "" {
		return nil
	}
	rows := [][]string{{"CONTROL", "OF", "SURE", "CONFIRM", ""}}
	for _, m := range controls {
		var sure, verify int
		for _, c := range shown {
			if slices.Contains(m.control.Sure, c.ID) {
				sure++
			} else if slices.Contains(m.control.Verify, c.ID) {
				verify++
			}
		}
		rows = append(rows, []string{m.control.ID, m.framework.Title, strconv.Itoa(sure), strconv.Itoa(verify), m.control.Title})
	}
	_, err := io.WriteString(w, report.Columns(rows, report.StyleOf(w, true).Width)+"\n")
	return err
}

// lets tells whether a check passes the filter.
func (f listFilter) lets(c *rules.Check, controls []matched) bool {
	if f.about != "" && c.About != f.about {
		return false
	}
	if sev, ok := rules.ParseSeverity(f.severity); ok && !slices.Contains(c.Severities(), sev) {
		return false
	}
	return controls == nil || slices.ContainsFunc(controls, func(m matched) bool { return slices.Contains(m.control.Checks, c.ID) })
}

// severities shows what a finding is for ordinary and for raised identities.
func severities(c *rules.Check) string {
	if c.Ordinary == c.Raised {
		return c.Ordinary.String()
	}
	return c.Ordinary.String() + "/" + c.Raised.String()
}
