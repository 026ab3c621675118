package judge

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/cel"

	"resetproof/detect/custody"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// deliveryQuestions ask how the new credential reached its owner.
var deliveryQuestions = []question{
	{"wrong_channel", cel.StringType, func(s *sitting) (any, error) { return s.wrongChannel() }},
	{"overlong", cel.StringType, func(s *sitting) (any, error) { return s.overlong() }},
	{"reusable", cel.StringType, func(s *sitting) (any, error) { return s.reusable() }},
	{"temporary_password", cel.BoolType, func(s *sitting) (any, error) { return s.temporaryPassword() }},
	{"changed_by_owner", cel.BoolType, func(s *sitting) (any, error) { return s.changedByOwner(), nil }},
	{"last_password", cel.TimestampType, func(s *sitting) (any, error) { return event.When(s.lastPassword()), nil }},
	{"leaked", cel.StringType, func(s *sitting) (any, error) { return s.leaked(), nil }},
	{"recovered_as_asked", cel.BoolType, func(s *sitting) (any, error) { return s.recoveredAsAsked(), nil }},
}

// handed is one thing that was issued or delivered in a case.
type handed struct {
	custody.Step
	kind    string // id of Methods.Delivered, "" where the record does not say
	channel string // id of Methods.Channel
	expires int64
	uses    int32
	issued  int64 // when its life began
}

// handed lists what was issued and delivered, without keys. Where the record of
// one step does not state an end or a number of uses, that of the other does.
func (s *sitting) handed() []handed {
	m := s.need.policy.Methods
	var out []handed
	for _, n := range []custody.Name{custody.Executed, custody.Delivered} {
		for _, st := range s.c.Steps[n] {
			if st.Kind != event.CredentialIssued && st.Kind != event.CredentialDelivered {
				continue
			}
			h := handed{Step: st, kind: m.Delivered(st.Method), channel: m.Channel(st.Channel), expires: st.Expires, uses: st.Uses, issued: st.Time}
			if h.kind == "" {
				h.kind = m.Delivered(st.Credential)
			}
			out = append(out, h)
		}
	}
	for i := range out {
		for _, o := range out {
			if out[i].kind != o.kind || o.Kind != event.CredentialIssued {
				continue
			}
			out[i].issued = min(out[i].issued, o.issued)
			if out[i].expires == 0 {
				out[i].expires = o.expires
			}
			if out[i].uses == 0 {
				out[i].uses = o.uses
			}
		}
	}
	return out
}

// called names what was handed over in a sentence.
func (h handed) called() string {
	if h.kind == "" {
		return "the credential"
	}
	return "the " + strings.ReplaceAll(h.kind, "-", " ")
}

// wrongChannel says what left by a channel that the policy does not allow, ""
// for nothing.
func (s *sitting) wrongChannel() (string, error) {
	var silent bool
	for _, h := range s.handed() {
		switch {
		case h.channel == "":
			silent = silent || h.Kind == event.CredentialDelivered
		case !slices.Contains(s.need.row.Channels, h.channel):
			return fmt.Sprintf("%s left by %s at %s", h.called(), h.channel, clock(event.When(h.Time))), nil
		}
	}
	if silent {
		return "", cannot("the record of the delivery does not say by which channel")
	}
	return "", nil
}

// overlong says what lives longer than the policy allows, "" for nothing. Saved
// recovery codes are exempt.
func (s *sitting) overlong() (string, error) {
	m := s.need.policy.Methods
	var unknown error
	for _, h := range s.handed() {
		if m.Canonical(h.Method) == "recovery-code" {
			continue
		}
		limit, limited := s.need.row.LongestLife(m, h.kind, h.channel)
		switch {
		case h.kind == "":
			unknown = cannot("the record of the delivery does not say what was delivered")
		case !limited:
		case h.expires == 0 && s.spentBy(h):
			lived := time.Duration(s.c.Time - h.issued)
			if lived > limit {
				unknown = cannot("%s was sent %s before the reset; when it was opened no record says", h.called(), span(lived))
			}
			if lived > limit+flowTime {
				return fmt.Sprintf("%s of %s still worked %s later; %s gives %s", h.called(), clock(event.When(h.issued)), span(lived), s.need.policy.Name, span(limit)), nil
			}
		case h.expires == 0:
			unknown = cannot("no record says when %s ends", h.called())
		case time.Duration(h.expires-h.issued) > limit:
			return fmt.Sprintf("%s of %s lives %s, until %s; %s gives %s", h.called(), clock(event.When(h.issued)),
				span(time.Duration(h.expires-h.issued)), clock(event.When(h.expires)), s.need.policy.Name, span(limit)), nil
		}
	}
	return "", unknown
}

// flowTime is how long a self-service flow may take once its link or code was
// used: an hour, the longest that products keep one open. This project's
// judgement.
const flowTime = time.Hour

// spentBy: a link or code of a self-service flow is spent by the reset that it
// leads to.
func (s *sitting) spentBy(h handed) bool {
	return s.c.Path == rules.SelfService && h.Time <= s.c.Time && (h.kind == "link" || h.kind == "code")
}

// onceOnly are what must work once; a temporary password is used until changed.
var onceOnly = []string{"access-pass", "bypass-code", "code", "link"}

// reusable says what can be or was used more than once, "" for nothing.
func (s *sitting) reusable() (string, error) {
	var unknown error
	for _, h := range s.handed() {
		switch {
		case h.uses > 1:
			return fmt.Sprintf("%s of %s may be used %d times", h.called(), clock(event.When(h.issued)), h.uses), nil
		case h.uses == 0 && !s.spentBy(h) && slices.Contains(onceOnly, h.kind):
			unknown = cannot("no record says how often %s may be used", h.called())
		}
	}
	if spent := s.spentTwice(); spent != nil {
		what := strings.ReplaceAll(s.spentKind(*spent), "-", " ")
		return fmt.Sprintf("a %s that was used before was used again at %s", what, clock(event.When(spent.Time))), nil
	}
	return "", unknown
}

// spentKind is what was used: a kind of what is delivered, or a saved recovery code.
func (s *sitting) spentKind(st custody.Step) string {
	m := s.need.policy.Methods
	for _, kind := range []string{m.Delivered(st.Credential), m.Delivered(st.Method), m.Canonical(st.Method)} {
		if slices.Contains(onceOnly, kind) || kind == "recovery-code" {
			return kind
		}
	}
	return ""
}

// one tells whether a case handed over just one thing of a kind, so that every
// use of that kind without an id is a use of it. Codes and links come with every
// sign-in of some products and never are.
func (s *sitting) one(kind string) bool {
	issued, delivered := 0, 0
	for _, h := range s.handed() {
		switch {
		case h.kind != kind:
		case h.Kind == event.CredentialIssued:
			issued++
		default:
			delivered++
		}
	}
	return (kind == "access-pass" || kind == "bypass-code") && max(issued, delivered) == 1
}

// spentTwice finds the second use of one bypass, by its id or because there was
// only one, in another session and after more than the clock tolerance.
func (s *sitting) spentTwice() *custody.Step {
	uses := slices.Clone(s.c.Spent)
	for _, v := range s.c.Steps[custody.Verified] {
		if s.spentKind(v) == "recovery-code" && v.CredentialID != "" {
			uses = append(uses, v)
		}
	}
	slices.SortFunc(uses, func(a, b custody.Step) int { return int(min(max(a.Time-b.Time, -1), 1)) })
	for i := range uses {
		for _, earlier := range uses[:i] {
			u := uses[i]
			if s.spentKind(earlier) != s.spentKind(u) || earlier.CredentialID != u.CredentialID || u.CredentialID == "" && !s.one(s.spentKind(u)) {
				continue
			}
			if earlier.Session != "" && earlier.Session == u.Session {
				continue
			}
			if u.Time-earlier.Time > int64(s.need.policy.Matching.ClockTolerance) {
				return &u
			}
		}
	}
	return nil
}

// passwordAct tells whether an act set a password; a record that names no
// credential is one of a password.
func passwordAct(a custody.Step) bool {
	switch a.Kind {
	case event.ResetExecuted:
		return a.Credential == "" || a.Credential == "password"
	case event.CredentialIssued:
		return a.Credential == "password" || a.Method == "temporary-password"
	}
	return false
}

func (s *sitting) lastPassword() int64 {
	last := s.c.Time
	for _, a := range s.c.Steps[custody.Executed] {
		if passwordAct(a) {
			last = max(last, a.Time)
		}
	}
	return last
}

// temporaryPassword: somebody else set a password that its owner has to
// replace. It is not one where a link or code was handed over in its place, or
// where the account was disabled or reset again before the time was out.
func (s *sitting) temporaryPassword() (bool, error) {
	if !slices.ContainsFunc(s.c.Steps[custody.Executed], passwordAct) {
		return false, nil
	}
	kinds := map[string]bool{}
	for _, h := range s.handed() {
		kinds[h.kind] = true
	}
	if s.c.Overtaken != 0 && s.c.Overtaken <= s.lastPassword()+int64(s.need.row.ForcedChange) {
		return false, nil
	}
	if kinds["temporary-password"] {
		return true, nil
	}
	if kinds["link"] || kinds["code"] {
		return false, nil
	}
	switch s.c.Path {
	case rules.SelfService:
		return false, nil
	case rules.UnknownPath:
		return false, cannot("no record names who carried the reset out, so whether the owner chose the password himself is not known")
	}
	return true, nil
}

// changedByOwner: the owner replaced the password in time.
func (s *sitting) changedByOwner() bool {
	from := s.lastPassword() - int64(s.need.policy.Matching.ClockTolerance)
	until := s.lastPassword() + int64(s.need.row.ForcedChange)
	return slices.ContainsFunc(s.c.Steps[custody.Delivered], func(d custody.Step) bool {
		return d.Kind == event.CredentialChanged && d.Time >= from && d.Time <= until
	})
}

// leaked says what kind of secret stands in which record, "" for none. The text
// itself is not known here.
func (s *sitting) leaked() string {
	if len(s.c.Leaks) == 0 {
		return ""
	}
	l := s.c.Leaks[0]
	at := "the record of " + clock(event.When(l.Time))
	if l.System != "" {
		at += " in " + l.System
	}
	if l.Ticket != "" {
		at += " (" + l.Ticket + ")"
	}
	return at + " holds what looks like a " + l.Leak
}

// recoveredAsAsked: the recovery consisted of what the tier asks for. Whether a
// factor that was taken came back is another question: mfa-not-restored.
func (s *sitting) recoveredAsAsked() bool {
	acts := s.c.Steps[custody.Executed]
	switch s.need.row.RecoveryNeeded {
	case "reset-with-mfa-reenrolment":
		until := s.c.Last + int64(s.need.row.MFABack)
		return slices.ContainsFunc(acts, func(a custody.Step) bool { return a.Kind == event.MFAReset || a.Credential == "mfa" }) ||
			slices.ContainsFunc(s.c.Regained, func(r custody.Step) bool {
				return r.Kind == event.MFAEnrolled && !custody.IsDuty(r.Event) && r.Time >= s.c.Time-int64(s.need.policy.Matching.ClockTolerance) && r.Time <= until
			})
	case "new-secret-old-revoked": // a code that gets round a secret replaces none
		return slices.ContainsFunc(acts, func(a custody.Step) bool {
			return passwordAct(a) || a.Kind == event.MFAReset || a.Kind == event.SecretRotated || a.Kind == event.ResetExecuted
		})
	}
	return true
}
