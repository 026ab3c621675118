package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"resetproof/ingest/lake"
)

func ingestCommand(a *app) *cobra.Command {
	var common commonFlags
	var input inputFlags
	c := &cobra.Command{
		Use:   "ingest [SOURCE…] --lake DIR",
		Short: "Read logs into a lake",
		Long: `ingest reads the sources into a lake and judges nothing. Files the lake knows by their
hash are skipped; a run that is killed leaves nothing half-visible.`,
		Example: `  resetproof ingest --lake lake logs/
  resetproof ingest --config resetproof.yaml --lake lake --since 7d`,
		Args: arguments(cobra.ArbitraryArgs),
	}
	common.register(c.Flags())
	input.register(c.Flags())
	c.RunE = func(c *cobra.Command, args []string) error {
		s, err := common.read(time.Now())
		if err != nil {
			return err
		}
		if err := needLake(s, "ingest"); err != nil {
			return err
		}
		read, err := input.options(s, args)
		if err != nil {
			return err
		}
		return profiled(common.profile, func() error {
			return a.withLake(c.Context(), s, func(ctx context.Context, l *lake.Lake) error {
				result, err := a.ingest(ctx, l, read)
				if err != nil {
					return err
				}
				if result.Incomplete() {
					a.code = exitIncomplete
				}
				for _, f := range result.Feeds {
					if _, err := fmt.Fprintf(a.out, "%s: %d records, %d mapped, %d unmapped, %d malformed\n",
						printable(f.Name), f.Records, f.Mapped, f.Unmapped, f.Malformed); err != nil {
						return err
					}
				}
				_, err = fmt.Fprintf(a.out, "%d records of %d files, now in %s\n", result.Records, result.Files, printable(s.lakeDir))
				return err
			})
		})
	}
	return c
}
