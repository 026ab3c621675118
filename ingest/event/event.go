package event

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"time"
)

// ID is the first 16 bytes of a SHA-256 over length-prefixed fields. It prints
// as 32 lower-case hexadecimal digits.
type ID [16]byte

// Hash makes an ID from fields, each prefixed with its length as a big-endian
// uint32 so that no two different lists give the same bytes.
func Hash(fields ...string) ID {
	h := sha256.New()
	var n [4]byte
	for _, f := range fields {
		binary.BigEndian.PutUint32(n[:], uint32(len(f)))
		h.Write(n[:])
		h.Write([]byte(f))
	}
	return ID(h.Sum(nil)[:16])
}

func (id ID) String() string { return hex.EncodeToString(id[:]) }

// IsZero tells whether the id was never set.
func (id ID) IsZero() bool { return id == ID{} }

// Outcome of an act, as the vendor states it. Only a successful act can be a
// reset; a record that states no outcome is a success.
type Outcome uint8

// The outcomes.
const (
	Success Outcome = iota
	Failure
)

func (o Outcome) String() string {
	if o == Failure {
		return "failure"
	}
	return "success"
}

// Party is an account as one record states it. A record that gives both ID and
// Name states that they are the same account at that time.
type Party struct {
	// System is the directory or product the account lives in (ad, entra, okta,
	// aws, servicenow …); empty where the record gives a bare value that
	// belongs to no system by itself.
	System string
	// ID is the stable identifier: SID, objectId, Okta id, sys_id. May be empty.
	ID string
	// Name is the login: UPN, DOMAIN\name, Okta alternateId, user_name. May be empty.
	Name string
	// Type is what the record says the account is: "person", "service",
	// "machine", "system" (the product itself, SYSTEM, ANONYMOUS), "app", or ""
	// where it does not say.
	Type string
}

// IsZero tells whether the record named nobody.
func (p Party) IsZero() bool { return p.ID == "" && p.Name == "" }

// Reason grades the free text that explains a reset. The text itself is never
// kept outside the raw record, since it may hold a secret.
type Reason uint8

// The grades of a stated reason.
const (
	ReasonUnstated    Reason = iota // the record has no field for one
	ReasonEmpty                     // the field is there and empty
	ReasonBoilerplate               // "done", "as requested", "password reset"
	ReasonStated                    // says why
)

var reasonNames = [...]string{"", "empty", "boilerplate", "stated"}

func (r Reason) String() string { return reasonNames[r] }

// ParseReason is the inverse of Reason.String; anything unknown is unstated.
func ParseReason(s string) Reason {
	for r, n := range reasonNames {
		if n == s {
			return Reason(r)
		}
	}
	return ReasonUnstated
}

// Event is the normal form of one step or act. One record gives zero or more.
// All times are UTC nanoseconds since 1970, 0 where the record gives none.
// Strings that came from a log are untrusted.
type Event struct {
	ID   ID
	Kind Kind
	Time int64
	// Written is when the source wrote or received the record; the feed's lag is
	// Written less Time.
	Written int64
	Outcome Outcome
	// System is where the act happened (ad, entra, okta, servicenow …).
	System string

	// Account is whose credential, session, privilege or ticket it is about: the
	// beneficiary.
	Account Party
	// Actor did it. For a request it is the person spoken for, never the clerk.
	Actor Party
	// Assigned is the person an approval was asked of, where the record tells
	// that apart from who clicked (Actor).
	Assigned Party

	Ticket       string // ticket number or case id that the record cites
	TicketAlias  string // the same ticket's other id (ServiceNow sys_id)
	Correlation  string // correlation or transaction id
	Session      string // session the act was done in (Actor's), or that was ended
	Credential   string // what was reset or issued: password, mfa, key, token, access-pass, secret …
	CredentialID string // id of the key, token, factor or secret
	Method       string // how it was verified or what was delivered, in the vendor's words
	Channel      string // how it was delivered
	Expires      int64  // end of life of what was issued
	Uses         int32  // allowed uses; 0 = not stated
	Role         string // role or group that was granted, revoked or used
	Category     string // ticket category, risk type
	Product      string // the product a native step speaks for
	Reason       Reason
	// Leak is what kind of secret seems to stand in the record's free text:
	// password, token or key; "" where none was seen. Never the text itself.
	Leak string

	IP     string
	Place  string // "city, country" as stated
	Device string
	Host   string // computer that wrote the record
	App    string // application that was signed in to, where the record names one

	// Origin of the record.
	Feed   string // format and instance, "okta-system-log/acme.okta.example"
	Format string
	Origin Origin
	// Index is the event's place among those of its record, from 0.
	Index uint16
	// Raw is the record's bytes, held for custody events only. It may contain
	// secrets: it is never printed.
	Raw []byte
}

// Origin is where a record lies. Offset and Length are in bytes of the
// decompressed stream.
type Origin struct {
	URI    string
	Offset int64
	Length int64
	Line   int64 // from 1; 0 for formats without lines
	SHA256 [32]byte
}

// passwordSetBefore begins the method of a state.observed that says of a
// password when it was set, if that was long before the record; the day follows.
const passwordSetBefore = "password set before "

// PasswordSetBefore is the method of a state.observed whose password had been
// set before a day (UTC).
func PasswordSetBefore(day time.Time) string { return passwordSetBefore + day.Format(time.DateOnly) }

// StatedPassword gives the time before which the password of a state.observed
// had been set, in UTC nanoseconds; ok is false for one that does not say.
func (e *Event) StatedPassword() (before int64, ok bool) {
	day, stated := strings.CutPrefix(e.Method, passwordSetBefore)
	if !stated || e.Kind != StateObserved {
		return 0, false
	}
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return 0, false
	}
	return t.UnixNano(), true
}

// When gives an event time in nanoseconds as a UTC time.
func When(ns int64) time.Time { return time.Unix(0, ns).UTC() }

// RFC3339 prints an event time in nanoseconds at its own precision, "" for 0.
func RFC3339(ns int64) string {
	if ns == 0 {
		return ""
	}
	return When(ns).Format(time.RFC3339Nano)
}

// EarliestTime is the earliest event time that is believed; earlier ones are
// malformed, as are those later than the run's now plus LatestAhead.
var EarliestTime = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano()

// LatestAhead is how far an event time may lie after the run's now.
const LatestAhead = 48 * time.Hour
