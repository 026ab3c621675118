package rules

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// LoadChecks reads the bundled checks and those of users' folders, sorted by
// id. A user's check whose id is bundled must say `replaces: true`. A mistake
// in a file is an *Error; nothing is loaded then.
func LoadChecks(dirs ...string) ([]*Check, error) {
	files, err := ruleFiles("checks", dirs)
	if err != nil {
		return nil, err
	}
	byID := map[string]*Check{}
	sources := map[*Check][]byte{}
	for _, f := range files {
		c, err := readCheck(f)
		if err != nil {
			return nil, err
		}
		sources[c] = f.src
		switch old, taken := byID[c.ID]; {
		case taken && (!old.Bundled || c.Bundled):
			return nil, c.fail(f.src, "id", "", "check %q is already in %s", c.ID, old.File)
		case taken && !c.Replaces:
			return nil, c.fail(f.src, "id", "say replaces: true to take its place", "check %q is a bundled one", c.ID)
		case !taken && c.Replaces:
			return nil, c.fail(f.src, "replaces", meant(c.ID, slices.Collect(maps.Keys(byID))), "there is no check %q to replace", c.ID)
		}
		byID[c.ID] = c
	}
	checks := slices.SortedFunc(maps.Values(byID), func(a, b *Check) int { return strings.Compare(a.ID, b.ID) })
	for _, c := range checks {
		for _, other := range c.Supersedes {
			if _, ok := byID[other]; !ok || other == c.ID {
				return nil, c.fail(sources[c], "supersedes", meant(other, slices.Sorted(maps.Keys(byID))), "supersedes no other check: %q", clip(other))
			}
		}
	}
	return checks, nil
}

// sound holds the bundled checks that were read and found right before in this
// process, Check by file name. What hangs on other files is asked at each load.
var sound sync.Map

// readCheck reads a check's file. The check is the caller's own, but not what
// its slices and maps hold.
func readCheck(f ruleFile) (*Check, error) {
	if known, ok := sound.Load(f.name); ok && f.bundled {
		c := known.(Check)
		return &c, nil
	}
	c, err := decodeCheck(f)
	if err == nil && f.bundled {
		sound.Store(f.name, *c)
	}
	return c, err
}

func decodeCheck(f ruleFile) (*Check, error) {
	c := &Check{File: f.name, Bundled: f.bundled}
	if err := Decode(f.name, f.src, c); err != nil {
		return nil, err
	}
	return c, c.validate(f.src)
}

// fail makes an error about one key of the check.
func (c *Check) fail(src []byte, key, hint, format string, args ...any) error {
	return ErrorAt(c.File, src, c.Lines[key], 1, fmt.Sprintf(format, args...), hint)
}

var kebab = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// validate refuses a check that the judge could not report or an auditor could
// not follow.
func (c *Check) validate(src []byte) error {
	stem := strings.TrimSuffix(strings.TrimSuffix(path.Base(c.File), ".yaml"), ".yml")
	switch {
	case !kebab.MatchString(c.ID):
		return c.fail(src, "id", "write it like no-request", "id %q is not lower-case words joined by dashes", clip(c.ID))
	case c.ID != stem:
		return c.fail(src, "id", "", "id %q in a file named %q", clip(c.ID), clip(stem))
	case c.Raised < c.Ordinary:
		return c.fail(src, "severity", "", "raised severity %s is below the ordinary %s", c.Raised, c.Ordinary)
	case c.Each != "" && c.EachKey == "":
		return c.fail(src, "each", "", "each without each_key: its findings would share one id")
	case c.Each == "" && c.EachKey != "":
		return c.fail(src, "each_key", "", "each_key without each")
	case c.Each == "" && c.Scope != "case":
		return c.fail(src, "scope", "", "scope %s without each: nothing lists what is judged", c.Scope)
	case c.Provable != "" && c.Asks != "step":
		return c.fail(src, "provable", "", "provable belongs to a check that asks for a step")
	}
	return c.examples(src)
}

// examples holds that the scenarios show each side of the check.
func (c *Check) examples(src []byte) error {
	names, verdicts := map[string]bool{}, map[string]bool{}
	for _, s := range c.Scenarios {
		if names[s.Name] {
			return ErrorAt(c.File, src, s.Line, 1, fmt.Sprintf("two scenarios are named %q", clip(s.Name)), "")
		}
		names[s.Name], verdicts[s.Expect] = true, true
		if len(s.Log) == 0 {
			return ErrorAt(c.File, src, s.Line, 1, fmt.Sprintf("scenario %q has no log", clip(s.Name)), "")
		}
	}
	sides := []struct{ verdict, what string }{{"not-met", "a guilty one"}, {"met", "its innocent twin"}}
	if c.Scope == "case" || len(c.Needs) > 0 {
		// What hangs on no log, such as step-without-source, can always be told.
		sides = append(sides, struct{ verdict, what string }{"not-assessable", "one that cannot be told"})
	}
	if c.Due != "" {
		sides = append(sides, struct{ verdict, what string }{"not-due", "one that is not due"})
	}
	for _, side := range sides {
		if side.verdict == "not-assessable" && len(c.Needs) == 0 {
			continue // no source is needed to answer it
		}
		if !verdicts[side.verdict] {
			return c.fail(src, "scenarios", "", "scenarios lack %s (expect: %s)", side.what, side.verdict)
		}
	}
	return nil
}
