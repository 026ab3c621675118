package rules

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Framework maps a framework's controls to checks. It says that a finding
// speaks of a control, never that a control is fulfilled.
type Framework struct {
	ID      string `yaml:"id,required"`
	Title   string `yaml:"title,required"`
	Version string `yaml:"version,required"`
	Source  string `yaml:"source,required"`
	Licence string `yaml:"licence,required"`
	// IDs, optional, is a regular expression that every control's id must match
	// as a whole, for standards that publish no free list of their ids.
	IDs string `yaml:"ids"`
	// Only says when ids of it may be emitted: "" always, "non-human" subjects,
	// "automated" cases.
	Only     string    `yaml:"only" in:"non-human|automated"`
	Controls []Control `yaml:"controls,required"`
	// Labels are names that others use for these subjects and that are no ids
	// of the framework.
	Labels   []Label           `yaml:"labels"`
	Unmapped map[string]string `yaml:"unmapped"` // check -> reason

	File  string
	Lines map[string]int `yaml:",lines"`
}

// Control is one control and the checks that speak of it. Title is empty where
// the standard's licence forbids to repeat it. Sure are those whose condition
// the control's text names; for Verify the link is indirect and a person should
// confirm it.
type Control struct {
	ID     string   `yaml:"id,required"`
	Title  string   `yaml:"title"`
	Sure   []string `yaml:"sure"`
	Verify []string `yaml:"verify"`
	// Checks are both, sorted.
	Checks []string
	Line   int `yaml:",line"`
}

// Label is a publisher's own name, or an id of an edition gone by, shown beside
// the nearest official ids and never in their place.
type Label struct {
	Label     string   `yaml:"label,required"`
	Publisher string   `yaml:"publisher,required"`
	Nearest   []string `yaml:"nearest,required"`
	IsNot     string   `yaml:"is_not"` // the official id it is easily taken for
}

// LoadFrameworks reads the bundled frameworks and those of users' folders,
// sorted by id. A check that a framework names must exist, and each bundled
// check must be mapped or listed as unmapped in each bundled framework. A mistake in a file is an *Error.
func LoadFrameworks(checks []*Check, dirs ...string) ([]*Framework, error) {
	files, err := ruleFiles("frameworks", dirs)
	if err != nil {
		return nil, err
	}
	var all []*Framework
	for _, file := range files {
		f := &Framework{File: file.name}
		if err := Decode(file.name, file.src, f); err != nil {
			return nil, err
		}
		if i := slices.IndexFunc(all, func(other *Framework) bool { return other.ID == f.ID }); i >= 0 {
			return nil, ErrorAt(file.name, file.src, f.Lines["id"], 1, fmt.Sprintf("framework %q is already in %s", clip(f.ID), all[i].File), "")
		}
		if err := f.consistent(file, checks); err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b *Framework) int { return strings.Compare(a.ID, b.ID) })
	return all, nil
}

func (f *Framework) consistent(file ruleFile, checks []*Check) error {
	form, err := regexp.Compile("^(?:" + f.IDs + ")$")
	if err != nil {
		return ErrorAt(file.name, file.src, f.Lines["ids"], 1, "ids is no regular expression", "")
	}
	mapped, controls := map[string]bool{}, map[string]bool{}
	known := make([]string, len(checks))
	for i, c := range checks {
		known[i] = c.ID
	}
	for i, c := range f.Controls {
		if controls[c.ID] {
			return ErrorAt(file.name, file.src, c.Line, 1, fmt.Sprintf("control %q stands twice", clip(c.ID)), "")
		}
		controls[c.ID] = true
		if f.IDs != "" && !form.MatchString(c.ID) {
			return ErrorAt(file.name, file.src, c.Line, 1, fmt.Sprintf("control %q has not the form of an id of %s", clip(c.ID), clip(f.Title)), "ids says what they look like: "+clip(f.IDs))
		}
		both := slices.Sorted(slices.Values(slices.Concat(c.Sure, c.Verify)))
		f.Controls[i].Checks = both
		for _, check := range both {
			if _, ok := f.Unmapped[check]; ok {
				return ErrorAt(file.name, file.src, c.Line, 1, fmt.Sprintf("check %q is mapped and listed as unmapped", clip(check)), "")
			}
			if !slices.Contains(known, check) {
				return ErrorAt(file.name, file.src, c.Line, 1, fmt.Sprintf("unknown check %q", clip(check)), meant(check, known))
			}
			mapped[check] = true
		}
	}
	for _, check := range slices.Sorted(maps.Keys(f.Unmapped)) {
		if !slices.Contains(known, check) {
			return ErrorAt(file.name, file.src, f.Lines["unmapped"], 1, fmt.Sprintf("unknown check %q", clip(check)), meant(check, known))
		}
	}
	if !file.bundled {
		return nil
	}
	for _, c := range checks {
		if _, listed := f.Unmapped[c.ID]; c.Bundled && !mapped[c.ID] && !listed {
			return &Error{File: file.name, Msg: fmt.Sprintf("check %q is neither mapped nor listed as unmapped", c.ID)}
		}
	}
	return nil
}

// Marked lists the controls that speak of a check, in the framework's order,
// all of them or those of ids: sure ones bare, those that a person should
// confirm in brackets. An id that the framework does not map stands bare at the end.
func (f *Framework) Marked(check string, ids []string) []string {
	var out []string
	seen := map[string]bool{}
	for _, c := range f.Controls {
		if !slices.Contains(c.Checks, check) || ids != nil && !slices.Contains(ids, c.ID) {
			continue
		}
		seen[c.ID] = true
		if slices.Contains(c.Verify, check) {
			out = append(out, "("+c.ID+")")
		} else {
			out = append(out, c.ID)
		}
	}
	return append(out, slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return seen[id] })...)
}
