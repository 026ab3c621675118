package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"resetproof/ingest/lake"
)

func detectCommand(a *app) *cobra.Command {
	var common commonFlags
	var judging judgeFlags
	var output outputFlags
	c := &cobra.Command{
		Use:   "detect --lake DIR",
		Short: "Judge every reset in a lake and write the report",
		Long: `detect judges what earlier runs of ingest put into a lake. It keeps no state: another
roster, policy or set of waivers takes effect at once.`,
		Example: `  resetproof detect --lake lake --out report
  resetproof detect --lake lake --policy strict --now 2026-03-31`,
		Args: arguments(cobra.NoArgs),
	}
	common.register(c.Flags())
	judging.register(c.Flags())
	output.register(c.Flags())
	c.RunE = func(c *cobra.Command, _ []string) error {
		started := time.Now()
		s, err := common.read(started)
		if err != nil {
			return err
		}
		if err := existingLake(s, "detect"); err != nil {
			return err
		}
		judge, err := judging.load(s)
		if err != nil {
			return err
		}
		out, err := output.begin(a, s, judge, started)
		if err != nil {
			return err
		}
		return profiled(common.profile, func() error {
			return a.withLake(c.Context(), s, func(ctx context.Context, l *lake.Lake) error {
				return a.judge(ctx, l, s, judge, out, noInput())
			})
		})
	}
	return c
}
