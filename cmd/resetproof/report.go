package main

import (
	"bytes"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"resetproof/report"
)

func reportCommand(a *app) *cobra.Command {
	var common commonFlags
	var judging judgeFlags
	var flags outputFlags
	c := &cobra.Command{
		Use:   "report",
		Short: "Write report.html and the summary anew from a report's own files",
		Long: `report reads findings.jsonl, cases.jsonl, coverage.json and run.json of an earlier run
and writes report.html and the summary anew. It judges nothing.`,
		Example: `  resetproof report
  resetproof report --out report --summary summary.txt`,
		Args: arguments(cobra.NoArgs),
	}
	flags.registerOut(c.Flags())
	judging.registerRules(c.Flags())
	c.Flags().StringVar(&common.config, "config", "", "read this config `FILE` (default resetproof.yaml, if it is there)")
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
		return printSummary(a, flags.summary, func(w *bytes.Buffer, style report.Style) error {
			return rendered.Print(w, style, filepath.Join(dir, report.PageFile))
		})
	}
	return c
}
