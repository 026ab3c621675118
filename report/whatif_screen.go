package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"resetproof/detect/judge"
	"resetproof/rules"
)

// WhatIfHead is what the screen says beside the comparison itself.
type WhatIfHead struct {
	Old, New string // the policies with their versions
	Period   string // first and last day read, "" if nothing was
	Now      time.Time
	// Changes are the lines that differ from the version in force at Now, Others
	// the keys that differ and cannot be compared.
	Changes []rules.Line
	Others  []string
	Faults  []string // check expressions that failed
}

// Bounds of the screen, in lines.
const (
	maxChangesShown = 8
	maxMovedShown   = 10
)

// Print writes the comparison on one screen.
func (w *WhatIf) Print(out io.Writer, style Style, head WhatIfHead) error {
	style.Width = max(style.Width, minWidth)
	v := &screen{Style: style}
	v.add("whatif", fmt.Sprintf("%s in the place of %s, judged as of %s", head.New, head.Old, head.Now.UTC().Format("2006-01-02 15:04 MST")))
	v.add("", cmp.Or(head.Period, "no records")+"; nothing is written")
	v.blank()
	sayChanges(v, head)
	v.blank()
	w.sayResets(v)
	w.sayMoved(v)
	w.sayHit(v)
	if lines := w.waits.lines(); len(lines) > 0 {
		v.blank()
		v.wrapped("waiting", "estimated from the times on record; a process that asks sooner waits less")
		for _, l := range lines {
			v.wrapped("", l)
		}
	}
	for i, f := range head.Faults[:min(len(head.Faults), maxCasesShown)] {
		if i == 0 {
			v.blank()
		}
		v.add("fault", f)
	}
	_, err := io.WriteString(out, strings.Join(v.lines, "\n")+"\n")
	return err
}

// wrapped adds a text on as many lines as it takes.
func (s *screen) wrapped(label, text string) {
	for line, rest := range wrapWords(text, s.Width-11) {
		if rest {
			label, line = "", "  "+line
		}
		s.add(label, line)
	}
}

// wrapWords breaks a text between words into lines of at most width
// characters; all but the first are told to be continued ones and two shorter.
func wrapWords(text string, width int) func(func(string, bool) bool) {
	return func(yield func(string, bool) bool) {
		var line []string
		used, rest := 0, false
		for _, word := range strings.Fields(text) {
			n := len([]rune(word))
			if len(line) > 0 && used+1+n > width {
				if !yield(strings.Join(line, " "), rest) {
					return
				}
				line, used, rest = nil, 2, true
			}
			line, used = append(line, word), used+1+n
		}
		yield(strings.Join(line, " "), rest)
	}
}

func sayChanges(v *screen, head WhatIfHead) {
	more, less := 0, 0
	for _, c := range head.Changes {
		if c.More() {
			more++
		}
		if c.Less() {
			less++
		}
	}
	text := fmt.Sprintf("%s for more, %s for less", pluralAsk(more, "line asks", "lines ask"), pluralAsk(less, "asks", "ask"))
	if len(head.Others) > 0 {
		text += "; " + strings.Join(head.Others, ", ") + " differ"
	}
	if len(head.Changes)+len(head.Others) == 0 {
		text = "none: the two policies ask for the same"
	}
	v.add("changes", text)
	for i, c := range head.Changes {
		if i == maxChangesShown-1 && len(head.Changes) > maxChangesShown {
			v.add("", fmt.Sprintf("and %d more", len(head.Changes)-i))
			break
		}
		v.add("", c.Key+": "+c.Change())
	}
}

func pluralAsk(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func (w *WhatIf) sayResets(v *screen) {
	v.add("resets", fmt.Sprintf("%s: %d fail a check now, %d would; %d newly, %d no longer", changedCount(w.resets), w.failed[0], w.failed[1], w.newly, w.cleared))
	v.add("", fmt.Sprintf("%s newly not met, %d no longer", plural(w.added, "verdict"), w.dropped))
	var parts []string
	for _, state := range []string{"proven", "partial", "pending", "broken"} {
		if n := [2]int{w.custody[0][state], w.custody[1][state]}; n != [2]int{} {
			parts = append(parts, changedCount(n)+" "+state)
		}
	}
	v.add("custody", strings.Join(parts, " · "))
	parts = nil
	for _, verdict := range []judge.Verdict{judge.Met, judge.NotMet, judge.NotDue, judge.Excepted, judge.NotAssessable} {
		parts = append(parts, changedCount([2]int{w.verdicts[0][verdict], w.verdicts[1][verdict]})+" "+strings.ReplaceAll(string(verdict), "-", " "))
	}
	v.add("verdicts", strings.Join(parts, ", "))
	if w.alone > 0 {
		v.add("", fmt.Sprintf("%s put together otherwise under the new policy", pluralAsk(w.alone, "reset is", "resets are")))
	}
}

func changedCount(n [2]int) string {
	if n[0] == n[1] {
		return fmt.Sprint(n[0])
	}
	return fmt.Sprintf("%d → %d", n[0], n[1])
}

// sayMoved lists the checks whose findings differ, by tier.
func (w *WhatIf) sayMoved(v *screen) {
	v.blank()
	moved := w.changed()
	if len(moved) == 0 {
		v.add("findings", "no check finds more or less")
		return
	}
	label := "findings"
	for i, check := range moved {
		if i == maxMovedShown-1 && len(moved) > maxMovedShown {
			v.add("", fmt.Sprintf("and %d more checks", len(moved)-i))
			return
		}
		var parts []string
		for _, tier := range tierOrder() {
			if n := w.checks[check][tier]; n != nil && n[0] != n[1] {
				parts = append(parts, tier+" "+changedCount(*n))
			}
		}
		v.add(label, fmt.Sprintf("%-26s %s", check, strings.Join(parts, ", ")))
		label = ""
	}
}

// sayHit lists the cases that fail newly, and whose they are.
func (w *WhatIf) sayHit(v *screen) {
	if len(w.examples) == 0 {
		return
	}
	v.blank()
	for i, e := range w.examples {
		label := ""
		if i == 0 {
			label = "such as"
		}
		v.add(label, e.text)
	}
	for _, of := range []struct {
		label string
		names map[string]int
	}{{"operators", w.operators}, {"identities", w.identities}, {"units", w.units}} {
		if len(of.names) > 0 {
			v.add(of.label, most(of.names))
		}
	}
}
