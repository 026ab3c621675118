package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"resetproof/report"
)

func reportCommand(a *app) *cobra.Command {
	var common commonFlags
	var judging judgeFlags
	var flags outputFlags
	var draft string
	c := &cobra.Command{
		Use:   "report",
		Short: "Write report.html and the summary anew from a report's own files",
		Long: `report reads findings.jsonl, cases.jsonl, coverage.json and run.json of an earlier run
and writes report.html and the summary anew. It judges nothing. With --draft-baseline it
writes that draft alone.`,
		Example: `  resetproof report
  resetproof report --out report --summary summary.txt
  resetproof report --draft-baseline accepted.yaml`,
		Args: arguments(cobra.NoArgs),
	}
	flags.registerOut(c.Flags())
	judging.registerRules(c.Flags())
	c.Flags().StringVar(&common.config, "config", "", "read this config `FILE` (default resetproof.yaml, if it is there)")
	c.Flags().StringVar(&draft, "draft-baseline", "", "instead write into this new `FILE` an entry for each finding, to be filled in and given to --baseline")
	common.memory, common.jobs = defaultMemory, 1
	c.RunE = func(*cobra.Command, []string) error {
		s, err := common.read(time.Now())
		if err != nil {
			return err
		}
		dir := outDir(flags.out, s)
		if draft != "" {
			if flags.summary != "" {
				return usagef("run report once more without --draft-baseline", "--summary: with --draft-baseline only the draft is written")
			}
			return writeDraft(a, dir, draft)
		}
		checks, err := loadChecks(judging.ruleDirs)
		if err != nil {
			return err
		}
		frameworks, err := loadFrameworks(checks, judging.frameworkDirs)
		if err != nil {
			return err
		}
		rendered, err := report.Rerender(dir, report.Options{Checks: checks, Frameworks: frameworks})
		if err != nil {
			return usage(err, reportHint(dir))
		}
		return printSummary(a, flags.summary, func(w *bytes.Buffer, style report.Style) error {
			return rendered.Print(w, style, filepath.Join(dir, report.PageFile))
		})
	}
	return c
}

func reportHint(dir string) string { return "resetproof scan --out " + dir + " makes one" }

// writeDraft writes a draft of accepted findings and leaves the report as it is.
func writeDraft(a *app, dir, draft string) error {
	if _, err := os.Stat(filepath.Join(dir, report.FindingsFile)); err != nil {
		return usage(fmt.Errorf("reading the report: %w", err), reportHint(dir))
	}
	n, known, err := report.CreateDraft(dir, draft)
	if errors.Is(err, fs.ErrExist) {
		return usagef("give another name, or move it away", "--draft-baseline: %s is there already", draft)
	}
	if err != nil {
		return fmt.Errorf("--draft-baseline: %w", err)
	}
	if n > 0 || known == 0 {
		a.log.note("%s: %d drafted; fill in reason and accepted_by of what is accepted", draft, n)
	} else {
		a.log.note("%s: nothing drafted", draft)
	}
	if known > 0 {
		a.log.note("%d left out, known to the baseline of that run; a run without --baseline has them drafted, too", known)
	}
	return nil
}
