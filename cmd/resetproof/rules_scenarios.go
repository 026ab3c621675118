package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"resetproof/detect"
	"resetproof/rules"
)

func rulesTestCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "test [DIR…]",
		Short: "Run the scenarios of all checks, and of those in DIR",
		Long: `test runs every scenario that stands in a check's file and compares the verdict with
the expected one. It prints a line for each that differs, and exits with 1 if one does.`,
		Example: `  resetproof rules test
  resetproof rules test my-checks/`,
		Args: arguments(cobra.ArbitraryArgs),
		RunE: func(c *cobra.Command, dirs []string) error {
			checks, err := loadChecks(dirs)
			if err != nil {
				return err
			}
			results, err := detect.Scenarios(c.Context(), checks, rules.LoadPolicy)
			if err != nil {
				return err
			}
			failed, err := scenarioFailures(a.out, results)
			if err != nil {
				return err
			}
			if failed > 0 {
				a.code = exitFindings
			}
			_, err = fmt.Fprintf(a.out, "%d checks, %d scenarios, %d failed\n", len(checks), len(results), failed)
			return err
		},
	}
}

// scenarioFailures writes a line for each scenario that did not come out as
// its file says, and counts them.
func scenarioFailures(w io.Writer, results []detect.ScenarioResult) (failed int, err error) {
	for _, r := range results {
		if r.Passed {
			continue
		}
		failed++
		want, got := r.Want, r.Got
		if want == got {
			want, got = r.WantMessage, r.GotMessage
		}
		if _, err := fmt.Fprintf(w, "%s:%d: %s: expected %q, got %q\n", r.File, r.Line, r.Scenario, want, got); err != nil {
			return failed, err
		}
	}
	return failed, nil
}
