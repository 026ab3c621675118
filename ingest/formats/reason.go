// Grading the free text that explains a reset. The text itself stays in the
// raw record: people write passwords into tickets.
package formats

import (
	"bytes"
	_ "embed"
	"slices"
	"strings"
	"unicode"

	"resetproof/ingest/event"
)

// boilerplateText lists, one a line and lower case, what people write when
// they do not say why.
//
//go:embed boilerplate.txt
var boilerplateText string

var boilerplate = func() map[string]bool {
	m := map[string]bool{}
	for line := range strings.Lines(boilerplateText) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			m[line] = true
		}
	}
	return m
}()

// longestBoilerplate is the length in bytes beyond which a text is not looked
// up: the longest phrase with an account.
const longestBoilerplate = 128

// courtesies are words that give no reason and may stand beside any stock phrase.
var courtesies = []string{"please", "pls", "plz", "kindly", "thanks", "thank", "you", "thx", "asap", "urgent", "urgently", "hi", "hello"}

// grade judges a text by its words, without punctuation, courtesies and the
// account it names; nil is a field the record does not have.
func grade(b []byte) event.Reason {
	text := strings.ToLower(string(bytes.TrimSpace(b)))
	switch {
	case b == nil:
		return event.ReasonUnstated
	case text == "":
		return event.ReasonEmpty
	case len(text) > longestBoilerplate:
		return event.ReasonStated
	}
	var words []string
	for _, w := range strings.Fields(text) {
		if !strings.ContainsAny(w, `@\`) {
			words = append(words, strings.FieldsFunc(w, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })...)
		}
	}
	words = slices.DeleteFunc(words, func(w string) bool { return slices.Contains(courtesies, w) })
	if len(words) == 0 || boilerplate[strings.Join(words, " ")] {
		return event.ReasonBoilerplate
	}
	return event.ReasonStated
}
