package judge

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/cel"

	"resetproof/detect/custody"
	"resetproof/detect/identity"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// scopeQuestions ask whether an operator kept to what his desk may do.
var scopeQuestions = []question{
	{"delegated", cel.BoolType, func(s *sitting) (any, error) { return s.delegated() }},
	{"out_of_scope", cel.StringType, func(s *sitting) (any, error) { return s.outOfScope() }},
	{"foreign", cel.BoolType, func(s *sitting) (any, error) { return s.foreign() }},
	{"foreign_desk", cel.StringType, func(s *sitting) (any, error) { return s.foreignDesk() }},
}

// unlisted is what a vendor's desk may do that the policy does not list
// (policy.md, "Policy lists").
var unlisted = rules.Desk{Mandates: []rules.Tier{rules.Ordinary, rules.Sensitive}}

// posting is an operator of a case with the desks he works at.
type posting struct {
	custody.Step
	row    *identity.Identity
	desks  []rules.Desk
	listed bool // the policy lists them
	vendor bool
}

// postings gives the operators that the roster knows; whoever owns the account
// or stands in for its owner is none. That the roster does not know one, or that
// nobody is named, is an error beside them.
func (s *sitting) postings() ([]posting, error) {
	operators, err := s.operators()
	var out []posting
	for _, o := range operators {
		if s.b.Related(o.ActorID, identity.Owner, s.c.Identity, o.Time) || s.b.Related(o.ActorID, identity.Delegate, s.c.Identity, o.Time) {
			continue
		}
		row := s.b.World.Row(o.ActorID, o.Time)
		if row == nil || !row.InForce {
			err = cannot("no roster says at which desk %s works at that time", s.b.Name(o.ActorID))
			continue
		}
		p := posting{Step: o, row: row, vendor: row.Employment == "vendor"}
		for _, d := range s.need.policy.Desks {
			if (d.Unit == "" || strings.EqualFold(d.Unit, row.Unit)) && (d.Employer == "" || strings.EqualFold(d.Employer, row.Employer)) {
				p.desks, p.listed = append(p.desks, d), true
			}
		}
		if !p.listed {
			p.desks = []rules.Desk{unlisted}
		}
		out = append(out, p)
	}
	return out, err
}

// delegates tells a delegated operator: of a listed desk, or a vendor's. To
// those of its own whom it lists at no desk the organisation set no bounds. Who
// may approve resets of privileged accounts is none.
func (s *sitting) delegates(p posting) bool {
	if s.holds(p.ActorID, s.need.policy.Requirements[rules.Privileged].Approvers, false, p.Time) {
		return false
	}
	return p.listed || p.vendor
}

func (s *sitting) delegated() (bool, error) {
	all, err := s.postings()
	if slices.ContainsFunc(all, s.delegates) {
		return true, nil
	}
	return false, err
}

// outOfScope says how a delegated operator went beyond his desk, "" for not at
// all. What foreign-desk names is left to it.
func (s *sitting) outOfScope() (string, error) {
	all, err := s.postings()
	for _, p := range all {
		if !s.delegates(p) {
			continue
		}
		beyond, untold := s.beyondAll(p)
		if beyond != "" {
			return beyond, nil
		}
		err = cmp.Or(err, untold)
	}
	return "", err
}

// beyondAll says how a reset goes beyond every desk that an operator works at:
// one that allows it is enough.
func (s *sitting) beyondAll(p posting) (string, error) {
	first := ""
	var untold error
	for _, d := range p.desks {
		beyond, err := s.beyond(p, d)
		switch {
		case err != nil:
			untold = err
		case beyond == "":
			return "", nil
		case first == "":
			first = beyond
		}
	}
	if untold != nil {
		return "", untold
	}
	return first, nil
}

// beyond says how a reset goes beyond a desk, "" for not at all.
func (s *sitting) beyond(p posting, d rules.Desk) (string, error) {
	who := s.b.Name(p.ActorID) + ", of " + p.at() + ", "
	whom := s.b.Name(s.c.Identity)
	if !(p.vendor && s.guarded()) && !s.mandated(p, d) {
		return who + "reset " + s.whom() + "; the desk serves " + served(p, d), nil
	}
	if len(d.Serves) > 0 {
		if s.row == nil {
			return "", cannot("no roster says to which unit %s belongs", whom)
		}
		if !slices.ContainsFunc(d.Serves, func(u string) bool { return strings.EqualFold(u, s.row.Unit) }) {
			return who + "reset " + whom + ", of the unit " + orNone(s.row.Unit) + "; the desk serves " + strings.Join(d.Serves, " and "), nil
		}
	}
	zone := time.UTC
	if d.Shift != nil {
		at, err := time.LoadLocation(d.Shift.Zone)
		if err != nil {
			return "", cannot("the zone %s of the desk's shift is not known here", d.Shift.Zone)
		}
		zone = at
		if !onShift(*d.Shift, event.When(p.Time).In(zone), s.need.policy.Matching.ClockTolerance) {
			return who + "reset " + whom + " on " + event.When(p.Time).In(zone).Format("Monday at 15:04") + " " + d.Shift.Zone +
				", outside the shift " + strings.Join(d.Shift.Days, " ") + " " + d.Shift.From + " to " + d.Shift.To, nil
		}
	}
	if d.QuotaPerDay > 0 && s.c.Class == rules.Recovery && !s.campaign() {
		return s.overQuota(p, d, zone, who)
	}
	return "", nil
}

// overQuota counts the people an operator recovered that day up to this reset.
// What no log shows is not counted.
func (s *sitting) overQuota(p posting, d rules.Desk, zone *time.Location, who string) (string, error) {
	at := event.When(p.Time).In(zone)
	from := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, zone).UnixNano()
	if n := s.b.World.Operators.Served(p.ActorID, from, p.Time); n > d.QuotaPerDay {
		return fmt.Sprintf("%sreset %s as person %d of %s (%s); the desk's quota is %d a day",
			who, s.b.Name(s.c.Identity), n, at.Format(time.DateOnly), zone, d.QuotaPerDay), nil
	}
	ask := Ask{Kind: event.ResetExecuted.String(), System: s.c.Primary.System, Path: s.flow(), From: from, To: p.Time}
	if state, _ := s.b.Coverage.Window(ask); state != Covered {
		return "", cannot("how many people %s reset that day no source shows for the whole of it (%s)", s.b.Name(p.ActorID), event.ResetExecuted)
	}
	return "", nil
}

// campaign: the reset is one of a declared campaign, which has its own extent.
func (s *sitting) campaign() bool {
	return slices.ContainsFunc(s.c.Tickets, func(t string) bool { return s.b.World.Tickets.Declared(s.b.World.Tickets.KeyOf(t)) })
}

// onShift tells whether a local time lies in a shift, one that passes midnight
// belonging to the day it begins on; the clocks may differ by tolerance.
func onShift(sh rules.Shift, at time.Time, tolerance time.Duration) bool {
	from, err1 := time.Parse("15:04", sh.From)
	to, err2 := time.Parse("15:04", sh.To)
	if err1 != nil || err2 != nil {
		return true
	}
	for _, back := range []int{0, 1} {
		begins := time.Date(at.Year(), at.Month(), at.Day()-back, from.Hour(), from.Minute(), 0, 0, at.Location())
		ends := time.Date(begins.Year(), begins.Month(), begins.Day(), to.Hour(), to.Minute(), 0, 0, at.Location())
		if !ends.After(begins) {
			ends = ends.AddDate(0, 0, 1)
		}
		day := strings.ToLower(begins.Format("Mon"))
		if slices.Contains(sh.Days, day) && !at.Before(begins.Add(-tolerance)) && !at.After(ends.Add(tolerance)) {
			return true
		}
	}
	return false
}

// foreign: a vendor's operator reset a privileged or regulated account.
func (s *sitting) foreign() (bool, error) {
	if !s.guarded() {
		return false, nil
	}
	all, err := s.postings()
	if slices.ContainsFunc(all, func(p posting) bool { return p.vendor }) {
		return true, nil
	}
	return false, err
}

// foreignDesk says which vendor's operator did so outside his desk's mandate.
func (s *sitting) foreignDesk() (string, error) {
	all, err := s.postings()
	for _, p := range all {
		if p.vendor && !slices.ContainsFunc(p.desks, func(d rules.Desk) bool { return s.mandated(p, d) }) {
			return s.b.Name(p.ActorID) + ", of " + p.at() + ", reset " + s.whom() + "; the desk serves " + served(p, p.desks[0]), nil
		}
	}
	return "", err
}

// guarded: a privileged or regulated account.
func (s *sitting) guarded() bool { return s.need.policy.Raised(s.tier, s.dataAccess()) }

// mandated: the desk may reset accounts such as this.
func (s *sitting) mandated(p posting, d rules.Desk) bool {
	return slices.Contains(d.Mandates, s.tier) && (p.listed || !s.regulated())
}

func (s *sitting) regulated() bool {
	return s.need.policy.Raised("", s.dataAccess())
}

// whom names the beneficiary with what the mandate of a desk hangs on.
func (s *sitting) whom() string {
	text := s.b.Name(s.c.Identity) + ", of tier " + string(s.tier)
	if s.regulated() {
		text += " with access to regulated data"
	}
	return text
}

// at names the desk an operator works at.
func (p posting) at() string {
	var parts []string
	for _, name := range []string{p.row.Unit, p.row.Employer} {
		if name != "" {
			parts = append(parts, name)
		}
	}
	if len(parts) == 0 {
		return "no known desk"
	}
	return strings.Join(parts, " of ")
}

func served(p posting, d rules.Desk) string {
	text := strings.Join(words(d.Mandates), " and ")
	if !p.listed {
		text += " accounts without regulated data"
	}
	return text
}

func orNone(s string) string {
	if s == "" {
		return "(none)"
	}
	return s
}
