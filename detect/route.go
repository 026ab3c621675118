package detect

import (
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"resetproof/detect/custody"
	"resetproof/detect/identity"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// How far around a reset the activity of its identity is read.
const (
	activityBefore = 90 * 24 * time.Hour // policy.md: privileged acts in the 90 d before
	activityAfter  = 7 * 24 * time.Hour  // policy.md: the longest takeover watch
)

// meet sees every account of the lake once, so that accounts of one identity
// can be joined, and learns which names a ticket has.
func (r *run) meet(ctx context.Context) error {
	r.tickets = custody.NewTickets(nil)
	b := identity.NewBuilder(r.Context.Roster, r.Domains)
	var seen int64
	err := r.Lake.Custody(ctx, func(e *event.Event) error {
		b.See(e.Account, e.Time)
		b.See(e.Actor, e.Time)
		b.See(e.Assigned, e.Time)
		seen++
		r.progress("accounts", seen, 0)
		return nil
	})
	if err != nil {
		return err
	}
	err = r.Lake.Activity(ctx, 0, farFuture, func(_ event.Kind, t int64, account event.Party) bool {
		b.See(account, t)
		return false
	}, func(*event.Event) error { return nil })
	if err != nil {
		return err
	}
	r.resolver = b.Build()
	return nil
}

const farFuture = math.MaxInt64

// arrange builds the world that folds live in.
func (r *run) arrange() {
	r.hosts, r.made = map[string]bool{}, made{}
	r.listed = map[string][]identity.Secret{}
	r.bySecret, r.dependents, r.secrets = map[string][]string{}, map[string][]identity.Secret{}, map[string][]identity.Secret{}
	for _, s := range r.Context.Secrets {
		var ids []string
		for _, who := range append([]string{s.Owner}, s.UsedBy...) {
			if id := r.identify(who); id != "" && !slices.Contains(ids, id) {
				ids = append(ids, id)
				r.dependents[id] = append(r.dependents[id], s)
			}
		}
		if id := r.identify(s.ID); id != "" {
			r.listed[id] = append(r.listed[id], s)
		}
		key := strings.ToLower(s.ID)
		r.bySecret[key] = append(r.bySecret[key], ids...)
		r.secrets[key] = append(r.secrets[key], s)
	}
	campaigns := map[string][]string{}
	for _, i := range r.Context.Incidents {
		if i.Kind == "campaign" {
			for _, a := range i.Accounts {
				campaigns[i.ID] = append(campaigns[i.ID], r.identify(a))
			}
		}
	}
	r.tickets, r.operators = custody.NewTickets(campaigns), custody.NewOperators()
	r.changers = custody.NewSubstitutes()
	r.world = &custody.World{
		Resolve:     r.resolve,
		Row:         r.resolver.At,
		Policy:      func(t int64) *rules.Policy { return r.Policies.At(event.When(t)) },
		Tickets:     r.tickets,
		Operators:   r.operators,
		Controllers: r.hosts,
		Compromised: r.compromised,
		DependsOn:   func(secret string) []string { return r.bySecret[strings.ToLower(secret)] },
		Scheduled:   r.scheduled,
		ResetTool:   r.resetTool,
	}
	if r.Context.Given("topology") {
		r.world.Topology = identity.NewTopology(r.Context.Directories)
	}
	r.arrangeStates()
}

func (r *run) resolve(p event.Party, t int64) string {
	if p.IsZero() {
		return ""
	}
	return r.resolver.Resolve(p, t).ID
}

func (r *run) resetTool(p event.Party, t int64) bool {
	tools := r.Policies.At(event.When(t)).ResetTools
	return !p.IsZero() && slices.ContainsFunc(tools, func(tool string) bool {
		return strings.EqualFold(tool, p.Name) || strings.EqualFold(tool, p.ID) || r.resolver.Lookup(tool, t).ID == r.resolve(p, t)
	})
}

// compromised: an incident of kind incident names the identity.
func (r *run) compromised(id string, t int64) bool {
	return slices.ContainsFunc(r.Context.Incidents, func(i identity.Incident) bool {
		return i.Kind == "incident" && t >= i.DeclaredAt && (i.ClosedAt == 0 || t <= i.ClosedAt) &&
			slices.ContainsFunc(i.Accounts, func(a string) bool { return r.identify(a) == id })
	})
}

// scheduled: the secret's own rotator did it, or it came within ±20 % of the
// secret's cadence after the last rotation the inventory knows (design 3.2).
func (r *run) scheduled(secret, actor string, t int64) bool {
	for _, s := range r.secrets[strings.ToLower(secret)] {
		if secret == "" || s.Cadence == 0 {
			continue
		}
		if s.Rotator != "" && actor != "" && r.identify(s.Rotator) == actor {
			return true
		}
		if since := t - s.RotatedAt; s.RotatedAt > 0 && since > 0 && since*5 >= int64(s.Cadence)*4 && since*5 <= int64(s.Cadence)*6 {
			return true
		}
	}
	return false
}

// note fills the side tables: what tickets name, where resets lie, who carries
// them out, which hosts are domain controllers, which logs were cleared.
func (r *run) note(ctx context.Context) error {
	if err := r.Lake.Custody(ctx, func(e *event.Event) error {
		r.tickets.Alias(e)
		r.operators.Meet(e, r.resolve)
		r.stated(e)
		if e.Kind == event.PrivilegeGranted {
			r.tickets.Elevate(e, r.resolve(e.Account, e.Time))
		}
		if custody.ChangesAccess(e) {
			r.changers.Changed(e, r.resolve(e.Actor, e.Time))
		}
		return nil
	}); err != nil {
		return err
	}
	err := r.Lake.Custody(ctx, func(e *event.Event) error {
		account := r.resolve(e.Account, e.Time)
		r.tickets.Note(e, account)
		r.operators.Note(e, account, r.resolve, r.tickets)
		r.made.note(e, account)
		r.snapshots.Note(e, account)
		if custody.WritesSecret(e) {
			r.changers.Wrote(e, r.resolve(e.Actor, e.Time))
		}
		if controls(e) {
			r.hosts[strings.ToLower(e.Host)] = true
		}
		if custody.Brings(e) {
			r.bench.Brought(identity.DirectoryOf(e.System))
		}
		if tampers(e) {
			kept := *e
			r.bench.Log(&kept)
		}
		return nil
	})
	if err != nil {
		return err
	}
	r.tickets.Seal()
	r.operators.Seal(r.tickets)
	return nil
}

// lessAudited is how formats word a change after which less is logged.
const lessAudited = "auditing removed"

// tampers tells whether a log was cleared, stopped or bidden to keep less.
func tampers(e *event.Event) bool {
	switch e.Kind {
	case event.LogCleared, event.LogStopped:
		return e.Outcome == event.Success
	case event.PolicyChanged:
		return e.Outcome == event.Success && e.Method == lessAudited
	}
	return false
}

// directoryActs are account management that Windows logs where the account
// lives: for a domain account on a domain controller only.
var directoryActs = []event.Kind{event.ResetExecuted, event.CredentialChanged, event.AccountCreated, event.AccountEnabled, event.AccountDisabled, event.AccountLocked, event.AccountUnlocked}

// controls tells whether a record proves its host to be a domain controller: it
// manages an account whose domain is not the host itself.
func controls(e *event.Event) bool {
	if e.System != "ad" || e.Host == "" || !slices.Contains(directoryActs, e.Kind) {
		return false
	}
	domain, _, named := strings.Cut(e.Account.Name, `\`)
	host, _, _ := strings.Cut(e.Host, ".")
	return named && domain != "" && !strings.EqualFold(domain, host)
}

// processKinds go to every identity that their ticket leads to.
var processKinds = []event.Kind{
	event.ResetRequested, event.TicketOpened, event.TicketClosed, event.IdentityVerified, event.VerificationFailed,
	event.ResetApproved, event.ResetDenied, event.ApprovalWithdrawn,
}

// actorKinds go to who did them as well: they make an identity more than it was.
// The second line is what a stolen account does to stay.
var actorKinds = []event.Kind{
	event.ResetExecuted, event.MFAReset, event.CredentialIssued, event.PrivilegeGranted, event.PrivilegeRevoked,
	event.MailruleCreated, event.ConsentGranted, event.SecretCreated, event.FederationChanged, event.PolicyChanged, event.LogCleared, event.LogStopped,
}

// owners lists the identities an event is about, sorted and distinct.
func (r *run) owners(e *event.Event) []string {
	var ids []string
	add := func(id string) {
		if id != "" {
			ids = append(ids, id)
		}
	}
	add(r.resolve(e.Account, e.Time))
	add(r.made.of(e))
	if key := r.tickets.Key(e); key != "" && (len(ids) == 0 || slices.Contains(processKinds, e.Kind)) {
		named := ""
		if len(ids) > 0 {
			named = ids[0]
		}
		for _, id := range r.tickets.Shared(e, key, named) {
			add(id)
		}
	}
	if slices.Contains(actorKinds, e.Kind) {
		add(r.resolve(e.Actor, e.Time))
	}
	for _, id := range r.bySecret[strings.ToLower(e.CredentialID)] {
		add(id)
	}
	if e.CredentialID != "" {
		for _, id := range r.world.Uses.Readers(e.CredentialID) {
			add(id)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// refusedKinds say that a self-service attempt was blocked.
var refusedKinds = []event.Kind{event.VerificationFailed, event.ResetDenied}

// needed tells whether an event matters for an identity that has no reset: only
// to count what looks like one, and to find tickets, approvals and self-service
// attempts that led to none.
func (r *run) needed(e *event.Event) bool {
	return custody.MayBeAct(e.Kind) || r.tickets.StartsFlow(e) || slices.Contains(refusedKinds, e.Kind) && r.tickets.Key(e) == "" || e.Kind == event.CredentialChanged || e.Kind == event.AccountCreated ||
		slices.Contains(processKinds, e.Kind) && r.tickets.Asked(r.tickets.Key(e)) || r.approves(e)
}

// approves tells an approval that names its account and whose ticket, if any,
// stands in no ticket log: what else could it be about than a reset.
func (r *run) approves(e *event.Event) bool {
	if e.Kind != event.ResetApproved || e.Account.IsZero() {
		return false
	}
	opened, _ := r.tickets.Life(r.tickets.Key(e))
	return opened == 0
}
