// Package event is the vocabulary every other package speaks: what a log
// record says once its vendor's words are translated. It imports nothing of
// this module.
package event

import "slices"

// Kind says what happened. The zero Kind is Other: the record is kept and
// counted but has no meaning for a chain of custody.
type Kind uint8

// The kinds of events, in the order of a reset's life.
const (
	Other Kind = iota
	ResetRequested
	IdentityVerified
	VerificationFailed
	ResetApproved
	ResetDenied
	ApprovalWithdrawn
	ResetExecuted
	CredentialIssued
	CredentialDelivered
	CredentialChanged // by its owner, knowing the old one
	CredentialUsed
	CredentialRevoked
	SessionRevoked
	TokenRevoked
	MFAEnrolled
	MFARemoved
	MFAReset
	DeviceTrusted
	DeviceUntrusted
	ContactChanged
	OwnerNotified
	AccountCreated
	AccountEnabled
	AccountDisabled
	AccountDeleted
	AccountLocked
	AccountUnlocked
	SecretCreated
	SecretRotated
	SecretRotationFailed
	SecretRevoked
	SecretAccessed
	SigninSucceeded
	SigninFailed
	PrivilegeGranted
	PrivilegeRevoked
	PrivilegeUsed // only an act on the policy's list privileged_acts
	DelegationGranted
	FederationChanged
	ConsentGranted
	MailruleCreated
	MailAccessed
	PolicyChanged
	LogCleared
	LogStopped
	DirectorySynced
	RiskDetected
	IncidentOpened
	IncidentClosed
	TicketOpened
	TicketClosed
	CaseReviewed
	StateObserved
	kinds
)

var kindNames = [kinds]string{
	Other:                "other",
	ResetRequested:       "reset.requested",
	IdentityVerified:     "identity.verified",
	VerificationFailed:   "identity.verification_failed",
	ResetApproved:        "reset.approved",
	ResetDenied:          "reset.denied",
	ApprovalWithdrawn:    "approval.withdrawn",
	ResetExecuted:        "reset.executed",
	CredentialIssued:     "credential.issued",
	CredentialDelivered:  "credential.delivered",
	CredentialChanged:    "credential.changed",
	CredentialUsed:       "credential.used",
	CredentialRevoked:    "credential.revoked",
	SessionRevoked:       "session.revoked",
	TokenRevoked:         "token.revoked",
	MFAEnrolled:          "mfa.enrolled",
	MFARemoved:           "mfa.removed",
	MFAReset:             "mfa.reset",
	DeviceTrusted:        "device.trusted",
	DeviceUntrusted:      "device.untrusted",
	ContactChanged:       "contact.changed",
	OwnerNotified:        "owner.notified",
	AccountCreated:       "account.created",
	AccountEnabled:       "account.enabled",
	AccountDisabled:      "account.disabled",
	AccountDeleted:       "account.deleted",
	AccountLocked:        "account.locked",
	AccountUnlocked:      "account.unlocked",
	SecretCreated:        "secret.created",
	SecretRotated:        "secret.rotated",
	SecretRotationFailed: "secret.rotation_failed",
	SecretRevoked:        "secret.revoked",
	SecretAccessed:       "secret.accessed",
	SigninSucceeded:      "signin.succeeded",
	SigninFailed:         "signin.failed",
	PrivilegeGranted:     "privilege.granted",
	PrivilegeRevoked:     "privilege.revoked",
	PrivilegeUsed:        "privilege.used",
	DelegationGranted:    "delegation.granted",
	FederationChanged:    "federation.changed",
	ConsentGranted:       "consent.granted",
	MailruleCreated:      "mailrule.created",
	MailAccessed:         "mail.accessed",
	PolicyChanged:        "policy.changed",
	LogCleared:           "log.cleared",
	LogStopped:           "log.stopped",
	DirectorySynced:      "directory.synced",
	RiskDetected:         "risk.detected",
	IncidentOpened:       "incident.opened",
	IncidentClosed:       "incident.closed",
	TicketOpened:         "ticket.opened",
	TicketClosed:         "ticket.closed",
	CaseReviewed:         "case.reviewed",
	StateObserved:        "state.observed",
}

var kindByName = func() map[string]Kind {
	m := make(map[string]Kind, kinds)
	for k, n := range kindNames {
		m[n] = Kind(k)
	}
	return m
}()

// String gives the kind's public name, such as "reset.executed".
func (k Kind) String() string {
	if k < kinds {
		return kindNames[k]
	}
	return kindNames[Other]
}

// ParseKind finds the kind of a public name; ok is false for an unknown one.
func ParseKind(name string) (k Kind, ok bool) {
	k, ok = kindByName[name]
	return k, ok
}

// Kinds lists every kind, Other first, in declaration order.
func Kinds() []Kind {
	all := make([]Kind, kinds)
	for k := range all {
		all[k] = Kind(k)
	}
	return all
}

// Class says in which half of the lake an event lies: Activity is the bulk
// (sign-ins, use of credentials and privilege, reading of secrets), Custody is
// everything else and always small.
type Class uint8

// The two classes of events.
const (
	Custody Class = iota
	Activity
)

func (c Class) String() string {
	if c == Activity {
		return "activity"
	}
	return "custody"
}

var activityKinds = []Kind{CredentialUsed, SecretAccessed, SigninSucceeded, SigninFailed, PrivilegeUsed, MailAccessed}

// Class tells where events of this kind are kept.
func (k Kind) Class() Class {
	if slices.Contains(activityKinds, k) {
		return Activity
	}
	return Custody
}
