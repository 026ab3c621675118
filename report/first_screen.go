package report

import (
	"fmt"
	"io"
	"strings"
)

// maxFirstLines bounds the first screen; cases to look at give way first.
const maxFirstLines = 42

// The lengths of what stands in one line of the first screen.
const (
	maxWeeksShown   = 18
	maxUnreadShown  = 4
	maxLogsShown    = 2 // checks on the logs themselves
	maxNamesInAdd   = 3
	labelWidth      = 11
	leastCasesShown = 3
)

// Next is what the reader may do next.
type Next struct {
	Init string // the command that writes a config
	Page string // path of report.html as the reader should open it, "" if none was written
}

// Print writes the screen for somebody who has given nothing but logs: at most
// maxFirstLines lines.
func (f FirstContact) Print(out io.Writer, style Style, head []string, next Next) error {
	style.Width = max(style.Width, minWidth)
	width := style.Width - labelWidth
	read, population := f.readLines(), f.populationLines()
	weak, add := f.weakLines(), f.addLines()
	logs := f.logLines()
	tail := [][2]string{{"next", next.Init}}
	if next.Page != "" {
		tail = append(tail, [2]string{"", "open " + next.Page})
	}
	const blanks, headLine = 5, 1
	room := maxFirstLines - headLine - blanks - len(read) - len(population) - len(weak) - len(add) - len(logs) - len(tail)
	v := &screen{Style: style}
	v.add("resetproof", strings.Join(head, ", "))
	for _, block := range [][][2]string{read, population, append(f.lookLines(width, room), logs...), weak, add, tail} {
		if len(block) > 0 && len(v.lines) > headLine {
			v.blank()
		}
		for _, l := range block {
			v.add(l[0], l[1])
		}
	}
	_, err := io.WriteString(out, strings.Join(v.lines, "\n")+"\n")
	return err
}

func (f FirstContact) readLines() [][2]string {
	lines := [][2]string{
		{"read", fmt.Sprintf("%s in %s: %s", plural(int(f.Records), "record"), plural(f.Feeds, "feed"), countList(f.Formats))},
		{"", fmt.Sprintf("%d mapped, %d duplicates, %d unmapped, %d malformed; %s, no roster to know them by",
			f.Mapped, f.Duplicates, f.Unmapped, f.Malformed, plural(int(f.UnknownAccounts), "account"))},
	}
	if n := len(f.Unread); n > 0 {
		names := []string{}
		for _, name := range f.Unread[:min(n, maxUnreadShown)] {
			names = append(names, visible(name, 30))
		}
		if n > len(names) {
			names = append(names, "…")
		}
		lines = append(lines, [2]string{"not read", plural(n, "input") + ": " + strings.Join(names, ", ")})
	}
	return lines
}

func (f FirstContact) populationLines() [][2]string {
	lines := [][2]string{{"resets", fmt.Sprintf("%d  %s", f.Cases, countList(f.Classes))}}
	if f.Cases == 0 {
		lines[0][1] = "none: no record in these logs resets a credential"
	} else {
		lines = append(lines, [2]string{"of", countList(f.Credentials)}, [2]string{"path", countList(f.Paths)}, [2]string{"system", countList(f.Systems)},
			[2]string{"week", f.weekLine()})
	}
	if len(f.Operators) > 0 {
		who := countList(f.Operators)
		if f.MoreOperators > 0 {
			who += fmt.Sprintf(" and %d more", f.MoreOperators)
		}
		lines = append(lines, [2]string{"operators", who})
	}
	if len(f.NotCases) > 0 {
		lines = append(lines, [2]string{"apart", strings.ReplaceAll(countList(f.NotCases), "-", " ") + " (not judged)"})
	}
	return lines
}

// weekLine gives the numbers of the last weeks.
func (f FirstContact) weekLine() string {
	weeks := f.Weeks
	earlier := ""
	if skip := len(weeks) - maxWeeksShown; skip > 0 {
		weeks = weeks[skip:]
		earlier = fmt.Sprintf("the last %d of %d weeks, ", len(weeks), len(f.Weeks))
	}
	numbers := make([]string, len(weeks))
	for i, w := range weeks {
		numbers[i] = fmt.Sprint(w.Count)
	}
	if len(weeks) == 0 {
		return "none"
	}
	return earlier + "from " + weeks[0].Name + ": " + strings.Join(numbers, " ")
}

// lookLines gives as many cases as there is room for.
func (f FirstContact) lookLines(width, room int) [][2]string {
	var lines [][2]string
	label := "look at"
	shown := 0
	more := f.MoreLook
	for i, l := range f.Look {
		text := twoLines(l.Message, width)
		left := room - len(lines)
		if last := i+1 == len(f.Look) && more == 0; !last {
			left-- // for the line that counts the rest
		}
		if len(text) > left && shown >= leastCasesShown {
			more += len(f.Look) - i
			break
		}
		for _, t := range text {
			lines = append(lines, [2]string{label, t})
			label = ""
		}
		shown++
	}
	switch {
	case shown == 0:
		return [][2]string{{"look at", "no check that these logs can answer objects to a reset"}}
	case more > 0:
		lines = append(lines, [2]string{"", "and " + plural(more, "case") + " more with findings"})
	}
	return lines
}

// logLines names the checks on the logs themselves that are not met.
func (f FirstContact) logLines() [][2]string {
	var lines [][2]string
	for i, check := range f.Logs {
		if i == maxLogsShown-1 && len(f.Logs) > maxLogsShown {
			return append(lines, [2]string{"", fmt.Sprintf("and %d more checks on the logs themselves", len(f.Logs)-i)})
		}
		lines = append(lines, [2]string{"", fmt.Sprintf("%d × %s: %s", check.Count, check.ID, check.Title)})
	}
	return lines
}

func (f FirstContact) weakLines() [][2]string {
	var lines [][2]string
	label := "weak paths"
	for _, w := range f.Weak {
		says := []string{}
		if w.Failed > 0 {
			says = append(says, fmt.Sprintf("%d of %d fail %s", w.Failed, w.Of, w.Check))
		}
		if w.Proven > 0 {
			says = append(says, fmt.Sprintf("verification shown for %d of %d, at the weakest strength %d of %d", w.Proven, w.Cases, w.Weakest, maxStrength))
		}
		lines = append(lines, [2]string{label, fmt.Sprintf("%s in %s: %s", w.Path, w.System, strings.Join(says, "; "))})
		label = ""
	}
	if lines == nil && f.Cases > 0 {
		lines = [][2]string{{label, "these logs show no verification and no failed step on any path"}}
	}
	return lines
}

func (f FirstContact) addLines() [][2]string {
	if f.Unsaid == 0 {
		return nil
	}
	said := fmt.Sprintf("%d of %d verdicts (%s) cannot be given from these logs", f.Unsaid, f.Asked, share(f.Unsaid, f.Asked))
	if len(f.Add) > 0 {
		said += "; what would help:"
	}
	lines := [][2]string{{"unknown", said}}
	for _, a := range f.Add {
		names := a.Logs
		if extra := len(names) - maxNamesInAdd; extra > 0 {
			names = append(append([]string{}, names[:maxNamesInAdd]...), fmt.Sprintf("%d others", extra))
		}
		lines = append(lines, [2]string{"add", fmt.Sprintf("%s: %s become assessable for %s (%s)",
			strings.Join(names, " or "), plural(a.Cases, "case"), plural(a.Checks, "check"), strings.Join(a.Kinds, ", "))})
	}
	return lines
}

// countList is "12 assisted · 2 self-service".
func countList(list []Count) string {
	words := make([]string, len(list))
	for i, c := range list {
		words[i] = fmt.Sprintf("%d %s", c.Count, visible(c.Name, 40))
	}
	if len(words) == 0 {
		return "none"
	}
	return strings.Join(words, " · ")
}
