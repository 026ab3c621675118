package rules

import (
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Line is one line of a policy beside the same one of another policy or tier.
type Line struct {
	Key  string // requirements.ordinary.approvals.assisted
	word string // of the tag stricter
	a, b reflect.Value
}

// Values gives both as a file would state them, or in words where 0 means
// something else.
func (l Line) Values() (a, b string) {
	key := l.Key[strings.LastIndexByte(l.Key, '.')+1:]
	return l.value(l.a, key), l.value(l.b, key)
}

// Change says what differs: of lists what the second adds and drops, else both values.
func (l Line) Change() string {
	if l.a.Kind() != reflect.Slice {
		a, b := l.Values()
		return a + " → " + b
	}
	var parts []string
	for _, side := range []struct {
		word     string
		of, from reflect.Value
	}{{"adds", l.b, l.a}, {"drops", l.a, l.b}} {
		var items []string
		for i := range side.of.Len() {
			if !holds(side.from, side.of.Index(i)) {
				items = append(items, stated(side.of.Index(i), ""))
			}
		}
		if len(items) > 0 {
			parts = append(parts, side.word+" "+strings.Join(items, ", "))
		}
	}
	return strings.Join(parts, ", ")
}

func (l Line) value(v reflect.Value, key string) string {
	if v.CanInt() && v.Int() == math.MaxInt64 {
		return "no limit" // lifeOf
	}
	return stated(v, key)
}

// Changes lists the lines on which the second policy asks for something else,
// in the order of the tiers and of the keys of a file.
func Changes(from, to *Policy) []Line {
	return slices.DeleteFunc(policyLines(from, to), func(l Line) bool { return !l.More() && !l.Less() })
}

// OtherChanges lists the keys of a file whose values differ and of which
// neither asks for more: windows, desks, segments, names of methods.
func OtherChanges(from, to *Policy) []string {
	var all []string
	a, b := reflect.ValueOf(*from), reflect.ValueOf(*to)
	for _, f := range fieldsOf(a.Type()) {
		switch f.name {
		case "name", "version", "extends", "valid_from", "valid_until", "requirements":
			continue
		}
		if f.stricter == "" && !reflect.DeepEqual(a.Field(f.index).Interface(), b.Field(f.index).Interface()) {
			all = append(all, f.name)
		}
	}
	return all
}

// More and Less tell whether the second asks for something that the first does
// not ask for, and the reverse; of two lists both may hold.
func (l Line) More() bool { return !asksAsMuch(l.word, l.a, l.b) }
func (l Line) Less() bool { return !asksAsMuch(l.word, l.b, l.a) }

// policyLines sets the lines of two policies that can be compared side by side.
func policyLines(a, b *Policy) []Line {
	var all []Line
	for _, tier := range Tiers() {
		all = append(all, rowLines("requirements."+string(tier)+".", a.Requirements[tier], b.Requirements[tier])...)
	}
	return append(all, structLines("", reflect.ValueOf(*a), reflect.ValueOf(*b))...)
}

func rowLines(at string, a, b Row) []Line {
	return structLines(at, reflect.ValueOf(a), reflect.ValueOf(b))
}

func structLines(at string, a, b reflect.Value) []Line {
	var all []Line
	for _, f := range fieldsOf(a.Type()) {
		key, va, vb := at+f.name, a.Field(f.index), b.Field(f.index)
		switch {
		case f.stricter == "":
		case f.stricter == "within":
			all = append(all, structLines(key+".", va, vb)...)
		case f.stricter == "life":
			all = append(all, lifeLines(key+".", va.Interface().(map[string]time.Duration), vb.Interface().(map[string]time.Duration))...)
		case va.Kind() == reflect.Map:
			all = append(all, mapLines(key+".", f.stricter, va, vb)...)
		default:
			all = append(all, Line{key, f.stricter, va, vb})
		}
	}
	return all
}

func mapLines(at, word string, a, b reflect.Value) []Line {
	keys := map[string]reflect.Value{}
	for _, m := range []reflect.Value{a, b} {
		for _, k := range m.MapKeys() {
			keys[k.String()] = k
		}
	}
	var all []Line
	for _, name := range slices.Sorted(maps.Keys(keys)) {
		all = append(all, Line{at + name, word, valueAt(a, keys[name]), valueAt(b, keys[name])})
	}
	return all
}

func lifeLines(at string, a, b map[string]time.Duration) []Line {
	both := maps.Clone(a)
	if both == nil {
		both = map[string]time.Duration{}
	}
	maps.Copy(both, b)
	var all []Line
	for _, what := range slices.Sorted(maps.Keys(both)) {
		all = append(all, Line{at + what, "lower", reflect.ValueOf(lifeOf(a, what)), reflect.ValueOf(lifeOf(b, what))})
	}
	return all
}
