package detect

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"resetproof/detect/identity"
	"resetproof/detect/survey"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// organisation is a small invented one: a roster, four feeds and what happened,
// drawn from a seed. It is a Lake.
type organisation struct {
	rng     *rand.Rand
	feeds   []event.Feed
	events  []event.Event
	context *identity.Context
	tickets int
}

// opening is the first day of every organisation's logs, which last sixty days;
// its resets lie between the tenth and the fifty-eighth.
var opening = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC).UnixNano()

const (
	oneDay  = int64(24 * time.Hour)
	oneMin  = int64(time.Minute)
	oneHour = int64(time.Hour)
	closing = 60
)

// shown lists what each feed shows.
var shown = map[string][]event.Kind{
	"okta": {event.ResetExecuted, event.MFAReset, event.MFAEnrolled, event.AccountUnlocked, event.SessionRevoked, event.SigninSucceeded,
		event.PrivilegeGranted, event.PrivilegeUsed, event.CredentialIssued, event.TokenRevoked, event.LogCleared, event.LogStopped},
	"ad":    {event.ResetExecuted, event.CredentialChanged, event.AccountUnlocked, event.PrivilegeGranted, event.LogCleared},
	"snow":  {event.TicketOpened, event.ResetRequested, event.ResetApproved, event.ResetDenied, event.TicketClosed},
	"steps": {event.IdentityVerified, event.VerificationFailed, event.CredentialDelivered, event.SecretRotated, event.SecretRevoked, event.CaseReviewed, event.ResetRequested},
}

var people = []string{"ann", "bob", "eve", "kim", "max", "ida", "svc-pay", "bg-1"}

func newOrganisation(seed uint64) (*organisation, error) {
	o := &organisation{rng: rand.New(rand.NewPCG(seed, 7)), context: &identity.Context{}}
	if err := o.staff(); err != nil {
		return nil, err
	}
	for _, who := range people {
		for range 1 + o.rng.IntN(3) {
			o.reset(who, opening+10*oneDay+o.rng.Int64N(48*oneDay))
		}
		o.noise(who)
	}
	for _, who := range []string{"sam", "tom"} {
		o.desk(who)
	}
	if o.maybe(2) {
		o.add("okta", event.LogCleared, opening+30*oneDay, "", "eve")
	}
	o.feed()
	return o, nil
}

func (o *organisation) staff() error {
	rows := []identity.Identity{
		{ID: "lea", Roles: []string{"service-desk-lead"}}, {ID: "viktor", Roles: []string{"identity-admin"}},
		{ID: "sam", Roles: []string{"service-desk"}}, {ID: "tom", Roles: []string{"service-desk"}, Employment: "vendor"}, {ID: "noor"},
		{ID: "svc-pay", Kind: identity.Service, Owner: "bob"}, {ID: "bg-1", Kind: identity.BreakGlass},
		{ID: "kim", Tier: "privileged", LegalHold: true}, {ID: "eve", Tier: "sensitive", DataAccess: []string{"regulated"}},
	}
	for _, who := range people {
		if !slices.ContainsFunc(rows, func(r identity.Identity) bool { return r.ID == who }) {
			rows = append(rows, identity.Identity{ID: who})
		}
	}
	for i := range rows {
		rows[i].Name, rows[i].Accounts = "Name of "+rows[i].ID, []string{rows[i].ID, "okta:" + rows[i].ID + "@acme.example", `ACME\` + rows[i].ID}
		if rows[i].Kind == "" {
			rows[i].Kind = identity.Person
		}
		if rows[i].ID != "lea" {
			rows[i].Manager = "lea"
		}
	}
	roster, err := identity.NewRoster(rows)
	o.context.Roster = roster
	o.context.Files = []identity.File{{Role: "identities"}, {Role: "incidents"}}
	for i, who := range []string{"svc-pay", "kim", "ann"} {
		o.context.Secrets = append(o.context.Secrets, identity.Secret{ID: fmt.Sprintf("key-%d", i), Kind: "key", System: "vault", Owner: who, MintedBy: who})
	}
	o.context.Incidents = []identity.Incident{
		{ID: "MI-1", Kind: "incident", DeclaredAt: opening + 20*oneDay, ClosedAt: opening + 30*oneDay, Systems: []string{"okta"}},
		{ID: "IN-1", Kind: "investigation", DeclaredAt: opening + 25*oneDay, DeclaredBy: "viktor", Accounts: []string{"max"}},
		{ID: "CA-1", Kind: "campaign", DeclaredAt: opening, Accounts: []string{"ann", "bob", "max"}},
	}
	o.context.Directories = []identity.Directory{{Directory: "ad", Authority: "ad", Mechanism: "none"}, {Directory: "okta", Authority: "ad", Mechanism: "push"}}
	for i, who := range people {
		set := opening + o.rng.Int64N(60*oneDay)
		o.context.States = append(o.context.States, identity.State{Account: "okta:" + who + "@acme.example", ObservedAt: opening + 59*oneDay, PasswordLastSet: set,
			EnabledStated: i%2 == 0, Enabled: true, MFAMethods: []string{"push"}})
	}
	for _, role := range []string{"identities", "secrets", "state", "incidents", "topology", "exceptions"} {
		o.context.Files = append(o.context.Files, identity.File{Role: role, Rows: 1})
	}
	o.context.Waivers = []identity.Waiver{{
		ID: "W-1", Checks: []string{"missing-approval", "no-reason"}, Selector: `identity.id == "max"`, Reason: "migration", ApprovedBy: "viktor",
		ValidFrom: opening, ValidUntil: opening + 40*oneDay,
	}}
	return err
}

func (o *organisation) maybe(oneIn int) bool       { return o.rng.IntN(oneIn) == 0 }
func (o *organisation) pick(from ...string) string { return from[o.rng.IntN(len(from))] }
func (o *organisation) soon(hours int64) int64     { return 1 + o.rng.Int64N(hours*oneHour) }
func (o *organisation) minutes(between ...int64) int64 {
	return (between[0] + o.rng.Int64N(between[1]-between[0])) * oneMin
}

// party names somebody as a feed does.
func party(feed, who string) event.Party {
	switch {
	case who == "":
		return event.Party{}
	case feed == "okta":
		return event.Party{System: "okta", Name: who + "@acme.example"}
	case feed == "ad":
		return event.Party{System: "ad", Name: `ACME\` + who}
	}
	return event.Party{Name: who}
}

// add writes an event to a feed and gives it to be filled in.
func (o *organisation) add(feed string, k event.Kind, at int64, account, actor string) *event.Event {
	n := len(o.events)
	e := event.Event{
		ID: event.Hash("organisation", strconv.Itoa(n)), Kind: k, Time: at, Feed: feed, Format: feed,
		Account: party(feed, account), Actor: party(feed, actor), Origin: event.Origin{URI: feed + ".jsonl", Offset: int64(n) * 100, Length: 100, Line: int64(n + 1)},
	}
	copy(e.Origin.SHA256[:], e.ID[:])
	if feed == "okta" || feed == "ad" {
		e.System = feed
	}
	o.events = append(o.events, e)
	return &o.events[n]
}

// reset plays one reset of somebody at about a time, each step of its chain
// present, absent, late or wrong.
func (o *organisation) reset(who string, at int64) {
	ticket := ""
	if !o.maybe(4) {
		o.tickets++
		ticket = fmt.Sprintf("INC%04d", o.tickets-o.rng.IntN(1+o.tickets/4))
		if o.maybe(12) {
			ticket = "CA-1"
		}
	}
	operator := o.pick("sam", "sam", "tom", who, "")
	if !o.maybe(4) {
		e := o.add(o.pick("snow", "snow", "steps"), event.ResetRequested, at-o.minutes(-30, 600), who, o.pick(who, who, "bob", "lea", operator))
		e.Ticket, e.Reason = ticket, event.Reason(o.rng.IntN(4))
		if ticket != "" && o.maybe(2) {
			e.TicketAlias = "sys" + ticket
		}
	}
	for range o.rng.IntN(3) {
		e := o.add("steps", event.IdentityVerified, at-o.minutes(-20, 120), who, o.pick("noor", "noor", operator, ""))
		e.Ticket, e.Method = ticket, o.pick("callback", "sms", "fido2", "totp", "kba", "")
	}
	if o.maybe(3) {
		e := o.add("steps", event.VerificationFailed, at-o.minutes(10, 12000), who, o.pick("noor", operator, who, ""))
		e.Ticket, e.Method = o.pick(ticket, ""), o.pick("callback", "sms", "totp", "")
	}
	for range o.rng.IntN(3) {
		e := o.add("snow", event.ResetApproved, at-o.minutes(-90, 240), o.pick(who, who, "", "bob"), o.pick("lea", "lea", "viktor", who, operator))
		if e.Ticket = ticket; o.maybe(5) {
			e.Ticket = ""
		}
	}
	for i, system := range []string{"okta", "ad"} {
		if i == o.rng.IntN(2) && o.maybe(2) {
			continue
		}
		act := o.add(system, event.ResetExecuted, at+o.minutes(0, 8), who, operator)
		act.Credential = "password"
		if o.maybe(3) {
			act.Ticket = ticket
		}
	}
	if o.maybe(4) {
		e := o.add("okta", event.MFAReset, at+oneMin, who, operator)
		e.Credential = "mfa"
	}
	o.after(who, operator, ticket, at)
}

// after plays what follows a reset.
func (o *organisation) after(who, operator, ticket string, at int64) {
	if o.maybe(2) {
		e := o.add("okta", event.SigninSucceeded, at-o.soon(20), who, who)
		e.Session = fmt.Sprintf("s%d", len(o.events))
	}
	if o.maybe(2) {
		o.add("okta", event.SessionRevoked, at+o.soon(3), who, operator)
	}
	if o.maybe(2) {
		o.add("ad", event.CredentialChanged, at+o.soon(30), who, who)
	}
	if o.maybe(3) {
		e := o.add("okta", event.PrivilegeGranted, at+o.soon(60), who, o.pick("eve", "viktor"))
		e.Role, e.Ticket = o.pick("Super Administrator", "Reader"), o.pick(ticket, "")
	}
	if o.maybe(4) {
		e := o.add("okta", event.PrivilegeUsed, at+o.soon(60), who, who)
		e.Method = "admin-console"
	}
	if o.maybe(2) {
		e := o.add("steps", o.kindOf(event.SecretRotated, event.SecretRevoked), at+o.soon(40), "", "viktor")
		e.CredentialID = o.pick("key-0", "key-1", "key-2")
	}
	if o.maybe(3) {
		e := o.add("steps", event.CredentialDelivered, at+o.soon(5), who, operator)
		e.Ticket, e.Channel = ticket, "vault-link"
	}
	if o.maybe(3) {
		o.add("steps", event.CaseReviewed, at+o.soon(200), who, "viktor")
	}
	if o.maybe(3) {
		o.add("okta", event.MFAEnrolled, at+o.soon(200), who, who)
	}
}

// desk plays what is on record of an operator: his own resets, rights, sessions
// and what he did to logs.
func (o *organisation) desk(who string) {
	if o.maybe(2) {
		o.reset(who, opening+10*oneDay+o.rng.Int64N(48*oneDay))
	}
	for range 3 {
		at := opening + o.rng.Int64N(closing*oneDay)
		right := o.add(o.pick("okta", "ad"), o.kindOf(event.PrivilegeGranted, event.PrivilegeGranted, event.PrivilegeRevoked), at, who, "viktor")
		right.Role, right.Method = o.pick("Help Desk Administrator", "Super Administrator", "Account Operators", "Reader"), o.pick("", "", "activation")
	}
	for _, e := range o.events {
		if e.Kind != event.ResetExecuted || e.Actor.Name != party(e.Feed, who).Name || o.maybe(2) {
			continue
		}
		for i, place := range []string{"Oslo, Norway", o.pick("Oslo, Norway", "Lagos, Nigeria", "")} {
			for range 2 {
				in := o.add("okta", event.SigninSucceeded, e.Time-o.soon(8), who, who)
				in.Session, in.IP, in.Place = fmt.Sprintf("%s%d", e.ID, i), fmt.Sprintf("192.0.2.%d", i), place
			}
		}
		if o.maybe(8) {
			o.add("okta", o.kindOf(event.LogCleared, event.LogStopped), e.Time-o.soon(200), "", who)
		}
	}
}

func (o *organisation) kindOf(kinds ...event.Kind) event.Kind { return kinds[o.rng.IntN(len(kinds))] }

// noise is what has nothing to do with a reset.
func (o *organisation) noise(who string) {
	for range 4 {
		at := opening + o.rng.Int64N(closing*oneDay)
		o.tickets++
		e := o.add("snow", event.TicketOpened, at, who, who)
		e.Ticket, e.Category = fmt.Sprintf("INC%04d", o.tickets), o.pick("laptop", "phishing mail", "")
		if o.maybe(2) {
			o.add("snow", event.ResetApproved, at+o.soon(5), who, "lea").Ticket = e.Ticket
		}
		s := o.add("okta", event.SigninSucceeded, at, who, who)
		s.Session = "noise" + strconv.Itoa(len(o.events))
	}
	if o.maybe(3) {
		o.add("ad", event.AccountUnlocked, opening+o.rng.Int64N(50*oneDay), who, "sam")
	}
	if o.maybe(3) {
		o.add("okta", event.CredentialIssued, opening+o.rng.Int64N(50*oneDay), who, who).Credential = "token"
	}
}

// stranger plays the resets of somebody who has nothing to do with the others:
// own tickets, own clerk, own sessions.
func (o *organisation) stranger() {
	for i := range int64(5) {
		at, ticket := opening+(20+7*i)*oneDay, fmt.Sprintf("ZED%d", i)
		o.add("snow", event.ResetRequested, at, "zed", "zed").Ticket = ticket
		o.add("steps", event.IdentityVerified, at+oneMin, "zed", "zoe").Method = "callback"
		o.add("snow", event.ResetApproved, at+2*oneMin, "zed", "zac").Ticket = ticket
		o.add("okta", event.ResetExecuted, at+3*oneMin, "zed", "zoe").Ticket = ticket
		o.add("ad", event.ResetExecuted, at+4*oneMin, "zed", "zoe")
		o.add("okta", event.SigninSucceeded, at+5*oneMin, "zed", "zed").Session = ticket
		o.add("okta", event.SessionRevoked, at+6*oneMin, "zed", "zoe")
	}
}

// feed works out what the four feeds cover: all sixty days, but for steps,
// which begin late and end early.
func (o *organisation) feed() {
	for _, name := range []string{"ad", "okta", "snow", "steps"} {
		f := event.Feed{
			Name: name, Format: name, Source: name, First: opening, Last: opening + closing*oneDay, Kinds: map[string]int64{},
			Minutes: map[int64][]byte{0: {1}, 1: {1}}, Covers: [2]int64{opening, opening + closing*oneDay},
		}
		if name == "okta" || name == "ad" {
			f.System = name
		}
		if name == "okta" {
			f.Always = []string{event.SessionRevoked.String()}
		}
		if name == "steps" {
			f.Covers = [2]int64{opening + 12*oneDay, opening + (closing-4)*oneDay}
			f.NeedsSetting = []string{event.SecretRevoked.String(), event.CaseReviewed.String()}
		}
		for _, k := range shown[name] {
			f.Shows = append(f.Shows, k.String())
		}
		for i := range o.events {
			if o.events[i].Feed == name {
				f.Kinds[o.events[i].Kind.String()]++
				f.Records++
				f.Mapped++
			}
		}
		o.feeds = append(o.feeds, f)
	}
}

// without gives the organisation as it looks where no source shows a kind.
func (o *organisation) without(k event.Kind) *organisation {
	less := &organisation{context: o.context}
	for _, e := range o.events {
		if e.Kind != k {
			less.events = append(less.events, e)
		}
	}
	for _, f := range o.feeds {
		named := func(name string) bool { return name == k.String() }
		f.Shows = slices.DeleteFunc(slices.Clone(f.Shows), named)
		f.Always = slices.DeleteFunc(slices.Clone(f.Always), named)
		f.Kinds = mapsWithout(f.Kinds, k.String())
		less.feeds = append(less.feeds, f)
	}
	return less
}

func mapsWithout(m map[string]int64, key string) map[string]int64 {
	less := map[string]int64{}
	for k, v := range m {
		if k != key {
			less[k] = v
		}
	}
	return less
}

// Feeds, Custody, Activity and Records make an organisation a Lake.
func (o *organisation) Feeds() ([]event.Feed, error) { return o.feeds, nil }

func (o *organisation) Custody(_ context.Context, yield func(*event.Event) error) error {
	return o.each(event.Custody, func(*event.Event) bool { return true }, yield)
}

func (o *organisation) Activity(_ context.Context, from, to int64, want func(event.Kind, int64, event.Party) bool, yield func(*event.Event) error) error {
	return o.each(event.Activity, func(e *event.Event) bool { return e.Time >= from && e.Time < to && want(e.Kind, e.Time, e.Account) }, yield)
}

func (o *organisation) Records(_ context.Context, mem memory.Allocator, names []string, kinds []event.Kind, want func(event.ID) bool, yield func(arrow.Record) error) error {
	return survey.Records(mem, o.events, names, kinds, want, yield)
}

// each yields a copy that does not outlive the call, as a lake may.
func (o *organisation) each(class event.Class, want func(*event.Event) bool, yield func(*event.Event) error) error {
	var reused event.Event
	for i := range o.events {
		if o.events[i].Kind.Class() != class || !want(&o.events[i]) {
			continue
		}
		reused = o.events[i]
		if err := yield(&reused); err != nil {
			return err
		}
	}
	return nil
}

var bundled struct {
	checks []*rules.Check
	policy *rules.PolicySet
}

// detect runs the bundled checks over the organisation.
func (o *organisation) detect(t testing.TB, now int64) *stage {
	t.Helper()
	if bundled.checks == nil {
		var err error
		if bundled.checks, err = rules.LoadChecks(); err != nil {
			t.Fatal(err)
		}
		if bundled.policy, err = rules.LoadPolicy("baseline"); err != nil {
			t.Fatal(err)
		}
	}
	st := &stage{}
	result, err := Run(t.Context(), Options{
		Lake: o, Sorter: func() (Sorter, error) { return &memorySorter{}, nil }, Now: event.When(now), Policies: bundled.policy, Checks: bundled.checks,
		Context: o.context, ExceptionsFile: "exceptions.yaml",
	}, st)
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Faults) > 0 {
		t.Fatalf("expressions failed: %q", result.Faults)
	}
	return st
}
