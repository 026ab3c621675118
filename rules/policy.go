package rules

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Tier is how much an identity can do, and so how much a reset of it must show.
type Tier string

// The tiers, in the order in which they are tried.
const (
	BreakGlass        Tier = "break-glass"
	PrivilegedMachine Tier = "privileged-machine"
	Machine           Tier = "machine"
	Privileged        Tier = "privileged"
	Sensitive         Tier = "sensitive"
	Ordinary          Tier = "ordinary"
)

// Tiers lists all tiers in the order in which they are tried.
func Tiers() []Tier {
	return []Tier{BreakGlass, PrivilegedMachine, Machine, Privileged, Sensitive, Ordinary}
}

// UnmarshalText takes a tier's name and refuses any other.
func (t *Tier) UnmarshalText(name []byte) error {
	*t = Tier(name)
	return oneOf(string(name), "tier")
}

// Path is how a reset was carried out, from execution evidence.
type Path string

// The paths.
const (
	SelfService Path = "self-service"
	Assisted    Path = "assisted"
	Automated   Path = "automated"
	Emergency   Path = "emergency"
	UnknownPath Path = "unknown"
)

// anyPath stands, in a policy file only, for every path that is not named
// beside it; loading replaces it.
const anyPath Path = "any"

// Paths lists all paths.
func Paths() []Path { return []Path{SelfService, Assisted, Automated, Emergency, UnknownPath} }

// UnmarshalText takes a path's name and refuses any other.
func (p *Path) UnmarshalText(name []byte) error {
	*p = Path(name)
	return oneOf(string(name), "path")
}

// Class is what kind of reset it was.
type Class string

// The classes.
const (
	Recovery Class = "recovery"
	Binding  Class = "binding"
	Issuance Class = "issuance"
	Rotation Class = "rotation"
	Unlock   Class = "unlock"
)

// Classes lists all classes.
func Classes() []Class { return []Class{Recovery, Binding, Issuance, Rotation, Unlock} }

// UnmarshalText takes a class's name and refuses any other.
func (c *Class) UnmarshalText(name []byte) error {
	*c = Class(name)
	return oneOf(string(name), "class")
}

// Policy is one version of the rules an organisation holds its resets to. The
// keys of its file are those of the tags; policies/baseline.yaml explains each.
// The tag stricter says which of two values asks for more (see strictest); a
// field without one is no matter of more or less.
type Policy struct {
	Name    string `yaml:"name,required"`
	Version string `yaml:"version,required"`
	// Extends is the bundled policy the file adds to, "" for none.
	Extends string `yaml:"extends"`
	// Profiles are those that tightened it, in the order they were named in.
	Profiles []Profile
	// Overruled are the lines of a user's file that ask for less than a profile.
	Overruled []Overruled
	// SHA256 of the files that made it, one after the other: what it extends
	// (profiles included), the file itself, methods.yaml, lifetimes.yaml. Lower-case hexadecimal.
	SHA256 string
	// ValidFrom is when this version came into force; zero for always. Until
	// ValidUntil it was in force; zero until the next version, or still.
	ValidFrom  time.Time `yaml:"valid_from"`
	ValidUntil time.Time `yaml:"valid_until"`

	Requirements map[Tier]Row `yaml:"requirements,required"`
	// Judges lists, per class, the groups (Check.About) that are judged at all.
	Judges map[Class][]string `yaml:"judges,required" in:"group" stricter:"more"`
	// SessionVerification lists the classes in which the sign-in of the session
	// takes the place of a verification.
	SessionVerification []Class `yaml:"session_verification" stricter:"fewer"`
	// RequestIfAssisted lists the classes that ask for a request on the
	// assisted path only, whatever the tier says.
	RequestIfAssisted []Class `yaml:"request_if_assisted" stricter:"fewer"`
	// IssuanceApprovalTiers need an approval for issuance and rotation, and only
	// when done for somebody else.
	IssuanceApprovalTiers []Tier `yaml:"issuance_approval_tiers" stricter:"more"`
	// MFAVerification is the least strength for an MFA reset, bypass code or
	// access pass, where the tier's own is lower.
	MFAVerification int `yaml:"mfa_verification" max:"4" stricter:"higher"`

	Matching Matching `yaml:"matching,required"`
	Limits   Limits   `yaml:"limits,required" stricter:"within"`

	RaisedTiers []Tier `yaml:"raised_tiers,required" stricter:"more"`
	// RaisedData are the words of data_access that raise the severity.
	RaisedData []string `yaml:"raised_data,required" stricter:"more"`

	PrivilegedRoles []string `yaml:"privileged_roles" stricter:"more"` // role and group names, compared without case
	// PrivilegedActs lists what counts as a privileged act; baseline.yaml says
	// what each word stands for.
	PrivilegedActs  []string `yaml:"privileged_acts" in:"role-change|credential-act|admin-console|role-activation|role-assumption|impersonation|special-logon" stricter:"more"`
	ExecutiveRoles  []string `yaml:"executive_roles" stricter:"more"`
	SensitiveData   []string `yaml:"sensitive_data" stricter:"more"`   // words of data_access that make an identity sensitive
	CompromiseWords []string `yaml:"compromise_words" stricter:"more"` // words of a ticket category that make the cause a compromise
	Desks           []Desk   `yaml:"desks"`
	// Segments: the first that fits a case is its segment.
	Segments []Segment `yaml:"segments"`
	// ResetRoles give the right to reset others; DeskRoles are those of them that
	// give none over privileged accounts. LogRoles give the right to change or
	// delete logs.
	ResetRoles []string `yaml:"reset_roles"`
	DeskRoles  []string `yaml:"desk_roles"`
	LogRoles   []string `yaml:"log_roles"`
	// HoldRoles (roles, groups or units) may release an account on legal hold for
	// a reset; ResponseRoles belong to every declared incident and investigation.
	HoldRoles     []string `yaml:"hold_roles"`
	ResponseRoles []string `yaml:"response_roles"`
	JumpHosts     []string `yaml:"jump_hosts"`  // addresses that say nothing of where somebody sits
	Pipelines     []string `yaml:"pipelines"`   // accounts of registered pipelines
	ResetTools    []string `yaml:"reset_tools"` // accounts of known reset and write-back services
	SharedPhones  []string `yaml:"shared_phones"`
	// HigherSystems are those in which only some tiers work. Domain controllers
	// are privileged without being listed.
	HigherSystems []HigherSystem `yaml:"higher_systems"`

	// MethodNames are an organisation's own names of verification methods;
	// Methods knows them already.
	MethodNames map[string]string `yaml:"method_names" in:"method"`
	Methods     Methods
	// Lifetimes are the lives of old access that no reset can cut short.
	Lifetimes Lifetimes

	// places tells, by key such as requirements.ordinary.approvals, where it was
	// stated last.
	places map[string]Place
	asked  map[string][]string // by the same keys: the demands of profiles
}

// Place is a line of a file.
type Place struct {
	File string
	Line int
	col  int
	user bool // in a user's file
}

func (p Place) String() string { return fmt.Sprintf("%s:%d", p.File, p.Line) }

// Raised tells whether findings about such an identity have the raised
// severity. dataAccess is the roster's column of that name.
func (p *Policy) Raised(tier Tier, dataAccess []string) bool {
	return slices.Contains(p.RaisedTiers, tier) || slices.ContainsFunc(dataAccess, func(word string) bool {
		return slices.ContainsFunc(p.RaisedData, func(raised string) bool { return strings.EqualFold(word, raised) })
	})
}

// Row is what one tier must have for a recovery. Durations count from the
// execution. Maps by path hold every path that the file names or means by any.
type Row struct {
	Paths []Path `yaml:"paths,required" stricter:"fewer"`
	// Request, Reason: the paths on which one is demanded.
	Request []Path `yaml:"request,required" stricter:"more"`
	Reason  []Path `yaml:"reason,required" stricter:"more"`
	// RequestMayFollow is how long after the execution a request (and its
	// ticket) may still come; 0: it must come before.
	RequestMayFollow time.Duration `yaml:"request_may_follow" stricter:"lower"`
	// Verification is the least strength by path; a path that is absent needs none.
	Verification map[Path]int `yaml:"verification,required" max:"4" stricter:"higher"`
	// VerificationOf says who is verified: the beneficiary, or the owner of a
	// machine's account.
	VerificationOf string `yaml:"verification_of,required" in:"beneficiary|owner"`
	// StepUp is the least strength after a risk signal; 0: no step-up.
	StepUp int `yaml:"step_up" max:"4" stricter:"higher"`
	// Approvals is the number of approvers by path.
	Approvals map[Path]int `yaml:"approvals,required" max:"10" stricter:"higher"`
	// ApprovalUnlessOwnerAsked: on the assisted path no approval is needed where
	// the owner asked and a verification that meets the case's bar stands in a
	// record the executor did not type.
	ApprovalUnlessOwnerAsked bool          `yaml:"approval_unless_owner_asked" stricter:"false"`
	ApprovalValid            time.Duration `yaml:"approval_valid" stricter:"sooner"` // 0: no limit
	ApprovalMayFollow        time.Duration `yaml:"approval_may_follow" stricter:"lower"`
	// Approvers are roles; manager, owner and delegate are relations to the beneficiary.
	Approvers []string `yaml:"approvers,required" stricter:"fewer"`
	// Separate lists pairs of roles that must be different people, such as
	// {"approver","executor"}; roles: requester, beneficiary, verifier, approver, executor.
	Separate [][2]string `yaml:"separate,required" in:"requester|beneficiary|verifier|approver|executor" stricter:"more"`
	Channels []string    `yaml:"channels,required" in:"channel" stricter:"fewer"`
	// Life is the longest life of what is delivered, by kind (Methods.Delivered);
	// "code@mail" is a code that travels by mail.
	Life      map[string]time.Duration `yaml:"life" keys:"life" stricter:"life"`
	SingleUse bool                     `yaml:"single_use" stricter:"true"`
	// ForcedChange and what follows: 0 = not demanded.
	ForcedChange      time.Duration `yaml:"forced_change" stricter:"sooner"`
	SessionsEnded     time.Duration `yaml:"sessions_ended" stricter:"sooner"`
	TokensRevoked     time.Duration `yaml:"tokens_revoked" stricter:"sooner"`
	MFABack           time.Duration `yaml:"mfa_back" stricter:"sooner"`
	DeviceBack        time.Duration `yaml:"device_back" stricter:"sooner"`
	DependentsRotated time.Duration `yaml:"dependents_rotated" stricter:"sooner"`
	// OldSecret is how long an old secret may live beside the new; 0 = not at all.
	OldSecret          time.Duration `yaml:"old_secret" stricter:"lower"`
	DirectoriesReached time.Duration `yaml:"directories_reached" stricter:"sooner"`
	Review             time.Duration `yaml:"review" stricter:"sooner"`
	RecoveryNeeded     string        `yaml:"recovery_needed,required" in:"reset|reset-with-mfa-reenrolment|new-secret-old-revoked" stricter:"recovery"`
	Watch              time.Duration `yaml:"watch,required" stricter:"higher"` // takeover watch
	// RegisteredPipeline: the automated path counts only for Policy.Pipelines.
	RegisteredPipeline bool `yaml:"registered_pipeline" stricter:"true"`
	// EveryDependent: every live key, token and dependent counts, not only those
	// that contain or were minted with the replaced secret.
	EveryDependent bool `yaml:"every_dependent" stricter:"true"`
}

// Matching holds the windows in which steps are searched.
type Matching struct {
	Before           time.Duration `yaml:"before,required"` // request, verification, approval before the execution
	After            time.Duration `yaml:"after,required"`  // the same, late
	ClockTolerance   time.Duration `yaml:"clock_tolerance,required"`
	SameOperator     time.Duration `yaml:"same_operator,required"`     // acts of one operator on one identity are one case
	Twin             time.Duration `yaml:"twin,required"`              // the same reset seen in another system
	Propagation      time.Duration `yaml:"propagation,required"`       // later twins by the same operator or a sync account
	ObservedTier     time.Duration `yaml:"observed_tier,required"`     // how far back use of privilege makes a tier
	PrivilegeHistory time.Duration `yaml:"privilege_history,required"` // how long an act must be absent before it counts as first
}

// Limits are the numbers that hold for all tiers.
type Limits struct {
	// WaiversShare is the largest share of a month's cases that waivers may cover.
	WaiversShare float64 `yaml:"waivers_share,required" stricter:"lower"`
	// RetentionAudit and RetentionResponse are how far back a source must reach.
	RetentionAudit    time.Duration `yaml:"retention_audit,required" stricter:"higher"`
	RetentionResponse time.Duration `yaml:"retention_response,required" stricter:"higher"`
	// ContactChanged is how long after a change of contact data or of a factor a
	// method bound to it proves nothing; the change is a risk signal as long.
	ContactChanged time.Duration `yaml:"contact_changed,required" stricter:"higher"`
	// RefusedBefore and OperatorReset: how long a failed verification, and a
	// reset of the operator's own credential, stay risk signals.
	RefusedBefore time.Duration `yaml:"refused_before,required" stricter:"higher"`
	OperatorReset time.Duration `yaml:"operator_reset,required" stricter:"higher"`
	// UnknownPlaceHistory and UnknownPlaceSignins are what must be known of an
	// owner before a place or device counts as unknown.
	UnknownPlaceHistory time.Duration `yaml:"unknown_place_history,required"`
	UnknownPlaceSignins int           `yaml:"unknown_place_signins,required"`
	// ResetByReset is how far back reset-by-reset-account looks, ordinarily and
	// for raised severity.
	ResetByReset       time.Duration `yaml:"reset_by_reset,required" stricter:"higher"`
	ResetByResetRaised time.Duration `yaml:"reset_by_reset_raised,required" stricter:"higher"`
	// FreshRight is how long a right to reset is a new one.
	FreshRight time.Duration `yaml:"fresh_right,required" stricter:"higher"`
	// FalseDiscoveryRate is the share of false ones expected among the findings
	// of a check over many counts, and with that the chance of any where all is
	// as ever.
	FalseDiscoveryRate float64 `yaml:"false_discovery_rate,required"`
}

// HigherSystem is an application, host or system, as logs write its name, and
// the least tier of whoever works in it.
type HigherSystem struct {
	Name string `yaml:"name,required"`
	Tier Tier   `yaml:"tier,required"`
}

// Desk is a service desk and what it may do. Its operators are those whose row
// of the roster has its unit and its employer, as far as it names them.
type Desk struct {
	Unit     string `yaml:"unit"`
	Employer string `yaml:"employer"`
	Mandates []Tier `yaml:"mandates,required"` // tiers it may reset
	// Serves are the units whose people it may reset; empty: all.
	Serves      []string `yaml:"serves"`
	Shift       *Shift   `yaml:"shift"`
	QuotaPerDay int      `yaml:"quota_per_day"` // people an operator may recover in a day; 0: no limit
}

// Shift is a desk's working time.
type Shift struct {
	Zone string   `yaml:"zone,required" in:"zone"` // IANA name
	Days []string `yaml:"days,required" in:"mon|tue|wed|thu|fri|sat|sun"`
	From string   `yaml:"from,required" in:"clock"` // "08:00"
	To   string   `yaml:"to,required" in:"clock"`
}
