// Package custody turns the events of one identity into cases: one reset each,
// with its whole chain. It is a pure fold: the same events give the same cases,
// in whatever order they were written.
package custody

import (
	"time"

	"resetproof/ingest/event"
	"resetproof/rules"
)

// Link is how sure it is that an event belongs to a case, strongest first.
type Link uint8

// The links.
const (
	Unlinked    Link = iota
	Explicit         // ticket or case id
	Correlated       // correlation or transaction id
	SameSession      // session
	Window           // same identity in time
	Ambiguous        // another event or case fits as well
)

var linkNames = [...]string{"", "explicit", "correlated", "session", "window", "ambiguous"}

func (l Link) String() string { return linkNames[l] }

// Step is one event in a chain, with its accounts resolved to identities.
type Step struct {
	*event.Event
	ActorID    string // identity of Event.Actor, "" if it names nobody
	AssignedID string // identity of Event.Assigned
	AccountID  string // identity of Event.Account
	// Cites is the ticket it was linked by, or the one it cites itself.
	Cites string
	Link  Link
}

// Name is one of the eight links of a chain.
type Name uint8

// The links of a chain, in order.
const (
	Requested Name = iota
	Verified
	Approved
	Executed
	Delivered
	Closed
	Dependents
	Reviewed
	names
)

var stepNames = [names]string{"requested", "verified", "approved", "executed", "delivered", "closed", "dependents", "reviewed"}

func (n Name) String() string { return stepNames[n] }

// Names lists the eight links in order.
func Names() []Name {
	all := make([]Name, names)
	for n := range all {
		all[n] = Name(n)
	}
	return all
}

// Case is one reset and its chain. Steps are sorted by (time, event id).
type Case struct {
	Identity string
	// Primary is the act that names the case: first by precedence of its
	// system, then time, then event id.
	Primary Step
	ID      event.ID
	Aliases []event.ID // the ids the other acts would give, sorted

	Class    rules.Class
	Path     rules.Path
	Cause    string
	Time     int64  // of the first successful act, UTC nanoseconds
	Last     int64  // of the last act
	Operator string // who executed it, "" where nobody is named

	Steps [names][]Step // Steps[Executed] are the acts
	// Refused are failed verifications, denials and withdrawn approvals.
	Refused []Step
	// Reused are approvals that the case's ticket cites but that vouched for
	// another reset already.
	Reused []Step
	// Grants are privileges given to the identity inside the longest watch;
	// Uses its privileged acts there that were absent from the history before.
	Grants []Step
	Uses   []Step
	// ActedPrivileged and ResetOthers are the latest privileged act and the
	// latest recovery of somebody else before the reset; 0 if none was seen.
	ActedPrivileged int64
	ResetOthers     int64

	// Contacts are the changes of recovery data in the look-back before the reset.
	Contacts []Step

	// Alive are the sessions shown alive just before the reset.
	Alive []Session
	// FirstSignin is the first successful sign-in after the reset.
	FirstSignin *Step

	Tickets []string // sorted
	Rivals  []Rival

	// Risks are what spoke for caution before the reset: changed contact data,
	// refusals, the vendor's own detections.
	Risks []Step
	// TurnedAway are the verifications not passed and the denials in the look-back
	// before a recovery, since the recovery before it.
	TurnedAway []Step
	// Planted are ways to come back that the account made inside the longest
	// watch, Cleared the logs it cleared or stopped there, Reads the secrets it
	// read for the first time; ReadsUntold tells that there were too many to know.
	Planted, Cleared, Reads []Step
	ReadsUntold             bool
	// Higher are the sign-ins inside the longest watch to systems in which only
	// some tiers work, the first for weeks.
	Higher []HigherSignin
	// Raised are the rights given for it, to its identity or to others.
	Raised []RaisedRight
	// Login is the strongest sign-in of the owner before the reset by a method
	// that policy knows; nil if none.
	Login *Step
	// Redeemed are the first sign-ins after the reset in the systems it was done
	// in, or else the first anywhere; Enrolled the factors and devices bound
	// after it; Asked the owner's own requests before it.
	Redeemed, Enrolled, Asked []Sighting
	// FirstSeen says how familiar FirstSignin's place and device were.
	FirstSeen Sighting

	// Tokens are the keys and tokens made or used before the reset and not ended
	// by then. SessionsKnown are the systems in which sessions of the identity were
	// seen in the week before. Old are those of both, and dependents of the
	// inventory, that were used after it.
	Tokens, Old   []Access
	SessionsKnown []string
	// Learned are the secrets that depend on the identity because it read them;
	// LearnedMore tells that it read more than are followed. Revivals are the
	// steps by which an ended key or token came to life again after the reset.
	Learned     []Learned
	LearnedMore bool
	Revivals    []Step
	// Consumers are the places from which the account was used before the reset;
	// Principal tells that tickets for a service of it were given out before.
	Consumers []Consumer
	Principal bool
	// Federated is the record that shows a federated credential of the identity in
	// force at the reset, Unfederated the one that took the last away; nil for none.
	Federated, Unfederated *Step
	// Holders are who and where a program's credential was used after its reset,
	// and not before.
	Holders []Holder
	// Given are the keys, secrets and passwords that the case gave.
	Given []Issued
	// Lost are the factors and trusted devices taken from the identity with the
	// reset, Regained those enrolled from a week before it on.
	Lost, Regained []Step
	// KeptFactors are those enrolled before the case that it did not take away,
	// as far as their records carry an id.
	KeptFactors []Step
	// Overtaken is when the account was disabled, deleted or reset again after
	// the last act; 0 if it was not.
	Overtaken int64
	// Leaks are its records in whose free text a secret seems to stand.
	Leaks []Step
	// Spent are the uses of bypass codes, access passes, links and saved
	// recovery codes after it.
	Spent []Step

	// Served tells that the account was used by a service or a batch job of some
	// computer before the reset.
	Served bool

	program bool // the identity is a service, a workload or shared, or its record says so
	// Arrivals are the first records of a new password after the reset, one a
	// directory; Away the end of the account in one, before it or as the first
	// thing after; OldUses the last sign-in with a password in those that the new
	// one had not come to.
	Arrivals, Away, OldUses []Step

	firsts, enrolled []Step // what Redeemed and Enrolled are made of

	watched time.Duration // Fold.longest, once asked for
}

// Session is a sign-in session that was in use shortly before a reset.
type Session struct {
	System string
	ID     string
	Seen   int64 // last time it was used before the reset
	Feed   string
	Event  *event.Event
}

// Rival is an event that could have been linked as well.
type Rival struct {
	Kind  event.Kind
	Event event.ID
	Why   string
}

// Executors lists the identities that carried out acts of the case, without
// those that only copy (sync accounts, the product itself), sorted.
func (c *Case) Executors() []string {
	var ids []string
	for _, a := range c.Steps[Executed] {
		if a.ActorID != "" && !copies(a.Actor) {
			ids = insert(ids, a.ActorID)
		}
	}
	return ids
}

// NotCases counts, by reason, what looked like a reset and is none.
type NotCases map[string]int64

// The reasons for which an act is no case.
const (
	NotFirstPassword  = "first-password"
	NotMachineAccount = "machine-account"
	NotFailed         = "failed"
	NotRoutineChange  = "routine-change"
	NotScheduled      = "scheduled-rotation"
	NotFirstFactor    = "first-factor"
	// NotFactor is the duty to use a second factor, which gives nobody one.
	NotFactor = "mfa-requirement"
	// NotDependent is a secret replaced because somebody it depends on was
	// reset: a step of that case.
	NotDependent = "dependent-rotation"
	// NotCopied is a password that a synchronisation brought from another
	// directory, where its owner changed it or an earlier reset set it.
	NotCopied = "copied-password"
)
