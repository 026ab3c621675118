package custody

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"resetproof/detect/identity"
	"resetproof/ingest/event"
)

// Mark is a record by its time and id; the zero Mark is none.
type Mark struct {
	Time int64
	ID   event.ID
	Kind event.Kind
}

// later keeps the last of the records it is shown.
func (m *Mark) later(e *event.Event) {
	if m.Time == 0 || e.Time > m.Time || e.Time == m.Time && slices.Compare(e.ID[:], m.ID[:]) < 0 {
		*m = Mark{e.Time, e.ID, e.Kind}
	}
}

// Snapshot is what an export, or a record, said of an account at a time, beside
// what the events up to then say of it: a few marks, however many there are.
type Snapshot struct {
	Identity string
	// State is the row of the export; of one made from a record only the account,
	// the times and the line 0.
	State identity.State
	// Directory is the one the account is of; "" where several use its name.
	Directory string
	// Sole: the identity has no other account in the directory, so that whatever
	// names the identity there means this one.
	Sole bool
	// Before is the row of the same account before this one.
	Before *Snapshot
	// Record is what a snapshot was read from, none for a row of the export.
	Record Mark

	// LastSet is the last record by which a password of the identity was set, in
	// any directory, and Explained tells that one lies where State says that this
	// was set. Later is the last that surely set the account's own after that.
	LastSet, Later Mark
	Explained      bool
	// Made, Switched, Taken and Enrolled are the last of the account: made;
	// enabled, disabled or deleted; a factor taken (TakenAll: all of them) or
	// enrolled.
	Made, Switched, Taken, TakenAll, Enrolled Mark
	Machine                                   bool // made as a computer
	// Keys are the last records of the keys that it or the row before lists.
	Keys map[string]KeyMarks

	literal identity.Account
	reach   int64 // how long a set password takes to other directories, and back
	slack   int64 // clock tolerance
}

// aDay: a time at midnight sharp may be a day without a time, as directories
// that count in days export it (shadow(5), the date of last password change).
const aDay = int64(24 * time.Hour)

func latest(t int64) int64 {
	if t%aDay == 0 {
		return t + aDay
	}
	return t
}

// SetBy is the latest time that the password's time may mean, 0 if none is
// stated.
func (s *Snapshot) SetBy() int64 {
	if s.State.PasswordLastSet == 0 || s.Record.Time != 0 {
		return s.State.PasswordLastSet
	}
	return latest(s.State.PasswordLastSet)
}

// KeyMarks are the last records by which a key was made and deleted.
type KeyMarks struct{ Made, Deleted Mark }

// MaxListed bounds the keys and factors of a row that are looked at.
const MaxListed = 64

// maxRecorded bounds the snapshots of one identity beyond which records add none.
const maxRecorded = 64

// Snapshots is the side table of exported states: rows by the identity whose
// account they speak of. It grows with the rows of the file, and with accounts
// of which a record says that their password went back.
type Snapshots struct {
	world *World
	rows  map[string][]*Snapshot
	all   []*Snapshot
}

// NewSnapshots makes an empty table.
func NewSnapshots(w *World) *Snapshots { return &Snapshots{world: w, rows: map[string][]*Snapshot{}} }

// Add takes a row of an export; the rows of one account come in order of time.
func (t *Snapshots) Add(s *Snapshot) {
	m := t.world.Policy(s.State.ObservedAt).Matching
	s.literal, s.reach, s.slack = identity.ParseAccount(s.State.Account), int64(m.Propagation), int64(m.ClockTolerance)
	if s.Record.Time != 0 {
		s.reach, s.slack = 0, 0 // one clock, and no way to go
	}
	for _, old := range t.rows[s.Identity] {
		if s.Record.Time == 0 && old.Record.Time == 0 && strings.EqualFold(old.State.Account, s.State.Account) {
			s.Before = old
		}
	}
	t.rows[s.Identity], t.all = append(t.rows[s.Identity], s), append(t.all, s)
}

// AddRecord takes a snapshot that was read from a record: of several about one
// account the first stands.
func (t *Snapshots) AddRecord(s *Snapshot) {
	for i, old := range t.rows[s.Identity] {
		if old.Record.Time == 0 || !strings.EqualFold(old.State.Account, s.State.Account) {
			continue
		}
		if s.Record.Time < old.Record.Time || s.Record.Time == old.Record.Time && slices.Compare(s.Record.ID[:], old.Record.ID[:]) < 0 {
			s.literal = old.literal
			*t.rows[s.Identity][i] = *s
		}
		return
	}
	if len(t.rows[s.Identity]) < maxRecorded {
		t.Add(s)
	}
}

// Of lists the rows about an identity's accounts, those of one account in order
// of time. A nil table has none.
func (t *Snapshots) Of(id string) []*Snapshot {
	if t == nil {
		return nil
	}
	return t.rows[id]
}

// All lists the rows, by identity, account and time.
func (t *Snapshots) All() []*Snapshot {
	slices.SortFunc(t.all, func(a, b *Snapshot) int {
		return cmp.Or(strings.Compare(a.Identity, b.Identity), strings.Compare(strings.ToLower(a.State.Account), strings.ToLower(b.State.Account)),
			cmp.Compare(a.State.ObservedAt, b.State.ObservedAt), cmp.Compare(a.State.Line, b.State.Line), slices.Compare(a.Record.ID[:], b.Record.ID[:]))
	})
	return t.all
}

// Note shows the table a custody event whose account resolved to identity id.
func (t *Snapshots) Note(e *event.Event, id string) {
	if id == "" || e.Outcome == event.Failure {
		return
	}
	for _, s := range t.rows[id] {
		if e.Time <= latest(s.State.ObservedAt)+s.slack {
			s.note(e)
		}
	}
}

// promises are the systems in which a reset by somebody else sets nothing: the
// owner chooses the password later (Okta, "User lifecycle": a reset puts the
// user in RECOVERY until a link is used).
var promises = []string{"okta"}

func (s *Snapshot) note(e *event.Event) {
	here := identity.DirectoryOf(e.System)
	own := here == s.Directory && s.names(e.Account)
	set := s.State.PasswordLastSet
	if givesPassword(e) && e.ID != s.Record.ID {
		s.LastSet.later(e)
		s.Explained = s.Explained || set > 0 && e.Time >= set-s.reach-s.slack && e.Time <= s.SetBy()+s.slack
		sure := e.Kind == event.CredentialChanged || e.Kind == event.ResetExecuted && !slices.Contains(promises, here)
		if own && sure && set > 0 && e.Time > s.SetBy()+s.slack && e.Time <= s.State.ObservedAt-s.reach {
			s.Later.later(e)
		}
	}
	if !own || IsDuty(e) {
		return
	}
	switch e.Kind {
	case event.AccountCreated:
		s.Made.later(e)
		s.Machine = s.Machine || e.Account.Type == "machine"
	case event.AccountEnabled, event.AccountDisabled, event.AccountDeleted:
		s.Switched.later(e)
	case event.MFAReset:
		s.Taken.later(e)
		s.TakenAll.later(e)
	case event.MFARemoved:
		s.Taken.later(e)
	case event.MFAEnrolled:
		if lasts(e.Method) {
			s.Enrolled.later(e)
		}
	}
	s.key(e)
}

// lasts tells whether an enrolled factor is one that exports list: an access
// pass ends by itself, and mail and password are no second factors.
func lasts(method string) bool {
	method = strings.ToLower(method)
	return method != "access-pass" && method != "password" && !strings.Contains(method, "mail")
}

// key notes how a listed key was made or deleted.
func (s *Snapshot) key(e *event.Event) {
	made := slices.Contains(makers, e.Kind) || e.Kind == event.SecretRotated
	// A key that is switched off is listed still.
	deleted := slices.Contains(enders, e.Kind) && e.Method != "deactivated"
	if e.CredentialID == "" || !made && !deleted || !s.lists(e.CredentialID) {
		return
	}
	if s.Keys == nil {
		s.Keys = map[string]KeyMarks{}
	}
	id := strings.ToLower(e.CredentialID)
	k := s.Keys[id]
	if made {
		k.Made.later(e)
	} else {
		k.Deleted.later(e)
	}
	s.Keys[id] = k
}

func (s *Snapshot) lists(key string) bool {
	has := func(list []string) bool {
		return slices.ContainsFunc(list[:min(len(list), MaxListed)], func(k string) bool { return strings.EqualFold(k, key) })
	}
	return has(s.State.Keys) || s.Before != nil && has(s.Before.State.Keys)
}

// givesPassword: a record after which the account has another password, whoever
// chose it.
func givesPassword(e *event.Event) bool {
	switch e.Kind {
	case event.CredentialIssued, event.SecretRotated, event.SecretCreated:
		return e.Outcome == event.Success
	}
	return setsPassword(e)
}

// names tells whether a party is the account of the row.
func (s *Snapshot) names(p event.Party) bool {
	if s.Sole {
		return true
	}
	for _, written := range []string{p.ID, p.Name} {
		a := identity.Account{System: p.System, Value: written}
		if a.System == "" {
			a = identity.ParseAccount(written)
		}
		if strings.EqualFold(a.Value, s.literal.Value) && (s.literal.System == "" || a.System == "" || s.literal.System == a.System) {
			return true
		}
	}
	return false
}

// Computer tells a computer's account, which changes its own password: its name
// ends in $, and no record shows it made as a user (sources.md 0.5).
func (s *Snapshot) Computer() bool {
	return s.Machine || strings.HasSuffix(s.literal.Value, "$") && s.Made.Time == 0
}

// Reach is how long before an export, at most, something may have been done
// that it does not show yet, and after it was done come to another directory.
func (s *Snapshot) Reach() time.Duration { return time.Duration(s.reach) }

// Slack is by how much clocks may differ.
func (s *Snapshot) Slack() time.Duration { return time.Duration(s.slack) }
