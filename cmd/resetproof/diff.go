package main

import (
	"bytes"
	"time"

	"github.com/spf13/cobra"

	"resetproof/report"
)

func diffCommand(a *app) *cobra.Command {
	var common commonFlags
	var asJSON bool
	c := &cobra.Command{
		Use:   "diff RUN RUN",
		Short: "Say which findings are new, gone or changed between two runs",
		Long: `diff compares what two runs found. A RUN is a report folder, the findings.jsonl of one,
or a run stored in the lake: last, last~1 (the one before) or its id from run.json.
What is gone is resolved (met, or reviewed) or has lapsed (logs aged out, a source
stopped, the policy changed, or the waivers or another context file the check needs).

Exit code: 0 no finding differs; 1 some do; 2 usage.`,
		Example: `  resetproof diff last~1 last --lake lake
  resetproof diff march-report april-report
  resetproof diff baseline.jsonl resetproof-report --json`,
		Args: arguments(cobra.ExactArgs(2)),
	}
	c.Flags().StringVar(&common.config, "config", "", "read this config `FILE` (default resetproof.yaml, if it is there)")
	c.Flags().StringVar(&common.lake, "lake", "", "the lake's `DIR`, for runs stored in it")
	c.Flags().BoolVar(&asJSON, "json", false, "write each difference as a line of JSON, in the form of changes.jsonl")
	common.memory, common.jobs = defaultMemory, 1
	c.RunE = func(_ *cobra.Command, args []string) error {
		s, err := common.read(time.Now())
		if err != nil {
			return err
		}
		var runs [2]*report.Earlier
		for i, name := range args {
			if runs[i], err = earlierRun(name, s.lakeDir); err != nil {
				return err
			}
		}
		d, err := report.NewDiff(runs[0], runs[1])
		if report.IsNoFinding(err) {
			return usage(err, "a run is a report folder, its findings.jsonl, or a run stored in the lake")
		}
		if err != nil {
			return err
		}
		if d.Differs() {
			a.code = exitFindings
		}
		if asJSON {
			return d.WriteLines(a.out)
		}
		return printSummary(a, "", func(w *bytes.Buffer, style report.Style) error { return d.Print(w, style) })
	}
	return c
}
