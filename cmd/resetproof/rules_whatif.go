package main

import (
	"cmp"
	"context"
	"os"
	"time"

	"github.com/spf13/cobra"

	"resetproof/detect"
	"resetproof/ingest/event"
	"resetproof/ingest/lake"
	"resetproof/report"
	"resetproof/rules"
)

func rulesWhatIfCommand(a *app) *cobra.Command {
	var common commonFlags
	var input inputFlags
	var flags judgeFlags
	c := &cobra.Command{
		Use:   "whatif --policy NEW [--lake DIR | SOURCE…]",
		Short: "Tell what would have failed under another policy",
		Long: `whatif judges the resets of a lake, or of the sources, twice: by the policy in force (that of
the config, else baseline), and by NEW as if it had been in force all the time (of several
versions, the last). It shows what changes: findings by check and tier, who is hit, and how much
longer resets would have waited, estimated from the times on record. It writes nothing.

Exit code: 0, whatever is found; 3 if some input was not taken in.`,
		Example: `  resetproof rules whatif --policy draft.yaml --lake lake
  resetproof rules whatif --policy baseline+pci logs/ --identities people.csv
  resetproof rules whatif --policy strict --period 2026-01-01/2026-04-01`,
		Args: arguments(cobra.ArbitraryArgs),
	}
	common.register(c.Flags())
	input.register(c.Flags())
	flags.register(c.Flags())
	c.RunE = func(c *cobra.Command, args []string) error {
		s, err := common.read(time.Now())
		if err != nil {
			return err
		}
		if flags.policy == "" {
			return usagef("resetproof rules whatif --policy draft.yaml", "whatif needs --policy, the one to try")
		}
		if common.lake != "" && len(args) > 0 {
			return usagef("name one or the other", "whatif reads either a lake or sources")
		}
		fresh := len(args) > 0 || s.lakeDir == "" // logs are read into a lake that is thrown away
		read, err := input.options(s, args)
		switch {
		case fresh && err != nil:
			return err
		case fresh:
			s.lakeDir = ""
			read.Exclude = append(read.Exclude, flags.own()...)
		default:
			if err := existingLake(s, "whatif"); err != nil {
				return err
			}
		}
		old, tried, err := flags.both(s)
		if err != nil {
			return err
		}
		return profiled(common.profile, func() error {
			return a.withLake(c.Context(), s, func(ctx context.Context, l *lake.Lake) error {
				if fresh {
					result, err := a.ingest(ctx, l, read)
					if err != nil {
						return err
					}
					if result.Incomplete() {
						a.code = exitIncomplete
					}
				}
				return a.whatIf(ctx, l, s, old, tried)
			})
		})
	}
	return c
}

// both loads what the judge goes by under the policy in force, and under the
// new one as if it had always been in force.
func (f *judgeFlags) both(s settings) (old, tried *judging, err error) {
	inForce := *f
	inForce.policy = ""
	if old, err = inForce.load(s); err != nil {
		return nil, nil, err
	}
	set, err := rules.LoadPolicy(f.policy)
	if err != nil {
		return nil, nil, usage(err, "")
	}
	another := *old
	another.policy, another.Policies = f.policy, set.Last()
	if err := detect.Check(another.Options); err != nil {
		return nil, nil, usage(err, "")
	}
	return old, &another, nil
}

// whatIf runs detection under both policies and prints how they compare.
func (a *app) whatIf(ctx context.Context, l *lake.Lake, s settings, old, tried *judging) error {
	w := report.NewWhatIf()
	head := report.WhatIfHead{Now: s.now}
	progress := a.progress()
	defer progress.Close()
	for _, side := range []struct {
		by   *judging
		sink detect.Sink
	}{{old, w.Before()}, {tried, w.After()}} {
		opt := side.by.Options
		opt.Lake, opt.Progress = events{l}, progress.Stage
		opt.Sorter = func() (detect.Sorter, error) { return lake.NewSorter(os.TempDir(), s.memory/sorterShare) }
		found, err := detect.Run(ctx, opt, side.sink)
		if err == nil && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		if err != nil {
			return mistaken(err)
		}
		head.Period, head.Faults = reached(found), found.Faults
	}
	progress.Close()
	from, to := old.Policies.At(s.now), tried.Policies.At(s.now)
	head.Old, head.New = from.Name+" "+from.Version, to.Name+" "+to.Version
	if len(old.Policies.Versions) > 1 {
		head.Old += " and the versions before it"
	}
	head.Changes, head.Others = rules.Changes(from, to), rules.OtherChanges(from, to)
	return w.Print(a.out, report.StyleOf(a.out, os.Getenv("NO_COLOR") != ""), head)
}

// reached is the first and last day on which a feed holds records.
func reached(r detect.Result) string {
	var first, last int64
	for _, f := range r.Feeds {
		if f.First != 0 && (first == 0 || f.First < first) {
			first = f.First
		}
		last = max(last, f.Last)
	}
	if cmp.Or(first, last) == 0 {
		return ""
	}
	return event.When(first).Format(time.DateOnly) + " to " + event.When(last).Format(time.DateOnly)
}
