package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"resetproof/detect/identity"
	"resetproof/ingest/event"
	"resetproof/ingest/lake"
	"resetproof/rules"
)

// What init writes beside the config.
const (
	draftRoster = "identities.csv"
	draftPolicy = "policy.yaml"
)

// policyDraft extends baseline and holds, as comments, what is most often
// changed.
//
//go:embed init_policy.yaml
var policyDraft []byte

func initCommand(a *app) *cobra.Command {
	var flags inputFlags
	c := &cobra.Command{
		Use:   "init [SOURCE…]",
		Short: "Write a config, a draft roster and a policy from the logs you have",
		Long: `init reads the sources (the working directory without one) and writes three files into the
working directory: ` + defaultConfig + ` names the logs it recognised, ` + draftRoster + ` lists every
identity they name, one row each, and ` + draftPolicy + ` extends the baseline. Each says in itself
what to fill in. scan takes them as they are. init never overwrites a file.

Exit code: 0 written; 2 a file is in the way, nothing was written; 3 some input was not
recognised or could not be read.`,
		Example: `  resetproof init logs/
  resetproof init exports/okta exports/dc01.xml`,
		Args: arguments(cobra.ArbitraryArgs),
	}
	flags.registerFormats(c.Flags())
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := inTheWay(defaultConfig, draftRoster, draftPolicy); err != nil {
			return err
		}
		if len(args) == 0 {
			args = []string{"."}
		}
		if slices.Contains(args, "-") {
			return usagef("give files or folders: the config has to name them", "init cannot read standard input")
		}
		common := commonFlags{memory: defaultMemory, jobs: 1}
		flags.maxMalformed = defaultMaxMalformed
		s, err := common.read(time.Now())
		if err != nil {
			return err
		}
		opt, err := flags.options(s, args)
		if err != nil {
			return err
		}
		opt.Exclude = append(opt.Exclude, defaultOut, defaultOut+".*")
		return a.withLake(c.Context(), s, func(ctx context.Context, l *lake.Lake) error {
			result, err := a.ingest(ctx, l, opt)
			if err != nil {
				return err
			}
			found := sourcesFound(args, result)
			if len(found) == 0 {
				return &failure{exitIncomplete, errors.New("no log was recognised, nothing was written"), "resetproof sources list names the formats"}
			}
			people, err := identitiesSeen(ctx, l)
			if err != nil {
				return err
			}
			if err := writeDrafts(found, people, result.Unrecognised); err != nil {
				return err
			}
			if result.Incomplete() {
				a.code = exitIncomplete
			}
			return a.sayDrafted(found, people)
		})
	}
	return c
}

// inTheWay refuses to go on where a file is there already; it names all that are.
func inTheWay(names ...string) error {
	var there []string
	for _, name := range names {
		if _, err := os.Lstat(name); err == nil {
			there = append(there, name)
		}
	}
	if len(there) == 0 {
		return nil
	}
	return usagef("move what is there aside, or run init in another folder", "%s: there already; init never overwrites", strings.Join(there, ", "))
}

// writeDrafts writes the three files and reads them back as scan would. If it
// fails none of them stays.
func writeDrafts(found []sourceFound, people *seen, unread []event.Unrecognised) (err error) {
	var written []string
	defer func() {
		if err == nil {
			return
		}
		for _, name := range written {
			err = errors.Join(err, os.Remove(name))
		}
	}()
	for _, draft := range []struct {
		name string
		text []byte
	}{{defaultConfig, configDraft(found, people, unread)}, {draftRoster, people.csv()}, {draftPolicy, policyDraft}} {
		f, err := os.OpenFile(draft.name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
		if err != nil {
			return fmt.Errorf("writing the drafts: %w", err)
		}
		written = append(written, draft.name)
		_, err = f.Write(draft.text)
		if err = errors.Join(err, f.Close()); err != nil {
			return fmt.Errorf("writing the drafts: %w", err)
		}
	}
	return readBack()
}

// readBack makes sure that scan takes the drafts as they are.
func readBack() error {
	c, err := readConfig(defaultConfig)
	if err == nil {
		_, err = identity.Load(identity.Paths{Identities: c.Identities})
	}
	if err == nil {
		_, err = rules.LoadPolicy(c.Policy)
	}
	if err != nil {
		return fmt.Errorf("the drafts cannot be read back: %w", err)
	}
	return nil
}

// sayDrafted says what was written and what to do with it.
func (a *app) sayDrafted(found []sourceFound, people *seen) error {
	var names []string
	for _, f := range found {
		names = append(names, printable(f.name))
	}
	alike := 0
	for _, d := range people.rows {
		if len(d.alike) > 0 {
			alike++
		}
	}
	line := func(n int, one, many string) string {
		if n == 1 {
			return "1 " + one
		}
		return fmt.Sprintf("%d %s", n, many)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%-15s  %s: %s\n", defaultConfig, line(len(found), "source", "sources"), strings.Join(names, ", "))
	fmt.Fprintf(&b, "%-15s  %s, %d with a look-alike (column possible_alias)\n", draftRoster, line(len(people.rows), "identity", "identities"), alike)
	if people.computers > 0 {
		fmt.Fprintf(&b, "%-15s  left out: %s; one in a roster would count as a user\n", "", line(people.computers, "computer's account", "computers' accounts"))
	}
	if people.left > 0 {
		fmt.Fprintf(&b, "%-15s  left out: %s that a spreadsheet could take for a formula, or that belonged to several\n", "", line(people.left, "account", "accounts"))
	}
	fmt.Fprintf(&b, "%-15s  extends baseline\n\n", draftPolicy)
	b.WriteString(`next
  resetproof scan    judge by these files, as they are
  ` + draftRoster + `     put the accounts of one person into one row, delete the others; fill kind, tier,
                     roles (manager, service-desk-lead …) and manager; empty possible_alias once settled
  ` + defaultConfig + `    check zones and intervals; name the ticket system and the other logs you have
  ` + draftPolicy + `        take the # away from what differs in your organisation
`)
	_, err := fmt.Fprint(a.out, b.String())
	return err
}
