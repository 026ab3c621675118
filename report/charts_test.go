package report

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"resetproof/detect/judge"
	"resetproof/rules"
)

// tallied gives n cases of a path, a day apart, each so long after its request.
func tallied(t *tallies, path string, n int, took time.Duration) {
	at := time.Date(2026, 1, 7, 9, 0, 0, 0, time.UTC) // a Wednesday
	for i := range n {
		done := at.AddDate(0, 0, i)
		t.addCase(&judge.CaseRecord{
			Time: done.Format(time.RFC3339), Path: &path, Custody: judge.Proven,
			Steps: judge.Steps{Requested: []judge.StepRecord{
				{Time: done.Add(time.Hour).Format(time.RFC3339)}, // a second request, after the reset
				{Time: done.Add(-took - time.Duration(i)*time.Minute).Format(time.RFC3339)},
			}},
		})
	}
}

func TestChartsSayWhatTheCasesSay(t *testing.T) {
	tally := newTallies()
	tallied(tally, "assisted", 20, 10*time.Minute)
	tallied(tally, "self-service", 3, 30*time.Second)
	all, err := tally.charts()
	check(t, err)
	if len(all) != 2 {
		t.Fatalf("%d charts, want resets per week and time to recover; without findings there is nothing to draw of them", len(all))
	}
	want := [][]string{{"2026-01-05", "5", "3"}, {"2026-01-12", "7", "0"}, {"2026-01-19", "7", "0"}, {"2026-01-26", "1", "0"}}
	if fmt.Sprint(all[0].Rows) != fmt.Sprint(want) {
		t.Errorf("resets per week are %v, want %v", all[0].Rows, want)
	}
	// 10 to 29 minutes: the 10th of 20 took 19, the 19th 28.
	want = [][]string{{"assisted", "20", "19 min 0 s", "28 min 0 s", "29 min 0 s"}, {"self-service", "3", "1 min 30 s", "2 min 30 s", "2 min 30 s"}}
	if fmt.Sprint(all[1].Rows) != fmt.Sprint(want) {
		t.Errorf("times to recover are %v, want %v", all[1].Rows, want)
	}
	for _, c := range all {
		if !regexp.MustCompile(`^<svg [^>]*role="img" aria-label="[^"]{20,}">`).MatchString(string(c.SVG)) {
			t.Errorf("%s has no text that stands for the drawing", c.Title)
		}
		if bad := regexp.MustCompile(` style=|#[0-9A-Fa-f]{6}|font-family|<\?xml|http`).FindString(string(c.SVG)); bad != "" {
			t.Errorf("%s holds %q, which the page's policy or its dark scheme forbids", c.Title, bad)
		}
	}
}

func TestChartsAreTheSameForCasesInAnyOrder(t *testing.T) {
	draw := func(backwards bool) string {
		tally, list := newTallies(), sampleCases()
		if backwards {
			slices.Reverse(list)
		}
		for _, c := range list {
			tally.addCase(c)
		}
		for _, f := range sampleFindings() {
			sev, _ := rules.ParseSeverity(f.Severity)
			tally.addFinding(f, sev)
		}
		all, err := tally.charts()
		check(t, err)
		return fmt.Sprint(all)
	}
	if draw(false) != draw(true) {
		t.Error("the order of cases changes a chart")
	}
}

func TestManyWeeksShareBars(t *testing.T) {
	of := map[time.Time]map[string]int{}
	start := weekOf(time.Date(2016, 3, 2, 0, 0, 0, 0, time.UTC))
	for i := range 500 {
		count(of, start.AddDate(0, 0, 7*i), "assisted")
	}
	c, err := weekly("Resets per week", of, pathSeries)
	check(t, err)
	if len(c.Rows) > maxBars || c.Rows[0][1] != "16" || c.Note != "Each bar is 16 weeks." {
		t.Errorf("500 weeks give %d bars, the first of %s: %s", len(c.Rows), c.Rows[0][1], c.Note)
	}
	if n := strings.Count(string(c.SVG), "<path"); n > 3*maxBars {
		t.Errorf("the drawing has %d parts", n)
	}
}

func TestFewTimesAreATableOnly(t *testing.T) {
	tally := newTallies()
	tallied(tally, "assisted", boxedFrom-1, time.Hour)
	c, err := tally.recoveryChart()
	check(t, err)
	if c.SVG != "" || len(c.Rows) != 1 {
		t.Errorf("%d times give a drawing of %d bytes and %d rows", boxedFrom-1, len(c.SVG), len(c.Rows))
	}
	tallied(tally, "emergency", 1, 0)
	c, err = tally.recoveryChart()
	check(t, err)
	for _, mark := range []string{">10 s<", ">8 h<"} { // the shortest is drawn as 10 s
		if !strings.Contains(string(c.SVG), mark) {
			t.Errorf("the axis does not name %s", mark)
		}
	}
}

func TestNoChartWithoutAnythingToSay(t *testing.T) {
	tally := newTallies()
	path := "assisted"
	tally.addCase(&judge.CaseRecord{Time: "2026-03-02T09:10:00Z", Path: &path})
	all, err := tally.charts()
	check(t, err)
	if len(all) != 0 {
		t.Errorf("%d charts of a single reset without a request", len(all))
	}
}

// A request after the reset is no time to recover.
func TestTimeToRecoverNeedsARequestBefore(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	asked := func(times ...string) *judge.CaseRecord {
		c := &judge.CaseRecord{}
		for _, s := range times {
			c.Steps.Requested = append(c.Steps.Requested, judge.StepRecord{Time: s})
		}
		return c
	}
	for _, c := range []struct {
		of   *judge.CaseRecord
		want string
	}{
		{asked("2026-03-02T08:30:00Z", "2026-03-02T08:50:00Z"), "30m0s true"},
		{asked("2026-03-02T09:00:00Z"), "0s true"},
		{asked("2026-03-02T09:00:01Z"), "0s false"},
		{asked(), "0s false"},
	} {
		if got := fmt.Sprint(toRecover(c.of, at)); got != c.want {
			t.Errorf("time to recover %v, want %s", got, c.want)
		}
	}
}

func TestRatesSayAllAndNoneOnlyWhereItIsSo(t *testing.T) {
	for _, c := range []struct {
		part, whole int
		want        string
	}{{0, 0, "–"}, {0, 9, "0 %"}, {1, 900, "< 1 %"}, {1, 2, "50 %"}, {899, 900, "> 99 %"}, {9, 9, "100 %"}} {
		if got := rate(c.part, c.whole); got != c.want {
			t.Errorf("%d of %d is %s, want %s", c.part, c.whole, got, c.want)
		}
	}
}
