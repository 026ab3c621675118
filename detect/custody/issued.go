package custody

import (
	"slices"

	"resetproof/ingest/event"
)

// Issued is a key, secret or password that a case gave, and what ended it.
type Issued struct {
	Step
	// Ended is the first record that it was revoked or replaced, or its account
	// disabled, and that nothing undid; nil if there is none.
	Ended *Step
}

// maxIssued bounds the credentials followed per case.
const maxIssued = 64

// Password is the word of formats for a password.
const Password = "password"

// settings are the acts by which an account gets a password.
var settings = []event.Kind{event.ResetExecuted, event.CredentialIssued, event.CredentialChanged}

// closings end whatever an account was given.
var closings = []event.Kind{event.AccountDisabled, event.AccountDeleted}

// issued follows what a case gave to its end, however late.
func (f *Fold) issued(c *Case) []Issued {
	var out []Issued
	password := false
	for _, a := range c.Steps[Executed] {
		isPassword := a.Credential == Password && slices.Contains(settings, a.Kind)
		named := a.CredentialID != "" && (slices.Contains(makers, a.Kind) || a.Kind == event.SecretRotated && a.Method != Reactivated)
		if isPassword && password || !isPassword && !named || len(out) >= maxIssued {
			continue // the twins of one password are one
		}
		password = password || isPassword
		out = append(out, Issued{a, f.endOf(c, a, isPassword)})
	}
	return out
}

// endOf finds what ended one credential after a case.
func (f *Fold) endOf(c *Case, a Step, isPassword bool) *Step {
	var end *Step
	for i, s := range f.steps {
		if s.Outcome == event.Failure || s.Time <= a.Time || f.isAct(c, s) {
			continue
		}
		named := a.CredentialID != "" && sameID(s.CredentialID, a.CredentialID)
		switch {
		case slices.Contains(closings, s.Kind) && s.AccountID == f.id && sameAccount(s.Account, a.Account),
			isPassword && s.Credential == Password && slices.Contains(settings, s.Kind) && s.AccountID == f.id && s.System == a.System,
			named && (slices.Contains(enders, s.Kind) || s.Kind == event.SecretRotated && s.Method != Reactivated):
			if end == nil {
				end = &f.steps[i]
			}
		case named && revives(s.Event):
			end = nil
		}
	}
	return end
}
