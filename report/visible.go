package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// isActive tells the characters that change how the text around them is shown
// or that a terminal obeys: C0 and C1 controls (U+009B alone starts an escape
// sequence), direction marks and overrides, line separators, zero-width and
// tag characters.
func isActive(r rune) bool {
	switch {
	case unicode.IsControl(r):
		return true
	case r >= 0x200b && r <= 0x200f, r >= 0x2028 && r <= 0x202e, r >= 0x2060 && r <= 0x206f:
		return true
	case r == 0x061c, r == 0xfeff:
		return true
	}
	return false
}

// visible makes text from a log safe to show in one line: what isActive names
// becomes its code point in angle marks, and text beyond limit characters is cut
// with an ellipsis.
func visible(s string, limit int) string {
	var b strings.Builder
	shown, mark := 0, 0
	for _, r := range s {
		piece := string(r)
		if isActive(r) {
			piece = fmt.Sprintf("⟨%04X⟩", r)
		}
		shown += utf8.RuneCountInString(piece)
		if shown > limit {
			return b.String()[:mark] + "…"
		}
		b.WriteString(piece)
		if shown < limit {
			mark = b.Len()
		}
	}
	return b.String()
}
