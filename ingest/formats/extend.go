// One table standing on another: encodings of the same records share their
// list of events.
package formats

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// extend gives t with the keys of the tables it extends wherever it has none.
// Prefixes, maps and fields are put together key by key; its events come first.
func extend(t *Table, all map[string]*Table, below []string) (*Table, error) {
	whole := *t
	for _, id := range t.Extends {
		if slices.Contains(below, t.ID) {
			return nil, fmt.Errorf("extends %s, which extends it", id)
		}
		parent := all[id]
		if parent == nil {
			return nil, fmt.Errorf("extends %q, which is no format", id)
		}
		parent, err := extend(parent, all, append(below, t.ID))
		if err != nil {
			return nil, err
		}
		whole = *stand(&whole, parent)
	}
	return &whole, nil
}

// stand puts t on one table it extends.
func stand(t, parent *Table) *Table {
	whole := *t
	if whole.Family == "" {
		if whole.Family = parent.Family; whole.Family == "" {
			whole.Family = parent.ID
		}
	}
	whole.Prefixes = union(parent.Prefixes, t.Prefixes)
	whole.Maps = union(parent.Maps, t.Maps)
	whole.Events = slices.Concat(t.Events, parent.Events)
	inherit(&whole.Fields, parent.Fields)
	kept := *parent
	kept.Abstract, kept.Extends = false, nil
	inherit(&whole, kept)
	return &whole
}

func union[V any](parent, child map[string]V) map[string]V {
	m := maps.Clone(parent)
	if m == nil {
		m = map[string]V{}
	}
	maps.Copy(m, child)
	return m
}

// inherit sets the fields of to that are zero to those of from.
func inherit[T any](to *T, from T) {
	v, f := reflect.ValueOf(to).Elem(), reflect.ValueOf(from)
	for i := range v.NumField() {
		if v.Field(i).IsZero() {
			v.Field(i).Set(f.Field(i))
		}
	}
}
