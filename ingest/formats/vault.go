// The Go part of the Vault format: whose password somebody set.
package formats

import "resetproof/ingest/event"

func init() {
	hooks["vault-audit"] = &Hook{Adjust: func(_ func(string) string, rec *Record) {
		for i := range rec.Events {
			// The record names the user in the path and the caller by the mount
			// and the login; only together they tell the owner's own change.
			e := &rec.Events[i]
			if e.Kind == event.ResetExecuted && e.Account.Name == e.Actor.Name {
				e.Kind = event.CredentialChanged
				e.Account = e.Actor
			}
		}
	}}
}
