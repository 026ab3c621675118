package identity

import (
	"strings"
	"time"

	"resetproof/ingest/event"
)

// Secret is one row of the inventory: a key, token, password or shared secret,
// and who depends on it. Names may be identity ids or accounts: resolve them
// with Resolver.Lookup. Times are UTC nanoseconds, 0 where not stated.
type Secret struct {
	ID        string
	Kind      string // secret, key, session, refresh-token, app-password …
	System    string
	Owner     string
	UsedBy    []string
	Shared    bool
	MintedBy  string
	RotatedAt int64 // as the inventory says; evidence of kind "inventory"
	MaxAge    time.Duration
	Cadence   time.Duration // scheduled rotation, ±20 %
	Rotator   string
	Tags      map[string]string
	Line      int
}

// State is what an export said about an account at one moment.
type State struct {
	Account         string
	ObservedAt      int64
	PasswordLastSet int64
	MFAMethods      []string
	Enabled         bool
	EnabledStated   bool
	Keys            []string
	Tags            map[string]string
	Line            int
}

// Incident is a declared incident, investigation or campaign. Accounts are
// identity ids or accounts; ClosedAt is 0 while it is open.
type Incident struct {
	ID         string
	DeclaredAt int64
	ClosedAt   int64
	DeclaredBy string
	Accounts   []string
	Systems    []string
	Kind       string // incident, investigation or campaign; incident where not stated
	Tags       map[string]string
	Line       int
}

// Review is somebody's decision on a case or finding. Reviewer is an identity id
// or an account; Until is 0 for a decision without end.
type Review struct {
	CaseOrFinding string // an id as cases.jsonl and findings.jsonl have it, in lower case
	Reviewer      string
	Time          int64
	Decision      string // accepted, false-positive, remediated or risk-accepted; "" where not stated
	Comment       string
	Until         int64 // when the decision ends; that somebody looked stays true
	Tags          map[string]string
	Line          int
}

// Directory says where a directory's passwords come from.
type Directory struct {
	Directory string
	Authority string // the directory that holds the password
	Mechanism string // hash-sync, pass-through, federated, delegated-auth, push or none
	Deadline  time.Duration
	Tags      map[string]string
	Line      int
}

func secretFrom(r *record) Secret {
	shared, _ := r.truth("shared")
	return Secret{
		ID: r.id("id"), Kind: r.text("kind"), System: r.text("system"),
		Owner: r.text("owner"), UsedBy: r.list("used_by"), Shared: shared, MintedBy: r.text("minted_by"),
		RotatedAt: r.date("rotated_at"), MaxAge: r.duration("max_age"), Cadence: r.duration("cadence"),
		Rotator: r.text("rotator"), Tags: r.tags(), Line: r.line,
	}
}

func stateFrom(r *record) State {
	enabled, stated := r.truth("enabled")
	return State{
		Account: r.id("account"), ObservedAt: r.date("observed_at"), PasswordLastSet: r.date("password_last_set"),
		MFAMethods: r.list("mfa_methods"), Enabled: enabled, EnabledStated: stated, Keys: r.list("keys"),
		Tags: r.tags(), Line: r.line,
	}
}

func incidentFrom(r *record) Incident {
	i := Incident{
		ID: r.id("id"), DeclaredAt: r.date("declared_at"), ClosedAt: r.end("closed_at"), DeclaredBy: r.text("declared_by"),
		Accounts: r.list("accounts"), Systems: r.list("systems"), Kind: r.oneOf("kind", "incident", "investigation", "campaign"),
		Tags: r.tags(), Line: r.line,
	}
	if i.Kind == "" {
		i.Kind = "incident"
	}
	if i.ClosedAt != 0 && i.ClosedAt < i.DeclaredAt {
		r.fault("closed_at", "closed_at lies before declared_at")
	}
	return i
}

// Stands tells whether the decision was made by a time and has not ended.
func (v Review) Stands(t int64) bool { return v.Time <= t && (v.Until == 0 || t < v.Until) }

func reviewFrom(r *record) Review {
	v := Review{
		CaseOrFinding: strings.ToLower(r.id("case_or_finding")), Reviewer: r.id("reviewer"), Time: r.date("time"),
		Decision: r.oneOf("decision", "accepted", "false-positive", "remediated", "risk-accepted"),
		Comment:  r.text("comment"), Until: r.end("until"), Tags: r.tags(), Line: r.line,
	}
	switch {
	case v.CaseOrFinding != "" && !isID(v.CaseOrFinding):
		r.fault("case_or_finding", "case_or_finding is no id of a case or finding: hint: copy the 32 hexadecimal digits from cases.jsonl or findings.jsonl")
	case r.cell("time").text == "" && len(r.cell("time").list) == 0:
		r.fault("time", "time is missing")
	case v.Until != 0 && v.Until < v.Time:
		r.fault("until", "until lies before time")
	}
	return v
}

// isID tells the form of the ids in the outputs (event.ID.String).
func isID(text string) bool {
	return len(text) == len(event.ID{}.String()) && strings.Trim(text, "0123456789abcdef") == ""
}

func directoryFrom(r *record) Directory {
	return Directory{
		Directory: r.id("directory"), Authority: r.text("authority"),
		Mechanism: r.oneOf("mechanism", "hash-sync", "pass-through", "federated", "delegated-auth", "push", "none"),
		Deadline:  r.duration("deadline"), Tags: r.tags(), Line: r.line,
	}
}
