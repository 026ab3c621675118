package lake

import (
	"strings"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"

	"resetproof/ingest/event"
)

// columns is the lake's schema: one entry a column, in file order. Writing,
// reading, spilling and COLUMNS.md all follow this table.
var columns = []column{
	{name: "account", form: word, derived: accountKey},
	{name: "time", form: instant, num: func(e *event.Event) *int64 { return &e.Time }},
	{name: "id", form: digest, bytes: func(e *event.Event) []byte { return e.ID[:] }},
	{name: "kind", form: name, code: kindCode},
	{name: "outcome", form: name, code: outcomeCode},
	{name: "written", form: instant, num: func(e *event.Event) *int64 { return &e.Written }},
	{name: "system", form: word, text: func(e *event.Event) *string { return &e.System }},

	{name: "account_system", form: word, text: func(e *event.Event) *string { return &e.Account.System }},
	{name: "account_id", form: word, text: func(e *event.Event) *string { return &e.Account.ID }},
	{name: "account_name", form: word, text: func(e *event.Event) *string { return &e.Account.Name }},
	{name: "account_type", form: word, text: func(e *event.Event) *string { return &e.Account.Type }},
	{name: "actor_system", form: word, text: func(e *event.Event) *string { return &e.Actor.System }},
	{name: "actor_id", form: word, text: func(e *event.Event) *string { return &e.Actor.ID }},
	{name: "actor_name", form: word, text: func(e *event.Event) *string { return &e.Actor.Name }},
	{name: "actor_type", form: word, text: func(e *event.Event) *string { return &e.Actor.Type }},
	{name: "assigned_system", form: word, text: func(e *event.Event) *string { return &e.Assigned.System }},
	{name: "assigned_id", form: word, text: func(e *event.Event) *string { return &e.Assigned.ID }},
	{name: "assigned_name", form: word, text: func(e *event.Event) *string { return &e.Assigned.Name }},
	{name: "assigned_type", form: word, text: func(e *event.Event) *string { return &e.Assigned.Type }},

	{name: "ticket", form: text, bloom: true, text: func(e *event.Event) *string { return &e.Ticket }},
	{name: "ticket_alias", form: text, text: func(e *event.Event) *string { return &e.TicketAlias }},
	{name: "correlation", form: text, text: func(e *event.Event) *string { return &e.Correlation }},
	{name: "session", form: text, bloom: true, text: func(e *event.Event) *string { return &e.Session }},
	{name: "credential", form: word, text: func(e *event.Event) *string { return &e.Credential }},
	{name: "credential_id", form: text, bloom: true, text: func(e *event.Event) *string { return &e.CredentialID }},
	{name: "method", form: word, text: func(e *event.Event) *string { return &e.Method }},
	{name: "channel", form: word, text: func(e *event.Event) *string { return &e.Channel }},
	{name: "expires", form: instant, num: func(e *event.Event) *int64 { return &e.Expires }},
	{name: "uses", form: count, code: &code{
		get: func(e *event.Event) int64 { return int64(e.Uses) },
		set: func(e *event.Event, n int64) { e.Uses = int32(n) },
	}},
	{name: "role", form: word, text: func(e *event.Event) *string { return &e.Role }},
	{name: "category", form: word, text: func(e *event.Event) *string { return &e.Category }},
	{name: "product", form: word, text: func(e *event.Event) *string { return &e.Product }},
	{name: "reason", form: name, code: reasonCode},
	{name: "leak", form: word, text: func(e *event.Event) *string { return &e.Leak }},

	{name: "ip", form: word, text: func(e *event.Event) *string { return &e.IP }},
	{name: "place", form: word, text: func(e *event.Event) *string { return &e.Place }},
	{name: "device", form: word, text: func(e *event.Event) *string { return &e.Device }},
	{name: "host", form: word, text: func(e *event.Event) *string { return &e.Host }},
	{name: "app", form: word, text: func(e *event.Event) *string { return &e.App }},

	{name: "feed", form: word, text: func(e *event.Event) *string { return &e.Feed }},
	{name: "format", form: word, text: func(e *event.Event) *string { return &e.Format }},
	{name: "uri", form: word, text: func(e *event.Event) *string { return &e.Origin.URI }},
	{name: "offset", form: count, num: func(e *event.Event) *int64 { return &e.Origin.Offset }},
	{name: "length", form: count, num: func(e *event.Event) *int64 { return &e.Origin.Length }},
	{name: "line", form: count, num: func(e *event.Event) *int64 { return &e.Origin.Line }},
	{name: "sha256", form: digest, bytes: func(e *event.Event) []byte { return e.Origin.SHA256[:] }},
	{name: "index", form: count, code: &code{
		get: func(e *event.Event) int64 { return int64(e.Index) },
		set: func(e *event.Event, n int64) { e.Index = uint16(n) },
	}},
}

// form is how a column is typed and encoded.
type form uint8

const (
	word    form = iota // text that repeats: dictionary
	text                // text that seldom repeats
	instant             // UTC nanoseconds; 0 = not stated
	count               // a number
	name                // a small enumeration, stored by its public name
	digest              // fixed number of bytes
)

// column ties one Parquet column to a field of the event. Exactly one of text,
// num, code, bytes and derived is set.
type column struct {
	name    string
	form    form
	bloom   bool
	text    func(*event.Event) *string
	num     func(*event.Event) *int64
	code    *code
	bytes   func(*event.Event) []byte
	derived func(*event.Event) string // computed when written, not read back
}

// code reads and writes a field that is no int64 itself; the names belong to
// columns of form name.
type code struct {
	get   func(*event.Event) int64
	set   func(*event.Event, int64)
	name  func(int64) string
	parse func(string) int64
}

var kindCode = &code{
	get:  func(e *event.Event) int64 { return int64(e.Kind) },
	set:  func(e *event.Event, n int64) { e.Kind = event.Kind(n) },
	name: func(n int64) string { return event.Kind(n).String() },
	parse: func(s string) int64 {
		k, _ := event.ParseKind(s)
		return int64(k)
	},
}

var outcomeCode = &code{
	get:  func(e *event.Event) int64 { return int64(e.Outcome) },
	set:  func(e *event.Event, n int64) { e.Outcome = event.Outcome(n) },
	name: func(n int64) string { return event.Outcome(n).String() },
	parse: func(s string) int64 {
		if s == event.Failure.String() {
			return int64(event.Failure)
		}
		return int64(event.Success)
	},
}

var reasonCode = &code{
	get:   func(e *event.Event) int64 { return int64(e.Reason) },
	set:   func(e *event.Event, n int64) { e.Reason = event.Reason(n) },
	name:  func(n int64) string { return event.Reason(n).String() },
	parse: func(s string) int64 { return int64(event.ParseReason(s)) },
}

// maxAccountKey bounds the sort key: a hostile login of megabytes shall not be
// written twice. Rows of accounts that agree in this many bytes may interleave.
const maxAccountKey = 256

// accountKey is what rows are sorted by: "system:value" of the account the
// event is about, in lower case, by its stable id where it has one.
func accountKey(e *event.Event) string {
	value := e.Account.ID
	if value == "" {
		value = e.Account.Name
	}
	if value == "" && e.Account.System == "" {
		return ""
	}
	if len(value) > maxAccountKey {
		cut := maxAccountKey
		for cut > 0 && !utf8.RuneStart(value[cut]) {
			cut--
		}
		value = value[:cut]
	}
	return strings.ToLower(e.Account.System + ":" + value)
}

// cell gives the event's value in this column. Text and bytes alias the event.
func (c *column) cell(e *event.Event) parquet.Value {
	switch {
	case c.text != nil:
		return textValue(*c.text(e))
	case c.num != nil:
		return parquet.Int64Value(*c.num(e))
	case c.bytes != nil:
		return parquet.FixedLenByteArrayValue(c.bytes(e))
	case c.derived != nil:
		return textValue(c.derived(e))
	case c.code.name != nil:
		return textValue(c.code.name(c.code.get(e)))
	}
	return parquet.Int64Value(c.code.get(e))
}

// number gives the event's value in a column of numbers or names.
func (c *column) number(e *event.Event) int64 {
	if c.num != nil {
		return *c.num(e)
	}
	return c.code.get(e)
}

func (c *column) setNumber(e *event.Event, n int64) {
	if c.num != nil {
		*c.num(e) = n
		return
	}
	c.code.set(e, n)
}
