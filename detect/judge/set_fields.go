package judge

import (
	"slices"

	"resetproof/ingest/event"
)

// vital is a field that checks hang on, of the kinds of records that ought to
// have it.
type vital struct {
	kinds  []event.Kind
	what   string   // the records, in words
	fields []string // of event.EvidenceFields; one filled will do
	says   string   // what none of them says
	checks string   // what hangs on it
	// ends, for what is asked only of systems in which the end of a session always
	// leaves a record: elsewhere nothing hangs on it.
	ends bool
}

// vitals lists them. A field that vendors fill here and there only, such as a
// correlation id, is not among them: its absence says nothing of a source.
var vitals = []vital{
	{[]event.Kind{event.ResetRequested}, "requests", []string{"actor"}, "who asked", "requester-not-bound, self-approval", false},
	{[]event.Kind{event.ResetRequested}, "requests", []string{"ticket"}, "under which ticket", "no-reason, reused-approval", false},
	{[]event.Kind{event.IdentityVerified}, "verifications", []string{"actor"}, "who verified", "one-person-chain", false},
	{[]event.Kind{event.IdentityVerified}, "verifications", []string{"method"}, "how", "weak-verification, no-step-up", false},
	{[]event.Kind{event.ResetApproved}, "approvals", []string{"actor"}, "who approved", "self-approval, approver-executed, approver-not-entitled", false},
	{[]event.Kind{event.ResetApproved}, "approvals", []string{"ticket"}, "under which ticket", "reused-approval, stale-approval", false},
	{[]event.Kind{event.ResetExecuted, event.MFAReset}, "resets", []string{"actor"}, "who carried it out", "unattributed-reset, approver-executed", false},
	{[]event.Kind{event.CredentialDelivered}, "deliveries", []string{"channel"}, "by which channel", "uncontrolled-delivery", false},
	{[]event.Kind{event.SigninSucceeded}, "sign-ins", []string{"ip", "place", "device"}, "from where", "redeemed-elsewhere, reset-then-new-factor", false},
	{[]event.Kind{event.SigninSucceeded}, "sign-ins", []string{"session"}, "in which session", "sessions-not-revoked, old-access-used", true},
	{[]event.Kind{event.CredentialUsed}, "uses of keys", []string{"credential id"}, "which key", "old-secret-used, tokens-not-revoked", false},
	{[]event.Kind{event.SecretRotated, event.SecretRevoked}, "changes of secrets", []string{"credential id"}, "which secret", "dependent-not-rotated", false},
}

// leastFilled is how many records there must be for a field that none of them
// has to be called never filled: of fewer, chance or a quiet month may be the
// reason. This project's judgement.
const leastFilled = 50

// emptyFacts is a field that a source never fills.
type emptyFacts struct {
	Feed    string `cel:"feed"`
	Records int64  `cel:"records"`
	What    string `cel:"what"`   // "approvals"
	Says    string `cel:"says"`   // "who approved"
	Field   string `cel:"field"`  // "actor of reset.approved"
	Checks  string `cel:"checks"` // what hangs on it
}

func (e *emptyFacts) cite(*Finding) string { return e.Field }

// emptyFields lists what feeds never fill though their format has a place for
// it, by feed and in the order of vitals.
func (b *Bench) emptyFields() []*emptyFacts {
	out := []*emptyFacts{}
	for _, f := range b.Coverage.Feeds() {
		for _, v := range vitals {
			if v.ends && !b.Coverage.Always(event.SessionRevoked.String(), f.System) {
				continue
			}
			if n := v.lacking(f.Feed); n >= leastFilled {
				out = append(out, &emptyFacts{f.Name, n, v.what, v.says, v.field(), v.checks})
			}
		}
	}
	return out
}

func (v vital) field() string {
	text := v.fields[0]
	for _, name := range v.fields[1:] {
		text += ", " + name
	}
	text += " of " + v.kinds[0].String()
	for _, k := range v.kinds[1:] {
		text += ", " + k.String()
	}
	return text
}

// lacking counts the records that could have the field, 0 if one has it or if
// older batches did not count.
func (v vital) lacking(f event.Feed) int64 {
	total := int64(0)
	for _, k := range v.kinds {
		kind := k.String()
		could := slices.Concat(f.Fills[kind], f.Fills[event.AnyKind])
		counted := f.Filled[kind]
		if !slices.ContainsFunc(v.fields, func(name string) bool { return slices.Contains(could, name) }) || f.Kinds[kind] > counted[event.FilledOf] {
			continue
		}
		for _, name := range v.fields {
			if counted[name] > 0 {
				return 0
			}
		}
		total += f.Kinds[kind]
	}
	return total
}
