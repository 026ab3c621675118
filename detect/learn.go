package detect

import (
	"context"
	"slices"
	"strings"

	"resetproof/detect/custody"
	"resetproof/ingest/event"
)

// learn fills the side table of who reads which secrets before his resets, so
// that what becomes of a secret reaches those who depend on it. It reads the
// activity once more, and of it the reading of secrets alone.
func (r *run) learn(ctx context.Context, feeds []event.Feed) error {
	read := event.SecretAccessed.String()
	from, to, any := r.tickets.Span()
	if !any || !slices.ContainsFunc(feeds, func(f event.Feed) bool { return f.Kinds[read] > 0 }) {
		return nil
	}
	uses := custody.NewUses()
	err := r.Lake.Activity(ctx, from-int64(activityBefore), to+1, func(k event.Kind, _ int64, _ event.Party) bool {
		return k == event.SecretAccessed
	}, func(e *event.Event) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if e.Outcome == event.Failure || e.CredentialID == "" || e.Credential == custody.Lease {
			return nil
		}
		if id := r.resolve(reader(e), e.Time); id != "" && r.tickets.Near(id, e.Time, int64(activityBefore), 0) {
			uses.Note(id, e.CredentialID)
		}
		return nil
	})
	uses.Seal()
	r.world.Uses = uses
	return err
}

// reader is who read a secret: the account of the record may be the secret's owner.
func reader(e *event.Event) event.Party {
	if !e.Actor.IsZero() {
		return e.Actor
	}
	return e.Account
}

// made is the side table of whose a key or token is, by its id: some products
// end one by its id alone (Vault, auth/token/revoke-accessor). It grows with the
// keys and tokens made.
type made map[string]string

// note learns from one custody event whose account resolved to identity id.
func (m made) note(e *event.Event, id string) {
	if id == "" || e.CredentialID == "" || e.Outcome == event.Failure || e.Kind != event.CredentialIssued && e.Kind != event.SecretCreated {
		return
	}
	key := strings.ToLower(e.CredentialID)
	if old, known := m[key]; !known || id < old {
		m[key] = id
	}
}

// enders are the kinds that may end a key or token and name nothing but its id.
var enders = []event.Kind{event.SecretRevoked, event.TokenRevoked, event.CredentialRevoked}

// of gives whose key or token an event ends that names no account, "" for none.
func (m made) of(e *event.Event) string {
	if !e.Account.IsZero() || e.CredentialID == "" || !slices.Contains(enders, e.Kind) {
		return ""
	}
	return m[strings.ToLower(e.CredentialID)]
}
