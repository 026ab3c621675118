package judge

import (
	"fmt"
	"slices"
	"time"

	"resetproof/detect/custody"
	"resetproof/detect/identity"
	"resetproof/ingest/event"
)

// substitutedFacts is a secret that somebody read after he had changed who may
// read it.
type substitutedFacts struct {
	Secret  string    `cel:"secret"`
	System  string    `cel:"system"`
	Name    string    `cel:"name"`   // who changed and read
	Policy  string    `cel:"policy"` // what was changed, as the record names it; "" where it names nothing
	Changed time.Time `cel:"changed"`
	Read    time.Time `cel:"read"`

	of    custody.Substitution
	grave bool // findings about the principal have the raised severity
}

func (x *substitutedFacts) raises() bool { return x.grave }

func (x *substitutedFacts) cite(f *Finding) string {
	f.Time, f.Identity = when(x.of.Read.Time), Text(x.of.Principal)
	f.Evidence = append(f.Evidence, EvidenceOf(x.of.Change), EvidenceOf(x.of.Read))
	return x.of.Principal + " " + event.RFC3339(x.of.Change.Time)
}

// maxSubstituted is how many secrets are told that one principal read after his
// changes: beyond it the first few say enough.
const maxSubstituted = 20

// Substituted takes the reads that followed a change of access policy, sorted,
// and of how many principals too much is on record to tell.
func (b *Bench) Substituted(found []custody.Substitution, untold int) {
	told, more := map[string]int{}, 0
	for _, x := range found {
		switch {
		case b.ownsSecret(x.Principal, x.Read) || b.pipeline(x.Principal, x.Read.Time):
		case !b.readsRecorded(x):
			untold++
		case told[x.Principal] == maxSubstituted:
			more++
		default:
			told[x.Principal]++
			what := x.Change.Product
			if what == "" {
				what = x.Change.CredentialID
			}
			b.substituted = append(b.substituted, &substitutedFacts{
				x.Read.CredentialID, x.Read.System, b.Name(x.Principal), what, event.When(x.Change.Time), event.When(x.Read.Time), x, b.grave(x.Principal, x.Read.Time),
			})
		}
	}
	if untold > 0 {
		b.notTold = append(b.notTold, fmt.Sprintf("path-substituted: after %d changes of access policy something was read, and the records do not tell whether for the first time", untold))
	}
	if more > 0 {
		b.notTold = append(b.notTold, fmt.Sprintf("path-substituted: %d more secrets were read by those of whom %d are told", more, maxSubstituted))
	}
}

// ownsSecret: the inventory lists the principal as owner, user or rotator.
func (b *Bench) ownsSecret(principal string, read *event.Event) bool {
	return slices.ContainsFunc(b.Dependents(principal), func(d identity.Secret) bool {
		return sameSecret(read.CredentialID, d.ID) || sameSecret(d.ID, read.CredentialID)
	}) || slices.ContainsFunc(b.Secrets(read.CredentialID), func(d identity.Secret) bool {
		return d.Rotator != "" && b.Identify(d.Rotator) == principal
	})
}

// pipeline: the policy lists the principal as a pipeline that deploys what
// others have approved, or as a reset tool.
func (b *Bench) pipeline(principal string, t int64) bool {
	pol := b.World.Policy(t)
	return slices.ContainsFunc(slices.Concat(pol.Pipelines, pol.ResetTools), func(p string) bool { return b.Identify(p) == principal })
}

// readsRecorded: reads in that system are on record for long enough before the
// change to call one after it the first. As with places, a fortnight will do; a
// gap of some days takes none of the rest away.
func (b *Bench) readsRecorded(x custody.Substitution) bool {
	pol := b.World.Policy(x.Change.Time)
	ask := Ask{Kind: event.SecretAccessed.String(), System: x.Read.System, From: x.Change.Time - int64(pol.Matching.PrivilegeHistory), To: x.Change.Time}
	return b.Coverage.Known(ask) >= pol.Limits.UnknownPlaceHistory
}

// grave: somebody is of a tier, or reaches data, whose findings have the raised
// severity.
func (b *Bench) grave(who string, t int64) bool {
	pol, row := b.World.Policy(t), b.World.Row(who, t)
	tier, _ := identity.TierAt(pol, row, identity.Observed{})
	var data []string
	if row != nil {
		data = row.DataAccess
	}
	return pol.Raised(tier, data)
}
