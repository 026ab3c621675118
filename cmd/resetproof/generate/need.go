package generate

import "time"

// The tiers of the baseline policy.
const (
	ordinary          = "ordinary"
	sensitive         = "sensitive"
	privileged        = "privileged"
	machine           = "machine"
	privilegedMachine = "privileged-machine"
	breakGlass        = "break-glass"
)

// The classes of a reset.
const (
	recovery = "recovery"
	binding  = "binding"
	issuance = "issuance"
	rotation = "rotation"
	unlock   = "unlock"
)

// The paths of a reset.
const (
	selfService = "self-service"
	assisted    = "assisted"
	automated   = "automated"
	emergency   = "emergency"
)

// need is what the baseline policy asks of a tier, as its table words it. Zero
// where it asks for nothing.
type need struct {
	bar           int           // least strength of the verification
	stepUp        int           // on a risk signal
	approvals     int           // on an assisted path; an ordinary one with a sound verification needs none
	approvalValid time.Duration // how old an approval may be
	approver      string        // who may approve: a role, or manager, or owner
	password      time.Duration // longest life of a temporary password
	pass          time.Duration // of an access pass
	change        time.Duration // until the owner has replaced it
	sessions      time.Duration
	tokens        time.Duration
	factor        time.Duration // until a lost factor is back
	device        time.Duration // until device trust is back
	dependents    time.Duration
	overlap       time.Duration // of the old secret with the new
	review        time.Duration
	watch         time.Duration
	channel       string // one that is allowed
}

const day = 24 * time.Hour

var needs = map[string]need{
	ordinary: {bar: 2, stepUp: 3, approvals: 1, approvalValid: 72 * time.Hour, approver: "manager", password: day, pass: 8 * time.Hour, change: day,
		sessions: time.Hour, tokens: day, factor: day, device: 7 * day, dependents: 7 * day, watch: 72 * time.Hour, channel: "voice-callback"},
	sensitive: {bar: 3, stepUp: 4, approvals: 1, approvalValid: day, approver: "manager", password: 12 * time.Hour, pass: 4 * time.Hour, change: 8 * time.Hour,
		sessions: 15 * time.Minute, tokens: 4 * time.Hour, factor: 8 * time.Hour, device: 72 * time.Hour, dependents: 72 * time.Hour, watch: 72 * time.Hour, channel: "voice-callback"},
	privileged: {bar: 4, approvals: 1, approvalValid: 8 * time.Hour, approver: "identity-admin", password: time.Hour, pass: time.Hour, change: time.Hour,
		sessions: 15 * time.Minute, tokens: time.Hour, factor: 4 * time.Hour, device: day, dependents: day, review: 7 * day, watch: 7 * day, channel: "in-person"},
	machine: {bar: 3, approvals: 1, approvalValid: 72 * time.Hour, approver: "owner", tokens: day, dependents: day, overlap: day, watch: 72 * time.Hour, channel: "vault"},
	privilegedMachine: {bar: 3, approvals: 1, approvalValid: 8 * time.Hour, approver: "identity-admin", tokens: 4 * time.Hour, dependents: day,
		overlap: 4 * time.Hour, review: 30 * day, watch: 7 * day, channel: "vault"},
	breakGlass: {bar: 3, approvals: 1, approver: "security-lead", password: 4 * time.Hour, pass: 4 * time.Hour, sessions: 15 * time.Minute, tokens: time.Hour,
		dependents: day, review: 3 * day, watch: 7 * day, channel: "sealed-envelope"},
}

// methods are verification methods by their strength. One that hangs on contact
// data or a factor changed shortly before, or itself being reset, counts for
// nothing.
var methods = map[int][]string{
	0: {"none", "informal"},
	1: {"kba", "employee-number", "date-of-birth", "mail", "voice-recognised"},
	2: {"sms", "callback", "manager-mail", "manager-video", "recovery-contact"},
	3: {"totp", "manager-in-person", "document-selfie", "hardware-otp"},
	4: {"photo-id", "document-biometric", "code-in-person", "fido2", "passkey", "piv"},
}
