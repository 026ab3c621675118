package custody

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"resetproof/ingest/event"
)

// substituteReach is how soon after a change of an access policy a read of what
// it guards hangs together with it (policy.md, rulings: path-substituted).
const substituteReach = 24 * time.Hour

// Bounds per principal. Who goes beyond them does it for a living, and is
// counted as untold.
const (
	maxAccessChanges = 256
	maxAccessReads   = 4096
)

// AccessPolicy is how formats word a change of who may read a secret.
const AccessPolicy = "access-policy"

// Substitution is a right used in place of a recovery: a principal changed who
// may read a secret, and read it.
type Substitution struct {
	Principal    string // identity
	Change, Read *event.Event
}

// Substitutes is the side table of who changed access policies and what they
// read and wrote around it. Call Changed for all that ChangesAccess, then Wrote
// for all that WritesSecret, then Span, and Read for the secrets read in it; each
// in any order. It keeps nothing of those who changed no policy.
type Substitutes struct {
	history time.Duration
	of      map[string]*substitute
}

type substitute struct {
	changes, reads []*event.Event
	wrote          map[string]int64 // secret -> first time
	untold         bool
}

// NewSubstitutes makes an empty table.
func NewSubstitutes() *Substitutes { return &Substitutes{of: map[string]*substitute{}} }

// ChangesAccess tells whether an event changed who may read a secret.
func ChangesAccess(e *event.Event) bool {
	return e.Kind == event.PolicyChanged && e.Category == AccessPolicy && e.Outcome == event.Success && e.Actor.Type != "system"
}

// WritesSecret tells whether an event made or replaced a secret.
func WritesSecret(e *event.Event) bool {
	return (e.Kind == event.SecretCreated || e.Kind == event.SecretRotated) && e.Outcome == event.Success && e.CredentialID != ""
}

// Changed learns a change of an access policy by a principal.
func (t *Substitutes) Changed(e *event.Event, principal string) {
	if principal == "" {
		return
	}
	s := t.of[principal]
	if s == nil {
		s = &substitute{wrote: map[string]int64{}}
		t.of[principal] = s
	}
	if len(s.changes) == maxAccessChanges {
		s.untold = true
		return
	}
	s.changes = append(s.changes, kept(e))
}

// Wrote learns that a principal made or replaced a secret: he knows its value.
func (t *Substitutes) Wrote(e *event.Event, principal string) {
	s := t.of[principal]
	if s == nil {
		return
	}
	key := secretKey(e)
	if at, known := s.wrote[key]; !known || e.Time < at {
		s.wrote[key] = e.Time
	}
}

// Span gives the time in which reads matter, and fixes how long before a change
// none may lie for one after it to be the first; any is false if none matters.
func (t *Substitutes) Span(history time.Duration) (from, to int64, any bool) {
	t.history = history
	for _, s := range t.of {
		for _, c := range s.changes {
			if !any || c.Time < from {
				from = c.Time
			}
			to, any = max(to, c.Time), true
		}
	}
	return from - int64(t.history), to + int64(substituteReach), any
}

// Read learns that a principal read a secret.
func (t *Substitutes) Read(e *event.Event, principal string) {
	s := t.of[principal]
	if s == nil || e.Kind != event.SecretAccessed || e.Outcome == event.Failure || e.CredentialID == "" {
		return
	}
	near := slices.ContainsFunc(s.changes, func(c *event.Event) bool {
		return guards(c, e) && e.Time >= c.Time-int64(t.history) && e.Time <= c.Time+int64(substituteReach)
	})
	switch {
	case !near:
	case len(s.reads) == maxAccessReads:
		s.untold = true
	default:
		s.reads = append(s.reads, kept(e))
	}
}

// guards tells whether a changed policy may be that of a secret: it names the
// secret, what the secret lies in, or nothing in particular.
func guards(change, read *event.Event) bool {
	if change.System != read.System {
		return false
	}
	of, secret := strings.ToLower(change.CredentialID), strings.ToLower(read.CredentialID)
	return of == "" || of == secret || strings.HasPrefix(secret, of+"/") || strings.HasSuffix(secret, ":"+of) || strings.HasSuffix(of, ":"+secret)
}

func secretKey(e *event.Event) string { return e.System + "|" + strings.ToLower(e.CredentialID) }

// Found lists the first reads of secrets by those who had just changed their
// access policy and neither read nor wrote them before, by principal and time.
func (t *Substitutes) Found() []Substitution {
	var out []Substitution
	for _, principal := range slices.Sorted(maps.Keys(t.of)) {
		s := t.of[principal]
		if s.untold {
			continue
		}
		slices.SortFunc(s.changes, earlier)
		slices.SortFunc(s.reads, earlier)
		last := map[string]int64{}
		for _, r := range s.reads {
			key := secretKey(r)
			c := s.changedBefore(r)
			at, read := last[key]
			made, wrote := s.wrote[key]
			if c != nil && !(read && at >= c.Time-int64(t.history)) && !(wrote && made <= r.Time) {
				out = append(out, Substitution{principal, c, r})
			}
			last[key] = r.Time
		}
	}
	return out
}

// changedBefore gives the latest change that a read may rest on, nil for none.
func (s *substitute) changedBefore(r *event.Event) *event.Event {
	var last *event.Event
	for _, c := range s.changes {
		if guards(c, r) && c.Time < r.Time && within(c.Time, r.Time, substituteReach) {
			last = c
		}
	}
	return last
}

// Untold counts the principals of whom too much is on record to tell.
func (t *Substitutes) Untold() int {
	n := 0
	for _, s := range t.of {
		if s.untold {
			n++
		}
	}
	return n
}

func earlier(a, b *event.Event) int {
	return cmp.Or(cmp.Compare(a.Time, b.Time), slices.Compare(a.ID[:], b.ID[:]))
}
