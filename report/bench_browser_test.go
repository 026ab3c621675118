package report

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"resetproof/detect/judge"
	"resetproof/ingest/event"
)

// writeMany writes a report of many findings: copies of the sample's broken
// case with its findings, and of its proven one.
func writeMany(t testing.TB, out string, findings int) {
	t.Helper()
	w, err := New(out, sampleOptions())
	check(t, err)
	var broken []*judge.Finding
	for _, f := range sampleFindings() {
		if f.Case != nil && *f.Case == id("case-dana") {
			broken = append(broken, f)
		}
	}
	for i := 0; i*len(broken) < findings; i++ {
		at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * 40 * time.Minute).Format(time.RFC3339)
		for _, from := range sampleCases()[:2] {
			c := *from
			c.ID, c.CaseAliases, c.Time = event.Hash(from.ID, fmt.Sprint(i)).String(), nil, at
			c.Identity = fmt.Sprintf("%s-%05d", from.Identity, i)
			check(t, w.Case(&c))
			if from.ID != id("case-dana") {
				continue
			}
			for _, f := range broken {
				f := *f
				f.ID, f.Case, f.CaseAliases, f.Time, f.Identity = event.Hash(f.ID, c.ID).String(), &c.ID, nil, &at, &c.Identity
				check(t, w.Finding(&f))
			}
		}
	}
	_, err = w.Finish(sampleCoverage(), sampleRun())
	check(t, err)
}

// BenchmarkPageOf10000Findings measures what a reader waits for: from the start
// of loading until the list is drawn, and from a key to the filtered list.
func BenchmarkPageOf10000Findings(b *testing.B) {
	out := filepath.Join(b.TempDir(), "out")
	writeMany(b, out, 10_000)
	page, chromium := filepath.Join(out, PageFile), browser(b)
	var opened, searched, drawn float64
	for b.Loop() {
		t := newTab(b, chromium)
		t.open(page, "#cases")
		t.until(cardsShown + ` > 0`)
		drawn += ask[float64](t, `document.getElementsByTagName("*").length`)
		opened += ask[float64](t, `performance.getEntriesByType("navigation")[0].loadEventEnd`)
		// Changing a field waits 150 ms for further keys; a link does not.
		searched += ask[float64](t, `new Promise((done) => {
			const start = performance.now();
			addEventListener("hashchange", () => requestAnimationFrame(() => setTimeout(() => done(performance.now() - start))), { once: true });
			location.hash = "#text=p-dana-00777";
		})`)
		t.until(cardsShown + ` === 1`)
		t.clean()
	}
	b.ReportMetric(opened/float64(b.N), "ms-to-open")
	b.ReportMetric(searched/float64(b.N), "ms-to-filter")
	b.ReportMetric(drawn/float64(b.N), "elements")
}
