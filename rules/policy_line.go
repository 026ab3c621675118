package rules

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// TierPart stands in a check's rule for the tier of the case.
const TierPart = "<tier>"

// LineOf gives the policy line that a rule of a check names for one tier.
func LineOf(rule string, tier Tier) string { return strings.ReplaceAll(rule, TierPart, string(tier)) }

// LineIn gives the policy line that a rule of a check names for one tier in a
// segment, "" for none: segments.<name>.<tier>.<key> where the segment states
// that key, else the tier's own.
func (p *Policy) LineIn(rule string, tier Tier, segment string) string {
	key, ok := strings.CutPrefix(rule, "requirements."+TierPart+".")
	if ok && p.Segment(segment).States(key) {
		return segmentPrefix + segment + "." + string(tier) + "." + key
	}
	return LineOf(rule, tier)
}

const segmentPrefix = "segments."

// Line gives the value of one line of the policy, such as "72h" for
// requirements.ordinary.approval_valid, in the words of a policy file. Where the
// line differs by path, a path other than "" picks its own value. A line that
// holds further lines has the value "". ok is false where the policy has no such line.
func (p *Policy) Line(line string, path Path) (value string, ok bool) {
	v, key := reflect.ValueOf(*p), ""
	if rest, ok := strings.CutPrefix(line, segmentPrefix); ok {
		for i := range p.Segments {
			if of, ok := strings.CutPrefix(rest, p.Segments[i].Name+"."); ok && p.Segments[i].rows != nil {
				v, line = reflect.ValueOf(p.Segments[i].rows), of
			}
		}
	}
	for key = range strings.SplitSeq(line, ".") {
		if v, ok = under(v, key); !ok {
			return "", false
		}
	}
	if v.Kind() == reflect.Map && v.Type().Key() == reflect.TypeFor[Path]() && path != "" {
		one := v.MapIndex(reflect.ValueOf(path))
		if !one.IsValid() {
			return "none on the " + string(path) + " path", true
		}
		return stated(one, key) + " on the " + string(path) + " path", true
	}
	return stated(v, key), true
}

// under finds what a key of a file leads to.
func under(v reflect.Value, key string) (reflect.Value, bool) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if tag, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ","); key != "" && tag == key {
				return v.Field(i), true
			}
		}
	case reflect.Map:
		if v.Type().Key().Kind() == reflect.String {
			v = v.MapIndex(reflect.ValueOf(key).Convert(v.Type().Key()))
			return v, v.IsValid()
		}
	}
	return reflect.Value{}, false
}

// zeros says what 0 means where it does not mean none at all.
var zeros = map[string]string{
	"approval_valid": "no limit", "step_up": "not demanded", "forced_change": "not demanded", "sessions_ended": "not demanded",
	"tokens_revoked": "not demanded", "mfa_back": "not demanded", "device_back": "not demanded", "dependents_rotated": "not demanded",
	"directories_reached": "not demanded", "review": "not demanded",
}

// stated writes a value as a policy file has it.
func stated(v reflect.Value, key string) string {
	if word, ok := zeros[key]; ok && v.IsZero() {
		return word
	}
	if v.Type() == reflect.TypeFor[time.Duration]() {
		return duration(time.Duration(v.Int()))
	}
	switch v.Kind() {
	case reflect.Slice, reflect.Array:
		if v.Type().Elem() == reflect.TypeFor[Path]() && v.Len() == len(Paths()) {
			return "[" + string(anyPath) + "]"
		}
		var all []string
		for i := range v.Len() {
			all = append(all, stated(v.Index(i), ""))
		}
		return "[" + strings.Join(all, ", ") + "]"
	case reflect.Map:
		var all []string
		for _, k := range v.MapKeys() {
			all = append(all, k.String()+": "+stated(v.MapIndex(k), ""))
		}
		slices.Sort(all)
		if v.Type().Key() == reflect.TypeFor[Path]() && len(all) == len(Paths()) {
			all = anyOf(all)
		}
		return "{" + strings.Join(all, ", ") + "}"
	case reflect.Struct:
		return ""
	}
	return fmt.Sprint(v.Interface())
}

// anyOf writes the value that most of all paths have once, as a file would.
func anyOf(all []string) []string {
	count, most := map[string]int{}, ""
	for _, entry := range all {
		_, value, _ := strings.Cut(entry, ": ")
		if count[value]++; count[value] > count[most] {
			most = value
		}
	}
	rest := slices.DeleteFunc(all, func(entry string) bool { return strings.HasSuffix(entry, ": "+most) })
	return append([]string{string(anyPath) + ": " + most}, rest...)
}

// duration writes 10m, 72h or, above three days and even, 7d.
func duration(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d == 0:
		return "0"
	case d > 3*day && d%day == 0:
		return strconv.Itoa(int(d/day)) + "d"
	case d%time.Hour == 0:
		return strconv.Itoa(int(d/time.Hour)) + "h"
	case d%time.Minute == 0:
		return strconv.Itoa(int(d/time.Minute)) + "m"
	}
	return d.String()
}
