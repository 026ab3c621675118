package rules

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// wordError is a word that is none of those allowed.
type wordError struct{ hint string }

func (wordError) Error() string { return "unknown" }

// scalar hands the text of a scalar to set and places its error.
func (d *decoder) scalar(n ast.Node, f field, want string, set func(string) error) error {
	s, ok := text(n)
	if !ok {
		return d.wrongType(n, f, want)
	}
	err := set(s)
	if err == nil {
		return nil
	}
	what := f.name
	if what == "" {
		what = "value"
	}
	var word wordError
	if errors.As(err, &word) {
		return d.fail(n, word.hint, "unknown %s %q", what, clip(s))
	}
	return d.fail(n, "", "%s %q: %v", what, clip(s), err)
}

// text gives what a scalar says. Numbers keep the digits they are written
// with, so that a version 1.10 does not become 1.1.
func text(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode:
		return n.Token.Value, true
	case *ast.FloatNode:
		return n.Token.Value, true
	}
	return "", false
}

// clip keeps a quoted value short enough for one line.
func clip(s string) string {
	const longest = 60
	if r := []rune(s); len(r) > longest {
		return string(r[:longest]) + "…"
	}
	return s
}

// ParseDuration reads 10m, 72h, 1h30m or whole days such as 7d; 0 needs no unit.
func ParseDuration(s string) (time.Duration, error) {
	const longest = 100 * 365 // days
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.Atoi(days)
		if err != nil || n < 0 || n > longest {
			return 0, errors.New("not a duration such as 10m, 72h or 7d")
		}
		return time.Duration(n) * 24 * time.Hour, nil
	}
	t, err := time.ParseDuration(s)
	if err != nil || t < 0 {
		return 0, errors.New("not a duration such as 10m, 72h or 7d")
	}
	return t, nil
}

func parseTime(s string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, errors.New("not a time such as 2026-03-01T09:00:00Z or a date")
}
