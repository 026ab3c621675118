package custody

import (
	"slices"
	"strings"
	"time"

	"resetproof/detect/identity"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// World is what a fold must know beyond the events of its identity. All of it
// is read-only while folds run.
type World struct {
	// Resolve gives the identity behind a party at a time, "" for nobody.
	Resolve func(p event.Party, t int64) string
	// Row gives the roster row in force, nil for an identity no roster knows.
	Row func(id string, t int64) *identity.Identity
	// Policy gives the policy version in force.
	Policy func(t int64) *rules.Policy
	// Tickets is the side table of what tickets name and who cites them.
	Tickets *Tickets
	// Operators is the side table of those who carry resets out for others; nil
	// where nothing is known of them.
	Operators *Operators
	// Controllers are the domain controllers, by lower-case host name: only
	// there is Windows event 4672 a privileged act (policy.md, privileged_acts).
	Controllers map[string]bool
	// Compromised tells whether an incident names the identity at a time.
	Compromised func(id string, t int64) bool
	// DependsOn lists the identities on which the inventory says that a secret
	// depends.
	DependsOn func(secret string) []string
	// Uses is the side table of who reads which secrets; nil where nobody does.
	Uses *Uses
	// Scheduled tells whether a rotation of the secret by this actor at this
	// time is the scheduled one of its owned rotator.
	Scheduled func(secret, actor string, t int64) bool
	// ResetTool tells whether the policy lists a party as a reset or write-back
	// service.
	ResetTool func(p event.Party, t int64) bool
	// Topology says which directories share a password; nil where no file does.
	Topology *identity.Topology
}

// syncNames are prefixes of the accounts that directory synchronisation runs
// under: Entra Connect's AD DS connector (MSOL_), its cloud twin (Sync_), the
// legacy and gMSA forms. (Microsoft Learn, "Entra Connect: accounts and
// permissions".) passwordService is Microsoft's own, under which Entra carries
// out what somebody asked of it (sources.md 0.3): it brings nothing from
// another directory.
var syncNames = []string{"msol_", "sync_", "aad_", "adsyncmsa"}

const passwordService = "fim_password_service@"

// copies tells whether a party only passes on what somebody else did: a
// synchronisation account or the product itself.
func copies(p event.Party) bool {
	return p.Type == "system" || Synchronises(p)
}

// Synchronises tells whether a party is a directory synchronisation account, or
// Microsoft's password service.
func Synchronises(p event.Party) bool {
	return carries(p) || strings.HasPrefix(strings.ToLower(p.Name), passwordService)
}

// carries tells whether a party brings passwords from one directory to another.
func carries(p event.Party) bool {
	name := strings.ToLower(p.Name)
	if i := strings.LastIndexByte(name, '\\'); i >= 0 {
		name = name[i+1:]
	}
	return slices.ContainsFunc(syncNames, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

// automatic tells whether a party is an app, a workload or a service rather
// than a person, by what its record or the roster says; never by its name.
func (w *World) automatic(p event.Party, id string, t int64) bool {
	if row := w.Row(id, t); row != nil {
		return row.Kind == "service" || row.Kind == "workload"
	}
	switch p.Type {
	case "app", "service", "machine":
		return true
	}
	return false
}

// insert adds s to a sorted list of distinct strings.
func insert(list []string, s string) []string {
	i, found := slices.BinarySearch(list, s)
	if found {
		return list
	}
	return slices.Insert(list, i, s)
}

func within(a, b int64, d time.Duration) bool {
	if a > b {
		a, b = b, a
	}
	return b-a <= int64(d)
}
