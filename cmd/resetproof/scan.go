package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"resetproof/ingest"
	"resetproof/ingest/event"
	"resetproof/ingest/lake"
)

func scanCommand(a *app) *cobra.Command {
	var common commonFlags
	var input inputFlags
	var judging judgeFlags
	var output outputFlags
	c := &cobra.Command{
		Use:   "scan [SOURCE…]",
		Short: "Read logs, judge every reset in them, write the report",
		Long: `scan is the main job: it reads the sources, judges every reset and writes the report.
A SOURCE is a file, a folder (walked), - for standard input, or a name from the config;
without one all sources of the config are read. Formats are told from the content;
gzip, zstd and zip are read as they are.

Exit code: 0 nothing at or above --fail-on; 1 findings; 2 usage, policy or config;
3 incomplete input (the report is still written); 4 could not finish.`,
		Example: `  resetproof scan logs/
  resetproof scan --config resetproof.yaml --period 2026-01-01/2026-04-01
  resetproof scan --identities people.csv --policy strict okta.jsonl.gz dc01.xml
  zcat okta.jsonl.gz | resetproof scan - --fail-on critical`,
		Args: arguments(cobra.ArbitraryArgs),
	}
	common.register(c.Flags())
	input.register(c.Flags())
	judging.register(c.Flags())
	output.register(c.Flags())
	c.RunE = func(c *cobra.Command, args []string) error {
		started := time.Now()
		s, err := common.read(started)
		if err != nil {
			return err
		}
		read, err := input.options(s, args)
		if err != nil {
			return err
		}
		s.given = args
		judge, err := judging.load(s)
		if err != nil {
			return err
		}
		out, err := output.begin(a, s, judge, started)
		if err != nil {
			return err
		}
		read.Exclude = append(read.Exclude, judging.own()...)
		read.Exclude = append(read.Exclude, out.dir, out.dir+".*", out.summary, common.profile)
		return profiled(common.profile, func() error {
			return a.withLake(c.Context(), s, func(ctx context.Context, l *lake.Lake) error {
				result, err := a.ingest(ctx, l, read)
				if err != nil {
					return out.abandon(err)
				}
				return a.judge(ctx, l, s, judge, out, result)
			})
		})
	}
	return c
}

// ingest reads the sources into the lake and says what was wrong with them.
func (a *app) ingest(ctx context.Context, l *lake.Lake, opt ingest.Options) (ingest.Result, error) {
	progress := a.progress()
	defer progress.Close()
	opt.Lake, opt.Stdin = l, a.in
	opt.Progress = func(records int64) { progress.Stage("reading logs", records, 0) }
	result, err := ingest.Run(ctx, opt)
	if err != nil {
		return result, err
	}
	progress.Close()
	for _, problem := range result.Problems {
		a.log.warn("%s", problem)
	}
	if n := len(result.Known); n > 0 {
		a.log.note("%d of the files are in the lake already and were skipped", n)
	}
	return result, nil
}

// noInput is what a stage that reads no logs itself knows of them.
func noInput() ingest.Result { return ingest.Result{Unrecognised: []event.Unrecognised{}} }
