package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

func sourcesCommand(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "sources",
		Short: "List log formats, or see what a file is",
		Example: `  resetproof sources list
  resetproof sources check logs/`,
	}
	c.AddCommand(sourcesListCommand(a), sourcesCheckCommand(a))
	asGroup(c)
	return c
}

func sourcesListCommand(a *app) *cobra.Command {
	var flags inputFlags
	c := &cobra.Command{
		Use:   "list",
		Short: "List the log formats and what each can show",
		Example: `  resetproof sources list
  resetproof sources list --formats-dir my-formats/`,
		Args: arguments(cobra.NoArgs),
	}
	c.Flags().StringArrayVar(&flags.formatDirs, "formats-dir", nil, "add the log formats of this `DIR`; may be repeated")
	c.RunE = func(*cobra.Command, []string) error {
		set, err := loadFormats(flags.formatDirs)
		if err != nil {
			return err
		}
		var b strings.Builder
		for i, f := range set.All() {
			if i > 0 {
				b.WriteByte('\n')
			}
			t := f.Table()
			fmt.Fprintf(&b, "%s: %s\n", t.ID, t.Title)
			fmt.Fprintf(&b, "  shows          %s\n", wrap(t.Shows))
			for _, path := range slices.Sorted(maps.Keys(t.ShowsFor)) {
				fmt.Fprintf(&b, "  %-13s  %s\n", path, wrap(t.ShowsFor[path]))
			}
			if len(t.NeedsSetting) > 0 {
				fmt.Fprintf(&b, "  needs setting  %s\n", wrap(t.NeedsSetting))
			}
			if len(t.Always) > 0 {
				fmt.Fprintf(&b, "  always         %s\n", wrap(t.Always))
			}
			if t.RetentionDays > 0 {
				fmt.Fprintf(&b, "  kept           %d days by the vendor\n", t.RetentionDays)
			}
		}
		_, err = fmt.Fprint(a.out, b.String())
		return err
	}
	return c
}

// wrap joins words into lines of at most 83 characters, the further ones
// indented below the first.
func wrap(words []string) string {
	const width = 83
	var b strings.Builder
	line := 0
	for i, w := range words {
		if i > 0 {
			b.WriteByte(',')
			if line+2+len(w) > width {
				b.WriteString("\n                 ")
				line = 0
			} else {
				b.WriteByte(' ')
				line += 2
			}
		}
		b.WriteString(w)
		line += len(w)
	}
	return b.String()
}
