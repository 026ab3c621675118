package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"resetproof/cmd/resetproof/generate"
)

// generateCommand is for those who test resetproof, and hidden.
func generateCommand(a *app) *cobra.Command {
	var o generate.Options
	var list bool
	c := &cobra.Command{
		Use:    "generate DIR",
		Hidden: true,
		Short:  "Invent an organisation with planted violations, and the truth about it",
		Long: `generate writes an organisation that does not exist into DIR: logs in the vendors' own forms,
context files, resetproof.yaml, and truth.jsonl, which says of every reset what was
planted in it. The same flags give the same bytes.`,
		Example: `  resetproof generate org --seed 7
  resetproof generate org --check late-approval --each 20
  resetproof generate org --set "step-without-source/an organisation without any ticket log"
  resetproof generate org --signins 1000000
  resetproof generate --list
  resetproof scan --config org/resetproof.yaml --formats-dir org/formats`,
		Args: arguments(cobra.MaximumNArgs(1)),
	}
	f := c.Flags()
	plantFlags(f, &o, generate.Options{Seed: 1, Each: 1})
	f.StringVar(&o.Set, "set", "", "plant one defect of the whole set, `CHECK/WHAT`, among sound resets")
	f.IntVar(&o.Signins, "signins", 0, "further sign-ins of people whom nothing happens to")
	f.BoolVar(&list, "list", false, "list what can be planted, and write nothing")
	c.RunE = func(c *cobra.Command, args []string) error {
		if list {
			return listPlants(a.out)
		}
		if len(args) == 0 {
			return usagef("usage: "+c.UseLine(), "generate: which folder is to be written?")
		}
		o.Dir = args[0]
		s, err := generate.Write(o)
		if err != nil {
			return usage(fmt.Errorf("generate: %w", err), "")
		}
		_, err = fmt.Fprintf(a.out, "%d records about %d people, %d resets, %d of them with a violation\n", s.Records, s.People, s.Cases, s.Planted)
		return err
	}
	return c
}

// plantFlags are those that say what is planted, with their defaults.
func plantFlags(f *pflag.FlagSet, o *generate.Options, usual generate.Options) {
	f.Uint64Var(&o.Seed, "seed", usual.Seed, "what the (first) organisation is made from")
	f.StringVar(&o.Check, "check", "", "plant violations of this check only")
	f.StringVar(&o.Tier, "tier", "", "plant on this tier only")
	f.StringVar(&o.Class, "class", "", "plant on this class of resets only")
	f.StringVar(&o.Path, "path", "", "plant on this path only")
	f.StringVar(&o.System, "system", "", "plant in this system only")
	f.IntVar(&o.Each, "each", usual.Each, "how often each violation is planted on each tier")
	f.BoolVar(&o.Shuffled, "shuffled", usual.Shuffled, "write the records in no order")
	f.IntVar(&o.Duplicates, "duplicates", usual.Duplicates, "how many in a thousand records come twice")
}

func listPlants(out io.Writer) error {
	for _, part := range []struct {
		title string
		keys  []string
	}{{"in resets (--check)", generate.Plants()}, {"in whole sets (--set)", generate.Sets()}} {
		if _, err := fmt.Fprintln(out, part.title); err != nil {
			return err
		}
		for _, key := range part.keys {
			if _, err := fmt.Fprintln(out, "  "+key); err != nil {
				return err
			}
		}
	}
	return nil
}
