package custody

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"resetproof/ingest/event"
	"resetproof/rules"
)

// OperatorReach is how far before a reset its operator's own records are held
// up to it: rights that were activated for a time (Microsoft Learn, "Configure
// Microsoft Entra role settings in PIM": an activation lasts at most 24 hours),
// and the sessions of a working day.
const OperatorReach = 24 * time.Hour

// OperatorAfter is how far behind a reset the operator's sessions are still read:
// one that was open at it is often next used only then, and within an hour nobody
// comes back from another country. This project's judgement.
const OperatorAfter = time.Hour

// maxRights bounds the roles given and taken that are remembered per operator.
// Beyond it nothing is said of the operator's rights.
const maxRights = 1024

// Operators is the side table of those who carry resets out for others: what
// they reset, what was reset of theirs, what rights they were given, which logs
// they cleared, and where they worked from. Call Meet for every custody event,
// then Note for every one, Seal, Activity, and Settle; it is read-only after
// that. It grows with operators and their resets, not with events.
type Operators struct {
	by        map[string]*operator
	activated map[string]bool // systems in which some right was given for a time
	shared    map[string]bool // addresses that several operators work from
}

type operator struct {
	acts    []act            // on others, sorted by Seal
	own     []Trace          // recoveries of its own accounts, sorted by Seal
	rights  []Right          // roles given and taken, sorted by Settle
	cleared map[logDay]Trace // its last record of a log cleared or stopped
	seen    presences
	// lost: more rights or presences were on record than are remembered.
	lostRights, lostPresences bool
}

// logDay is one day of one feed.
type logDay struct {
	feed string
	day  int64
}

// act is one act on somebody else.
type act struct {
	time     int64
	of       string // identity
	system   string
	recovery bool
	campaign bool // its ticket is a declared campaign
}

// Trace is what is remembered of a record: enough to cite it.
type Trace struct {
	ID       event.ID
	Kind     event.Kind
	Time     int64
	System   string
	Actor    string // identity, "" where nobody is named
	Campaign bool   // its ticket is a declared campaign
	Feed     string
	origin   event.Origin
}

// Step gives the record back as far as it is remembered, to be cited.
func (t Trace) Step() Step {
	return Step{ActorID: t.Actor, Event: &event.Event{ID: t.ID, Kind: t.Kind, Time: t.Time, System: t.System, Feed: t.Feed, Origin: t.origin}}
}

func traceOf(e *event.Event, actor string) Trace {
	return Trace{ID: e.ID, Kind: e.Kind, Time: e.Time, System: e.System, Actor: actor, Feed: e.Feed, origin: e.Origin}
}

func byTrace(a, b Trace) int {
	return cmp.Or(cmp.Compare(a.Time, b.Time), slices.Compare(a.ID[:], b.ID[:]))
}

// Right is a role or group that an operator was given, or that was taken back.
type Right struct {
	Trace
	Role  string
	Taken bool
	// JustInTime: given for a day at most, by activation of a role the operator
	// is eligible for or with an end.
	JustInTime bool

	// activated: the role's own record of its activation; nameless: its record
	// names no person who gave it.
	activated, nameless bool
}

// NewOperators makes an empty table.
func NewOperators() *Operators {
	return &Operators{by: map[string]*operator{}, activated: map[string]bool{}, shared: map[string]bool{}}
}

// Meet learns who carries resets out for others.
func (o *Operators) Meet(e *event.Event, resolve func(event.Party, int64) string) {
	if !IsAct(e) || copies(e.Actor) || e.Actor.IsZero() {
		return
	}
	actor := resolve(e.Actor, e.Time)
	if account := resolve(e.Account, e.Time); account != "" && actor != "" && actor != account && o.by[actor] == nil {
		o.by[actor] = &operator{cleared: map[logDay]Trace{}}
	}
}

// Note learns from one custody event whose account resolved to identity account.
func (o *Operators) Note(e *event.Event, account string, resolve func(event.Party, int64) string, t *Tickets) {
	if e.Outcome == event.Failure {
		return
	}
	right := e.Kind == event.PrivilegeGranted || e.Kind == event.PrivilegeRevoked
	if right && e.Kind == event.PrivilegeGranted && justInTime(e) {
		o.activated[e.System] = true
	}
	placed := e.Session != "" && (e.Place != "" || e.IP != "")
	if !IsAct(e) && !right && !slices.Contains(tampering, e.Kind) && !placed {
		return
	}
	actor := resolve(e.Actor, e.Time)
	if p := o.by[account]; p != nil {
		switch {
		case right:
			p.right(e, actor)
		case recovers(e):
			own := traceOf(e, actor)
			own.Campaign = t.Declared(t.Key(e))
			p.own = append(p.own, own)
		}
	}
	p := o.by[actor]
	if p == nil {
		return
	}
	if IsAct(e) && account != "" && account != actor {
		p.acts = append(p.acts, act{e.Time, account, e.System, recovers(e), t.Declared(t.Key(e))})
	}
	if slices.Contains(tampering, e.Kind) {
		on := logDay{e.Feed, e.Time / int64(24*time.Hour)}
		if last, ok := p.cleared[on]; !ok || byTrace(traceOf(e, actor), last) > 0 {
			p.cleared[on] = traceOf(e, actor)
		}
	}
	if placed {
		p.sight(e, e.Actor)
	}
}

// recovers tells an act that gives a person a way in anew: no key, no unlock,
// no computer's account.
func recovers(e *event.Event) bool {
	return IsAct(e) && classOf(e) == rules.Recovery && e.Account.Type != "machine" && !strings.HasSuffix(e.Account.Name, "$")
}

// pim is the service principal through which Microsoft's Privileged Identity
// Management gives and takes roles: the directory's own record of an activation
// names it as actor, by name or by its application id.
var pim = []string{"ms-pim", "01fc33a7-78ba-4d2f-a4b7-768e336e890e"}

// activations are how formats word the activation of a role somebody is
// eligible for, and the approval of one.
var activations = []string{"activation", "approval", roleActivation}

// justInTime tells a right given for a day at most.
func justInTime(e *event.Event) bool {
	return slices.Contains(activations, e.Method) || slices.Contains(pim, strings.ToLower(e.Actor.Name)) || slices.Contains(pim, strings.ToLower(e.Actor.ID)) ||
		e.Expires > e.Time && e.Expires-e.Time <= int64(OperatorReach)
}

func (p *operator) right(e *event.Event, actor string) {
	if len(p.rights) >= maxRights {
		p.lostRights = true
		return
	}
	given := e.Kind != event.PrivilegeRevoked
	p.rights = append(p.rights, Right{
		Trace: traceOf(e, actor), Role: e.Role, Taken: !given, JustInTime: given && justInTime(e),
		activated: given && slices.Contains(activations, e.Method), nameless: e.Actor.IsZero() || e.Actor.Type == "app" || e.Actor.Type == "service",
	})
}

// Near tells whether a time lies so shortly before or after a reset by an
// identity that its activity matters for it.
func (o *Operators) Near(id string, t int64) bool {
	p := o.by[id]
	if p == nil {
		return false
	}
	i, _ := slices.BinarySearchFunc(p.acts, t-int64(OperatorAfter), func(a act, t int64) int { return cmp.Compare(a.time, t) })
	return i < len(p.acts) && p.acts[i].time-t <= int64(OperatorReach)
}

// Seal sorts what the resets left and leaves out first passwords of new
// accounts; call it once after the last Note.
func (o *Operators) Seal(t *Tickets) {
	for id, p := range o.by {
		p.acts = slices.DeleteFunc(p.acts, func(a act) bool { return t.bornAt(a.of, a.time) })
		slices.SortFunc(p.acts, func(a, b act) int {
			return cmp.Or(cmp.Compare(a.time, b.time), strings.Compare(a.of, b.of), strings.Compare(a.system, b.system))
		})
		p.own = slices.DeleteFunc(p.own, func(own Trace) bool { return t.bornAt(id, own.Time) })
		slices.SortFunc(p.own, byTrace)
	}
}

// Activity learns from one sign-in or use of an operator. What it takes lies
// around a reset (Near).
func (o *Operators) Activity(e *event.Event, id string) {
	p := o.by[id]
	if p == nil || e.Outcome == event.Failure {
		return
	}
	switch e.Kind {
	case event.SigninSucceeded, event.CredentialUsed:
		p.sight(e, e.Account)
	case event.PrivilegeUsed:
		if e.Method == roleActivation {
			o.activated[e.System] = true
			p.right(e, id)
		}
	}
}

// Settle closes the table; call it once after the last Activity. The directory
// writes an activation down a second time as a plain assignment by a service:
// that is the same right.
func (o *Operators) Settle(twin time.Duration) {
	for _, p := range o.by {
		slices.SortFunc(p.rights, func(a, b Right) int { return byTrace(a.Trace, b.Trace) })
		for i := range p.rights {
			r := &p.rights[i]
			r.JustInTime = r.JustInTime || r.nameless && !r.Taken && slices.ContainsFunc(p.rights, func(a Right) bool {
				return a.activated && within(a.Time, r.Time, twin) && SameRole(a.Role, r.Role)
			})
		}
	}
	o.share()
}
