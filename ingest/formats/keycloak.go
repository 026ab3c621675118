// The Go part of keycloak: the twins of one change, the reset that a mailed
// link led to, lists of roles, and what lies beneath an account. Everything else stands in keycloak.yaml.
package formats

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"resetproof/ingest/event"
)

const (
	// maxRolesGranted is how many roles of one record become events.
	maxRolesGranted = 64
	// maxFlows and maxFlowParts bound what is remembered of a stream: sign-ins,
	// and the parts of each.
	maxFlows     = 4096
	maxFlowParts = 4
	// flowLife is how long after a link was asked for a change in the same
	// sign-in is the link's: twice what a sign-in may take by default (Keycloak
	// Server Administration Guide, "Login timeout", 30 minutes). Later ones are
	// made in the session that came of it.
	flowLife = time.Hour
	// twinSpan is the grid on which the two events of one change, a few
	// milliseconds apart, fall together.
	twinSpan = int64(10 * time.Second)
)

func init() {
	hooks["keycloak"] = &Hook{
		Paths:  []string{"representation", "resourcePath"},
		Stream: func() *Hook { return &Hook{Adjust: (&keycloakFlows{}).adjust} },
	}
}

// keycloakFlows remembers the latest sign-ins of a stream in which a link was
// asked for or a password changed; which comes first in the stream is not said.
type keycloakFlows struct {
	now, before map[string]*keycloakFlow
}

type keycloakFlow struct {
	asked   []int64 // UTC nanoseconds
	changed []event.Event
}

// of gives what is known of a sign-in. Beyond maxFlows the older half is let go.
func (k *keycloakFlows) of(id string) *keycloakFlow {
	if f := k.now[id]; f != nil {
		return f
	}
	f := k.before[id]
	if f == nil {
		f = &keycloakFlow{}
	}
	if k.now == nil || len(k.now) >= maxFlows/2 {
		k.before, k.now = k.now, map[string]*keycloakFlow{}
	}
	k.now[id] = f
	return f
}

func (k *keycloakFlows) adjust(get func(string) string, rec *Record) {
	if len(rec.Events) == 0 {
		return
	}
	e := &rec.Events[0]
	switch e.Kind {
	case event.CredentialChanged, event.MFAEnrolled, event.MFARemoved, event.CredentialRevoked:
		if e.Correlation == "" {
			return
		}
		e.ID = keycloakTwin(rec, e)
		if e.Kind == event.CredentialChanged && e.Outcome == event.Success {
			k.changed(rec, *e)
		}
	case event.ResetRequested:
		if e.Correlation != "" && e.Outcome == event.Success {
			k.asked(rec, *e)
		}
	case event.AccountCreated, event.AccountDeleted:
		if strings.Count(get("resourcePath"), "/") > 1 {
			e.Kind = event.Other // something beneath an account
		}
	case event.PrivilegeGranted, event.PrivilegeRevoked:
		if e.Role == "" {
			grantEach(rec, get("representation"))
		}
	}
}

// keycloakTwin is the id that the two events of one change share.
func keycloakTwin(rec *Record, e *event.Event) event.ID {
	return event.Hash("keycloak", rec.Instance, e.Kind.String(), e.Outcome.String(), e.Account.ID, e.Correlation, e.Method, strconv.FormatInt(e.Time/twinSpan, 10))
}

func flowOf(rec *Record, e *event.Event) string {
	return rec.Instance + "/" + e.Account.ID + "/" + e.Correlation
}

func (k *keycloakFlows) changed(rec *Record, change event.Event) {
	f := k.of(flowOf(rec, &change))
	for _, asked := range f.asked {
		if byLink(asked, change.Time) {
			addReset(rec, change)
			break
		}
	}
	if len(f.changed) < maxFlowParts {
		change.Raw = nil
		f.changed = append(f.changed, change)
	}
}

func (k *keycloakFlows) asked(rec *Record, request event.Event) {
	f := k.of(flowOf(rec, &request))
	slices.SortFunc(f.changed, func(a, b event.Event) int { return cmp.Compare(a.Time, b.Time) })
	for _, change := range f.changed {
		if byLink(request.Time, change.Time) {
			addReset(rec, change)
		}
	}
	if len(f.asked) < maxFlowParts {
		f.asked = append(f.asked, request.Time)
	}
}

func byLink(asked, changed int64) bool {
	return changed >= asked && changed-asked <= int64(flowLife)
}

// addReset gives a record the reset that a change of a password was. It is the
// same event whether the request or the change completes the pair.
func addReset(rec *Record, change event.Event) {
	e := change
	e.ID = event.Hash(change.ID.String(), "reset")
	for _, other := range rec.Events {
		if other.ID == e.ID {
			return
		}
	}
	e.Kind = event.ResetExecuted
	e.Method = "link"
	e.Index = uint16(len(rec.Events))
	e.Origin, e.Raw = rec.Origin, rec.Raw
	rec.Events = append(rec.Events, e)
}

// grantEach makes an event of each role in a representation, a JSON array of
// objects with names. One that cannot be read names no role.
func grantEach(rec *Record, representation string) {
	var roles []struct{ Name string }
	if json.Unmarshal([]byte(representation), &roles) != nil || len(roles) == 0 {
		return
	}
	first := rec.Events[0]
	for i, role := range roles[:min(len(roles), maxRolesGranted)] {
		e := first
		if i > 0 {
			e.Index = uint16(i)
			e.ID = event.Hash(first.ID.String(), strconv.Itoa(i))
			rec.Events = append(rec.Events, e)
		}
		rec.Events[i].Role = role.Name
	}
}
