package main

import (
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"unicode"
)

// logger writes what is not output: one line each, as text or as JSON. File
// names are an attacker's too, so nothing that moves a cursor gets through.
type logger struct {
	w     io.Writer
	json  *slog.Logger // nil for text
	quiet bool
}

func newLogger(w io.Writer) *logger { return &logger{w: w} }

// setFormat takes the value of --log-format.
func (l *logger) setFormat(name string) error {
	switch name {
	case "text":
		l.json = nil
	case "json":
		l.json = slog.New(slog.NewJSONHandler(l.w, nil))
	default:
		return usagef("text is for people, json for programs", "--log-format: %q is neither text nor json", name)
	}
	return nil
}

// note says what is going on; --quiet silences it.
func (l *logger) note(format string, args ...any) {
	switch text := fmt.Sprintf(format, args...); {
	case l.quiet:
	case l.json != nil:
		l.json.Info(text)
	default:
		fmt.Fprintf(l.w, "resetproof: %s\n", printable(text))
	}
}

// warn says that something is not as it should be.
func (l *logger) warn(format string, args ...any) {
	if l.json != nil {
		l.json.Warn(fmt.Sprintf(format, args...))
		return
	}
	fmt.Fprintf(l.w, "resetproof: %s\n", printable(fmt.Sprintf(format, args...)))
}

// fail says why the program ends, and what to do about it if we can guess.
func (l *logger) fail(err error, hint string) {
	if l.json != nil {
		if hint != "" {
			l.json.Error(err.Error(), "hint", hint)
			return
		}
		l.json.Error(err.Error())
		return
	}
	fmt.Fprintf(l.w, "resetproof: %s\n", printable(err.Error()))
	if hint != "" {
		fmt.Fprintf(l.w, "resetproof: hint: %s\n", printable(hint))
	}
}

// printable writes every rune that is not a visible one as an escape; line
// ends and tabs stay, since carets under a YAML line need them.
func printable(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r == '\n' || r == '\t' || unicode.IsPrint(r) && r != unicode.ReplacementChar {
			b.WriteRune(r)
			continue
		}
		quoted := strconv.QuoteRuneToASCII(r)
		b.WriteString(quoted[1 : len(quoted)-1])
	}
	return b.String()
}
