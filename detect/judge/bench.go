// Package judge says of each case what the checks find: met, not met, not due
// yet, not assessable, excepted or not applicable, each with its reason.
package judge

import (
	"slices"

	"cel.dev/cel-go/cel"

	"resetproof/detect/custody"
	"resetproof/detect/identity"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// Bench holds what every judgement needs. Fill the exported fields, call
// Compile, then Judge per case and Set once at the end. A Bench belongs to one
// goroutine.
type Bench struct {
	World    *custody.World
	Coverage *Coverage
	// Name gives an identity's display name, "" for "".
	Name func(id string) string
	// Identify gives the identity that a context file names by id or account.
	Identify func(name string) string
	// PossibleAliases lists identities that look like the same person and that
	// the roster does not join, sorted.
	PossibleAliases func(id string) []string
	// Related tells whether the roster names a as b's manager, owner, … at a time.
	Related func(a string, as identity.Relation, b string, t int64) bool
	// ApproversNamed tells whether the roster says who may approve: some row holds
	// a manager or a role that the policy lets approve.
	ApproversNamed bool
	// Accounts and Systems of an identity, sorted.
	Accounts, Systems func(id string) []string
	// AccountsIn counts the accounts of an identity in a directory.
	AccountsIn func(id, directory string) int
	// Snapshots is the side table of what exports and records say of accounts.
	Snapshots *custody.Snapshots
	// Seen tells whether some record names an account.
	Seen func(account string) bool
	// Dependents lists the secrets of the inventory that depend on an identity.
	Dependents func(id string) []identity.Secret
	// Listed lists its rows that bear the name of an account of an identity.
	Listed func(id string) []identity.Secret
	// Secrets lists its rows of one secret, by the secret's id.
	Secrets func(id string) []identity.Secret
	// Given tells whether a context file was given, by its role: without one
	// nothing can be said of what it would list.
	Given func(role string) bool
	// Incidents are the declared ones.
	Incidents []identity.Incident
	Waivers   []identity.Waiver
	// Period bounds the cases that are judged, UTC nanoseconds, half-open; 0 is
	// without bound.
	Period [2]int64
	// Reviews are the rows of ReviewsFile, if one was given.
	Reviews     []identity.Review
	ReviewsFile identity.File
	Frameworks  []*rules.Framework

	caseEnv, setEnv *cel.Env

	checks  []*check
	spoken  map[string][]spoken // by check id
	waivers []*waiver
	missing map[unsourced]*missing
	faults  map[string]int64
	logs    []*logFacts
	undone  []custody.Undone
	linked  map[string]bool // keys of tickets that belong to some reset
	expired map[*waiver]*expiredFacts
	months  map[monthID]*monthFacts
	skews   map[pairing]*skew
	hybrid
	reviews map[string][]*review // by the id they name

	orphans     []custody.Orphan
	substituted []*substitutedFacts
	rows        []Row
	survey      Surveyed
	notTold     []string // sentences on what over the whole set could not be told
}

// Faults lists the expressions that failed while judging, with how often,
// sorted: "check id, field: message".
func (b *Bench) Faults() []string {
	var out []string
	for f := range b.faults {
		out = append(out, f)
	}
	slices.Sort(out)
	return out
}

func (b *Bench) fault(f string) {
	if b.faults == nil {
		b.faults = map[string]int64{}
	}
	b.faults[f]++
}

// incidentOpen tells whether a declared incident was open at the case's time
// that names its identity, one of its systems, or nobody in particular.
func (b *Bench) incidentOpen(c *custody.Case) bool {
	tolerance := int64(b.World.Policy(c.Time).Matching.ClockTolerance)
	for _, i := range b.Incidents {
		if i.Kind != "incident" || c.Time < i.DeclaredAt-tolerance || i.ClosedAt != 0 && c.Time > i.ClosedAt {
			continue
		}
		if len(i.Accounts) == 0 && len(i.Systems) == 0 || slices.Contains(i.Systems, c.Primary.System) {
			return true
		}
		if slices.ContainsFunc(i.Accounts, func(a string) bool { return b.Identify(a) == c.Identity }) {
			return true
		}
	}
	return false
}

// incidentsKnown: a file says which incidents were declared. Records of incidents
// in logs are not read for it, so they prove none.
func (b *Bench) incidentsKnown() bool { return b.Given("incidents") }

// historyKnown: enough of the 30 days before is covered to call a use of
// privilege the first one.
func (s *sitting) historyKnown() bool {
	m := s.need.policy.Matching
	state, _ := s.b.Coverage.Window(Ask{Kind: event.PrivilegeUsed.String(), Path: s.flow(), From: s.c.Time - int64(m.PrivilegeHistory), To: s.c.Time})
	return state == Covered
}
