package report

import (
	"fmt"
	"io"
	"strings"
)

// maxFirstLines bounds the first screen; cases to look at give way first.
const maxFirstLines = 44

// The lengths of what stands in one line of the first screen.
const (
	maxWeeksShown   = 18
	maxUnreadShown  = 4
	maxLogsShown    = 2 // checks on the logs themselves
	maxNamesInAdd   = 3
	maxKindsInAdd   = 4
	leastCasesShown = 1
	labelWidth      = 11
)

// Next is what the reader may do next.
type Next struct {
	Init string // the command that writes a config
	Page string // path of report.html as the reader should open it, "" if none was written
}

// block is a part of the screen: lines that stand together, each with the label
// before it or none.
type block struct {
	width int
	lines [][2]string
}

// say adds a text, on two lines if it needs them.
func (b *block) say(label, text string) {
	for _, line := range twoLines(text, b.width) {
		b.lines = append(b.lines, [2]string{label, line})
		label = ""
	}
}

// Print writes the screen for somebody who has given nothing but logs: at most
// maxFirstLines lines.
func (f FirstContact) Print(out io.Writer, style Style, head []string, next Next) error {
	style.Width = max(style.Width, minWidth)
	parts := make([]block, 6)
	for i := range parts {
		parts[i].width = style.Width - labelWidth
	}
	f.sayRead(&parts[0])
	f.sayPopulation(&parts[1])
	f.sayWeak(&parts[3])
	f.sayUnknown(&parts[4])
	parts[5].say("next", next.Init)
	if next.Page != "" {
		parts[5].say("", "open "+next.Page)
	}
	f.sayFindings(&parts[1])
	room := maxFirstLines - 1 - len(parts)
	for _, p := range parts {
		room -= len(p.lines)
	}
	f.sayLook(&parts[2], room)
	v := &screen{Style: style}
	v.add("resetproof", strings.Join(head, ", "))
	for _, p := range parts {
		if len(p.lines) > 0 {
			v.blank()
		}
		for _, l := range p.lines {
			v.add(l[0], l[1])
		}
	}
	_, err := io.WriteString(out, strings.Join(v.lines, "\n")+"\n")
	return err
}

func (f FirstContact) sayRead(b *block) {
	b.say("read", fmt.Sprintf("%s in %s: %s", plural(int(f.Records), "record"), plural(f.Feeds, "feed"), countList(f.Formats)))
	b.say("", fmt.Sprintf("%d mapped, %d duplicates, %d unmapped, %d malformed; %s, no roster says whose",
		f.Mapped, f.Duplicates, f.Unmapped, f.Malformed, plural(int(f.UnknownAccounts), "account")))
	if n := len(f.Unread); n > 0 {
		names := []string{}
		for _, name := range f.Unread[:min(n, maxUnreadShown)] {
			names = append(names, visible(name, 40))
		}
		if n > len(names) {
			names = append(names, "…")
		}
		b.say("not read", plural(n, "input")+": "+strings.Join(names, ", "))
	}
}

func (f FirstContact) sayPopulation(b *block) {
	if f.Cases == 0 {
		b.say("resets", "none: no record in these logs resets a credential")
	} else {
		b.say("resets", fmt.Sprintf("%d: %s; of %s", f.Cases, countList(f.Classes), countList(f.Credentials)))
		b.say("path", countList(f.Paths)+"; in "+countList(f.Systems))
		b.say("week", f.weekLine())
	}
	if len(f.Operators) > 0 {
		who := countList(f.Operators)
		if f.MoreOperators > 0 {
			who += fmt.Sprintf(" · %d others", f.MoreOperators)
		}
		b.say("operators", who)
	}
	if len(f.NotCases) > 0 {
		const why = " (not judged)"
		b.say("apart", visible(strings.ReplaceAll(countList(f.NotCases), "-", " "), b.width-len(why))+why)
	}
}

// sayFindings counts what the exit code stands for.
func (f FirstContact) sayFindings(b *block) {
	n := 0
	for _, of := range f.Findings {
		n += of
	}
	if n > 0 {
		b.say("findings", fmt.Sprintf("%d: %s", n, strings.Join(bySeverity(f.Findings), " · ")))
	}
}

// weekLine gives the numbers of the last weeks.
func (f FirstContact) weekLine() string {
	weeks := f.Weeks
	if len(weeks) == 0 {
		return "none"
	}
	earlier := ""
	if skip := len(weeks) - maxWeeksShown; skip > 0 {
		weeks = weeks[skip:]
		earlier = fmt.Sprintf("the last %d of %d weeks, ", len(weeks), len(f.Weeks))
	}
	numbers := make([]string, len(weeks))
	for i, w := range weeks {
		numbers[i] = fmt.Sprint(w.Count)
	}
	return earlier + "from " + weeks[0].Name + ": " + strings.Join(numbers, " ")
}

// sayLook gives as many cases as there is room for, and the checks on the logs
// themselves that are not met.
func (f FirstContact) sayLook(b *block, room int) {
	var logs [][2]string
	for i, check := range f.Logs {
		if i == maxLogsShown-1 && len(f.Logs) > maxLogsShown {
			logs = append(logs, [2]string{"", fmt.Sprintf("and %d more checks on the logs or all resets", len(f.Logs)-i)})
			break
		}
		logs = append(logs, [2]string{"", fmt.Sprintf("%d × %s: %s", check.Count, check.ID, check.Title)})
	}
	room -= len(logs)
	label, more := "look at", f.MoreLook
	for i, l := range f.Look {
		one := &block{width: b.width}
		one.say(label, l.Message)
		left := room - len(b.lines)
		if last := i+1 == len(f.Look) && more == 0; !last {
			left-- // for the line that counts the rest
		}
		if len(one.lines) > left && i >= leastCasesShown {
			more += len(f.Look) - i
			break
		}
		b.lines = append(b.lines, one.lines...)
		label = ""
	}
	switch {
	case len(f.Look) == 0:
		b.say(label, "no check that these logs can answer objects to one reset")
	case more > 0:
		b.say("", fmt.Sprintf("and %d more cases with findings", more))
	}
	b.lines = append(b.lines, logs...)
}

func (f FirstContact) sayWeak(b *block) {
	label := "weak paths"
	for _, w := range f.Weak {
		says := []string{}
		if w.Failed > 0 {
			says = append(says, fmt.Sprintf("%d of %d fail %s", w.Failed, w.Of, w.Check))
		}
		if w.Proven > 0 {
			says = append(says, fmt.Sprintf("weakest verification %d of %d (%d of %d show one)", w.Weakest, maxStrength, w.Proven, w.Cases))
		}
		b.say(label, fmt.Sprintf("%s in %s: %s", w.Path, w.System, strings.Join(says, "; ")))
		label = ""
	}
	if len(f.Weak) == 0 && f.Cases > 0 {
		b.say(label, "these logs show no verification and no failed step on any path")
	}
}

func (f FirstContact) sayUnknown(b *block) {
	if f.Unsaid == 0 {
		return
	}
	text := fmt.Sprintf("%d of %d verdicts (%s) cannot be given, %d of them for want of a log", f.Unsaid, f.Asked, share(f.Unsaid, f.Asked), f.Blind)
	if len(f.Add) > 0 {
		text += "; add"
	}
	b.say("unknown", text)
	for _, a := range f.Add {
		become := "become"
		if a.Cases == 1 {
			become = "becomes"
		}
		b.say("", fmt.Sprintf("%s: %s %s assessable for %s (%s)", some(a.Logs, maxNamesInAdd, " or "),
			plural(a.Cases, "case"), become, plural(a.Checks, "check"), some(a.Kinds, maxKindsInAdd, ", ")))
	}
}

// some joins the first of the words and counts the others.
func some(words []string, most int, by string) string {
	if len(words) <= most {
		return strings.Join(words, by)
	}
	return strings.Join(words[:most], by) + fmt.Sprintf("%s%d more", by, len(words)-most)
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
