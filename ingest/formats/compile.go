// Compiling a table: every path becomes a slot of one trie, every value and
// condition a small tree that reads slots.
package formats

import (
	"fmt"
	"slices"
	"strings"

	"resetproof/ingest/event"
)

// Format is a compiled table. It may be used by any number of decoders at a time.
type Format struct {
	table *Table
	hook  *Hook
	trie  *trie
	sniff conditions
	empty [][]byte

	recordID   []*value
	instance   *value
	host       *value
	hostsNamed []*value
	number     *value
	stream     *value
	required   []*value
	inside     []*value
	typ        *value
	time       *timeField
	written    *timeField
	failure    conditions
	rules      []*rule
	maxEvents  int
	columns    map[string][]int // slots by path, for records that are not JSON
	cells      map[string][]int // the same by the path in lower case, for CSV
}

// Table is what the format's file says, with what it extends. It is not to be changed.
func (f *Format) Table() *Table { return f.table }

// value is a compiled Value; a nil one is empty.
type value struct {
	slot    int // -1 if not a path
	text    string
	from    []*value
	join    []*value
	sep     string
	all     bool
	mapping []replacement
	when    conditions
	lower   bool
	hash    bool
	urlHost bool
	after   []byte
	until   []byte
	unquote bool
}

type replacement struct {
	is []matcher
	to []byte
}

type timeField struct {
	from    []*value
	layouts []Layout
}

// local tells whether some layout has no zone of its own.
func (t *timeField) local() bool {
	return slices.ContainsFunc(t.layouts, func(l Layout) bool { return l.Zone == zoneConfig })
}

type rule struct {
	match    []matcher
	when     conditions
	kind     event.Kind
	kindFrom *value
	time     *timeField
	written  *timeField
	failure  conditions
	texts    []textField
	parties  []partyField
	expires  *timeField
	uses     *value
	reason   *value
	freeText *value
	ip       *value
	and      []*rule
}

type textField struct {
	value *value
	at    func(*event.Event) *string
}

type partyField struct {
	at     func(*event.Event) *event.Party
	places []partyPlace
}

type partyPlace struct{ system, id, name, typ, ref *value }

// maxEventsPerRecord bounds what one rule may make of a record.
const maxEventsPerRecord = 16

// compiler collects the paths of a table; their slots are known, and set, when
// all of them are.
type compiler struct {
	table *Table
	paths []string
	fixes []func(slots map[string]int)
	errs  []error
}

func compile(t *Table) (*Format, error) {
	c := &compiler{table: t}
	f := &Format{
		table:    t,
		sniff:    c.conditions(t.Sniff),
		recordID: c.values(t.RecordID),
		instance: c.value(&t.Instance), host: c.value(&t.Host), hostsNamed: c.values(t.HostsNamed),
		number: c.value(&t.Sequence.Number), stream: c.value(&t.Sequence.Of),
		typ:  c.value(&t.Type),
		time: c.timeField(&t.Time), written: c.timeField(&t.Written),
		failure: c.conditions(t.Failure),
	}
	for _, p := range t.Required {
		f.required = append(f.required, c.value(&Value{Path: p}))
	}
	for _, p := range t.Framing.Inside {
		f.inside = append(f.inside, c.value(&Value{Path: p}))
	}
	for _, e := range t.Empty {
		f.empty = append(f.empty, []byte(e))
	}
	for i := range t.Events {
		r := c.rule(&t.Events[i], fmt.Sprintf("events[%d]", i))
		f.rules = append(f.rules, r)
		f.maxEvents = max(f.maxEvents, 1+len(r.and))
	}
	c.checkTable(f)
	if t.Hook != "" {
		if f.hook = hooks[t.Hook]; f.hook == nil {
			c.errorf("hook %q is not in the program", t.Hook)
		} else {
			c.paths = append(c.paths, f.hook.Paths...)
		}
	}
	slices.Sort(c.paths)
	c.paths = slices.Compact(c.paths)
	var err error
	if f.trie, err = newTrie(c.paths, t.Prefixes); err != nil {
		c.errs = append(c.errs, err)
	}
	if len(c.errs) > 0 {
		return nil, c.errs[0]
	}
	for _, fix := range c.fixes {
		fix(f.trie.slots)
	}
	f.columns, f.cells = map[string][]int{}, map[string][]int{}
	for _, p := range c.paths {
		name := flat(p, t.Prefixes)
		f.columns[name] = append(f.columns[name], f.trie.slots[p])
		lower := strings.ToLower(name)
		f.cells[lower] = append(f.cells[lower], f.trie.slots[p])
	}
	return f, nil
}

func (c *compiler) errorf(format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf(format, args...))
}

func (c *compiler) path(p string, slot *int) {
	c.paths = append(c.paths, p)
	c.fixes = append(c.fixes, func(slots map[string]int) { *slot = slots[p] })
}

func (c *compiler) value(v *Value) *value {
	if v == nil || v.Path == "" && v.Text == "" && len(v.From) == 0 && len(v.Join) == 0 && !v.constant {
		return nil
	}
	w := &value{slot: -1, text: v.Text, sep: v.Sep, all: v.All, lower: v.Lower, hash: v.Hash, urlHost: v.URLHost,
		after: []byte(v.After), until: []byte(v.Until), unquote: v.Unquote,
		from: c.values(v.From), join: c.values(v.Join), when: c.conditions(v.When)}
	if v.Path != "" {
		c.path(v.Path, &w.slot)
	}
	if v.Map != "" {
		rs, ok := c.table.Maps[v.Map]
		if !ok {
			c.errorf("map %q is not among maps", v.Map)
		}
		for _, r := range rs {
			w.mapping = append(w.mapping, replacement{c.matchers(r.Is), []byte(r.To)})
		}
	}
	return w
}

func (c *compiler) values(vs []Value) []*value {
	var ws []*value
	for i := range vs {
		ws = append(ws, c.value(&vs[i]))
	}
	return ws
}

func (c *compiler) matchers(list []string) []matcher {
	ms := make([]matcher, len(list))
	for i, s := range list {
		var ref string
		if ms[i], ref = newMatcher(s); ref != "" {
			c.path(ref, &ms[i].slot)
		}
	}
	return ms
}

func (c *compiler) conditions(cs Conditions) conditions {
	var out conditions
	for _, cond := range cs {
		paths := sortedKeys(cond)
		terms := make([]term, len(paths))
		for i, p := range paths {
			terms[i].matchers = c.matchers(cond[p])
			c.path(p, &terms[i].slot)
		}
		out = append(out, terms)
	}
	return out
}

func (c *compiler) timeField(t *TimeField) *timeField {
	if t == nil || len(t.From) == 0 {
		return nil
	}
	layouts := t.Layouts
	if len(layouts) == 0 {
		layouts = c.table.Time.Layouts
	}
	if len(layouts) == 0 {
		c.errorf("a time has no layouts")
	}
	for _, l := range layouts {
		switch {
		case l.As == layoutRFC3339 || l.As == layoutEpochS || l.As == layoutEpochMS:
		case l.Zone != zoneUTC && l.Zone != zoneConfig:
			c.errorf("layout %q needs zone utc or config", l.As)
		}
	}
	return &timeField{from: c.values(t.From), layouts: layouts}
}
