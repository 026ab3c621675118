package rules

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
)

// Error is a mistake in a file somebody wrote: where it is, what is wrong with
// it and, where it can be guessed, what was meant.
type Error struct {
	File string
	// Line and Col count from 1, Col in characters; both 0 where the mistake
	// belongs to the file as a whole.
	Line, Col int
	Msg       string
	Hint      string // "did you mean approvals?", "" where nothing is guessed
	// Caret is the offending line with a second line that points at the column,
	// both indented; "" where there is no position.
	Caret string
}

// Error gives `file:line:col: message (hint)` and, below it, the line with a caret.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", e.Line, e.Col)
	}
	b.WriteString(": " + e.Msg)
	if e.Hint != "" {
		b.WriteString(" (" + e.Hint + ")")
	}
	if e.Caret != "" {
		b.WriteString("\n" + e.Caret)
	}
	return b.String()
}

// ErrorAt makes an Error about a place in a file. src is the file's content,
// from which the line beside the caret is taken.
func ErrorAt(file string, src []byte, line, col int, msg, hint string) *Error {
	return &Error{File: file, Line: line, Col: col, Msg: msg, Hint: hint, Caret: caret(src, line, col, 0)}
}

// ErrorOn is ErrorAt for a place that holds width characters: of the line, no
// more than up to their end is shown.
func ErrorOn(file string, src []byte, line, col, width int, msg, hint string) *Error {
	e := ErrorAt(file, src, line, col, msg, hint)
	e.Caret = caret(src, line, col, max(width, 1))
	return e
}

// caretWidth is how many characters of a line are shown around the caret, so
// that one fits a terminal.
const caretWidth = 100

// caret shows a line and points at a column. With width above 0 the line ends
// that many characters behind the column.
func caret(src []byte, line, col, width int) string {
	if line < 1 || col < 1 {
		return ""
	}
	rest := string(src)
	for range line - 1 {
		_, after, found := strings.Cut(rest, "\n")
		if !found {
			return ""
		}
		rest = after
	}
	text, _, _ := strings.Cut(rest, "\n")
	shown := []rune(printable(text))
	at := min(col-1, len(shown))
	if width > 0 {
		shown = shown[:min(len(shown), at+width)]
	}
	if from := at - caretWidth/2; from > 0 && len(shown) > caretWidth {
		shown, at = shown[from:], at-from
	}
	shown = shown[:min(len(shown), caretWidth)]
	return "    " + string(shown) + "\n    " + strings.Repeat(" ", at) + "^"
}

// printable replaces what could move a terminal's cursor or break the caret's
// column: control characters and bytes that are not UTF-8.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
}

// maxGuess is the longest word, in bytes, that a guess is made for.
const maxGuess = 64

// Meant gives the hint for a word that is not one of the known ones: the
// nearest of them, all if they are few, "" where nothing can be guessed.
func Meant(word string, known []string) string { return meant(word, known) }

// meant gives the hint for a word that is not one of the known ones.
func meant(word string, known []string) string {
	if len(word) > maxGuess {
		return ""
	}
	best, distance := "", (len(word)+2)/3+1
	for _, k := range known {
		if d := levenshtein.ComputeDistance(word, k); d < distance {
			best, distance = k, d
		}
	}
	if best != "" {
		return "did you mean " + best + "?"
	}
	if len(known) == 0 || len(known) > 12 {
		return ""
	}
	sorted := slices.Sorted(slices.Values(known))
	return "known here: " + strings.Join(sorted, ", ")
}
