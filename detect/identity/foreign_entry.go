package identity

import (
	"encoding/json"
	"strings"
)

// entry is one object of a foreign roster. Attribute names are in lower case;
// a value is a string, a json.Number, a bool, a list or an object of such.
type entry struct {
	line  int
	attrs map[string]any
}

// maxDepth is how deep an object is looked into. What we read lies three deep.
const maxDepth = 8

// lowerNames gives a decoded value with its attribute names in lower case (SCIM
// names have no case: RFC 7643 section 2.1) and without what lies too deep. Of
// two names that differ in case only, the one in lower case counts, else the
// greater, so that one file always reads the same.
func lowerNames(v any, depth int) any {
	if depth > maxDepth {
		return nil
	}
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = lowerNames(v[i], depth+1)
		}
		return v
	case map[string]any:
		lower := make(map[string]any, len(v))
		taken := make(map[string]string, len(v))
		for name, value := range v {
			key := strings.ToLower(name)
			if other, twice := taken[key]; twice && other > name {
				continue
			}
			lower[key], taken[key] = lowerNames(value, depth+1), name
		}
		return lower
	}
	return v
}

// has tells whether an attribute stands there, with or without a value.
func (e *entry) has(path string) bool {
	at := any(e.attrs)
	for name := range strings.SplitSeq(path, "/") {
		object, ok := at.(map[string]any)
		if !ok {
			return false
		}
		if at, ok = object[name]; !ok {
			return false
		}
	}
	return true
}

// values gives the scalars at a path, without empty ones. Names of .NET types,
// which Export-Csv writes where it means a list, are no values.
func (e *entry) values(path string) []string {
	var list []string
	gather(e.attrs, strings.Split(path, "/"), func(text string) {
		if text != "" && !isTypeName(text) {
			list = append(list, text)
		}
	})
	return list
}

func gather(v any, path []string, give func(string)) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			gather(item, path, give)
		}
		return
	case map[string]any:
		if len(path) > 0 {
			gather(v[path[0]], path[1:], give)
		}
		return
	}
	if len(path) > 0 {
		return
	}
	switch v := v.(type) {
	case string:
		give(strings.TrimSpace(v))
	case json.Number:
		give(v.String())
	case bool:
		if v {
			give("true")
		} else {
			give("false")
		}
	}
}

// first gives the first value of the first path that has one.
func (e *entry) first(paths ...string) string {
	for _, path := range paths {
		if list := e.values(path); len(list) > 0 {
			return list[0]
		}
	}
	return ""
}

// items gives the elements of a list of objects or of plain values, the latter
// under the name "".
func (e *entry) items(name string) []*entry {
	list, ok := e.attrs[name].([]any)
	if !ok && e.attrs[name] != nil {
		list = []any{e.attrs[name]}
	}
	var items []*entry
	for _, item := range list {
		object, ok := item.(map[string]any)
		if !ok {
			object = map[string]any{"": item}
		}
		items = append(items, &entry{e.line, object})
	}
	return items
}

// typeNames begin what PowerShell writes instead of a list's values (about
// Export-Csv: a property that is a collection is converted by ToString).
var typeNames = []string{
	"Microsoft.ActiveDirectory.Management.", "Microsoft.Graph.PowerShell.Models.", "System.Collections.", "System.Object[", "System.String[",
}

func isTypeName(text string) bool {
	for _, start := range typeNames {
		if strings.HasPrefix(text, start) {
			return true
		}
	}
	return false
}
