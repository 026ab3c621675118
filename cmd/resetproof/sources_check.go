package main

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"resetproof/ingest"
	"resetproof/ingest/event"
)

func sourcesCheckCommand(a *app) *cobra.Command {
	var flags inputFlags
	var config string
	c := &cobra.Command{
		Use:   "check [SOURCE…]",
		Short: "Tell which file is which format, and what of it can be read",
		Long: `check reads every record of the sources and says, file by file, how many are mapped to
events, known to be of no interest (unmapped), or malformed, and why. It writes nothing.

Exit code: 0 if every file is recognised and read to its end, else 3.`,
		Example: `  resetproof sources check logs/
  resetproof sources check export.json --input-format servicenow`,
		Args: arguments(cobra.ArbitraryArgs),
	}
	flags.registerFormats(c.Flags())
	c.Flags().StringVar(&config, "config", "", "read this config `FILE` (default resetproof.yaml, if it is there)")
	c.RunE = func(c *cobra.Command, args []string) error {
		common := commonFlags{config: config, memory: defaultMemory, jobs: 1}
		flags.maxMalformed = defaultMaxMalformed
		s, err := common.read(time.Now())
		if err != nil {
			return err
		}
		opt, err := flags.options(s, args)
		if err != nil {
			return err
		}
		opt.Stdin = a.in
		table := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "FILE\tFORMAT\tRECORDS\tMAPPED\tUNMAPPED\tMALFORMED")
		var reasons []string
		err = ingest.Inspect(c.Context(), opt, func(seen ingest.Inspection) error {
			inspected(table, seen)
			for _, u := range seen.Unrecognised {
				if len(seen.Feeds) > 0 {
					reasons = append(reasons, u.URI+": "+u.Reason)
				}
				if u.Failed {
					a.code = exitIncomplete
				}
			}
			for _, f := range seen.Feeds {
				for _, m := range f.MalformedFirst {
					reasons = append(reasons, ingest.Position(m)+": "+m.Reason)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if err := table.Flush(); err != nil {
			return err
		}
		for _, reason := range reasons {
			a.log.warn("%s", reason)
		}
		return nil
	}
	return c
}

// inspected writes a line for each format in a file: one, but for archives.
func inspected(table io.Writer, seen ingest.Inspection) {
	if len(seen.Feeds) == 0 {
		for _, u := range seen.Unrecognised {
			fmt.Fprintf(table, "%s\t%s\n", printable(u.URI), printable(u.Reason))
		}
		return
	}
	var sum event.Feed
	for i, f := range seen.Feeds {
		sum.Records += f.Records
		sum.Mapped += f.Mapped
		sum.Unmapped += f.Unmapped
		sum.Malformed += f.Malformed
		if i+1 == len(seen.Feeds) || seen.Feeds[i+1].Format != f.Format {
			fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%d\t%d\n", printable(seen.URI), f.Format, sum.Records, sum.Mapped, sum.Unmapped, sum.Malformed)
			sum = event.Feed{}
		}
	}
}
