// Records that stand as text inside other records: a cell of an export, a
// member of a wrapper.
package formats

// unwrap reads the record inside the one whose values are in the slots, where
// the table says that there is one. n and why are what reading the outer one
// gave.
func (d *Decoder) unwrap(n int, why string) (int, string) {
	if why != "" || len(d.f.inside) == 0 {
		return n, why
	}
	for i, v := range d.f.inside {
		b := d.text(v)
		if len(b) == 0 {
			continue
		}
		used, why := d.s.scan(b)
		if why == "" && used < len(b) {
			why = whyNotJSON
		}
		if why != "" {
			return n, d.f.table.Framing.Inside[i] + ": " + why
		}
		return n, ""
	}
	if d.wrapped {
		return n, "no " + d.f.table.Framing.Inside[0] + ": the row lacks the record itself"
	}
	return n, ""
}
