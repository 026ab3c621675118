package report

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/term"

	"resetproof/detect/judge"
	"resetproof/rules"
)

// Style says how the summary may look.
type Style struct {
	Width  int // columns, at least minWidth
	Colour bool
}

// The summary is one screen: its bounds in columns and lines.
const (
	minWidth = 60
	maxWidth = 100
	maxLines = 28
)

// StyleOf looks at where the summary goes: colour only on a terminal and where
// noColour (the variable NO_COLOR, see no-color.org) is not set.
func StyleOf(out io.Writer, noColour bool) Style {
	f, ok := out.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return Style{Width: maxWidth}
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		width = maxWidth
	}
	return Style{Width: min(max(width, minWidth), maxWidth), Colour: !noColour}
}

// screen collects the lines of the summary.
type screen struct {
	Style
	lines []string
}

func (s *screen) add(label, text string) {
	s.lines = append(s.lines, fmt.Sprintf("%-10s %s", label, visible(text, s.Width-11)))
}

func (s *screen) blank() { s.lines = append(s.lines, "") }

// paint colours a word that is already padded.
func (s *screen) paint(sev rules.Severity, word string) string {
	if !s.Colour {
		return word
	}
	return [...]string{rules.Info: "\x1b[2m", rules.Low: "\x1b[36m", rules.Medium: "\x1b[33m", rules.High: "\x1b[31m", rules.Critical: "\x1b[1;31m"}[sev] + word + "\x1b[0m"
}

// Print writes the summary, at most maxLines lines. page is the path of
// report.html as the reader should open it, "" if none was written.
func (s Summary) Print(out io.Writer, style Style, run Run, c Coverage, page string) error {
	return s.print(out, style, run, c.file(), page)
}

func (s Summary) print(out io.Writer, style Style, run Run, c coverageFile, page string) error {
	style.Width = max(style.Width, minWidth)
	v := &screen{Style: style}
	v.add("resetproof", strings.Join(s.head(run.utc(), c), ", "))
	v.blank()
	v.add("resets", strconv.Itoa(s.Cases)+"  "+counts(s.ByPath, []string{"assisted", "self-service", "automated", "emergency", "unknown"}))
	custody := map[string]int{}
	for state, n := range s.ByCustody {
		custody[string(state)] = n
	}
	v.add("custody", counts(custody, []string{"proven", "partial", "pending", "broken"}))
	v.add("verdicts", s.verdictLine())
	v.blank()
	tail := s.warnings(c)
	const fixed = 11 // the lines that stand here anyway: head, counts, findings, blanks, next
	look := s.lookLines(style.Width - 11)
	held := s.heldLines()
	room := maxLines - fixed - len(tail) - len(look) - len(held)
	s.printChecks(v, max(room, 3))
	for i, text := range held {
		label := ""
		if i == 0 {
			label = "baseline"
		}
		v.add(label, text)
	}
	if len(look) > 0 {
		v.blank()
	}
	for i, text := range look {
		label := ""
		if i == 0 {
			label = "look at"
		}
		v.add(label, text)
	}
	v.blank()
	for i, text := range tail {
		label := ""
		if i == 0 {
			label = "coverage"
		}
		v.add(label, text)
	}
	if page != "" {
		v.add("next", "open "+page)
	}
	_, err := io.WriteString(out, strings.Join(v.lines, "\n")+"\n")
	return err
}

// Head says over which time and by what a run judged, in a few phrases.
func (s Summary) Head(run Run, c Coverage) []string { return s.head(run.utc(), c.file()) }

func (s Summary) head(run Run, c coverageFile) []string {
	period := "all records"
	switch from, to := reach(c); {
	case run.Period != nil:
		period = run.Period[0].Format(time.DateOnly) + " to " + run.Period[1].Format(time.DateOnly)
	case from != "":
		period = from[:len(time.DateOnly)] + " to " + to[:len(time.DateOnly)]
	}
	head := []string{period, "judged as of " + run.Now.Format("2006-01-02 15:04 MST")}
	if len(s.Policies) > 0 {
		head = append(head, "policy "+strings.Join(s.Policies, " and "))
	}
	return head
}

// reach is the first and last time any feed holds, "" if none does.
func reach(c coverageFile) (from, to string) {
	for _, f := range c.Feeds {
		if f.First != nil && (from == "" || *f.First < from) {
			from = *f.First
		}
		if f.Last != nil && *f.Last > to {
			to = *f.Last
		}
	}
	return from, to
}

func (s Summary) verdictLine() string {
	asked := 0
	for v, n := range s.Verdicts {
		if v != judge.NotApplicable {
			asked += n
		}
	}
	words := []string{}
	for _, v := range []judge.Verdict{judge.Met, judge.NotMet, judge.NotDue, judge.Excepted, judge.NotAssessable} {
		words = append(words, fmt.Sprintf("%d %s", s.Verdicts[v], strings.ReplaceAll(string(v), "-", " ")))
	}
	return strings.Join(words, ", ") + fmt.Sprintf(" (%s)", share(s.Verdicts[judge.NotAssessable], asked))
}

// printChecks writes the findings by severity and the first checks, in at most
// room lines beside the heading. A row counts the findings of its severity and
// adds the less grave ones of its check, so that rows add up to the heading.
func (s Summary) printChecks(v *screen, room int) {
	line := fmt.Sprintf("%-10s %d", "findings", s.NotMet()-s.Hidden())
	switch {
	case s.Held != nil && len(s.Held.Graver) > 0:
		line += " new or graver"
	case s.Held != nil:
		line += " new"
	}
	for sev := rules.Critical; sev >= rules.Info; sev-- {
		if n := s.Findings[sev] - s.hidden[sev]; n > 0 {
			line += "  " + v.paint(sev, fmt.Sprintf("%d %s", n, sev))
		}
	}
	if s.Excepted > 0 {
		line += fmt.Sprintf("  %d excepted", s.Excepted)
	}
	v.lines = append(v.lines, line)
	failing := s.failing()
	ids := idColumn
	for _, c := range failing[:max(0, min(len(failing), room))] {
		ids = max(ids, min(len(c.ID), maxIDColumn))
	}
	for i, c := range failing {
		if i == room-1 && len(failing) > room {
			v.add("", fmt.Sprintf("and %d more checks", len(failing)-i))
			return
		}
		title := c.Title
		if c.Design > 0 {
			title += " (control not in operation)"
		}
		lower := c.BySeverity
		lower[c.Severity] = 0
		also := ""
		if parts := bySeverity(lower); len(parts) > 0 {
			also = "(and " + strings.Join(parts, ", ") + ") "
		}
		v.lines = append(v.lines, fmt.Sprintf("%s %5d  %-*s %s",
			v.paint(c.Severity, fmt.Sprintf("%10s", c.Severity)), c.BySeverity[c.Severity], ids, visible(c.ID, maxIDColumn), visible(also+title, v.Width-20-ids)))
	}
}

// How wide the column of check ids is: as wide as most need, and wider where a
// longer one is shown, so that it can be copied.
const (
	idColumn    = 24
	maxIDColumn = 40
)

// warnings says what was read and what could not be said, in at most four lines.
func (s Summary) warnings(c coverageFile) []string {
	var records, mapped, duplicates, unmapped, malformed int64
	for _, f := range c.Feeds {
		records, mapped, duplicates = records+f.Records, mapped+f.Mapped, duplicates+f.Duplicates
		unmapped, malformed = unmapped+f.Unmapped, malformed+f.Malformed
	}
	lines := []string{fmt.Sprintf("%s in %s: %d mapped, %d duplicates, %d unmapped, %d malformed",
		plural(int(records), "record"), plural(len(c.Feeds), "feed"), mapped, duplicates, unmapped, malformed)}
	if n := len(c.Unrecognised); n > 0 {
		names := []string{}
		for _, u := range c.Unrecognised[:min(n, 3)] {
			names = append(names, visible(u.URI[strings.LastIndexByte(u.URI, '/')+1:], 30))
		}
		if n > len(names) {
			names = append(names, "…")
		}
		lines = append(lines, plural(n, "input")+" not recognised: "+strings.Join(names, ", "))
	}
	if steps := s.stepsUnshown(); len(steps) > 0 {
		lines = append(lines, "no log given could show: "+strings.Join(steps, ", "))
	}
	if n := c.UnknownAccounts; n > 0 {
		lines = append(lines, plural(int(n), "account")+" in no roster")
	}
	return lines
}

// stepsUnshown lists "step (system, system)" of step-without-source findings.
func (s Summary) stepsUnshown() []string {
	systems := map[string][]string{}
	for subject := range s.unshown {
		step, rest, _ := strings.Cut(subject, "|")
		system, _, _ := strings.Cut(rest, "|")
		systems[step] = append(systems[step], system)
	}
	order := func(step string) int {
		for i, l := range chainLinks {
			if l.name == step {
				return i
			}
		}
		return len(chainLinks)
	}
	steps := make([]string, 0, len(systems))
	for step := range systems {
		steps = append(steps, step)
	}
	slices.SortFunc(steps, func(a, b string) int { return cmp.Or(cmp.Compare(order(a), order(b)), cmp.Compare(a, b)) })
	for i, step := range steps {
		if where := slices.DeleteFunc(sorted(systems[step]), func(system string) bool { return system == "" }); len(where) > 0 {
			steps[i] = fmt.Sprintf("%s (%s)", step, strings.Join(where, ", "))
		}
	}
	return steps
}

// lookLines gives the sentences of the cases to look at, each on at most two
// lines of the given width, the second one indented.
func (s Summary) lookLines(width int) []string {
	var lines []string
	for _, l := range s.Look {
		lines = append(lines, twoLines(l.Message, width)...)
	}
	return lines
}

// twoLines breaks a text from a log into at most two lines of the given width,
// the second one indented.
func twoLines(text string, width int) []string {
	text = visible(text, 2*width-3)
	if utf8.RuneCountInString(text) <= width {
		return []string{text}
	}
	cut := strings.LastIndexByte(string([]rune(text)[:width]), ' ')
	if cut < width/2 {
		cut = len(string([]rune(text)[:width]))
	}
	return []string{text[:cut], "  " + strings.TrimPrefix(text[cut:], " ")}
}

// counts lists the named counts in the order given, zeros left out.
func counts(of map[string]int, order []string) string {
	words := []string{}
	for _, name := range order {
		if of[name] > 0 {
			words = append(words, fmt.Sprintf("%d %s", of[name], name))
		}
	}
	if len(words) == 0 {
		return "none"
	}
	return strings.Join(words, " · ")
}

func share(part, whole int) string {
	if whole == 0 {
		return "0 %"
	}
	return fmt.Sprintf("%.0f %%", 100*float64(part)/float64(whole))
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// minute cuts an RFC 3339 time to the minute.
func minute(at string) string {
	const digits = len("2006-01-02T15:04")
	if utf8.RuneCountInString(at) < digits {
		return at
	}
	return strings.Replace(at[:digits], "T", " ", 1)
}
