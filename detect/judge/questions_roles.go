package judge

import (
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/cel"

	"resetproof/detect/custody"
	"resetproof/detect/identity"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// roleQuestions ask who held which role in a case, and by what right.
var roleQuestions = []question{
	{"requester_bound", cel.BoolType, func(s *sitting) (any, error) { return s.requesterBound() }},
	{"one_person", cel.StringType, func(s *sitting) (any, error) { return s.onePerson() }},
	{"approver_count", cel.IntType, func(s *sitting) (any, error) { return s.approverCount() }},
	{"approver_entitled", cel.BoolType, func(s *sitting) (any, error) { return s.approverEntitled() }},
	{"attributed", cel.BoolType, func(s *sitting) (any, error) { return s.attributed() }},
	{"path_allowed", cel.BoolType, func(s *sitting) (any, error) { return s.pathAllowed() }},
	{"collapsed", cel.StringType, func(s *sitting) (any, error) { return s.collapsed(), nil }},
	{"informally_verified", cel.BoolType, func(s *sitting) (any, error) { return s.informallyVerified() }},
}

// requesterBound: the owner, the manager, the owner of a machine's account, its
// sponsor or a registered delegate asked.
func (s *sitting) requesterBound() (bool, error) {
	for _, r := range s.c.Steps[custody.Requested] {
		if r.ActorID == "" || r.Actor.Type == "system" {
			continue
		}
		if r.ActorID == s.c.Identity {
			return true, nil
		}
		if s.related(r.ActorID) || s.contains(r) {
			return true, nil
		}
		if err := s.notAlike(r.ActorID, s.c.Identity); err != nil {
			return false, err
		}
	}
	switch {
	case s.facts.Requester == "":
		return false, cannot("the record of the request names nobody who asked")
	case s.row == nil:
		return false, cannot("no roster says who may ask for %s", s.b.Name(s.c.Identity))
	}
	return false, nil
}

// related: the manager, owner, sponsor or a registered delegate of the account.
func (s *sitting) related(id string) bool {
	return slices.ContainsFunc([]identity.Relation{identity.Manager, identity.Owner, identity.Sponsor, identity.Delegate}, func(as identity.Relation) bool {
		return s.b.Related(id, as, s.c.Identity, s.c.Time)
	})
}

// contains: the request is part of the response to a declared incident that
// names the account, made while it was open by whoever declared it or by somebody
// whose work it is. Nobody waits for the owners to ask after a phishing wave.
func (s *sitting) contains(r custody.Step) bool {
	tolerance := int64(s.need.policy.Matching.ClockTolerance)
	return slices.ContainsFunc(s.b.Incidents, func(i identity.Incident) bool {
		open := r.Time >= i.DeclaredAt-tolerance && (i.ClosedAt == 0 || r.Time <= i.ClosedAt)
		return open && slices.ContainsFunc(i.Accounts, func(a string) bool { return s.b.Identify(a) == s.c.Identity }) &&
			(r.ActorID == s.b.Identify(i.DeclaredBy) || s.holds(r.ActorID, s.need.policy.ResponseRoles, false, r.Time))
	})
}

// duty is one of the four parts in a reset that separation of duties keeps apart.
type duty struct {
	name   string
	step   custody.Name
	kind   event.Kind
	people []string
}

func (s *sitting) duties() []duty {
	out := []duty{
		{"requester", custody.Requested, event.ResetRequested, nil},
		{"verifier", custody.Verified, event.IdentityVerified, nil},
		{"approver", custody.Approved, event.ResetApproved, nil},
	}
	for i := range out {
		for _, st := range s.c.Steps[out[i].step] {
			who := st.ActorID
			if out[i].step == custody.Approved {
				who = approver(st)
			}
			if who != "" && st.Actor.Type != "system" {
				out[i].people = insert(out[i].people, who)
			}
		}
	}
	return append(out, duty{"executor", custody.Executed, event.ResetExecuted, s.c.Executors()})
}

// onePerson names the roles that one identity joins against the policy, "" for
// none: three of requester, verifier, approver and executor where the tier
// separates some of them or the operator asked or benefits, or a pair that the
// tier forbids and no other check names.
func (s *sitting) onePerson() (string, error) {
	duties := s.duties()
	held := map[string][]string{}
	var people []string
	for _, d := range duties {
		for _, who := range d.people {
			held[who] = append(held[who], d.name)
			people = insert(people, who)
		}
	}
	for _, who := range people {
		if s.tooMany(who, held[who]) {
			return s.b.Name(who) + " was " + strings.Join(held[who], ", "), nil
		}
	}
	for _, d := range duties {
		if len(d.people) == 0 && len(s.c.Steps[d.step]) == 0 && s.blind(d.kind) {
			return "", cannot("who was %s no source shows (%s)", d.name, d.kind)
		}
	}
	return "", nil
}

func (s *sitting) tooMany(who string, roles []string) bool {
	if slices.Contains(roles, "verifier") && slices.Contains(roles, "executor") && s.separated("verifier", "executor") {
		return true
	}
	if len(roles) < 3 {
		return false
	}
	if slices.Contains(roles, "executor") && (slices.Contains(roles, "requester") || who == s.c.Identity) {
		return true
	}
	for i, a := range roles {
		for _, b := range roles[i+1:] {
			if s.separated(a, b) {
				return true
			}
		}
	}
	return false
}

// approverCount counts the different people who approved before the execution.
func (s *sitting) approverCount() (int, error) {
	var people []string
	for _, a := range s.c.Steps[custody.Approved] {
		if a.Time > s.latest(a.Kind) {
			continue
		}
		who := approver(a)
		if who == "" {
			return 0, cannot("the record of an approval names nobody who gave it")
		}
		people = insert(people, who)
	}
	return len(people), nil
}

// approverEntitled: somebody who approved in time had the right to, as of the
// moment of the approval (policy.md, "who may approve" and rulings).
func (s *sitting) approverEntitled() (bool, error) {
	var unknown error
	for _, a := range s.c.Steps[custody.Approved] {
		if a.Time > s.latest(a.Kind) {
			continue
		}
		ok, err := s.entitled(a)
		if ok {
			return true, nil
		}
		if err != nil {
			unknown = err
		}
	}
	return false, unknown
}

func (s *sitting) entitled(a custody.Step) (bool, error) {
	who := approver(a)
	if who == "" {
		return false, cannot("the record of the approval names nobody who gave it")
	}
	row := s.b.World.Row(who, a.Time)
	if row != nil && !row.InForce {
		return false, nil // left
	}
	if s.b.World.Tickets.Disabled(who, a.Time) {
		return false, nil
	}
	if s.b.Related(s.c.Identity, identity.Manager, who, a.Time) {
		return false, nil // reports to the beneficiary
	}
	for _, right := range s.need.row.Approvers {
		switch right {
		case "manager", "owner", "delegate":
			if s.b.Related(who, identity.Relation(right), s.c.Identity, a.Time) {
				return true, nil
			}
		default:
			if row != nil && (identity.HasRole([]string{right}, strings.Join(row.Roles, ",")) || identity.HasRole([]string{right}, strings.Join(row.Groups, ","))) {
				return true, nil
			}
		}
	}
	if s.b.ApproversNamed {
		if row == nil {
			return false, cannot("no roster knows %s, who approved", s.b.Name(who))
		}
		return false, nil
	}
	if a.AssignedID != "" && a.AssignedID == who {
		return true, nil // basis: workflow
	}
	return false, cannot("no roster says who may approve")
}

// attributed: some act names a person, or automation that somebody owns. A
// known copy alone (a synchronisation account) cannot tell: the log of the tool
// it writes for would.
func (s *sitting) attributed() (bool, error) {
	onlyCopies := true
	for _, a := range s.c.Steps[custody.Executed] {
		switch {
		case custody.Synchronises(a.Actor) || s.b.World.ResetTool(a.Actor, a.Time):
			continue
		case a.ActorID == "" || a.Actor.Type == "system":
			onlyCopies = false
			continue
		}
		onlyCopies = false
		row := s.b.World.Row(a.ActorID, a.Time)
		switch {
		case row != nil && (row.Kind == identity.Service || row.Kind == identity.Workload):
			if row.Owner != "" {
				return true, nil
			}
		case row == nil && (a.Actor.Type == "app" || a.Actor.Type == "service"):
			return false, cannot("no roster says who owns %s", s.b.Name(a.ActorID))
		default:
			return true, nil
		}
	}
	if onlyCopies {
		return false, cannot("only an account that copies resets is named; the log of the product it writes for would name the operator")
	}
	return false, nil
}

// pathAllowed: the tier may be recovered this way. Where only a copy is on
// record the path is that of the product it writes for, which is not known.
func (s *sitting) pathAllowed() (bool, error) {
	if s.c.Path == rules.UnknownPath {
		return false, cannot("no record names who carried the reset out, so the path it took is not known")
	}
	if s.c.Path == rules.Automated {
		if _, err := s.attributed(); err != nil {
			return false, err
		}
		if s.need.row.RegisteredPipeline && !s.pipeline() {
			return false, nil
		}
	}
	return slices.Contains(s.need.row.Paths, s.c.Path) || s.emergency != nil, nil
}

func (s *sitting) pipeline() bool {
	return slices.ContainsFunc(s.c.Executors(), func(who string) bool {
		return slices.ContainsFunc(s.need.policy.Pipelines, func(p string) bool { return s.b.Identify(p) == who })
	})
}

// collapsed names the links that one record shows at once, "" for none:
// verification, approval and issue must stand in records of their own.
func (s *sitting) collapsed() string {
	links := map[[32]byte][]string{}
	for _, n := range []custody.Name{custody.Verified, custody.Approved, custody.Executed} {
		for _, st := range s.c.Steps[n] {
			if list := links[st.Origin.SHA256]; !slices.Contains(list, n.String()) {
				links[st.Origin.SHA256] = append(list, n.String())
			}
		}
	}
	most := ""
	for _, list := range links {
		if text := strings.Join(list, ", "); len(list) > 1 && text > most {
			most = text
		}
	}
	return most
}

// informalChannels are ways an approval may be given that leave only somebody's
// word for it.
var informalChannels = []string{"chat", "mail", "phone", "verbal", "ticket-comment"}

// informallyVerified: only free text or word of mouth says of some verification
// that it was done.
func (s *sitting) informallyVerified() (bool, error) {
	done := s.c.Steps[custody.Verified]
	if len(done) == 0 && s.blind(event.IdentityVerified) {
		return false, cannot("how the owner was verified no source shows: a record of caller checks would (%s)", event.IdentityVerified)
	}
	return slices.ContainsFunc(done, s.informal), nil
}

// informal: the record itself says that the step rests on word of mouth.
func (s *sitting) informal(st custody.Step) bool {
	switch s.need.policy.Methods.Canonical(st.Method) {
	case "informal", "none":
		return true
	}
	return slices.Contains(informalChannels, strings.ToLower(strings.ReplaceAll(st.Channel, " ", "-")))
}

// ticketFacts is one ticket that a case cites.
type ticketFacts struct {
	ID      string    `cel:"id"`
	Opened  bool      `cel:"opened"` // its opening is on record
	Closed  bool      `cel:"closed"` // closed before the reset
	At      time.Time `cel:"at"`     // when it was closed; the epoch if it was not
	Other   string    `cel:"other"`  // display name of another identity it is about, "" if it is about this one
	Missing bool      `cel:"missing"`
}

// cited looks every ticket up that a case cites. A ticket is called missing
// only if tickets of its series are on record and their source covers the time.
func (s *sitting) cited() []*ticketFacts {
	t := s.b.World.Tickets
	reach := int64(s.need.policy.Matching.Before)
	tolerance := int64(s.need.policy.Matching.ClockTolerance)
	var out []*ticketFacts
	for _, number := range s.c.Tickets {
		key := t.KeyOf(number)
		if t.Declared(key) || s.incident(number) {
			continue
		}
		f := &ticketFacts{ID: number, At: event.When(0)}
		opened, closed := t.Life(key)
		f.Opened = opened != 0
		if closed != 0 && closed < s.c.Time-tolerance {
			f.Closed, f.At = true, event.When(closed)
		}
		if f.Opened && !t.Covers(key, "", s.c.Identity, s.c.Time, reach) {
			for _, id := range t.Subjects(key) {
				if id != s.c.Identity {
					f.Other = s.b.Name(id)
					break
				}
			}
		}
		if by := s.stranger(key); f.Other == "" && by != "" {
			f.Other = s.b.Name(by)
		}
		f.Missing = !f.Opened && t.Series(key)
		out = append(out, f)
	}
	return out
}

// stranger gives the caller of a ticket that asks for no reset and that nobody
// with a claim to the account opened: whoever cites it, it is about something else.
func (s *sitting) stranger(key string) string {
	callers, meant := s.b.World.Tickets.Callers(key)
	if meant || len(callers) == 0 || slices.ContainsFunc(callers, func(id string) bool { return id == s.c.Identity || s.related(id) }) {
		return ""
	}
	return callers[0]
}

func (s *sitting) incident(number string) bool {
	return slices.ContainsFunc(s.b.Incidents, func(i identity.Incident) bool { return strings.EqualFold(i.ID, number) })
}
