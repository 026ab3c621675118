package identity

import "time"

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

// Review is somebody's decision on a case or finding.
type Review struct {
	CaseOrFinding string
	Reviewer      string
	Time          int64
	Decision      string // accepted, false-positive, remediated or risk-accepted
	Comment       string
	Until         int64
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

func reviewFrom(r *record) Review {
	return Review{
		CaseOrFinding: r.id("case_or_finding"), Reviewer: r.text("reviewer"), Time: r.date("time"),
		Decision: r.oneOf("decision", "accepted", "false-positive", "remediated", "risk-accepted"),
		Comment:  r.text("comment"), Until: r.end("until"), Tags: r.tags(), Line: r.line,
	}
}

func directoryFrom(r *record) Directory {
	return Directory{
		Directory: r.id("directory"), Authority: r.text("authority"),
		Mechanism: r.oneOf("mechanism", "hash-sync", "pass-through", "federated", "delegated-auth", "push", "none"),
		Deadline:  r.duration("deadline"), Tags: r.tags(), Line: r.line,
	}
}
