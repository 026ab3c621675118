package custody

import (
	"slices"
	"strings"

	"resetproof/ingest/event"
)

// Reactivated is the method of a secret.rotated that puts a secret to use again
// instead of replacing it.
const Reactivated = "activated"

// maxTurns bounds the changes remembered of one key, token or secret: the first
// so many. A secret rotated every hour makes as many in six weeks.
const maxTurns = 1024

// lines holds what became of the keys, tokens and secrets of one identity, in
// order of time: made, taken out of use, put to use again, replaced, deleted.
type lines map[string][]Step

// lineage collects them from an identity's custody events, which are sorted.
func lineage(steps []Step) lines {
	all := lines{}
	for _, s := range steps {
		if s.CredentialID == "" || s.Outcome == event.Failure {
			continue
		}
		if !slices.Contains(makers, s.Kind) && !slices.Contains(enders, s.Kind) && s.Kind != event.SecretRotated {
			continue
		}
		key := strings.ToLower(s.CredentialID)
		if len(all[key]) < maxTurns {
			all[key] = append(all[key], s)
		}
	}
	return all
}

// gone tells when a key, token or secret that was there at a time was taken out
// of use, as of a later time: 0 if something opened by its id then.
func (l lines) gone(id string, from, until int64) int64 {
	at := int64(0)
	for _, s := range l.between(id, from, until) {
		switch {
		case !slices.Contains(enders, s.Kind):
			at = 0
		case at == 0:
			at = s.Time
		}
	}
	return at
}

// stale tells when the value that a secret had at a time was ended or replaced,
// as of a later time: 0 if it was live then. Of a secret that was deleted and
// made anew only the new value is live; one put to use again is the old one.
func (l lines) stale(id string, from, until int64) int64 {
	at := int64(0)
	for _, s := range l.between(id, from, until) {
		switch {
		case revives(s.Event):
			at = 0
		case at == 0 && s.Kind != event.SecretCreated:
			at = s.Time
		}
	}
	return at
}

// sameID compares the ids of two keys, tokens or secrets.
func sameID(a, b string) bool { return strings.EqualFold(a, b) }

// between lists the changes of one in [from, until).
func (l lines) between(id string, from, until int64) []Step {
	return slices.DeleteFunc(slices.Clone(l[strings.ToLower(id)]), func(s Step) bool { return s.Time < from || s.Time >= until })
}

// revives: a key that is made active by its id, or a secret put to use again,
// opens what it opened before. A key's first issuing ends nothing and revives
// nothing.
func revives(e *event.Event) bool {
	return e.Kind == event.CredentialIssued || e.Kind == event.SecretRotated && e.Method == Reactivated
}

// revivals lists the steps of an identity by which something that had been
// ended came to life again while a case is watched.
func (f *Fold) revivals(c *Case) []Step {
	var out []Step
	for _, s := range f.steps {
		if s.CredentialID == "" || s.Outcome == event.Failure || !revives(s.Event) || !f.open(c, s) || f.isAct(c, s) {
			continue
		}
		before := f.lines[strings.ToLower(s.CredentialID)]
		if i := slices.IndexFunc(before, func(o Step) bool { return o.Event.ID == s.Event.ID }); i > 0 && slices.Contains(enders, before[i-1].Kind) {
			out = append(out, s)
		}
	}
	return out
}

// endsOwn tells the end of a key or token of the identity by its id alone.
func (f *Fold) endsOwn(s Step) bool {
	return s.Account.IsZero() && s.CredentialID != "" && slices.Contains(enders, s.Kind) &&
		slices.ContainsFunc(f.lines[strings.ToLower(s.CredentialID)], func(m Step) bool { return slices.Contains(makers, m.Kind) && m.AccountID == f.id })
}

// endTokens tells what became of what was open at a reset, and files its late
// ends: those that lie beyond the watch and end something still live.
func (f *Fold) endTokens(c *Case) {
	from := c.Time - int64(f.w.Policy(c.Time).Matching.ClockTolerance)
	for i, t := range c.Tokens {
		c.Tokens[i].Turns = f.lines.between(t.ID, 0, c.Time+int64(reviewReach))
		for _, s := range f.lines.between(t.ID, from, c.Time+int64(reviewReach)) {
			if slices.Contains(enders, s.Kind) && !f.isAct(c, s) && !holds(c.Steps[stepOf[s.Kind]], s) && f.lines.gone(t.ID, from, s.Time) == 0 {
				c.Steps[stepOf[s.Kind]] = append(c.Steps[stepOf[s.Kind]], linked(s, c))
			}
		}
	}
}
