package report

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"resetproof/detect/judge"
	"resetproof/rules"
)

// Diff is what differs between two runs.
type Diff struct {
	older, newer *Earlier
	compared     *comparison
	inputs       string
	resets       [2]int // cases of the older and the newer one, -1 where not known

	counts    map[string]int // new, changed, resolved, lapsed
	newBy     [rules.Critical + 1]int
	again     map[string]int // new findings of checks that were unmet before
	unchanged int
	rows      map[string][]*Change // of each the gravest
}

// The words for differences beside resolved and lapsed.
const (
	changeNew     = "new"
	changeChanged = "changed"
)

// What the screen shows of each at most; the rest is counted.
var maxDiffRows = map[string]int{changeNew: 6, changeChanged: 3, "gone": 4}

// NewDiff compares two runs.
func NewDiff(older, newer *Earlier) (*Diff, error) {
	d := &Diff{older: older, newer: newer, resets: [2]int{-1, -1}, counts: map[string]int{}, rows: map[string][]*Change{}, again: map[string]int{}}
	for i, e := range []*Earlier{older, newer} {
		if e.cases == "" {
			continue
		}
		d.resets[i] = 0
		if err := e.eachCase(func(*savedCase) error { d.resets[i]++; return nil }); err != nil {
			return nil, err
		}
	}
	var err error
	if d.compared, err = compare(older, newer.side()); err != nil {
		return nil, err
	}
	d.inputs = d.compared.since
	if a, b := older.Run, newer.Run; a != nil && b != nil && !samePeriod(a, b) {
		d.inputs = strings.TrimPrefix(d.inputs+" and the period", " and ")
	}
	here, unmet := 0, map[string]bool{}
	for _, e := range d.compared.matcher.list {
		if e.here {
			here++
		}
		if !e.excepted {
			unmet[d.compared.matcher.table[e.check]] = true
		}
	}
	err = d.each(func(c *Change) error {
		d.counts[c.Change]++
		kind := c.Change
		switch kind {
		case changeNew:
			if *c.Verdict == judge.NotMet {
				d.newBy[severityOf(c)]++
				if unmet[*c.Check] {
					d.again[*c.Check]++
				}
			}
		case changeChanged:
			here--
		default:
			kind = "gone"
			if c.Now != nil && (*c.Now == judge.NotMet || *c.Now == judge.Excepted) {
				here-- // there still, and decided on
			}
		}
		d.rows[kind] = keepGravest(d.rows[kind], c, maxDiffRows[kind])
		return nil
	})
	d.unchanged = here
	return d, err
}

func samePeriod(a, b *Run) bool {
	if a.Period == nil || b.Period == nil {
		return a.Period == b.Period
	}
	return a.Period[0].Equal(b.Period[0]) && a.Period[1].Equal(b.Period[1])
}

// each gives all differences: what is new or changed in the order of the newer
// run, then what is gone in that of the older one.
func (d *Diff) each(take func(*Change) error) error {
	c := d.compared
	err := c.newer.findings(func(ref int64, f *savedFinding) error {
		at, differs := c.was[ref]
		switch {
		case c.standing[ref] == isNew:
			return take(changeOf(&f.Finding, fate{change: changeNew, now: f.Verdict}))
		case differs:
			return take(changeOf(&f.Finding, fate{change: changeChanged, now: f.Verdict, why: differenceWords(f, &c.matcher.list[at])}))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return c.gone(nil, take)
}

// differenceWords says what a finding was before.
func differenceWords(f *savedFinding, was *earlierFinding) string {
	verdict := judge.NotMet
	if was.excepted {
		verdict = judge.Excepted
	}
	switch {
	case verdict == f.Verdict:
		return fmt.Sprintf("was %s", was.severity)
	case was.severity.String() == f.Severity:
		return fmt.Sprintf("was %s, is %s", verdict, f.Verdict)
	}
	return fmt.Sprintf("was %s and %s, is %s", was.severity, verdict, f.Verdict)
}

// keepGravest adds to a list of at most n, gravest first, then in order.
func keepGravest(list []*Change, c *Change, n int) []*Change {
	list = append(list, c)
	slices.SortStableFunc(list, func(a, b *Change) int { return cmp.Compare(severityOf(b), severityOf(a)) })
	return list[:min(len(list), n)]
}

func severityOf(c *Change) rules.Severity {
	if c.Severity == nil {
		return rules.Info
	}
	sev, _ := rules.ParseSeverity(*c.Severity)
	return sev
}

// Differs tells whether any finding is new, gone or changed. Other inputs alone
// are no difference.
func (d *Diff) Differs() bool {
	return d.counts[changeNew]+d.counts[changeChanged]+d.counts[Resolved]+d.counts[Lapsed] > 0
}

// WriteLines writes each difference as a line of JSON, in the form of
// changes.jsonl.
func (d *Diff) WriteLines(out io.Writer) error {
	return d.each(func(c *Change) error {
		text, err := encodeLine(*c)
		if err != nil {
			return err
		}
		_, err = out.Write(text)
		return err
	})
}

// Print writes one screen.
func (d *Diff) Print(out io.Writer, style Style) error {
	style.Width = max(style.Width, minWidth)
	v := &screen{Style: style}
	v.add("older", nameOf(d.older))
	v.add("newer", nameOf(d.newer))
	v.blank()
	d.printRows(v, changeNew, d.newLine(v), d.counts[changeNew], func(*Change) string { return "" })
	if len(d.again) > 0 {
		v.add("again", d.againLine())
	}
	gone := d.counts[Resolved] + d.counts[Lapsed]
	d.printRows(v, "gone", strconv.Itoa(gone)+goneWords(d.counts[Resolved], d.counts[Lapsed]), gone, func(c *Change) string { return c.Change + ": " + c.Why })
	d.printRows(v, changeChanged, strconv.Itoa(d.counts[changeChanged]), d.counts[changeChanged], func(c *Change) string { return c.Why })
	v.add("unchanged", strconv.Itoa(d.unchanged))
	v.blank()
	if d.inputs != "" {
		v.add("inputs", d.inputs+" differ")
	}
	if d.resets[0] >= 0 && d.resets[1] >= 0 {
		v.add("resets", fmt.Sprintf("%d, then %d", d.resets[0], d.resets[1]))
	}
	text := strings.TrimRight(strings.Join(v.lines, "\n"), "\n") + "\n"
	_, err := io.Copy(out, bytes.NewBufferString(text))
	return err
}

func goneWords(resolved, lapsed int) string {
	if resolved+lapsed == 0 {
		return ""
	}
	return fmt.Sprintf("  %d resolved  %d lapsed", resolved, lapsed)
}

// newLine counts what is new by severity.
func (d *Diff) newLine(v *screen) string {
	line, excepted := strconv.Itoa(d.counts[changeNew]), d.counts[changeNew]
	for sev := rules.Critical; sev >= rules.Info; sev-- {
		if n := d.newBy[sev]; n > 0 {
			line += fmt.Sprintf("  %d %s", n, sev)
			excepted -= n
		}
	}
	if excepted > 0 {
		line += fmt.Sprintf("  %d excepted", excepted)
	}
	return line
}

// againLine names the checks that were unmet before and have new findings, the
// most frequent first.
func (d *Diff) againLine() string {
	checks := slices.SortedFunc(maps.Keys(d.again), func(a, b string) int {
		return cmp.Or(cmp.Compare(d.again[b], d.again[a]), strings.Compare(a, b))
	})
	all := 0
	for i, check := range checks {
		all += d.again[check]
		checks[i] = fmt.Sprintf("%s %d", check, d.again[check])
	}
	return fmt.Sprintf("%d of the new ones are of checks that failed before: %s", all, strings.Join(checks, ", "))
}

// printRows writes a count and beneath it the gravest differences of a kind,
// each with a remark on a second line.
func (d *Diff) printRows(v *screen, kind, count string, all int, remark func(*Change) string) {
	v.add(kind, count)
	ids := idColumn
	for _, c := range d.rows[kind] {
		if c.Check != nil {
			ids = max(ids, min(len(*c.Check), maxIDColumn))
		}
	}
	for _, c := range d.rows[kind] {
		what, said := c.ID, ""
		if c.Check != nil {
			what = *c.Check
		}
		if c.Message != nil {
			said = *c.Message
		}
		sev := severityOf(c)
		v.lines = append(v.lines, fmt.Sprintf("%s  %-*s %s", v.paint(sev, fmt.Sprintf("%10s", sev)), ids, visible(what, ids), visible(said, v.Width-13-ids)))
		if text := remark(c); text != "" {
			v.lines = append(v.lines, strings.Repeat(" ", 13+ids)+visible(text, v.Width-13-ids))
		}
	}
	if more := all - len(d.rows[kind]); more > 0 {
		v.add("", fmt.Sprintf("and %d more", more))
	}
}

// nameOf says which run it was and as of when it judged.
func nameOf(e *Earlier) string {
	name := visible(e.Name, 60)
	if e.Run == nil {
		return name
	}
	return name + ", judged as of " + e.Run.Now.UTC().Format("2006-01-02 15:04 MST")
}
