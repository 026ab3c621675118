package report

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"slices"

	"resetproof/detect/judge"
)

//go:embed page/*.html
var pageFiles embed.FS

//go:embed page/page.css
var pageStyle string

//go:embed page/page.js
var pageScript string

var pageTemplate = template.Must(template.ParseFS(pageFiles, "page/*.html"))

// What one page holds at most, so that a browser can open it: the gravest cases
// come first, the rest stands in the jsonl files and is said to.
const (
	maxPageEntries = 20_000 // cases, and findings that are about no single case
	maxPageBytes   = 128 << 20
)

// page writes report.html: what a reader without script needs, then one line of
// JSON for each case with its findings, then the script that draws them. The
// lines are read back one by one.
func (w *Writer) page(out io.Writer, c coverageFile, run Run) error {
	entries, shown := w.entries()
	head, err := w.pageHead(c, run)
	if err != nil {
		return err
	}
	head.CSP = fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'",
		hashSource(pageStyle), hashSource(pageScript))
	head.Style = template.CSS(pageStyle)
	if shown < len(entries) {
		head.Omitted = fmt.Sprintf("This page holds the gravest %d of %d cases and findings outside cases; the others stand in cases.jsonl and findings.jsonl.", shown, len(entries))
	}
	if err := pageTemplate.ExecuteTemplate(out, "page", head); err != nil {
		return fmt.Errorf("filling in the page: %w", err)
	}
	titles := map[string]string{}
	for _, check := range w.options.Checks {
		titles[check.ID] = check.Title
	}
	for _, check := range w.summary.Checks {
		titles[check.ID] = check.Title
	}
	text, err := json.Marshal(titles) // sorted by key, < > & escaped
	if err != nil {
		return fmt.Errorf("writing the titles of checks: %w", err)
	}
	fmt.Fprintf(out, "<script type=\"application/json\" id=\"titles\">%s</script>\n<script type=\"application/json\" id=\"entries\">\n", text)
	for _, e := range entries[:shown] {
		if err := w.entry(out, e); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(out, "</script>\n<script>%s</script>\n</body>\n</html>\n", pageScript)
	return err
}

// hashSource is the value by which the page's policy admits one inline text
// (CSP Level 3, section 2.3.1).
func hashSource(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// entry is one case with its findings, or findings that belong to no case.
type entry struct {
	record   *line // of the case, nil for none
	findings []line
	rank     int // gravest finding of its own that is not met, -1 for none
}

// entries joins findings to their cases, gravest first, then by time and id,
// and tells how many of them the page shows. A finding whose case was not
// written stands alone.
func (w *Writer) entries() (all []entry, shown int) {
	place := make(map[[16]byte]int, len(w.cases.lines))
	for i := range w.cases.lines {
		place[w.cases.lines[i].id] = i
		all = append(all, entry{record: &w.cases.lines[i], rank: -1})
	}
	for _, f := range w.findings.lines {
		rank := int(f.rank)
		if f.minor || w.findings.design[f.offset] { // design: told once, above all cases
			rank = -1
		}
		at, ok := place[f.about]
		if !ok {
			all = append(all, entry{findings: []line{f}, rank: rank})
			continue
		}
		all[at].findings = append(all[at].findings, f)
		all[at].rank = max(all[at].rank, rank)
	}
	// Stable, since cases and findings were sorted before.
	slices.SortStableFunc(all, func(a, b entry) int { return b.rank - a.rank })
	var size int64
	for shown < min(len(all), maxPageEntries) && size < maxPageBytes {
		if all[shown].record != nil {
			size += int64(all[shown].record.length)
		}
		for _, f := range all[shown].findings {
			size += int64(f.length)
		}
		shown++
	}
	return all, shown
}

// entry writes one line of the page's data. HTML's own characters are escaped,
// so that no text can end the script element.
func (w *Writer) entry(out io.Writer, e entry) error {
	var b bytes.Buffer
	b.WriteString(`{"case":`)
	if e.record == nil {
		b.WriteString(`null,"links":[]`)
	} else {
		text, err := w.cases.read(*e.record)
		if err != nil {
			return err
		}
		var c judge.CaseRecord
		if err := json.Unmarshal(text, &c); err != nil {
			return fmt.Errorf("reading back a case: %w", err)
		}
		links, err := json.Marshal(chainOf(&c, w.links))
		if err != nil {
			return fmt.Errorf("writing the links of a case: %w", err)
		}
		json.HTMLEscape(&b, bytes.TrimSpace(text))
		b.WriteString(`,"links":`)
		b.Write(links)
	}
	b.WriteString(`,"findings":[`)
	// The gravest first: a reader starts at the top.
	slices.SortStableFunc(e.findings, func(a, b line) int { return int(b.rank) - int(a.rank) })
	for i, f := range e.findings {
		text, err := w.findings.read(f)
		if err != nil {
			return err
		}
		if i > 0 {
			b.WriteByte(',')
		}
		json.HTMLEscape(&b, bytes.TrimSpace(text))
	}
	b.WriteString("]}\n")
	_, err := out.Write(b.Bytes())
	return err
}
