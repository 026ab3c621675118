package rules

import (
	"errors"
	"slices"
	"strings"
	"time"

	"resetproof/ingest/event"
)

// vocabulary gives a word list that a struct tag can name, nil if there is
// none of that name.
func vocabulary(name string) []string {
	switch name {
	case "kind":
		return each(event.Kinds(), event.Kind.String)
	case "tier":
		return words(Tiers())
	case "path":
		return append(words(Paths()), string(anyPath))
	case "class":
		return words(Classes())
	case "group":
		return Groups()
	case "link":
		return each(Links(), func(l Link) string { return l.Name })
	case "channel":
		return bundledMethods().channelNames()
	case "method":
		return bundledMethods().methodNames()
	case "life":
		return bundledMethods().lifeKeys()
	case "severity":
		return severityNames[:]
	}
	return nil
}

func each[T any](list []T, name func(T) string) []string {
	all := make([]string, len(list))
	for i, one := range list {
		all[i] = name(one)
	}
	return all
}

func words[T ~string](list []T) []string {
	return each(list, func(w T) string { return string(w) })
}

// forms are the shapes of text a struct tag can name.
var forms = map[string]func(string) error{
	"zone": func(s string) error {
		if _, err := time.LoadLocation(s); err != nil || s == "" {
			return errors.New("not a time zone such as Europe/Paris")
		}
		return nil
	},
	"clock": func(s string) error {
		if _, err := time.Parse("15:04", s); err != nil {
			return errors.New("not a time of day such as 08:00")
		}
		return nil
	},
}

// oneOf tells whether a word is in the list a tag states: "" takes all words,
// "a|b" those two, any other text names a form or a vocabulary.
func oneOf(word, list string) error {
	if list == "" {
		return nil
	}
	if form, ok := forms[list]; ok {
		return form(word)
	}
	known := vocabulary(list)
	if known == nil {
		known = strings.Split(list, "|")
	}
	if slices.Contains(known, word) {
		return nil
	}
	return wordError{hint: meant(word, known)}
}

// Groups lists what a check can be about, in the order of a report.
func Groups() []string {
	return []string{"request", "reason", "verification", "approval", "attribution", "execution",
		"delivery", "emergency", "closure", "dependents", "takeover", "evidence"}
}
