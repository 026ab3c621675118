package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"resetproof/ingest/lake"
)

func lakeCommand(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "lake",
		Short: "Look after a lake",
		Example: `  resetproof lake check --lake lake
  resetproof lake files --lake lake`,
	}
	c.AddCommand(lakeCheckCommand(a), lakeFilesCommand(a))
	asGroup(c)
	return c
}

func lakeCheckCommand(a *app) *cobra.Command {
	return lakeReader(a, &cobra.Command{
		Use:     "check --lake DIR",
		Short:   "Re-hash a lake and hold it against its ledger",
		Example: "  resetproof lake check --lake lake",
	}, func(ctx context.Context, l *lake.Lake) error {
		if err := l.Check(ctx); err != nil {
			return err
		}
		_, err := fmt.Fprintln(a.out, "the lake is whole: every file and the ledger agree with the manifests")
		return err
	})
}

func lakeFilesCommand(a *app) *cobra.Command {
	return lakeReader(a, &cobra.Command{
		Use:   "files --lake DIR",
		Short: "List the committed Parquet files, for other engines to read",
		Example: `  resetproof lake files --lake lake
  duckdb -c "select kind, count(*) from read_parquet([$(resetproof lake files --lake lake | sed "s/.*/'&'/" | paste -sd,)]) group by 1"`,
	}, func(_ context.Context, l *lake.Lake) error {
		for _, file := range l.Files() {
			if _, err := fmt.Fprintln(a.out, file); err != nil {
				return err
			}
		}
		return nil
	})
}

// lakeReader makes a command that works on a lake that is there.
func lakeReader(a *app, c *cobra.Command, work func(context.Context, *lake.Lake) error) *cobra.Command {
	var common commonFlags
	c.Args = arguments(cobra.NoArgs)
	c.Flags().StringVar(&common.lake, "lake", "", "the lake's `DIR`")
	c.Flags().StringVar(&common.config, "config", "", "read this config `FILE` (default resetproof.yaml, if it is there)")
	common.memory, common.jobs = defaultMemory, 1
	c.RunE = func(c *cobra.Command, _ []string) error {
		s, err := common.read(time.Now())
		if err != nil {
			return err
		}
		if err := existingLake(s, c.CommandPath()); err != nil {
			return err
		}
		return a.withLake(c.Context(), s, work)
	}
	return c
}
