package custody

import "resetproof/ingest/event"

// FederatedCredential is the word of formats for a credential that lets a
// workload in by what another provider says of it, without a secret.
const FederatedCredential = "federated-credential"

// Removed is the method of a federation.changed that takes such a one away.
const Removed = "removed"

// federate notes whether a workload had a federated credential at its reset, by
// the records of its making and removal.
func (f *Fold) federate(c *Case) {
	for i, s := range f.steps {
		if s.Kind != event.FederationChanged || s.Credential != FederatedCredential || s.AccountID != f.id || s.Outcome == event.Failure || s.Time > c.Time {
			continue
		}
		if c.Federated, c.Unfederated = &f.steps[i], nil; s.Method == Removed {
			c.Federated, c.Unfederated = nil, &f.steps[i]
		}
	}
}

// federates notes the use of one before a reset.
func (f *Fold) federates(e *event.Event) {
	if e.Kind != event.CredentialUsed || e.Credential != FederatedCredential || e.Outcome == event.Failure {
		return
	}
	for _, c := range f.cases {
		if e.Time <= c.Time && c.Federated == nil && (c.Unfederated == nil || c.Unfederated.Time < e.Time) {
			c.Federated = &Step{Event: kept(e), ActorID: f.id, AccountID: f.id, Link: Window}
		}
	}
}
