package judge

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"resetproof/detect/custody"
	"resetproof/ingest/event"
)

// Closure says what became of one old way into an account: a session, a key or
// token, or a secret that depends on it. It stands as a note of its case.
type Closure struct {
	What  string // of ClosureWhats
	State string // of ClosureStates
	Used  bool   // it was used longer than the policy lets it be
	text  string
}

// The words of a closure, as reports order them. States: ended in time, ended
// late, never on record, not due yet, not to be told.
var (
	ClosureWhats  = []string{"session", "token", "key", "secret", "password", "other"}
	ClosureStates = []string{"in time", "late", "never", "not due", "unknown"}
)

// maxClosures bounds the closures noted per case.
const maxClosures = 48

const (
	closureHead = "old "
	closureUsed = ", used after the reset until "
	closureKept = ", used beside the new one until "
)

func (c Closure) note() string { return closureHead + c.What + ", " + c.State + ": " + c.text }

// ParseClosure reads a note of a case that states a closure.
func ParseClosure(note string) (c Closure, ok bool) {
	rest, ok := strings.CutPrefix(note, closureHead)
	if !ok {
		return c, false
	}
	words, text, ok := strings.Cut(rest, ": ")
	what, state, both := strings.Cut(words, ", ")
	if !ok || !both || !slices.Contains(ClosureWhats, what) || !slices.Contains(ClosureStates, state) {
		return c, false
	}
	return Closure{What: what, State: state, Used: strings.Contains(text, closureUsed), text: text}, true
}

// whats sorts the kinds of logs and inventories into the words of a closure.
var whats = map[string]string{
	"session": "session", "token": "token", "api-token": "token", "refresh-token": "token", "access-token": "token", "session-token": "token",
	"key": "key", "api-key": "key", "access-key": "key", "certificate": "key",
	"secret": "secret", "client-secret": "secret", "password": "password", "app-password": "password",
}

func whatOf(kind string) string {
	if w, known := whats[strings.ToLower(kind)]; known {
		return w
	}
	return "other"
}

// closures lists what became of every old way in that had to be ended, as the
// checks over them judged it.
func (s *sitting) closures(all []*outcome) []Closure {
	var out []Closure
	seen := map[string]bool{}
	add := func(kind, system, id, basis string, ended bool, at string, v Verdict) {
		key := kind + "|" + system + "|" + id
		state := stateOf(v, ended)
		if seen[key] || state == "" || len(out) >= maxClosures {
			return
		}
		seen[key] = true
		c := Closure{What: whatOf(kind), State: state, text: id}
		if system != "" {
			c.text += " in " + system
		}
		c.text += " (known by " + basis + ")"
		if ended {
			c.text += ", ended at " + at
		}
		c.text += s.usedLater(system, id) + s.lineage(system, id)
		out = append(out, c)
	}
	sessions := NotApplicable
	for _, o := range all {
		if o.check.Asks != "step" {
			continue
		}
		if o.check.About == "closure" && o.check.Each == "" && slices.Contains(o.check.Needs, event.SessionRevoked.String()) {
			sessions = o.verdict
		}
		if d, is := element[*dependentFacts](o); is {
			add(d.Kind, d.System, d.ID, d.Basis, d.Rotated, clock(d.At), o.verdict)
		}
		if t, is := element[*tokenFacts](o); is {
			add(t.Kind, t.System, t.ID, t.Basis, t.Revoked, clock(t.At), o.verdict)
		}
	}
	if c, any := s.sessionClosure(sessions); any && len(out) < maxClosures {
		out = append(out, c)
	}
	return out
}

// stateOf reads a verdict as the state of what it is about, "" where it had not
// to be ended.
func stateOf(v Verdict, ended bool) string {
	switch {
	case v == Met:
		return "in time"
	case v == NotDue:
		return "not due"
	case v == NotAssessable:
		return "unknown"
	case (v == NotMet || v == Excepted) && ended:
		return "late"
	case v == NotMet || v == Excepted:
		return "never"
	}
	return ""
}

// usedLater says until when, and from how many of its places, something was
// used after the reset.
func (s *sitting) usedLater(system, id string) string {
	i := slices.IndexFunc(s.c.Old, func(a custody.Access) bool { return a.Kind != "session" && a.System == system && sameSecret(a.ID, id) })
	if i < 0 || s.renewed(s.c.Old[i]) {
		return ""
	}
	a, said := s.c.Old[i], closureKept
	end, bound := s.overlapEnd(a)
	if !bound {
		end = s.until(a)
	}
	if a.Last.Time > end {
		said = closureUsed
	}
	return said + clock(event.When(a.Last.Time)) + s.stillFrom(a)
}

// maxTurnsTold bounds the turns of one key that a note tells: the last so many.
const maxTurnsTold = 6

// lineage tells the life of a key or token, from its making to its end.
func (s *sitting) lineage(system, id string) string {
	i := slices.IndexFunc(s.c.Tokens, func(t custody.Access) bool { return t.System == system && t.ID == id })
	if i < 0 || len(s.c.Tokens[i].Turns) == 0 {
		return ""
	}
	var told []string
	for n, t := range s.c.Tokens[i].Turns {
		word := cmp.Or(turned[t.Method], "revoked")
		switch t.Kind {
		case event.SecretRotated:
			word = cmp.Or(turned[t.Method], "replaced")
		case event.CredentialIssued, event.SecretCreated:
			if word = "made"; n > 0 {
				word = "made active again"
			}
		}
		told = append(told, word+" "+clock(event.When(t.Time)))
	}
	return "; " + strings.Join(told[max(0, len(told)-maxTurnsTold):], ", ")
}

// turned says in words what methods of formats mean for a key or secret.
var turned = map[string]string{"deactivated": "deactivated", "deleted": "deleted", custody.Reactivated: "put to use again"}

// maxConsumersTold bounds the places a note tells.
const maxConsumersTold = 12

// consumersTold says of each place that used a program's password before the
// reset whether it was seen to go on after it.
func (s *sitting) consumersTold() []string {
	var out []string
	if !s.nonHuman() || !slices.ContainsFunc(s.c.Steps[custody.Executed], passwordAct) {
		return nil
	}
	for _, k := range s.c.Consumers {
		said := "not seen since"
		switch {
		case k.LastFail != nil && k.Success < k.LastFail.Time:
			said = "failing, last at " + clock(event.When(k.LastFail.Time))
		case k.Success != 0:
			said = "signed in again, last at " + clock(event.When(k.Success))
		case k.Last == 0:
			continue
		}
		out = append(out, "password used from "+strings.Join(k.Places, ", ")+": "+said)
	}
	if more := len(out) - maxConsumersTold; more > 0 {
		out = append(out[:maxConsumersTold], fmt.Sprintf("password used from %d more places", more))
	}
	return out
}

// stillFrom says from how many of the places that used a key or token before
// the reset it was used after it: all of them must have changed over.
func (s *sitting) stillFrom(a custody.Access) string {
	i := slices.IndexFunc(s.c.Tokens, func(t custody.Access) bool { return t.Kind == a.Kind && t.System == a.System && t.ID == a.ID })
	if i < 0 || len(s.c.Tokens[i].Places) < 2 {
		return ""
	}
	before, still := s.c.Tokens[i].Places, 0
	for _, p := range a.Places {
		if slices.Contains(before, p) {
			still++
		}
	}
	return fmt.Sprintf(", from %d of the %d places that used it before", still, len(before))
}

// sessionClosure says what became of the sessions that were shown alive, as the
// check over them judged it.
func (s *sitting) sessionClosure(v Verdict) (Closure, bool) {
	c := Closure{What: "session", State: stateOf(v, s.sessions() == "late")}
	if len(s.c.Alive) == 0 || c.State == "" {
		return c, false
	}
	var systems []string
	for _, a := range s.c.Alive {
		systems = insert(systems, a.System)
	}
	c.text = strings.Join(systems, ", ")
	for _, a := range s.c.Old {
		if a.Kind == "session" && s.obliged(a) && a.Last.Time > s.until(a) {
			c.text += closureUsed + clock(event.When(a.Last.Time))
			break
		}
	}
	return c, true
}
