package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
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
and writes report.html and the summary anew. It judges nothing.`,
		Example: `  resetproof report
  resetproof report --out report --summary summary.txt
  resetproof report --draft-baseline accepted.yaml`,
		Args: arguments(cobra.NoArgs),
	}
	flags.registerOut(c.Flags())
	judging.registerRules(c.Flags())
	c.Flags().StringVar(&common.config, "config", "", "read this config `FILE` (default resetproof.yaml, if it is there)")
	c.Flags().StringVar(&draft, "draft-baseline", "", "also write into this new `FILE` an entry for each finding, to be filled in and given to --baseline")
	common.memory, common.jobs = defaultMemory, 1
	c.RunE = func(*cobra.Command, []string) error {
		s, err := common.read(time.Now())
		if err != nil {
			return err
		}
		checks, err := loadChecks(judging.ruleDirs)
		if err != nil {
			return err
		}
		frameworks, err := loadFrameworks(checks, judging.frameworkDirs)
		if err != nil {
			return err
		}
		dir := outDir(flags.out, s)
		rendered, err := report.Rerender(dir, report.Options{Checks: checks, Frameworks: frameworks})
		if err != nil {
			return usage(err, "resetproof scan --out "+dir+" makes one")
		}
		if draft != "" {
			n, err := report.CreateDraft(dir, draft)
			if errors.Is(err, fs.ErrExist) {
				return usagef("give another name, or move it away", "--draft-baseline: %s is there already", draft)
			}
			if err != nil {
				return fmt.Errorf("--draft-baseline: %w", err)
			}
			a.log.note("%s: %d drafted; fill in reason and accepted_by of what is accepted", draft, n)
		}
		return printSummary(a, flags.summary, func(w *bytes.Buffer, style report.Style) error {
			return rendered.Print(w, style, filepath.Join(dir, report.PageFile))
		})
	}
	return c
}
