package judge

import (
	"slices"

	"resetproof/detect/custody"
	"resetproof/detect/identity"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// on tells whether policy's list of paths holds for a case. Where nobody is named
// as executor it does if it holds for every path that the tier may take.
func (s *sitting) on(list []rules.Path) (bool, error) {
	if s.c.Path != rules.UnknownPath {
		return slices.Contains(list, s.c.Path), nil
	}
	in := 0
	for _, p := range s.need.row.Paths {
		if slices.Contains(list, p) {
			in++
		}
	}
	switch in {
	case 0:
		return false, nil
	case len(s.need.row.Paths):
		return true, nil
	}
	return false, cannot("no record names who carried the reset out, so the path it took is not known")
}

func (s *sitting) requestRequired() (bool, error) { return s.on(s.need.row.Request) }

// requestsKnown: whatever was asked for is on record, until it may last follow.
func (s *sitting) requestsKnown() bool {
	m := s.need.policy.Matching
	state, _ := s.b.Coverage.Window(s.ask(event.ResetRequested, s.c.Time-int64(m.Before), s.c.Time+int64(s.need.row.RequestMayFollow)))
	return state == Covered
}

func (s *sitting) reasonRequired() (bool, error) { return s.on(s.need.row.Reason) }

// reason says what explains the reset: stated, ticket, boilerplate, or "" for
// nothing. A ticket whose request no source shows may hold a stock phrase.
func (s *sitting) reason() (string, error) {
	asked := s.c.Steps[custody.Requested]
	stock := false
	for _, r := range asked {
		switch r.Reason {
		case event.ReasonStated:
			return "stated", nil
		case event.ReasonBoilerplate, event.ReasonEmpty:
			stock = true
		}
	}
	switch {
	case stock:
		return "boilerplate", nil
	case s.facts.Ticket == "":
		return "", nil
	case len(asked) == 0 && s.blind(event.ResetRequested):
		return "", cannot("the reset cites %s, and no source shows what it says: the ticket log would", s.facts.Ticket)
	}
	return "ticket", nil
}

// bar is the least strength of verification for the case.
func (s *sitting) bar() (int, error) {
	if s.c.Path != rules.UnknownPath {
		return s.need.row.Verification[s.c.Path], nil
	}
	least, most := 4, 0
	for _, p := range s.need.row.Paths {
		v := s.need.row.Verification[p]
		least, most = min(least, v), max(most, v)
	}
	if least != most {
		return 0, cannot("no record names who carried the reset out, so the bar for verification is not known")
	}
	return most, nil
}

// verificationRequired: whether a verification step is demanded. In classes
// done from a signed-in session the sign-in stands in its place.
func (s *sitting) verificationRequired() (bool, error) {
	if slices.Contains(s.need.policy.SessionVerification, s.c.Class) {
		return false, nil
	}
	bar, err := s.bar()
	return bar > 0, err
}

// strength is the strength of the verifications before the execution taken
// together: policy.md, "Strength of verification methods".
func (s *sitting) strength(steps []custody.Step) (int, error) {
	var methods []string
	best, unknown := 0, false
	for _, v := range steps {
		if v.Time > s.latest(v.Kind) {
			continue
		}
		switch n, ok := s.need.policy.Methods.Strength(v.Method); s.worth(v) {
		case something:
			if ok {
				best = max(best, n)
				methods = append(methods, v.Method)
			} else {
				unknown = true
			}
		case perhaps:
			unknown = true
		}
	}
	if n, ok := s.need.policy.Methods.Combine(methods); ok {
		best = max(best, n)
	}
	if bar, err := s.bar(); err == nil && best >= bar {
		return best, nil
	}
	if unknown {
		return 0, cannot("the record of the verification does not say by which method")
	}
	return best, nil
}

func (s *sitting) verificationStrength() (int, error) { return s.strength(s.c.Steps[custody.Verified]) }

// approvalsRequired is how many people must approve. On the assisted path of
// some tiers none is needed where the owner himself asked and a verification
// that meets the bar stands in a record the executor did not type.
func (s *sitting) approvalsRequired() (int, error) {
	row := s.need.row
	if s.c.Path == rules.UnknownPath {
		n, same := -1, true
		for _, p := range row.Paths {
			if n >= 0 && row.Approvals[p] != n {
				same = false
			}
			n = row.Approvals[p]
		}
		if !same {
			return 0, cannot("no record names who carried the reset out, so whether it needed approval is not known")
		}
		return max(n, 0), nil
	}
	n := row.Approvals[s.c.Path]
	if n == 0 || !row.ApprovalUnlessOwnerAsked || s.c.Path != rules.Assisted {
		return n, nil
	}
	asked, err := s.ownerAsked()
	if err != nil {
		return 0, err
	}
	if !asked {
		return n, nil
	}
	proven, err := s.provenByOthers()
	if err != nil || proven {
		return 0, err
	}
	return n, nil
}

func (s *sitting) ownerAsked() (bool, error) {
	for _, r := range s.c.Steps[custody.Requested] {
		if r.Time <= s.latest(r.Kind) && r.ActorID == s.c.Identity {
			return true, nil
		}
	}
	if len(s.c.Steps[custody.Requested]) == 0 && s.blind(event.ResetRequested) {
		return false, cannot("whether the owner asked, and so whether approval was needed, no source shows: a ticket log would (%s)", event.ResetRequested)
	}
	return false, nil
}

// provenByOthers: a verification that meets the bar, in a record whose actor is
// no executor, or that an automatic source wrote.
func (s *sitting) provenByOthers() (bool, error) {
	executors := s.c.Executors()
	var others []custody.Step
	for _, v := range s.c.Steps[custody.Verified] {
		if v.ActorID != "" && slices.Contains(executors, v.ActorID) {
			continue
		}
		others = append(others, v)
	}
	if len(s.c.Steps[custody.Verified]) == 0 && s.blind(event.IdentityVerified) {
		return false, cannot("whether the owner was verified, and so whether approval was needed, no source shows: a record of caller checks would (%s)", event.IdentityVerified)
	}
	bar, err := s.bar()
	if err != nil {
		return false, err
	}
	n, err := s.strength(others)
	return err == nil && n >= bar && len(others) > 0, err
}

// blind tells whether the absence of a step before the execution proves nothing.
func (s *sitting) blind(k event.Kind) bool {
	state, _ := s.b.Coverage.Window(s.ask(k, s.c.Time-int64(s.need.policy.Matching.Before), s.c.Time))
	return state != Covered
}

func (s *sitting) ask(k event.Kind, from, to int64) Ask {
	return Ask{Kind: k.String(), System: s.c.Primary.System, Path: s.flow(), From: from, To: to}
}

// flow is the path whose own records could show the steps of the case. Products
// log the steps of a recovery or an unlock by the owner; making a key, a token or
// a further factor in a session is no such flow.
func (s *sitting) flow() string {
	if s.c.Class == rules.Recovery || s.c.Class == rules.Unlock {
		return string(s.c.Path)
	}
	return ""
}

// approver is who decided an approval: the one who clicked, else the one asked.
func approver(a custody.Step) string {
	if a.ActorID != "" && a.Actor.Type != "system" {
		return a.ActorID
	}
	return a.AssignedID
}

// separated tells whether policy keeps two roles apart for this tier.
func (s *sitting) separated(a, b string) bool {
	return slices.ContainsFunc(s.need.row.Separate, func(p [2]string) bool {
		return p[0] == a && p[1] == b || p[0] == b && p[1] == a
	})
}

// selfApprovals lists the approvals given by the beneficiary, by the one who
// asked, or by an executor who also asked. A look-alike of the beneficiary
// among the approvers makes it unanswerable, and so does a request that no
// source shows where it would matter who made it.
func (s *sitting) selfApprovals() ([]string, error) {
	var self []string
	executors := s.c.Executors()
	matters := s.separated("approver", "requester")
	for _, a := range s.c.Steps[custody.Approved] {
		who := approver(a)
		if who == "" {
			return nil, cannot("the record of the approval names nobody who gave it")
		}
		asked := who == s.facts.Requester
		matters = matters || slices.Contains(executors, who)
		switch {
		case who == s.c.Identity && s.separated("approver", "beneficiary"),
			asked && who != s.c.Identity && s.separated("approver", "requester"),
			asked && slices.Contains(executors, who):
			self = append(self, a.Event.ID.String())
		default:
			if err := s.notAlike(who, s.c.Identity); err != nil {
				return nil, err
			}
		}
	}
	if len(self) == 0 && matters && s.facts.Requester == "" && s.blind(event.ResetRequested) {
		return nil, cannot("who asked for the reset, and so whether the approver did, no source shows: a ticket log would (%s)", event.ResetRequested)
	}
	return self, nil
}

// notAlike refuses to tell two identities apart that may be one person.
func (s *sitting) notAlike(a, b string) error {
	if a != b && slices.Contains(s.b.PossibleAliases(a), b) {
		return cannot("%s and %s may be one person: the roster does not say", s.b.Name(a), s.b.Name(b))
	}
	return nil
}

// managerAsked: the only self-approval is a manager's of his own request for
// somebody who reports to him.
func (s *sitting) managerAsked() bool {
	for _, a := range s.c.Steps[custody.Approved] {
		who := approver(a)
		if who == s.c.Identity || slices.Contains(s.c.Executors(), who) {
			return false
		}
	}
	return s.b.Related(s.facts.Requester, identity.Manager, s.c.Identity, s.c.Time)
}

// executorApprovals lists approvals given by somebody who executed. Where
// nobody is named as executor it cannot be told.
func (s *sitting) executorApprovals() ([]string, error) {
	executors := s.c.Executors()
	if len(executors) == 0 {
		return nil, cannot("no record names who carried the reset out")
	}
	var both []string
	for _, a := range s.c.Steps[custody.Approved] {
		who := approver(a)
		if who == "" {
			return nil, cannot("the record of the approval names nobody who gave it")
		}
		if slices.Contains(executors, who) {
			both = append(both, a.Event.ID.String())
			continue
		}
		for _, e := range executors {
			if err := s.notAlike(who, e); err != nil {
				return nil, err
			}
		}
	}
	return both, nil
}

// sessions sums up what is known of the sessions alive at the reset: revoked
// (in time), late, alive (ended by nothing, in a system that always logs it),
// or unknown.
func (s *sitting) sessions() string {
	due := s.c.Time + int64(s.need.row.SessionsEnded)
	ended := func(system string) (in, late bool) {
		for _, e := range s.c.Steps[custody.Closed] {
			if e.Kind != event.SessionRevoked || e.Time < s.c.Time-int64(s.need.policy.Matching.ClockTolerance) {
				continue
			}
			if system == "" || e.System == "" || e.System == system {
				in, late = in || e.Time <= due, late || e.Time > due
			}
		}
		return in, late
	}
	worst := ""
	for _, a := range s.c.Alive {
		if !s.b.Coverage.Always(event.SessionRevoked.String(), a.System) {
			continue
		}
		switch in, late := ended(a.System); {
		case in:
			if worst == "" {
				worst = "revoked"
			}
		case late:
			if worst != "alive" {
				worst = "late"
			}
		default:
			worst = "alive"
		}
	}
	if worst == "" {
		if in, _ := ended(""); in {
			return "revoked"
		}
		return "unknown"
	}
	return worst
}
