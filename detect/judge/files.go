package judge

import (
	"slices"
	"strings"
)

// lacking lists the context files that a check needs and that were not given.
func (b *Bench) lacking(c *check) []string {
	var files []string
	for _, role := range c.Files {
		if !b.Given(role) {
			files = append(files, role)
		}
	}
	return files
}

// NotJudged lists, in sentences, the checks over the whole set that could not
// be judged since a context file was not given or there are too few resets, and
// what of the others could not be told, sorted. Call it after Set.
func (b *Bench) NotJudged() []string {
	var out []string
	for _, c := range b.checks {
		if files := b.lacking(c); c.Scope != "case" && len(files) > 0 {
			how := notJudged
			if b.partly[c.ID] {
				how = " was judged by records alone: "
			}
			out = append(out, c.ID+how+"no "+strings.Join(files, " and no ")+" file was given")
		}
	}
	out = append(out, b.unsurveyed()...)
	out = append(out, b.notTold...)
	slices.Sort(out)
	return out
}
