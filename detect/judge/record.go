package judge

// Verdict is what a check says of one case.
type Verdict string

// The verdicts.
const (
	Met           Verdict = "met"
	NotMet        Verdict = "not-met"
	NotDue        Verdict = "not-due"
	NotAssessable Verdict = "not-assessable"
	Excepted      Verdict = "excepted"
	NotApplicable Verdict = "not-applicable"
)

// Custody sums up the chain checks of a case.
type Custody string

// What can be said of a whole chain.
const (
	Proven  Custody = "proven"
	Partial Custody = "partial"
	Pending Custody = "pending"
	Broken  Custody = "broken"
)

// Finding is one line of findings.jsonl: a check that is not met, or excepted.
// Field order is the order of the keys in the file. Times are RFC 3339 UTC at
// source precision; pointers are null where empty.
type Finding struct {
	ID             string              `json:"id"`
	Check          string              `json:"check"`
	Title          string              `json:"title"`
	Severity       string              `json:"severity"`
	Verdict        Verdict             `json:"verdict"`
	Scope          string              `json:"scope"`
	Subject        string              `json:"subject"`
	Case           *string             `json:"case"`
	CaseAliases    []string            `json:"case_aliases"`
	Identity       *string             `json:"identity"`
	Accounts       []string            `json:"accounts"`
	Tier           *string             `json:"tier"`
	TierBasis      *string             `json:"tier_basis"`
	Class          *string             `json:"class"`
	Path           *string             `json:"path"`
	Operator       *string             `json:"operator"`
	Time           *string             `json:"time"`
	Due            *string             `json:"due"`
	Message        string              `json:"message"`
	Fix            string              `json:"fix"`
	Cause          *string             `json:"cause"`
	Classification string              `json:"classification"`
	Policy         *PolicyRef          `json:"policy"`
	Evidence       []Evidence          `json:"evidence"`
	Searched       []Searched          `json:"searched"`
	Rivals         []Rival             `json:"rivals"`
	Link           *string             `json:"link"`
	Controls       map[string][]string `json:"controls"`
	Waiver         *string             `json:"waiver"`
	Supersedes     []string            `json:"supersedes"`
	Status         *string             `json:"status"`

	// Key names the element of the check's list that the finding is about, "" for
	// a check without one. The id is made of it; no file of a report holds it.
	Key string `json:"-"`
}

// PolicyRef names the policy version that judged and the line it hung on.
type PolicyRef struct {
	Name    string  `json:"name"`
	Version string  `json:"version"`
	SHA256  string  `json:"sha256"`
	Rule    *string `json:"rule"`
}

// Evidence is one record that a finding rests on.
type Evidence struct {
	Kind   string `json:"kind"`
	Time   string `json:"time"`
	Event  string `json:"event"`
	Feed   string `json:"feed"`
	URI    string `json:"uri"`
	Offset *int64 `json:"offset"`
	Length *int64 `json:"length"`
	Line   *int64 `json:"line"`
	SHA256 string `json:"sha256"`
	AtHand bool   `json:"at_hand"` // the lake holds the record's bytes
}

// Searched is a feed that was searched for what was not found.
type Searched struct {
	Feed    string   `json:"feed"`
	Kinds   []string `json:"kinds"`
	From    string   `json:"from"`
	To      string   `json:"to"`
	Records int64    `json:"records"`
}

// Rival is an event that could have been linked as well, and why it was not.
type Rival struct {
	Kind  string `json:"kind"`
	Event string `json:"event"`
	Why   string `json:"why"`
}

// CaseRecord is one line of cases.jsonl, keys in file order.
type CaseRecord struct {
	ID          string             `json:"id"`
	CaseAliases []string           `json:"case_aliases"`
	Identity    string             `json:"identity"`
	Accounts    []string           `json:"accounts"`
	Tier        *string            `json:"tier"`
	TierBasis   *string            `json:"tier_basis"`
	RolesThen   []string           `json:"roles_then"`
	Class       *string            `json:"class"`
	Path        *string            `json:"path"`
	Cause       *string            `json:"cause"`
	Segment     *string            `json:"segment"`
	Time        string             `json:"time"`
	Acts        []ActRecord        `json:"acts"`
	Operator    *string            `json:"operator"`
	RequestedBy *string            `json:"requested_by"`
	RecoveredBy *RecoveredBy       `json:"recovered_by"`
	Systems     Systems            `json:"systems"`
	Policy      *PolicyRef         `json:"policy"`
	Steps       Steps              `json:"steps"`
	Evidence    EvidenceCount      `json:"evidence"`
	Verdicts    map[string]Verdict `json:"verdicts"` // encoding/json sorts the keys
	Custody     Custody            `json:"custody"`
	Rivals      []Rival            `json:"rivals"`
	Waivers     []string           `json:"waivers"`
	Notes       []string           `json:"notes"`

	Aside Aside `json:"-"`
}

// ActRecord is one act of a case.
type ActRecord struct {
	Time       string  `json:"time"`
	Credential string  `json:"credential"`
	System     string  `json:"system"`
	Actor      *string `json:"actor"`
	Event      string  `json:"event"`
}

// RecoveredBy says who first used the account after the reset.
type RecoveredBy struct {
	Identity    *string `json:"identity"`
	FirstSignin *string `json:"first_signin"`
	Place       *string `json:"place"`
	Device      *string `json:"device"`
	Known       *bool   `json:"known"`
}

// Systems are the directories of the identity that the reset had to reach.
type Systems struct {
	Expected []string `json:"expected"`
	Reached  []string `json:"reached"`
	Missing  []string `json:"missing"`
}

// StepRecord is one event in one link of the chain.
type StepRecord struct {
	Time    string  `json:"time"`
	Actor   *string `json:"actor"`
	Method  *string `json:"method"`
	Ticket  *string `json:"ticket"`
	Channel *string `json:"channel"`
	Link    *string `json:"link"`
	Event   string  `json:"event"`
}

// Steps are the eight links of a chain, in order.
type Steps struct {
	Requested  []StepRecord `json:"requested"`
	Verified   []StepRecord `json:"verified"`
	Approved   []StepRecord `json:"approved"`
	Executed   []StepRecord `json:"executed"`
	Delivered  []StepRecord `json:"delivered"`
	Closed     []StepRecord `json:"closed"`
	Dependents []StepRecord `json:"dependents"`
	Reviewed   []StepRecord `json:"reviewed"`
}

// EvidenceCount tells how many of the links that policy requires are shown and
// how many could be assessed.
type EvidenceCount struct {
	Shown      int `json:"shown"`
	Assessable int `json:"assessable"`
	Required   int `json:"required"`
}

// Text gives a pointer to s, nil for "": an empty text is null in the outputs.
func Text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
