package judge

import (
	"reflect"
	"regexp"
	"slices"
	"strings"

	"resetproof/rules"
)

// factTypes are the types whose fields expressions may name.
var factTypes = []reflect.Type{
	reflect.TypeFor[caseFacts](), reflect.TypeFor[identityFacts](), reflect.TypeFor[needFacts](),
	reflect.TypeFor[stepFacts](), reflect.TypeFor[dependentFacts](), reflect.TypeFor[logFacts](), reflect.TypeFor[ticketFacts](),
	reflect.TypeFor[tokenFacts](), reflect.TypeFor[unsourcedFacts](), reflect.TypeFor[traceFacts](), reflect.TypeFor[undoneFacts](),
	reflect.TypeFor[expiredFacts](), reflect.TypeFor[gapFacts](),
}

var misnamed = regexp.MustCompile(`^(undefined field|undeclared reference to) '([^']*)'`)

// hints are what to do about a mistake in an expression, by words of the
// message.
var hints = []struct{ words, hint string }{
	{"no matching overload", "both sides must be of one type; string(…) and int(…) convert"},
	{", wants bool", "end it in a comparison, such as … > 0"},
	{"may cost", "nest fewer loops, or shorten the lists by filter first"},
}

// hintFor guesses what was meant by an expression that does not compile.
func hintFor(msg string) string {
	if m := misnamed.FindStringSubmatch(msg); m != nil && !strings.Contains(msg, "did you mean") {
		if m[1] == "undefined field" {
			return rules.Meant(m[2], fieldNames())
		}
		return rules.Meant(m[2], names())
	}
	for _, h := range hints {
		if strings.Contains(msg, h.words) {
			return h.hint
		}
	}
	return ""
}

// fieldNames lists the fields of all facts, and the member functions of case.
func fieldNames() []string {
	var all []string
	for _, t := range factTypes {
		for i := range t.NumField() {
			if name := t.Field(i).Tag.Get("cel"); name != "" {
				all = append(all, name)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// names lists what stands on its own in an expression, or is called.
func names() []string {
	all := []string{"clock", "name", "span", "size", "exists", "all", "filter", "map", "string", "int"}
	for _, v := range variables {
		all = append(all, v.name)
	}
	for _, v := range setVariables {
		all = append(all, v.name)
	}
	for _, q := range questions {
		all = append(all, q.name)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
