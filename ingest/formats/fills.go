// Which fields a format can fill at all, by what its table says.
package formats

import (
	"reflect"
	"slices"

	"resetproof/ingest/event"
)

// evidenceColumns say where a table speaks of each of event.EvidenceFields.
var evidenceColumns = map[string]func(*Fields) bool{
	"actor":         func(f *Fields) bool { return f.Actor != nil && !reflect.ValueOf(*f.Actor).IsZero() },
	"ticket":        func(f *Fields) bool { return stated(f.Ticket) },
	"session":       func(f *Fields) bool { return stated(f.Session) },
	"method":        func(f *Fields) bool { return stated(f.Method) },
	"channel":       func(f *Fields) bool { return stated(f.Channel) },
	"ip":            func(f *Fields) bool { return stated(f.IP) },
	"place":         func(f *Fields) bool { return stated(f.Place) },
	"device":        func(f *Fields) bool { return stated(f.Device) },
	"correlation":   func(f *Fields) bool { return stated(f.Correlation) },
	"credential id": func(f *Fields) bool { return stated(f.CredentialID) },
}

// stated tells a value that can be filled from none, and from an empty constant
// by which a rule takes the table's own back.
func stated(v *Value) bool {
	return v != nil && (v.Path != "" || v.Text != "" || len(v.From) > 0 || len(v.Join) > 0)
}

// Fills lists, by kind, the fields that some rule of the format fills, in the
// order of event.EvidenceFields. What a hook adds is not among them.
func (f *Format) Fills() map[string][]string {
	fills := map[string][]string{}
	for i := range f.table.Events {
		f.fills(&f.table.Events[i], fills)
	}
	return fills
}

func (f *Format) fills(r *Rule, into map[string][]string) {
	fields := r.Fields
	inherit(&fields, f.table.Fields)
	kind := r.Kind
	if kind == "" {
		kind = event.AnyKind
	}
	for _, e := range event.EvidenceFields() {
		if evidenceColumns[e.Name](&fields) && !slices.Contains(into[kind], e.Name) {
			into[kind] = append(into[kind], e.Name)
		}
	}
	for i := range r.And {
		f.fills(&r.And[i], into)
	}
}
