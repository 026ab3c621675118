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

func (l Line) value(v reflect.Value, key string) string {
	if v.CanInt() && v.Int() == math.MaxInt64 {
		return "no limit" // lifeOf
	}
	return stated(v, key)
}

// more and less tell whether the second asks for something that the first does
// not ask for, and the reverse; of two lists both may hold.
func (l Line) more() bool { return !asksAsMuch(l.word, l.a, l.b) }
func (l Line) less() bool { return !asksAsMuch(l.word, l.b, l.a) }

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
