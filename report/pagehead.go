package report

import (
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"
	"time"

	"resetproof/detect/judge"
	"resetproof/rules"
)

// pageHead is what the template of report.html is filled with.
type pageHead struct {
	CSP, Period, Tool, Statement, Omitted string
	Style                                 template.CSS
	Facts                                 []fact
	Look                                  []lookRow
	Containment                           containment
	Assurance                             assurance
	Checks                                []checkRow
	Judged                                []judgedRow
	Frameworks                            []frameworkRow
	Roles                                 []grid
	Waivers                               []waiverRow
	Paths                                 []string
	Unsaid                                string
	Add                                   []string
	Links                                 []string
	Evidence                              []evidenceRow
	Feeds                                 []feedRow
	LeftOut, WhoIsWho                     []itemList
	Hashes                                []fact
	Hides                                 bool // there is a baseline
}

type fact struct{ Name, Value string }

type lookRow struct{ Severity, Case, When, Message string }

type checkRow struct {
	Severity, ID, Title     string
	Count, Excepted, Design int
	Hidden                  int    // by the baseline
	Mixed                   string // the counts by severity, where they are of several
	Quiet                   bool   // none of its findings is both not met and shown
	W                       float64
}

// judgedRow is how one check went over all cases, in the order of verdictOrder.
type judgedRow struct {
	ID, Title string
	Counts    []int
}

var verdictOrder = []judge.Verdict{judge.Met, judge.NotMet, judge.NotDue, judge.Excepted, judge.NotAssessable, judge.NotApplicable}

// frameworkRow is one framework of the findings by control. Titled is false
// where its licence forbids to repeat what its controls say.
type frameworkRow struct {
	Title, Source, Licence, Size string
	Titled                       bool
	Controls                     []controlRow
}

type controlRow struct {
	Key, ID, Title string
	Count          int
	Checks         []controlCheck
}

// controlCheck is a check that speaks of a control, sure or only by a link that
// a person should confirm.
type controlCheck struct {
	ID      string
	Confirm bool
}

type itemList struct {
	Title string
	Items []string
}

// maxShownText cuts what the page's head shows of one text from a log.
const maxShownText = 300

func (w *Writer) pageHead(c coverageFile, run Run) (head pageHead, err error) {
	s := w.summary
	about := s.head(run, c)
	head = pageHead{
		Period: about[0], Tool: "version " + run.Tool.Version,
		Statement: s.statement(),
		Paths:     slices.Sorted(maps.Keys(s.ByPath)),
	}
	var records int64
	for _, f := range c.Feeds {
		records += f.Records
	}
	head.Facts = []fact{
		{"Period", about[0]},
		{"Judged as of", run.Now.Format("2006-01-02 15:04 MST")},
		{"Policy", strings.Join(s.Policies, ", ")},
		{"Read", fmt.Sprintf("%s from %s", plural(int(records), "record"), plural(len(c.Feeds), "feed"))},
		{"Resets", fmt.Sprint(s.Cases)},
		{"Findings", fmt.Sprint(s.NotMet())},
		{"Covered by a waiver", fmt.Sprint(s.Excepted)},
	}
	if h := s.Held; h != nil {
		head.Hides = true
		head.Facts = append(head.Facts,
			fact{"Hidden by the baseline", fmt.Sprintf("%d, known to %s", s.Hidden(), visible(h.Given, maxShownText))},
			fact{"Gone since the baseline", fmt.Sprintf("%d resolved, %d lapsed", h.Resolved, h.Lapsed)})
	}
	head.Facts = slices.DeleteFunc(head.Facts, func(f fact) bool { return f.Value == "" })
	if head.Containment, err = w.containment(); err != nil {
		return head, err
	}
	if head.Assurance, err = w.assurance(c); err != nil {
		return head, err
	}
	for _, l := range s.Look {
		head.Look = append(head.Look, lookRow{l.Severity.String(), l.Case, minute(l.Time), visible(l.Message, maxShownText)})
	}
	most := 1
	for _, check := range s.Checks {
		most = max(most, check.Count)
	}
	for _, check := range s.Checks {
		row := checkRow{
			Severity: check.Severity.String(), ID: check.ID, Title: visible(check.Title, maxShownText),
			Count: check.Count, Excepted: check.Excepted, Design: check.Design, Hidden: check.Hidden,
			Quiet: check.open() == 0, W: width(check.Count, most),
		}
		if parts := bySeverity(check.BySeverity); len(parts) > 1 {
			row.Mixed = strings.Join(parts, ", ")
		}
		head.Checks = append(head.Checks, row)
	}
	head.Judged = w.judgedRows()
	head.Roles = grids(w.tallies.roles.matrix(), w.tallies.roles.alone())
	head.Frameworks = w.frameworkRows()
	head.Waivers = waiverRows(c)
	for _, l := range rules.Links() {
		head.Links = append(head.Links, l.Name)
	}
	head.Unsaid, head.Add = unsaid(s.First)
	head.Evidence = evidenceMap(c, rules.Links())
	head.Feeds = feedRows(c)
	head.LeftOut, head.WhoIsWho = leftOut(c), conflictLists(c)
	for _, name := range slices.Sorted(maps.Keys(run.Hashes)) {
		if sum := run.Hashes[name]; sum != nil {
			head.Hashes = append(head.Hashes, fact{name, *sum})
		}
	}
	return head, nil
}

// judgedRows lists the checks that were judged on cases, by id.
func (w *Writer) judgedRows() []judgedRow {
	var rows []judgedRow
	for _, id := range slices.Sorted(maps.Keys(w.summary.judged)) {
		row := judgedRow{ID: id}
		if c := w.checks[id]; c != nil {
			row.Title = c.Title
		}
		for _, v := range verdictOrder {
			row.Counts = append(row.Counts, w.summary.judged[id][v])
		}
		rows = append(rows, row)
	}
	return rows
}

// statement is the verdict of the whole run in a sentence or two.
func (s Summary) statement() string {
	if s.Cases == 0 {
		return "These records hold no credential reset."
	}
	proven, broken := s.ByCustody[judge.Proven], s.ByCustody[judge.Broken]
	text := fmt.Sprintf("Of %s, the chain of custody is proven from request to close for %d and broken for %d", plural(s.Cases, "credential reset"), proven, broken)
	if n := s.ByCustody[judge.Partial]; n > 0 {
		text += fmt.Sprintf("; for %d it could be assessed only in part", n)
	}
	if n := s.ByCustody[judge.Pending]; n > 0 {
		text += fmt.Sprintf("; for %d some steps are not due yet", n)
	}
	text += "."
	if n := s.AtOrAbove(rules.High); n > 0 {
		text += fmt.Sprintf(" %s high or critical.", are(n, "finding"))
	}
	return text
}

func are(n int, what string) string {
	if n == 1 {
		return "1 " + what + " is"
	}
	return plural(n, what) + " are"
}

// frameworkRows lists the controls with findings, in the frameworks' own order.
// Ids that no loaded framework knows come last, without a title.
func (w *Writer) frameworkRows() []frameworkRow {
	var rows []frameworkRow
	known := map[string]bool{}
	for _, f := range w.options.Frameworks {
		known[f.ID] = true
		row := frameworkRow{Title: f.Title, Source: f.Source, Licence: f.Licence}
		listed := map[string]bool{}
		for _, c := range f.Controls {
			listed[c.ID] = true
			row.add(f.ID, c, w.summary.controls[f.ID][c.ID])
		}
		row.addRest(f.ID, w.summary.controls[f.ID], listed)
		rows = row.appendTo(rows)
	}
	for _, id := range slices.Sorted(maps.Keys(w.summary.controls)) {
		if !known[id] {
			row := frameworkRow{Title: id}
			row.addRest(id, w.summary.controls[id], nil)
			rows = row.appendTo(rows)
		}
	}
	return rows
}

func (r *frameworkRow) add(framework string, c rules.Control, n *controlCount) {
	if n == nil {
		return
	}
	row := controlRow{Key: framework + "/" + c.ID, ID: c.ID, Title: c.Title, Count: n.Count}
	for _, check := range slices.Sorted(maps.Keys(n.checks)) {
		row.Checks = append(row.Checks, controlCheck{check, slices.Contains(c.Verify, check)})
	}
	r.Titled = r.Titled || c.Title != ""
	r.Controls = append(r.Controls, row)
}

func (r *frameworkRow) addRest(framework string, controls map[string]*controlCount, listed map[string]bool) {
	for _, id := range slices.Sorted(maps.Keys(controls)) {
		if !listed[id] {
			r.add(framework, rules.Control{ID: id}, controls[id])
		}
	}
}

// appendTo leaves out a framework of which no finding speaks.
func (r frameworkRow) appendTo(rows []frameworkRow) []frameworkRow {
	if len(r.Controls) == 0 {
		return rows
	}
	r.Size = plural(len(r.Controls), "control")
	return append(rows, r)
}

// leftOut lists what the run could not use, each kind under its own heading, and
// what it tested over all resets.
func leftOut(c coverageFile) []itemList {
	var lists []itemList
	add := func(title string, items []string) {
		if len(items) > 0 {
			lists = append(lists, itemList{title, items})
		}
	}
	unrecognised := []string{}
	for _, u := range c.Unrecognised {
		unrecognised = append(unrecognised, visible(u.URI, maxShownText)+": "+visible(u.Reason, maxShownText))
	}
	add("Inputs that were not recognised", unrecognised)
	add("Looked like a reset and is none", countItems(c.NotCases))
	add("Not read or not judged", shownTexts(c.LeftOut))
	add("Tested over all resets", shownTexts(c.Surveyed))
	add("Checks that could not be evaluated and count as not assessable", shownTexts(c.EvaluationErrors))
	if c.UnknownAccounts > 0 {
		add("Accounts", []string{plural(int(c.UnknownAccounts), "account") + " in no roster"})
	}
	return lists
}

func shownTexts(texts []string) []string {
	shown := make([]string, 0, len(texts))
	for _, t := range texts {
		shown = append(shown, visible(t, maxShownText))
	}
	return shown
}

func countItems(of map[string]int64) []string {
	items := []string{}
	for _, name := range slices.Sorted(maps.Keys(of)) {
		items = append(items, fmt.Sprintf("%s: %d", visible(name, maxShownText), of[name]))
	}
	return items
}

// parseWritten reads a time that this package wrote, zero for none.
func parseWritten(s *string) time.Time {
	if s == nil {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339Nano, *s)
	if err != nil {
		return time.Time{}
	}
	return t
}
