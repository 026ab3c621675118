// Mapping one record's values to events, as the format's rules say.
package formats

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"math"
	"strconv"
	"time"

	"resetproof/ingest/event"
)

// mapper holds what is reused from record to record. Text that is put together
// lies in scratch until text is copied out at the record's end, in one piece.
type mapper struct {
	f       *Format
	hook    *Hook // the format's, or this stream's own
	opt     *Options
	s       *scanner
	words   words
	empties [][]byte
	get     func(slot int) []byte

	rec     Record
	events  []event.Event
	hosts   []string
	scratch []byte
	vendor  []byte
	copies  []copying
	byType  map[string][]*rule
}

// copying is a text that an event's field will hold.
type copying struct {
	to   *string
	text []byte
}

func (m *mapper) begin() *Record {
	m.events = m.events[:0]
	m.scratch = m.scratch[:0]
	m.copies = m.copies[:0]
	m.rec = Record{}
	return &m.rec
}

// slot gives the text in a slot, empty for those the format calls empty.
func (m *mapper) slot(n int) []byte {
	b := m.s.get(n)
	for _, e := range m.empties {
		if len(b) == len(e) && bytes.EqualFold(b, e) {
			return b[:0]
		}
	}
	return b
}

// text evaluates a value; the result holds until the next record. It is nil
// where the record lacks the field, not nil where the field is there and empty.
func (m *mapper) text(v *value) []byte {
	if v == nil || len(v.when) > 0 && !v.when.hold(m.get) {
		return nil
	}
	b := m.source(v)
	if len(b) == 0 {
		return b
	}
	if b = cut(b, v.after, v.until); v.unquote {
		b = unquote(b)
	}
	for i := range v.mapping {
		if fitsAny(v.mapping[i].is, b, m.get) {
			b = v.mapping[i].to
			break
		}
	}
	if v.urlHost {
		b = urlHost(b)
	}
	if v.lower {
		b = m.keep(func(to []byte) []byte { return append(to, bytes.ToLower(b)...) })
	}
	if v.hash && len(b) > 0 {
		sum := sha256.Sum256(b)
		b = m.keep(func(to []byte) []byte { return hex.AppendEncode(to, sum[:8]) })
	}
	return b
}

func (m *mapper) source(v *value) []byte {
	switch {
	case v.slot >= 0:
		return m.slot(v.slot)
	case len(v.from) > 0:
		var blank []byte
		for _, alt := range v.from {
			b := m.text(alt)
			if len(b) > 0 {
				return b
			}
			if b != nil {
				blank = b
			}
		}
		return blank
	case len(v.join) > 0:
		return m.join(v)
	}
	return m.keep(func(to []byte) []byte { return append(to, v.text...) })
}

func (m *mapper) join(v *value) []byte {
	var parts [maxJoin][]byte
	n := 0
	for _, w := range v.join {
		b := m.text(w)
		if len(b) == 0 && v.all {
			return nil
		}
		if len(b) > 0 && n < maxJoin {
			parts[n] = b
			n++
		}
	}
	return m.keep(func(to []byte) []byte {
		for i, b := range parts[:n] {
			if i > 0 {
				to = append(to, v.sep...)
			}
			to = append(to, b...)
		}
		return to
	})
}

// maxJoin is how many values a join puts together at most.
const maxJoin = 8

// keep appends to scratch and returns what was appended.
func (m *mapper) keep(add func([]byte) []byte) []byte {
	from := len(m.scratch)
	m.scratch = add(m.scratch)
	return m.scratch[from:len(m.scratch):len(m.scratch)]
}

// when reads the time of something that has happened, in UTC nanoseconds; 0
// without a reason if there is none.
func (m *mapper) when(t *timeField) (ns int64, why string) {
	at, why := m.stated(t)
	if why != "" || at.IsZero() {
		return 0, why
	}
	if why = bounds(at, m.opt.Now); why != "" {
		return 0, why
	}
	return at.UnixNano(), ""
}

// happened is when for the time of the record or of an event. Where it lies too
// far ahead, the record remembers it.
func (m *mapper) happened(t *timeField) (ns int64, why string) {
	if ns, why = m.when(t); why != "" {
		at, _ := m.stated(t)
		m.rec.Ahead = ahead(at, m.opt.Now)
	}
	return ns, why
}

// ends reads the time at which something ends, which may lie ever so far ahead.
func (m *mapper) ends(t *timeField) (ns int64, why string) {
	at, why := m.stated(t)
	switch {
	case why != "" || at.IsZero():
		return 0, why
	case at.After(latestTime):
		return math.MaxInt64, ""
	case at.Before(event.When(event.EarliestTime)):
		return 0, bounds(at, m.opt.Now)
	}
	return at.UnixNano(), ""
}

// stated reads a time as it is written; zero without a reason if there is none.
func (m *mapper) stated(t *timeField) (at time.Time, why string) {
	if t == nil {
		return at, ""
	}
	for _, v := range t.from {
		b := m.text(v)
		if len(b) == 0 {
			continue
		}
		why = whyTimeForm
		for _, l := range t.layouts {
			at, problem := l.parse(b, m.zone, m.opt.Now)
			if problem == "" {
				return at, ""
			}
			if problem != whyTimeForm {
				why = problem
			}
		}
		if why == whyTimeForm && t.local() {
			why += hintTimeZone
		}
		return at, why
	}
	return at, ""
}

// zone is the clock of local times: the config's, else what the record tells.
func (m *mapper) zone() *time.Location {
	if m.opt.Zone == nil && m.hook != nil && m.hook.Zone != nil {
		return m.hook.Zone(m.at)
	}
	return m.opt.Zone
}

// at gives a hook the text at one of its paths.
func (m *mapper) at(path string) string {
	slot, ok := m.f.trie.slots[path]
	if !ok {
		return ""
	}
	return string(m.slot(slot))
}

// malformed makes rec one that could not be read.
func (m *mapper) malformed(rec *Record, why string) {
	rec.Malformed = why
	rec.Events, rec.Unmapped = nil, false
	if rec.Instance == "" {
		rec.Instance = m.opt.Instance
	}
	if rec.Instance == "" {
		rec.Instance = m.opt.Source
	}
}

// fill maps the values in the slots.
func (m *mapper) fill(rec *Record) {
	m.describe(rec)
	why := m.lacks()
	if why == "" {
		if rec.Time, why = m.happened(m.f.time); why == "" && rec.Time == 0 {
			why = whyNoTime
		}
	}
	if why != "" {
		m.malformed(rec, why)
		return
	}
	if rec.Written, _ = m.when(m.f.written); rec.Written < rec.Time {
		if rec.Written != 0 {
			rec.Early = rec.Time - rec.Written
		}
		rec.Written = 0 // a clock or an edited time: no lag can be read from it
	}
	if why = m.apply(rec); why != "" {
		m.malformed(rec, why)
		return
	}
	rec.Events = m.events
	rec.Unmapped = len(m.events) == 0
	m.copyOut()
	m.identify(rec)
	if m.hook != nil && m.hook.Adjust != nil {
		m.hook.Adjust(m.at, rec)
	}
}

// lacks tells which required value is missing, "" if none.
func (m *mapper) lacks() string {
	for i, v := range m.f.required {
		if len(m.text(v)) == 0 {
			return "no " + flat(m.f.table.Required[i], m.f.table.Prefixes)
		}
	}
	return ""
}

// describe sets what holds for a record of any type.
func (m *mapper) describe(rec *Record) {
	rec.Type = m.words.of(m.text(m.f.typ))
	rec.Host = m.words.of(m.text(m.f.host))
	if rec.Instance = m.opt.Instance; rec.Instance == "" {
		rec.Instance = m.words.of(m.text(m.f.instance))
	}
	if rec.Instance == "" {
		rec.Instance = m.opt.Source
	}
	m.number(rec)
	m.hosts = m.hosts[:0]
	for _, v := range m.f.hostsNamed {
		if b := m.text(v); len(b) > 0 {
			m.hosts = append(m.hosts, m.words.of(b))
		}
	}
	rec.HostsNamed = m.hosts
}

// maxStream bounds the name of what has numbers of its own.
const maxStream = 200

// number reads the record's own number.
func (m *mapper) number(rec *Record) {
	if m.f.number == nil {
		return
	}
	stream := m.text(m.f.stream)
	if n, err := strconv.ParseInt(string(m.text(m.f.number)), 10, 64); err == nil && n > 0 && len(stream) <= maxStream {
		rec.Number, rec.Stream = n, m.words.of(stream)
	}
}

// apply makes the events of the first rule that fits.
func (m *mapper) apply(rec *Record) (why string) {
	for _, r := range m.rulesFor(rec.Type) {
		if r.when != nil && !r.when.hold(m.get) {
			continue
		}
		if why = m.event(rec, r); why != "" {
			return why
		}
		for _, also := range r.and {
			if also.when != nil && !also.when.hold(m.get) {
				continue
			}
			if why = m.event(rec, also); why != "" {
				return why
			}
		}
		return ""
	}
	return ""
}

// maxTypes bounds the memory for vendor event types; beyond it rules are
// looked up anew for each record.
const maxTypes = 4096

func (m *mapper) rulesFor(typ string) []*rule {
	if rules, ok := m.byType[typ]; ok {
		return rules
	}
	var rules []*rule
	for _, r := range m.f.rules {
		if len(r.match) == 0 || fitsAny(r.match, []byte(typ), m.get) {
			rules = append(rules, r)
		}
	}
	if m.byType == nil {
		m.byType = map[string][]*rule{}
	}
	if len(m.byType) < maxTypes {
		m.byType[typ] = rules
	}
	return rules
}

// event appends the event a rule gives.
func (m *mapper) event(rec *Record, r *rule) (why string) {
	kind := r.kind
	if r.kindFrom != nil {
		name := string(m.text(r.kindFrom))
		var ok bool
		if kind, ok = event.ParseKind(name); !ok {
			return "kind is unknown" + didYouMean(name)
		}
	}
	m.events = append(m.events, event.Event{Kind: kind, Time: rec.Time, Written: rec.Written, Host: rec.Host,
		System: m.f.table.System, Format: m.f.table.ID, Origin: rec.Origin, Raw: rec.Raw, Index: uint16(len(m.events))})
	e := &m.events[len(m.events)-1]
	if why = m.times(e, r); why != "" {
		return why
	}
	if r.failure.hold(m.get) {
		e.Outcome = event.Failure
	}
	for i := range r.texts {
		m.copyTo(r.texts[i].at(e), m.text(r.texts[i].value))
	}
	for i := range r.parties {
		m.party(r.parties[i].at(e), &r.parties[i])
	}
	if r.reason != nil {
		text := m.text(r.reason)
		e.Reason, e.Leak = grade(text), leak(text)
	}
	if e.Leak == "" && r.freeText != nil {
		e.Leak = leak(m.text(r.freeText))
	}
	m.copyTo(&e.IP, address(m.text(r.ip)))
	if n, err := strconv.ParseInt(string(m.text(r.uses)), 10, 32); err == nil && n > 0 {
		e.Uses = int32(n)
	}
	return ""
}

func (m *mapper) times(e *event.Event, r *rule) (why string) {
	if r.time != nil {
		if e.Time, why = m.happened(r.time); why == "" && e.Time == 0 {
			why = whyNoTime
		}
		if why != "" {
			return why
		}
		e.Written = 0
	}
	if r.written != nil {
		e.Written, _ = m.when(r.written)
	}
	if e.Written < e.Time {
		e.Written = 0
	}
	e.Expires, why = m.ends(r.expires)
	if why != "" {
		return "expires: " + why
	}
	return ""
}

// party sets the first place that names somebody.
func (m *mapper) party(to *event.Party, p *partyField) {
	for i := range p.places {
		at := &p.places[i]
		if ref := m.text(at.ref); len(ref) > 0 {
			*to = account(string(ref))
			m.copyTo(&to.Type, m.text(at.typ))
			return
		}
		id, name := m.text(at.id), m.text(at.name)
		if len(id) == 0 && len(name) == 0 {
			continue
		}
		m.copyTo(&to.ID, id)
		m.copyTo(&to.Name, name)
		m.copyTo(&to.System, m.text(at.system))
		m.copyTo(&to.Type, m.text(at.typ))
		return
	}
}

func (m *mapper) copyTo(to *string, b []byte) {
	if len(b) > 0 {
		m.copies = append(m.copies, copying{to, b})
	}
}

// copyOut gives all texts of a record's events one string to share.
func (m *mapper) copyOut() {
	from := len(m.scratch)
	for _, c := range m.copies {
		m.scratch = append(m.scratch, c.text...)
	}
	all := string(m.scratch[from:])
	for _, c := range m.copies {
		*c.to, all = all[:len(c.text)], all[len(c.text):]
	}
}
