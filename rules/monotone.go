package rules

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Inversion is a line on which a policy asks less of a higher tier than of a
// lower one.
type Inversion struct {
	Version               string // of the policy
	Key                   string // approvals.assisted
	Lower, Higher         Tier
	LowerValue, HighValue string // as a file would state them
	LowerAt, HigherAt     Place  // where they were stated last
}

// ladders are the tiers of persons and of machines, each from low to high.
// Break-glass stands beside both: it is asked for after the fact.
var ladders = [][]Tier{{Ordinary, Sensitive, Privileged}, {Machine, PrivilegedMachine}}

// Ladders lists the tiers of persons and of machines, each from low to high.
func Ladders() [][]Tier { return ladders }

// Inversions lists where a higher tier must show less than a lower one, on the
// paths that both may use, in the order of the tiers and of a row's keys. What
// is no matter of more or less (who may approve, which channels and paths)
// counts for nothing.
func (p *Policy) Inversions() []Inversion {
	var all []Inversion
	for _, ladder := range ladders {
		for h, higher := range ladder {
			for _, lower := range slices.Backward(ladder[:h]) {
				all = append(all, p.inversions(lower, higher, all)...)
			}
		}
	}
	return all
}

// inversions compares two tiers; a line on which the higher one stands below a
// tier nearer to it is listed there already.
func (p *Policy) inversions(lower, higher Tier, known []Inversion) []Inversion {
	a, b := sideBySide(p.Requirements[lower], p.Requirements[higher])
	var all []Inversion
	for _, l := range rowLines("", a, b) {
		listed := slices.ContainsFunc(known, func(i Inversion) bool { return i.Higher == higher && i.Key == l.Key })
		if l.word == "fewer" || !l.Less() || listed {
			continue
		}
		key, _, _ := strings.Cut(l.Key, ".")
		inverted := Inversion{
			Version: p.Version, Key: l.Key, Lower: lower, Higher: higher,
			LowerAt:  p.places["requirements."+string(lower)+"."+key],
			HigherAt: p.places["requirements."+string(higher)+"."+key],
		}
		inverted.LowerValue, inverted.HighValue = l.Values()
		all = append(all, inverted)
	}
	return all
}

// sideBySide keeps of two tiers' rows what can be compared: the paths that both
// may use, and emergencies. A tier whose every verification is as strong as
// the other's step-up needs none of its own.
func sideBySide(lower, higher Row) (a, b Row) {
	shared := append(intersection(reflect.ValueOf(lower.Paths), reflect.ValueOf(higher.Paths)).Interface().([]Path), Emergency)
	only := func(r Row) Row {
		r = r.clone()
		for _, byPath := range []map[Path]int{r.Verification, r.Approvals} {
			for _, path := range Paths() {
				if !slices.Contains(shared, path) {
					delete(byPath, path)
				}
			}
		}
		for _, list := range []*[]Path{&r.Request, &r.Reason} {
			*list = slices.DeleteFunc(slices.Clone(*list), func(path Path) bool { return !slices.Contains(shared, path) })
		}
		return r
	}
	a, b = only(lower), only(higher)
	weakest := 4
	for _, path := range shared {
		weakest = min(weakest, b.Verification[path])
	}
	b.StepUp = max(b.StepUp, min(weakest, a.StepUp))
	return a, b
}

// String is a sentence that names both lines and their values.
func (i Inversion) String() string {
	return fmt.Sprintf("%s: requirements.%s.%s is %s, requirements.%s.%s is %s (%s): a higher tier is asked for less",
		i.HigherAt, i.Higher, i.Key, i.HighValue, i.Lower, i.Key, i.LowerValue, i.LowerAt)
}
