// Package formats turns the records of a log into events. A format is one YAML
// file in this folder: how its records are told from others, where they begin
// and end, and which vendor event gives which kind with which fields. Go is
// written only where a vendor forces it (Hook).
//
// To add a format, copy the smallest real one, resetproof-steps.yaml, give it
// an id and a folder testdata/formats/<id> with records and the events they
// must give. This file describes every key of such a table.
package formats

import (
	"time"

	"resetproof/ingest/event"
)

// Table is a format as its YAML file states it. A key this struct does not
// have is an error with file and line.
//
// A path names a value inside a record: keys parted by dots, with a key that
// holds a dot itself in single quotes ('caller_id.name'), and array elements
// chosen by target[0], target[] (the first that has the value),
// target[type=User|AppUser] (the first whose key is one of these) or
// target[id=User_*] (the first whose key begins so). Numbers and
// booleans are read as they are written; null, objects and arrays are empty.
// For CSV a path is the column's name in any case, and goes on into a cell that
// holds an object.
type Table struct {
	// ID is the format's name, equal to the file's; Title a line for people.
	ID    string `yaml:"id"`
	Title string `yaml:"title"`
	// Extends names tables whose keys hold wherever this one, or one named
	// before, has none. Their events come after this one's.
	Extends Words `yaml:"extends"`
	// Abstract marks a table that is only extended, never recognised.
	Abstract bool `yaml:"abstract"`
	// Family stands for the format in event ids, so that one vendor event
	// exported in two encodings is one event; the id if empty.
	Family string `yaml:"family"`
	// System is the system the records speak of (okta, ad, servicenow).
	System string `yaml:"system"`
	// RetentionDays is how long the vendor keeps such records; 0 if unknown.
	RetentionDays int `yaml:"retention_days"`

	// Framing says where records begin and end.
	Framing Framing `yaml:"framing"`
	// Sniff holds for a record of this format and for no other's.
	Sniff Conditions `yaml:"sniff"`
	// Prefixes replaces the first key of every path: with {data:
	// winlog.event_data} the path data.TargetSid reads
	// winlog.event_data.TargetSid, with {data: ""} it reads TargetSid. The first
	// two keys may be replaced together: with {data.TargetSid: Sid} it reads
	// Sid. So one list of events serves several encodings.
	Prefixes map[string]string `yaml:"prefixes"`
	// Hook names the Go part registered for this format; mostly empty.
	Hook string `yaml:"hook"`

	// Empty lists values that say nothing ("-", "unknown"), in any case.
	Empty []string `yaml:"empty"`
	// RecordID are the parts of the vendor's event id, in one instance. The
	// record's bytes are the id if a part is empty.
	RecordID []Value `yaml:"record_id"`
	// Instance is the tenant, organisation or host a record belongs to.
	Instance Value `yaml:"instance"`
	// Host is the computer that wrote the record, HostsNamed others that it
	// names as writing such records.
	Host       Value   `yaml:"host"`
	HostsNamed []Value `yaml:"hosts_named"`
	// Sequence is the number that the source gives its records one by one.
	Sequence Sequence `yaml:"sequence"`
	// Required are paths without which a record is malformed.
	Required []string `yaml:"required"`
	// Type is the vendor's event type, by which events are looked up.
	Type Value `yaml:"type"`
	// Time is when it happened, Written when the source wrote it down.
	Time    TimeField `yaml:"time"`
	Written TimeField `yaml:"written"`

	// Shows lists the kinds these logs can show at all; ShowsFor those they show
	// only for resets of one path; NeedsSetting those of them that prove
	// nothing until one was seen; Always those that are recorded whenever the
	// act happens. "*" stands for every kind.
	Shows        []string            `yaml:"shows"`
	ShowsFor     map[string][]string `yaml:"shows_for"`
	NeedsSetting []string            `yaml:"needs_setting"`
	Always       []string            `yaml:"always"`

	// Maps are named lists of replacements for values; the first that fits holds.
	Maps map[string][]Replacement `yaml:"maps"`
	// Failure holds for a record of an act that did not come about.
	Failure Conditions `yaml:"failure"`
	// Fields are the fields of every event, unless its rule sets them itself.
	Fields Fields `yaml:"fields"`
	// Events are tried in order; the first rule that fits gives the record's
	// events. A record that none fits is unmapped.
	Events []Rule `yaml:"events"`
}

// Sequence says where a record's number stands, and what has numbers of its own
// within an instance: a Windows computer numbers each channel.
type Sequence struct {
	Number Value `yaml:"number"`
	Of     Value `yaml:"of"`
}

// Words is a list of words; in YAML one word may stand without a list.
type Words []string

// Framing says where records begin and end in a stream.
type Framing struct {
	// Kind is json (lines, objects one after another, an array), csv (with a
	// header row; parted by comma, semicolon or tab), xml, or lines (of text,
	// which the format's hook takes apart), or a list of these if the format
	// comes in several.
	Kind Words `yaml:"kind"`
	// Keys name the members of a JSON object that hold the array of records:
	// result for {"result":[…]}.
	Keys []string `yaml:"keys"`
	// Element is the name of an XML record's element, without a prefix.
	Element string `yaml:"element"`
	// Inside are paths to a text that holds the record itself, as JSON: a column
	// of an export. In CSV a row without it is malformed if the header has its
	// column; else, and in JSON, the record is taken as it is.
	Inside []string `yaml:"inside"`
}

// Conditions hold if any of them does; none never hold. In YAML one condition
// may stand without a list.
type Conditions []Condition

// Condition holds if every path has one of the values listed for it. A value
// is compared exactly, "*" means anything but empty, "" empty, "a*" and "*a"
// beginning and end, "*a*" inside; "$path" is the value at another path. "!x"
// excludes what x fits: no such value may fit, and of the others, if there are
// any, one must. Case is ignored. For CSV, Table.Sniff sees a record in
// which each column of the header holds its own name.
type Condition map[string][]string

// Value says where a field's text comes from. In YAML it is a path, "=text"
// for a constant, a list whose first non-empty member holds, or the keys below.
type Value struct {
	From []Value `yaml:"from"` // alternatives
	Path string  `yaml:"path"`
	Text string  `yaml:"text"` // a constant
	// Join puts the non-empty of several values together, parted by Sep. With
	// All it is empty if one of them is.
	Join []Value `yaml:"join"`
	Sep  string  `yaml:"sep"`
	All  bool    `yaml:"all"`
	// Map names a list of replacements; a value that none fits stays as it is.
	Map string `yaml:"map"`
	// When must hold, else the value is empty.
	When Conditions `yaml:"when"`
	// After keeps what follows the first occurrence of a text, and is empty
	// without it; Until keeps what stands before one. Unquote takes a JSON text
	// that stands inside the text out of its quotes. All three come before Map.
	After   string `yaml:"after"`
	Until   string `yaml:"until"`
	Unquote bool   `yaml:"unquote"`
	// Lower writes it in lower case. Hash replaces it by the first 16
	// hexadecimal digits of its SHA-256: for ids that open a door by themselves.
	// URLHost keeps the host of a URL only.
	Lower   bool `yaml:"lower"`
	Hash    bool `yaml:"hash"`
	URLHost bool `yaml:"url_host"`

	constant bool // written as "=text", which may be empty
}

// Replacement gives To for a value that one of Is fits (as in a Condition).
type Replacement struct {
	Is []string `yaml:"is"`
	To string   `yaml:"to"`
}

// TimeField says where a time stands and how it is written. The first
// non-empty value is tried with each layout in turn.
type TimeField struct {
	From    []Value  `yaml:"from"`
	Layouts []Layout `yaml:"layouts"`
}

// Layout is one way to write a time: rfc3339 (with offset or Z, any number of
// decimals), rfc3164 (Jan _2 15:04:05, which names no year: the latest that
// does not lie ahead of the run's now), epoch-s, epoch-ms, or a Go layout. Zone
// tells for a layout without offset which clock it is: utc, or config for the
// zone the source's configuration names; without one such a record is malformed.
type Layout struct {
	As   string `yaml:"as"`
	Zone string `yaml:"zone"`
}

// Rule says which events a record gives.
type Rule struct {
	// Match lists vendor event types (as in a Condition); empty fits any.
	Match []string `yaml:"match"`
	// When must hold too, if there.
	When Conditions `yaml:"when"`
	// Kind is the event's kind; other for a record that is known and has no
	// meaning for custody.
	Kind string `yaml:"kind"`
	// KindFrom is where the kind itself stands in the record.
	KindFrom Value `yaml:"kind_from"`
	// Time, Written, Failure and Fields take the place of the table's. A rule
	// with its own time has no written unless it says so.
	Time    TimeField   `yaml:"time"`
	Written TimeField   `yaml:"written"`
	Failure *Conditions `yaml:"failure"`
	Fields  Fields      `yaml:"fields"`
	// And are more events of the same record, each under its own When.
	And []Rule `yaml:"and"`
}

// Fields says where an event's fields come from; see event.Event for what each
// means. One left out is taken from the table's Fields.
type Fields struct {
	System       *Value      `yaml:"system"`
	Account      *PartyField `yaml:"account"`
	Actor        *PartyField `yaml:"actor"`
	Assigned     *PartyField `yaml:"assigned"`
	Ticket       *Value      `yaml:"ticket"`
	TicketAlias  *Value      `yaml:"ticket_alias"`
	Correlation  *Value      `yaml:"correlation"`
	Session      *Value      `yaml:"session"`
	Credential   *Value      `yaml:"credential"`
	CredentialID *Value      `yaml:"credential_id"`
	Method       *Value      `yaml:"method"`
	Channel      *Value      `yaml:"channel"`
	Expires      *TimeField  `yaml:"expires"`
	Uses         *Value      `yaml:"uses"`
	Role         *Value      `yaml:"role"`
	Category     *Value      `yaml:"category"`
	Product      *Value      `yaml:"product"`
	// Reason is graded; its text never enters an event.
	Reason *Value `yaml:"reason"`
	// FreeText is what people or programs wrote beside Reason: comments, command
	// lines. Both are searched for secrets (event.Leak), of which only the kind
	// enters an event.
	FreeText *Value `yaml:"free_text"`
	IP       *Value `yaml:"ip"`
	Place    *Value `yaml:"place"`
	Device   *Value `yaml:"device"`
	Host     *Value `yaml:"host"`
	App      *Value `yaml:"app"`
}

// PartyField says where an account stands. Ref is for accounts written by
// people (system:value, DOMAIN\name, S-1-…): its system and whether it is an id
// or a name are told by its shape. In YAML a list of them gives the first that
// names somebody, so that id and name always come from one place.
type PartyField struct {
	From   []PartyField `yaml:"from"`
	System Value        `yaml:"system"` // the table's system if left out
	ID     Value        `yaml:"id"`
	Name   Value        `yaml:"name"`
	Type   Value        `yaml:"type"`
	Ref    Value        `yaml:"ref"`
}

// Hook is the Go part of a format, for what a table cannot say.
type Hook struct {
	// Stream, if set, gives each stream a hook of its own, for records that are
	// understood only with those before them. Extract, Zone and Adjust are then
	// those of the stream's hook.
	Stream func() *Hook
	// Extract, if set, takes the place of the JSON scanner: it calls put for
	// every value it finds, by path; unknown paths are ignored, and of several
	// puts to one path the last holds. value may alias raw. An error makes the
	// record malformed; its text must not quote the record.
	Extract func(raw []byte, put func(path string, value []byte)) error
	// Paths are read for Adjust and Zone beside those the table names.
	Paths []string
	// Zone, if set, is asked for the clock of a local time where the config
	// names none; nil if the record does not tell either.
	Zone func(get func(path string) string) *time.Location
	// Adjust, if set, sees the finished record (mapped or unmapped) and may
	// change it. get gives the text at one of Paths, "" if empty.
	Adjust func(get func(path string) string, rec *Record)
}

// hooks are the Go parts, by the name a table's hook key gives.
var hooks = map[string]*Hook{}

// Options say what a stream's records cannot say themselves.
type Options struct {
	// Zone is the clock of local times without zone; nil if the config names none.
	Zone *time.Location
	// Now is the run's now, against which future times are malformed.
	Now time.Time
	// Instance is the config's name for the tenant or host, Source the source's
	// name, for records that do not tell.
	Instance string
	Source   string
}

// Record is one log entry. It and what it points to are reused: it is valid
// until emit returns. Its strings and those of its events are safe to keep;
// Raw, Events and HostsNamed must be copied.
type Record struct {
	Origin event.Origin
	// Type is the vendor's event type.
	Type string
	// Time and Written are UTC nanoseconds, 0 if not stated.
	Time, Written int64
	// Early is for how long it was written before it happened; Written is then 0.
	Early      int64
	Instance   string
	Host       string
	HostsNamed []string
	// Number is what the source gave the record in Stream; 0 if it gives none.
	Number int64
	Stream string
	// Raw is the record as written, without line end. It may hold secrets.
	Raw []byte
	// Events are in the order of the table. Exactly one of these holds: there
	// are events, Unmapped is set, or Malformed says why it could not be read.
	Events    []event.Event
	Unmapped  bool
	Malformed string
	// Ahead is the time, UTC nanoseconds, of a record that is malformed because it
	// lies too far after the run's now: a later run reads it. 0 for others.
	Ahead int64
}
