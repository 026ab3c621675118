package custody

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"resetproof/ingest/event"
	"resetproof/rules"
)

// firstPassword is how close to the creation of an account a reset is its first
// password: the directory writes both in one operation (sources.md 0.5).
const firstPassword = 2 * time.Second

// firstFactor is how long after its creation an account enrols its first
// factor: part of joining, not of a recovery. This project's judgement.
const firstFactor = 7 * 24 * time.Hour

// actClass says which class an act makes a case, by kind; kinds that are
// absent are never acts.
var actClass = map[event.Kind]rules.Class{
	event.ResetExecuted:    rules.Recovery,
	event.MFAReset:         rules.Recovery,
	event.CredentialIssued: rules.Recovery, // keys and tokens: see classOf
	event.SecretCreated:    rules.Issuance,
	event.SecretRotated:    rules.Rotation,
	event.MFAEnrolled:      rules.Binding,
	event.AccountUnlocked:  rules.Unlock,
}

// classRank orders classes by how much they must show; a case takes the first
// class that any of its acts has.
var classRank = []rules.Class{rules.Recovery, rules.Rotation, rules.Issuance, rules.Binding, rules.Unlock}

// IsAct tells whether an event, by kind and outcome alone, may be a reset of
// its account.
func IsAct(e *event.Event) bool {
	_, ok := actClass[e.Kind]
	return ok && e.Outcome == event.Success
}

// keys are the credentials whose issuing is no recovery of the account.
var keys = []string{"key", "token", "secret", "certificate", "client-secret", "api-token"}

func classOf(e *event.Event) rules.Class {
	if e.Kind == event.CredentialIssued && slices.Contains(keys, e.Credential) {
		return rules.Issuance
	}
	return actClass[e.Kind]
}

// acts picks the resets out of an identity's custody events, in their order,
// and counts what only looks like one.
func (f *Fold) acts() []Step {
	born := f.births()
	var acts []Step
	for _, s := range f.steps {
		if s.AccountID != f.id {
			continue
		}
		if s.Kind == event.CredentialChanged {
			if s.Outcome == event.Failure {
				f.not[NotFailed]++
			} else {
				f.changes = append(f.changes, s)
			}
		}
		if _, ok := actClass[s.Kind]; !ok {
			continue
		}
		if why := f.notCase(s, born); why != "" {
			f.not[why]++
			continue
		}
		acts = append(acts, s)
	}
	return acts
}

// births are the creations of accounts, of the identity's own and by it.
func (f *Fold) births() []Step {
	var born []Step
	for _, s := range f.steps {
		if s.Kind == event.AccountCreated && s.Outcome == event.Success {
			born = append(born, s)
		}
	}
	return born
}

// sameAccount tells whether two records name one account: by its id, or where
// one of them gives none by whatever name they share.
func sameAccount(a, b event.Party) bool {
	if a.System != b.System {
		return false
	}
	if a.ID != "" && b.ID != "" {
		return strings.EqualFold(a.ID, b.ID)
	}
	for _, is := range []string{a.ID, a.Name} {
		if is != "" && (strings.EqualFold(is, b.ID) || strings.EqualFold(is, b.Name)) {
			return true
		}
	}
	return false
}

// notCase says why an act is no case, "" if it is one (design 3.2).
func (f *Fold) notCase(s Step, born []Step) string {
	var births []Step
	for _, b := range born {
		if sameAccount(b.Account, s.Account) {
			births = append(births, b)
		}
	}
	if f.machineAccount(s, births) {
		return NotMachineAccount
	}
	if s.Outcome == event.Failure {
		return NotFailed
	}
	if f.copied(s) {
		return NotCopied
	}
	if IsDuty(s.Event) {
		return NotFactor
	}
	for _, b := range births {
		switch s.Kind {
		case event.ResetExecuted, event.CredentialIssued:
			if classOf(s.Event) == rules.Recovery && within(b.Time, s.Time, firstPassword) && (b.ActorID == s.ActorID || b.ActorID == "" || s.ActorID == "") {
				return NotFirstPassword
			}
		case event.MFAEnrolled:
			if s.Time >= b.Time && within(b.Time, s.Time, firstFactor) {
				return NotFirstFactor
			}
		}
	}
	if (s.Kind == event.SecretRotated || s.Kind == event.SecretCreated) && f.w.Scheduled(s.CredentialID, s.ActorID, s.Time) {
		return NotScheduled
	}
	if class := classOf(s.Event); (class == rules.Rotation || class == rules.Issuance) && f.explainedElsewhere(s) {
		return NotDependent
	}
	return ""
}

// explainedElsewhere tells whether a secret was replaced while the case of
// another identity it depends on was open (design 3.2).
func (f *Fold) explainedElsewhere(s Step) bool {
	return slices.ContainsFunc(f.w.DependsOn(s.CredentialID), func(id string) bool {
		return id != f.id && f.w.Tickets.recoveredWithin(id, s.Time, int64(f.w.longest(id, s.Time)+f.w.Policy(s.Time).Matching.After))
	})
}

// machineAccount tells a computer's account: its record says so, or its name
// ends in $ and no record shows it made as a user. A trailing $ alone proves
// nothing: attackers name users so (sources.md 0.5).
func (f *Fold) machineAccount(s Step, births []Step) bool {
	if s.Account.Type == "machine" {
		return true
	}
	if !strings.HasSuffix(s.Account.Name, "$") || f.w.Row(f.id, s.Time) != nil {
		return false
	}
	for _, b := range births {
		if b.Account.Type != "machine" {
			return false
		}
	}
	return true
}

// group joins acts that belong to one reset: a shared ticket, correlation id or
// session, one operator within Matching.SameOperator, or twins in other systems
// (design 2 and 3.1). Acts come sorted by time and event id.
func (f *Fold) group(acts []Step) [][]Step {
	parent := make([]int, len(acts))
	for i := range parent {
		parent[i] = i
	}
	root := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	join := func(a, b int) { parent[max(root(a), root(b))] = min(root(a), root(b)) }

	byKey := map[string]int{}
	for i, a := range acts {
		for _, k := range f.sharedKeys(a) {
			if j, ok := byKey[k]; ok {
				join(i, j)
			} else {
				byKey[k] = i
			}
		}
	}
	m := f.w.Policy(timeOf(acts)).Matching
	reach := max(m.SameOperator, m.Twin, m.Propagation)
	for i := range acts {
		for j := i - 1; j >= 0 && within(acts[j].Time, acts[i].Time, reach); j-- {
			if f.sameReset(acts[j], acts[i], m) {
				join(i, j)
			}
		}
	}
	groups := map[int][]Step{}
	var order []int
	for i, a := range acts {
		r := root(i)
		if groups[r] == nil {
			order = append(order, r)
		}
		groups[r] = append(groups[r], a)
	}
	out := make([][]Step, 0, len(order))
	for _, r := range order {
		out = append(out, groups[r])
	}
	return out
}

func timeOf(acts []Step) int64 {
	if len(acts) == 0 {
		return 0
	}
	return acts[0].Time
}

func (f *Fold) sharedKeys(a Step) []string {
	var ks []string
	if ticket := f.w.Tickets.Key(a.Event); ticket != "" {
		ks = append(ks, "t:"+ticket)
	}
	if a.Correlation != "" {
		ks = append(ks, "c:"+a.Correlation)
	}
	if a.Session != "" && !copies(a.Actor) {
		ks = append(ks, "s:"+a.System+":"+a.Session)
	}
	return ks
}

// sameReset tells whether a later act b belongs to the reset of an earlier one a.
func (f *Fold) sameReset(a, b Step, m rules.Matching) bool {
	same := a.ActorID != "" && a.ActorID == b.ActorID
	if same && within(a.Time, b.Time, m.SameOperator) {
		return true
	}
	if a.System == b.System || !twins(a.Event, b.Event) {
		return false
	}
	copied := copies(b.Actor) || f.w.ResetTool(b.Actor, b.Time)
	if within(a.Time, b.Time, m.Twin) {
		return same || copied || b.ActorID == "" || copies(a.Actor) || a.ActorID == "" || f.w.ResetTool(a.Actor, a.Time)
	}
	return (same || copied) && within(a.Time, b.Time, m.Propagation) && !f.requestedBetween(a.Time, b.Time)
}

// twins tells whether two acts can be records of one reset: both passwords, or
// neither says what it replaced.
func twins(a, b *event.Event) bool {
	return actClass[a.Kind] == actClass[b.Kind] && (a.Credential == b.Credential || a.Credential == "" || b.Credential == "")
}

func (f *Fold) requestedBetween(from, to int64) bool {
	for _, s := range f.steps {
		if s.Kind == event.ResetRequested && s.Time > from && s.Time <= to {
			return true
		}
	}
	return false
}

func byTime(a, b Step) int {
	return cmp.Or(cmp.Compare(a.Time, b.Time), slices.Compare(a.Event.ID[:], b.Event.ID[:]))
}

// MayBeAct tells whether events of a kind can be resets.
func MayBeAct(k event.Kind) bool {
	_, ok := actClass[k]
	return ok
}
