package rules

import (
	"math"
	"reflect"
	"strings"
	"time"
)

// strictness is the table of what asks for more, by the word in a field's tag
// stricter: from two values the one that asks for all that either asks for.
// Profiles are merged by it and tiers compared by it. Two more words stand in
// tags: life, for a row's lifetimes, and within, for a field whose own fields
// have the tag.
var strictness = map[string]func(a, b reflect.Value) reflect.Value{
	"higher": choose(func(a, b reflect.Value) bool { return number(b) > number(a) }), // strength, approvers, retention, watch
	"lower":  choose(func(a, b reflect.Value) bool { return number(b) < number(a) }), // what may follow or live on; 0 is nothing at all
	"sooner": choose(func(a, b reflect.Value) bool { return deadline(b) < deadline(a) }),
	"true":   choose(func(_, b reflect.Value) bool { return b.Bool() }),
	"false":  choose(func(_, b reflect.Value) bool { return !b.Bool() }),
	"more":   union,        // of what is demanded, kept apart or taken for sensitive
	"fewer":  intersection, // of what is allowed
	// A mere reset asks for least; what else a recovery must consist of is a
	// matter of the sort of account.
	"recovery": choose(func(a, _ reflect.Value) bool { return a.String() == mereReset }),
}

const mereReset = "reset"

// strictest gives the value that asks for all that either of two asks for; in
// maps key by key, where an absent one is the zero value.
func strictest(word string, a, b reflect.Value) reflect.Value {
	switch {
	case word == "life":
		return shortestLives(a, b)
	case a.Kind() != reflect.Map:
		return strictness[word](a, b)
	}
	both := reflect.MakeMap(a.Type())
	for _, m := range []reflect.Value{a, b} {
		for _, key := range m.MapKeys() {
			both.SetMapIndex(key, strictest(word, valueAt(a, key), valueAt(b, key)))
		}
	}
	return both
}

// asksAsMuch tells whether a value asks for all that another asks for.
func asksAsMuch(word string, value, other reflect.Value) bool {
	return same(strictest(word, value, other), value)
}

func same(a, b reflect.Value) bool {
	if a.Kind() == reflect.Slice {
		return a.Len() == b.Len() && reflect.DeepEqual(a.Interface(), b.Interface())
	}
	return reflect.DeepEqual(a.Interface(), b.Interface())
}

func choose(second func(a, b reflect.Value) bool) func(a, b reflect.Value) reflect.Value {
	return func(a, b reflect.Value) reflect.Value {
		if second(a, b) {
			return b
		}
		return a
	}
}

func valueAt(m, key reflect.Value) reflect.Value {
	if v := m.MapIndex(key); v.IsValid() {
		return v
	}
	return reflect.Zero(m.Type().Elem())
}

func number(v reflect.Value) float64 {
	if v.CanFloat() {
		return v.Float()
	}
	return float64(v.Int())
}

// deadline is a duration in which 0 demands nothing.
func deadline(v reflect.Value) int64 {
	if v.Int() == 0 {
		return math.MaxInt64
	}
	return v.Int()
}

// union is the first list and what only the second holds.
func union(a, b reflect.Value) reflect.Value {
	all := reflect.MakeSlice(a.Type(), 0, a.Len()+b.Len())
	all = reflect.AppendSlice(all, a)
	for i := range b.Len() {
		if !holds(a, b.Index(i)) {
			all = reflect.Append(all, b.Index(i))
		}
	}
	return all
}

func intersection(a, b reflect.Value) reflect.Value {
	both := reflect.MakeSlice(a.Type(), 0, a.Len())
	for i := range a.Len() {
		if holds(b, a.Index(i)) {
			both = reflect.Append(both, a.Index(i))
		}
	}
	return both
}

// holds ignores the case of words and the order of a pair.
func holds(list, item reflect.Value) bool {
	for i := range list.Len() {
		if e := list.Index(i); e.Kind() == reflect.String {
			if strings.EqualFold(e.String(), item.String()) {
				return true
			}
		} else if e.Interface() == item.Interface() || e.Index(0).String() == item.Index(1).String() && e.Index(1).String() == item.Index(0).String() {
			return true
		}
	}
	return false
}

// shortestLives is, for each thing either limits, the shorter life. A limit on
// a thing holds for it on every carrier that has none of its own.
func shortestLives(a, b reflect.Value) reflect.Value {
	one, other := a.Interface().(map[string]time.Duration), b.Interface().(map[string]time.Duration)
	both := map[string]time.Duration{}
	for _, m := range []map[string]time.Duration{one, other} {
		for what := range m {
			both[what] = min(lifeOf(one, what), lifeOf(other, what))
		}
	}
	return reflect.ValueOf(both)
}

func lifeOf(lives map[string]time.Duration, what string) time.Duration {
	if life, ok := lives[what]; ok {
		return life
	}
	kind, _, _ := strings.Cut(what, "@")
	if life, ok := lives[kind]; ok {
		return life
	}
	return math.MaxInt64
}
