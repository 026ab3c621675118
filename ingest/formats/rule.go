// Compiling the rules of a table, and checking what a table promises.
package formats

import (
	"reflect"
	"slices"
	"strings"

	"resetproof/ingest/event"
)

// textColumns are the event fields that hold text as the record has it.
var textColumns = []struct {
	from func(*Fields) *Value
	at   func(*event.Event) *string
}{
	{func(f *Fields) *Value { return f.System }, func(e *event.Event) *string { return &e.System }},
	{func(f *Fields) *Value { return f.Ticket }, func(e *event.Event) *string { return &e.Ticket }},
	{func(f *Fields) *Value { return f.TicketAlias }, func(e *event.Event) *string { return &e.TicketAlias }},
	{func(f *Fields) *Value { return f.Correlation }, func(e *event.Event) *string { return &e.Correlation }},
	{func(f *Fields) *Value { return f.Session }, func(e *event.Event) *string { return &e.Session }},
	{func(f *Fields) *Value { return f.Credential }, func(e *event.Event) *string { return &e.Credential }},
	{func(f *Fields) *Value { return f.CredentialID }, func(e *event.Event) *string { return &e.CredentialID }},
	{func(f *Fields) *Value { return f.Method }, func(e *event.Event) *string { return &e.Method }},
	{func(f *Fields) *Value { return f.Channel }, func(e *event.Event) *string { return &e.Channel }},
	{func(f *Fields) *Value { return f.Role }, func(e *event.Event) *string { return &e.Role }},
	{func(f *Fields) *Value { return f.Category }, func(e *event.Event) *string { return &e.Category }},
	{func(f *Fields) *Value { return f.Product }, func(e *event.Event) *string { return &e.Product }},
	{func(f *Fields) *Value { return f.Place }, func(e *event.Event) *string { return &e.Place }},
	{func(f *Fields) *Value { return f.Device }, func(e *event.Event) *string { return &e.Device }},
	{func(f *Fields) *Value { return f.Host }, func(e *event.Event) *string { return &e.Host }},
	{func(f *Fields) *Value { return f.App }, func(e *event.Event) *string { return &e.App }},
}

var partyColumns = []struct {
	from func(*Fields) *PartyField
	at   func(*event.Event) *event.Party
}{
	{func(f *Fields) *PartyField { return f.Account }, func(e *event.Event) *event.Party { return &e.Account }},
	{func(f *Fields) *PartyField { return f.Actor }, func(e *event.Event) *event.Party { return &e.Actor }},
	{func(f *Fields) *PartyField { return f.Assigned }, func(e *event.Event) *event.Party { return &e.Assigned }},
}

func (c *compiler) rule(r *Rule, where string) *rule {
	fields := r.Fields
	inherit(&fields, c.table.Fields)
	out := &rule{
		match: c.matchers(r.Match), when: c.conditions(r.When),
		kindFrom: c.value(&r.KindFrom),
		time:     c.timeField(&r.Time), written: c.timeField(&r.Written),
		expires: c.timeField(fields.Expires),
		uses:    c.value(fields.Uses), reason: c.value(fields.Reason), freeText: c.value(fields.FreeText), ip: c.value(fields.IP),
	}
	out.failure = c.conditions(c.table.Failure)
	if r.Failure != nil {
		out.failure = c.conditions(*r.Failure)
	}
	c.kind(r, out, where)
	for _, col := range textColumns {
		if v := c.value(col.from(&fields)); v != nil {
			out.texts = append(out.texts, textField{v, col.at})
		}
	}
	for _, col := range partyColumns {
		if p := col.from(&fields); p != nil && !reflect.ValueOf(*p).IsZero() {
			out.parties = append(out.parties, c.party(p, col.at))
		}
	}
	if len(r.And) >= maxEventsPerRecord {
		c.errorf("%s: more than %d events of one record", where, maxEventsPerRecord)
	}
	for i := range r.And {
		if len(r.And[i].And) > 0 || len(r.And[i].Match) > 0 {
			c.errorf("%s: a rule under and has neither match nor and", where)
		}
		out.and = append(out.and, c.rule(&r.And[i], where+".and"))
	}
	return out
}

func (c *compiler) kind(r *Rule, out *rule, where string) {
	if r.Kind == "" && out.kindFrom != nil {
		return
	}
	var ok bool
	if out.kind, ok = event.ParseKind(r.Kind); !ok {
		c.errorf("%s: kind %q is not one%s", where, r.Kind, didYouMean(r.Kind))
	}
}

func (c *compiler) party(p *PartyField, at func(*event.Event) *event.Party) partyField {
	return partyField{at: at, places: c.places(p)}
}

// places lists an account's alternatives, lists within lists (an alias) laid flat.
func (c *compiler) places(p *PartyField) (all []partyPlace) {
	for i := range p.From {
		all = append(all, c.places(&p.From[i])...)
	}
	if len(p.From) > 0 {
		return all
	}
	system := &p.System
	if reflect.ValueOf(p.System).IsZero() {
		system = &Value{Text: c.table.System}
	}
	return []partyPlace{{system: c.value(system), id: c.value(&p.ID), name: c.value(&p.Name), typ: c.value(&p.Type), ref: c.value(&p.Ref)}}
}

// everyKind replaces "*" by all kinds that mean something.
func everyKind(list []string) []string {
	if !slices.Equal(list, []string{"*"}) {
		return list
	}
	list = nil
	for _, k := range event.Kinds() {
		if k != event.Other {
			list = append(list, k.String())
		}
	}
	return list
}

// checkTable refuses a table that promises kinds that do not exist or lacks
// what every format must have.
func (c *compiler) checkTable(f *Format) {
	t := c.table
	lists := [][]string{t.Shows, t.NeedsSetting, t.Always}
	for _, path := range sortedKeys(t.ShowsFor) {
		lists = append(lists, t.ShowsFor[path])
	}
	for _, list := range lists {
		for _, k := range list {
			if _, ok := event.ParseKind(k); !ok {
				c.errorf("kind %q is not one%s", k, didYouMean(k))
			}
		}
	}
	for _, k := range t.Framing.Kind {
		if !slices.Contains(framings, k) {
			c.errorf("framing kind %q is none of %s", k, strings.Join(framings, ", "))
		}
	}
	switch {
	case len(t.Framing.Kind) == 0:
		c.errorf("framing has no kind")
	case len(t.Sniff) == 0:
		c.errorf("sniff is missing: nothing tells its records from others")
	case len(t.Events) == 0:
		c.errorf("events are missing")
	case f.time == nil:
		c.errorf("time is missing")
	}
}
