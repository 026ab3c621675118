package identity

import "slices"

// Column is a column of a context file that is read; all others are tags.
type Column struct {
	Name string
	// Form is text, list, date, duration or truth.
	Form string
	// Words are those that the text may be, in any case; nil for any text.
	Words []string
	// Required tells that no row may leave it empty.
	Required bool
}

// readers are what turns the rows of each file into what they mean.
var readers = []struct {
	role string
	read func(*record)
}{
	{"identities", func(r *record) { identityFrom(r) }},
	{"secrets", func(r *record) { secretFrom(r) }},
	{"state", func(r *record) { stateFrom(r) }},
	{"incidents", func(r *record) { incidentFrom(r) }},
	{"reviews", func(r *record) { reviewFrom(r) }},
	{"topology", func(r *record) { directoryFrom(r) }},
	{"exceptions", func(r *record) { waiverFrom(r) }},
	{"baseline", func(r *record) { acceptedFrom(r) }},
}

// Columns lists the columns of a context file in the order in which they are
// read: those that its reader asks an empty row for.
func Columns(role string) []Column {
	asked := []Column{}
	for _, r := range readers {
		if r.role == role {
			r.read(&record{row: row{}, faults: &faults{}, taken: map[string]bool{}, asked: &asked})
		}
	}
	return asked
}

// ask takes note of a column that is read, by the form it is first read in.
func (r *record) ask(column, form string, words ...string) {
	if r.asked == nil || slices.ContainsFunc(*r.asked, func(c Column) bool { return c.Name == column }) {
		return
	}
	*r.asked = append(*r.asked, Column{Name: column, Form: form, Words: words})
}
