package main

import (
	"bytes"
	"slices"
	"strings"

	"resetproof/ingest/event"
	"resetproof/ingest/formats"
	"resetproof/report"
)

// isFirst tells a run that was given nothing but logs: no config and no roster.
// It ends in the screen for somebody new.
func isFirst(s settings, j *judging) bool {
	return s.file == "" && len(j.Context.Roster.Rows()) == 0 && j.baseline == nil
}

// addable lists the logs that somebody could add, for the advice of the first
// screen.
func addable() ([]report.Log, error) {
	set, err := loadFormats(nil)
	if err != nil {
		return nil, err
	}
	var all []report.Log
	for _, f := range set.All() {
		t := f.Table()
		log := report.Log{Format: t.ID, System: t.System, Kinds: t.Shows, Records: map[string]string{},
			Native: len(t.Shows) >= len(event.Kinds())-1} // all but other
		for _, kind := range t.Shows {
			log.Records[kind] = recordsOf(t, kind)
		}
		all = append(all, log)
	}
	return all, nil
}

// recordsOf names the vendor's record type that alone shows a kind, "" where
// several do or a pattern stands for them.
func recordsOf(t *formats.Table, kind string) string {
	name := ""
	for _, rule := range t.Events {
		kinds := []string{rule.Kind}
		for _, more := range rule.And {
			kinds = append(kinds, more.Kind)
		}
		if !slices.Contains(kinds, kind) {
			continue
		}
		if len(rule.Match) != 1 || !plainWord(rule.Match[0]) || name != "" && name != rule.Match[0] {
			return ""
		}
		name = rule.Match[0]
	}
	return name
}

// printFirst writes the first screen.
func (o *output) printFirst(w *bytes.Buffer, style report.Style, summary report.Summary, c report.Coverage, page string) error {
	return summary.First.Print(w, style, summary.Head(o.run, c), report.Next{Init: o.next, Page: page})
}

// nextCommand is the command that goes on from a scan of these sources.
func nextCommand(args []string) string {
	words := []string{"resetproof", "init"}
	for _, arg := range args {
		switch {
		case arg == "-": // standard input is gone by then
		case plainWord(arg):
			words = append(words, arg)
		default:
			words = append(words, "'"+strings.ReplaceAll(arg, "'", `'\''`)+"'")
		}
	}
	command := strings.Join(words, " ")
	if len(words) == 2 || len(command) > maxCommand {
		command = "resetproof init SOURCE…"
	}
	return command + "  writes a config, a draft roster and a policy to edit"
}

// maxCommand is how long a command may be to stand on the screen, in bytes.
const maxCommand = 90

// plainWord tells a word that a shell takes as it is.
func plainWord(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+:@%") == ""
}
