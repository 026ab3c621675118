package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"resetproof/ingest/event"
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
		Long: `list names every log format and the kinds of events it can show. What "needs setting"
proves nothing by its absence until a record of the kind was seen or the config declares it
under expect; what is "always" recorded leaves a record whenever the act happens.`,
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
			shows := wrap(t.Shows)
			if len(t.Shows) >= len(event.Kinds())-1 { // all but other
				shows = "every kind"
			}
			fmt.Fprintf(&b, "  shows          %s\n", shows)
			for _, path := range slices.Sorted(maps.Keys(t.ShowsFor)) {
				fmt.Fprintf(&b, "  %-13s  %s\n", path, wrap(t.ShowsFor[path]))
			}
			switch {
			case len(t.NeedsSetting) == 0:
			case len(t.NeedsSetting) == len(t.Shows):
				fmt.Fprintf(&b, "  needs setting  all of them\n")
			default:
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
