package judge

import (
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/cel"

	"resetproof/detect/custody"
	"resetproof/ingest/event"
)

// takeoverQuestions ask what followed a reset, and where the new credential was
// used first.
var takeoverQuestions = []question{
	{"redemptions_known", cel.BoolType, func(s *sitting) (any, error) { return s.redemptionsKnown() }},
	{"enrolments_known", cel.BoolType, func(s *sitting) (any, error) { return s.sightingsKnown(s.c.Enrolled) }},
	{"reads_known", cel.BoolType, func(s *sitting) (any, error) { return s.readsKnown() }},
	{"aggravated", cel.BoolType, func(s *sitting) (any, error) { return s.aggravated(), nil }},
}

// traceFacts is something that was done with an account after its reset.
type traceFacts struct {
	Kind   string    `cel:"kind"`
	Time   time.Time `cel:"time"`
	Name   string    `cel:"name"` // display name of who did it, "" where nobody is named
	System string    `cel:"system"`
	What   string    `cel:"what"` // what was made, enrolled, read or cleared, in words
	Place  string    `cel:"place"`
	Device string    `cel:"device"`
	// NewPlace and NewDevice: enough is known of the owner, and nothing from there.
	NewPlace  bool `cel:"new_place"`
	NewDevice bool `cel:"new_device"`
}

var traces = cel.ListType(object("traceFacts"))

// traced binds the variables that list them.
func (s *sitting) traced(vars map[string]any) {
	vars["planted"], vars["cleared"], vars["reads"] = s.trace(s.planted()), s.trace(s.watched(s.c.Cleared)), s.trace(s.firstReads())
	vars["redemptions"], vars["enrolments"] = s.sightings(s.c.Redeemed), s.sightings(s.c.Enrolled)
	vars["higher"], vars["rights"] = s.higherFacts(), s.rights()
}

// made says in words what a step left behind.
var made = map[event.Kind]string{
	event.MailruleCreated:   "a mail rule",
	event.ConsentGranted:    "a consent to an app",
	event.FederationChanged: "a change of federation",
	event.PolicyChanged:     "a change of sign-in policy",
	event.MFAEnrolled:       "a factor",
	event.DeviceTrusted:     "a device",
	event.SecretCreated:     "a secret",
	event.CredentialIssued:  "a secret",
}

// keyNames are the words a log may use for what was made.
var keyNames = []string{"key", "token", "secret", "certificate", "app-password", "client-secret", "api-token"}

func (s *sitting) trace(steps []custody.Step) []*traceFacts {
	out := make([]*traceFacts, len(steps))
	for i, st := range steps {
		f := &traceFacts{
			Kind: st.Kind.String(), Time: event.When(st.Time), Name: s.b.Name(st.ActorID), System: st.System,
			What: made[st.Kind], Place: st.Place, Device: st.Device,
		}
		switch st.Kind {
		case event.SecretCreated, event.CredentialIssued:
			if slices.Contains(keyNames, strings.ToLower(st.Credential)) {
				f.What = "a new " + strings.ToLower(st.Credential)
			}
		case event.PolicyChanged:
			if st.Category == custody.AccessPolicy {
				f.What = "a change of access policy"
			}
		case event.SecretAccessed:
			f.What = st.CredentialID
		case event.LogCleared, event.LogStopped:
			f.What = st.Feed
		}
		out[i] = f
	}
	return out
}

// sightings binds those inside the tier's own watch.
func (s *sitting) sightings(list []custody.Sighting) []*traceFacts {
	out := []*traceFacts{}
	for _, g := range list {
		if !s.inWatch(g.Time) {
			continue
		}
		f := s.trace([]custody.Step{g.Step})[0]
		f.NewPlace, f.NewDevice = g.PlaceKnown == custody.Unfamiliar, g.DeviceKnown == custody.Unfamiliar
		out = append(out, f)
	}
	return out
}

func (s *sitting) inWatch(t int64) bool { return t <= s.c.Time+int64(s.need.row.Watch) }

func (s *sitting) watched(steps []custody.Step) []custody.Step {
	return slices.DeleteFunc(slices.Clone(steps), func(st custody.Step) bool { return !s.inWatch(st.Time) })
}

// firstUses leaves out uses of privilege where too little is known of the weeks
// before to call them the first.
func (s *sitting) firstUses() []custody.Step {
	return slices.DeleteFunc(s.watched(s.c.Uses), func(st custody.Step) bool {
		if st.Kind == event.PrivilegeUsed {
			return !s.historyKnown()
		}
		return !s.recorded(st, s.need.policy.Matching.PrivilegeHistory)
	})
}

// planted leaves out changes of policy where too little is known of the weeks
// before to call them unusual.
func (s *sitting) planted() []custody.Step {
	return slices.DeleteFunc(s.watched(s.c.Planted), func(st custody.Step) bool {
		return st.Kind == event.PolicyChanged && !s.recorded(st, s.need.policy.Matching.PrivilegeHistory)
	})
}

// firstReads leaves out reads where too little is known of the account to call
// them the first. As with places, a fortnight on record must be known.
func (s *sitting) firstReads() []custody.Step {
	return slices.DeleteFunc(s.watched(s.c.Reads), func(st custody.Step) bool {
		return !s.recorded(st, s.need.policy.Limits.UnknownPlaceHistory)
	})
}

// recorded: the logs of a step's system cover its kind for so long before the
// reset.
func (s *sitting) recorded(st custody.Step, over time.Duration) bool {
	ask := Ask{Kind: st.Kind.String(), System: st.System, Path: s.flow(), From: s.c.Time - int64(over), To: s.c.Time}
	state, _ := s.b.Coverage.Window(ask)
	return state == Covered
}

// readsKnown: every read after the reset could be compared with the time before.
func (s *sitting) readsKnown() (bool, error) {
	if s.c.ReadsUntold || len(s.firstReads()) < len(s.watched(s.c.Reads)) {
		return false, cannot("secrets were read after the reset, and the logs of the %s before it would show whether for the first time (secret.accessed)",
			span(s.need.policy.Limits.UnknownPlaceHistory))
	}
	return true, nil
}

// sightingsKnown: of each the place or the device is known to be the owner's,
// or both can be compared. What is unknown in place and device is the defect.
func (s *sitting) sightingsKnown(list []custody.Sighting) (bool, error) {
	for _, g := range list {
		if !s.inWatch(g.Time) || g.PlaceKnown == custody.Familiar || g.DeviceKnown == custody.Familiar {
			continue
		}
		for _, side := range []struct {
			name, value string
			known       custody.Familiarity
		}{{"place", g.Place, g.PlaceKnown}, {"device", g.Device, g.DeviceKnown}} {
			switch {
			case side.known != custody.Untold:
			case side.value == "":
				return false, cannot("the record of %s in %s states no %s", g.Kind, g.System, side.name)
			default:
				return false, cannot("too little is known of the owner to say whether the %s of %s in %s is new: %d sign-ins over %s would show it",
					side.name, g.Kind, g.System, s.need.policy.Limits.UnknownPlaceSignins, span(s.need.policy.Limits.UnknownPlaceHistory))
			}
		}
	}
	return true, nil
}

// redemptionsKnown: in addition nothing can have come before the first sign-in.
func (s *sitting) redemptionsKnown() (bool, error) {
	for _, g := range s.c.Redeemed {
		if state, _ := s.b.Coverage.Window(s.askOf(g.Step)); state != Covered {
			return false, cannot("no source covers signin.succeeded from the reset to the first sign-in on record")
		}
	}
	return s.sightingsKnown(s.c.Redeemed)
}

func (s *sitting) askOf(st custody.Step) Ask {
	return Ask{Kind: st.Kind.String(), System: st.System, Path: s.flow(), From: s.c.Time, To: st.Time}
}

// aggravated: something else speaks for a takeover: a risk signal, privilege,
// persistence or secrets read.
func (s *sitting) aggravated() bool {
	return len(s.signals()) > 0 || len(s.gained()) > 0 || len(s.firstUses()) > 0 || len(s.planted()) > 0 || len(s.firstReads()) > 0
}

// followed lists what a check rests on beside the chain, by what it needs.
func (s *sitting) followed(c *check) []custody.Step {
	var login, redeemed, enrolled []custody.Step
	if s.c.Login != nil {
		login = []custody.Step{*s.c.Login}
	}
	for _, g := range s.c.Redeemed {
		redeemed = append(redeemed, g.Step)
	}
	for _, g := range s.c.Enrolled {
		enrolled = append(enrolled, g.Step)
	}
	var climbed []custody.Step
	for _, h := range s.firstClimbs() {
		climbed = append(climbed, h.Step)
	}
	var out []custody.Step
	for _, row := range []struct {
		about string
		needs event.Kind
		steps []custody.Step
	}{
		{"execution", event.ResetApproved, s.c.Steps[custody.Approved]},
		{"verification", event.RiskDetected, s.c.Risks},
		{"verification", event.SigninSucceeded, login},
		{"delivery", event.SigninSucceeded, redeemed},
		{"takeover", event.SigninSucceeded, climbed},
		{"takeover", event.VerificationFailed, slices.Concat(s.c.TurnedAway, s.c.Steps[custody.Verified], s.c.Steps[custody.Approved])},
		{"takeover", event.MFAReset, slices.Concat(s.c.Steps[custody.Verified], s.c.Lost)},
		{"takeover", event.MFAEnrolled, enrolled},
		{"takeover", event.MailruleCreated, s.planted()},
		{"takeover", event.LogCleared, s.watched(s.c.Cleared)},
		{"takeover", event.SecretAccessed, s.firstReads()},
	} {
		if row.about == c.About && slices.Contains(c.Needs, row.needs.String()) {
			out = append(out, row.steps...)
		}
	}
	return out
}

// recognised tells whether the first sign-in came from a known place or device:
// null where the record or the history does not say.
func recognised(g custody.Sighting) *bool {
	yes, no := true, false
	switch {
	case g.PlaceKnown == custody.Familiar || g.DeviceKnown == custody.Familiar:
		return &yes
	case g.PlaceKnown == custody.Unfamiliar && g.DeviceKnown == custody.Unfamiliar:
		return &no
	}
	return nil
}
