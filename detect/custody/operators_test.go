package custody

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"resetproof/ingest/event"
)

const anHour = int64(time.Hour)

// desk plays events through the side tables as a run does.
func desk(events ...event.Event) (*Operators, *Tickets) {
	resolve := func(p event.Party, _ int64) string { return p.Name }
	o, t := NewOperators(), NewTickets(map[string][]string{"CA-1": {"ann"}})
	each := func(class event.Class, take func(*event.Event)) {
		for i := range events {
			if e := events[i]; e.Kind.Class() == class {
				take(&e)
			}
		}
	}
	each(event.Custody, func(e *event.Event) { o.Meet(e, resolve) })
	each(event.Custody, func(e *event.Event) {
		t.Note(e, resolve(e.Account, e.Time))
		o.Note(e, resolve(e.Account, e.Time), resolve, t)
	})
	t.Seal()
	o.Seal(t)
	each(event.Activity, func(e *event.Event) {
		if id := resolve(e.Account, e.Time); o.Near(id, e.Time) {
			o.Activity(e, id)
		}
	})
	o.Settle(10 * time.Minute)
	return o, t
}

// did makes an event at an hour of somebody's in okta.
func did(k event.Kind, at float64, account, actor string, with ...func(*event.Event)) event.Event {
	e := event.Event{Kind: k, Time: int64(at * float64(anHour)), System: "okta", Feed: "okta", Format: "okta",
		Account: event.Party{Name: account}, Actor: event.Party{Name: actor}}
	for _, w := range with {
		w(&e)
	}
	e.ID = event.Hash(fmt.Sprint(e))
	return e
}

func role(name string) func(*event.Event) { return func(e *event.Event) { e.Role = name } }
func method(m string) func(*event.Event)  { return func(e *event.Event) { e.Method = m } }
func from(session, ip, place string) func(*event.Event) {
	return func(e *event.Event) { e.Session, e.IP, e.Place = session, ip, place }
}

// resetAt is a case of ann's reset by sam at an hour.
func resetAt(at float64) (*Case, Step) {
	e := did(event.ResetExecuted, at, "ann", "sam")
	s := Step{Event: &e, ActorID: "sam", AccountID: "ann"}
	c := &Case{Identity: "ann", Time: e.Time}
	c.Steps[Executed] = []Step{s}
	return c, s
}

// Only recoveries of others count for a quota: no first password, no campaign,
// no unlock, nobody twice.
func TestServed(t *testing.T) {
	inCampaign := func(e *event.Event) { e.Ticket = "CA-1" }
	o, _ := desk(
		did(event.ResetExecuted, 1, "ann", "sam"),
		did(event.ResetExecuted, 1.01, "ann", "sam"),
		did(event.ResetExecuted, 2, "bob", "sam", inCampaign),
		did(event.AccountUnlocked, 3, "eve", "sam"),
		did(event.AccountCreated, 4, "new", "sam"),
		did(event.ResetExecuted, 4, "new", "sam"),
		did(event.MFAReset, 5, "kim", "sam"),
		did(event.ResetExecuted, 6, "sam", "sam"),
		did(event.ResetExecuted, 30, "max", "sam"),
	)
	if n := o.Served("sam", 0, 24*anHour); n != 2 {
		t.Errorf("sam served %d people that day, want ann and kim", n)
	}
}

// An operator's own recovery counts unless it was the account's first password
// or, where that is asked, one of a campaign.
func TestRecovered(t *testing.T) {
	o, _ := desk(
		did(event.ResetExecuted, 50, "ann", "sam"),
		did(event.AccountCreated, 1, "sam", "ida"),
		did(event.ResetExecuted, 1, "sam", "ida"),
		did(event.ResetExecuted, 5, "sam", "ida"),
		did(event.ResetExecuted, 7, "sam", "ida", func(e *event.Event) { e.Ticket = "CA-1" }),
		did(event.AccountUnlocked, 8, "sam", "ida"),
	)
	for _, c := range []struct {
		from, to int64
		planned  bool
		want     int64
	}{{0, 50, true, 7}, {0, 50, false, 5}, {0, 5, true, 0}, {6, 50, false, 0}} {
		got, any := o.Recovered("sam", c.from*anHour, c.to*anHour, func(own Trace) bool { return c.planned || !own.Campaign })
		if any != (c.want != 0) || got.Time != c.want*anHour {
			t.Errorf("%+v: hour %d (%v)", c, got.Time/anHour, any)
		}
	}
}

// A log counts if the case is on record in it.
func TestClearedIsTheLogAtHand(t *testing.T) {
	elsewhere := func(e *event.Event) { e.Feed = "fs01" }
	c, _ := resetAt(50)
	for _, with := range [][]func(*event.Event){nil, {elsewhere}} {
		o, _ := desk(did(event.ResetExecuted, 50, "ann", "sam"), did(event.LogCleared, 40, "", "sam", with...))
		if _, any := o.Cleared("sam", c, 0, 50*anHour); any != (with == nil) {
			t.Errorf("cleared %v, elsewhere %v", any, with != nil)
		}
	}
}

// Activation of a role is no new right; nor is what the directory writes down
// of it a second time. Being made eligible for it is one.
func TestJustInTime(t *testing.T) {
	reset := did(event.ResetExecuted, 50, "ann", "sam")
	activation := did(event.PrivilegeGranted, 49, "sam", "sam", role("User Administrator"), method("activation"))
	service := func(e *event.Event) { e.Actor.Type = "app" }
	for _, c := range []struct {
		name string
		e    event.Event
		want bool
	}{
		{"the activation", activation, true},
		{"its twin, by the service", did(event.PrivilegeGranted, 49.01, "sam", "MS-PIM", role("User Administrator")), true},
		{"its twin, by a service without a name we know", did(event.PrivilegeGranted, 49.01, "sam", "ServicePrincipal_1", role("User Administrator"), service), true},
		{"its twin, by nobody", did(event.PrivilegeGranted, 49.01, "sam", "", role("User Administrator")), true},
		{"made eligible by a person just before", did(event.PrivilegeGranted, 48.99, "sam", "ida", role("User Administrator")), false},
		{"made eligible by himself just before", did(event.PrivilegeGranted, 48.99, "sam", "sam", role("User Administrator")), false},
		{"another role by a service", did(event.PrivilegeGranted, 49.01, "sam", "svc", role("Global Administrator"), service), false},
		{"by a service an hour before", did(event.PrivilegeGranted, 48, "sam", "svc", role("User Administrator"), service), false},
		{"with an end the same day", did(event.PrivilegeGranted, 48, "sam", "ida", role("X"), func(e *event.Event) { e.Expires = 60 * anHour }), true},
		{"with an end the week after", did(event.PrivilegeGranted, 48, "sam", "ida", role("X"), func(e *event.Event) { e.Expires = 248 * anHour }), false},
	} {
		o, _ := desk(reset, activation, c.e)
		rights, _ := o.Rights("sam")
		i := slices.IndexFunc(rights, func(r Right) bool { return r.ID == c.e.ID })
		if i < 0 || rights[i].JustInTime != c.want {
			t.Errorf("%s: just in time %v, want %v", c.name, !c.want, c.want)
		}
	}
}

// Sessions are compared for the account that did the act, not for the person's
// other accounts, and only where they overlap.
func TestApart(t *testing.T) {
	oslo, lagos := from("s1", "192.0.2.10", "Oslo, Norway"), from("s2", "198.51.100.7", "Lagos, Nigeria")
	other := func(e *event.Event) { e.Account.ID = "adm-sam" }
	own := func(e *event.Event) { e.Account.ID = "sam" }
	for _, c := range []struct {
		name        string
		events      []event.Event
		apart, told bool
	}{
		{"in two countries", []event.Event{did(event.SigninSucceeded, 48, "sam", "sam", oslo), did(event.CredentialUsed, 50, "sam", "sam", oslo), did(event.SigninSucceeded, 49, "sam", "sam", lagos)}, true, true},
		{"one after the other", []event.Event{did(event.SigninSucceeded, 48, "sam", "sam", oslo), did(event.SigninSucceeded, 49, "sam", "sam", lagos)}, false, true},
		{"the day before", []event.Event{did(event.SigninSucceeded, 20, "sam", "sam", oslo), did(event.CredentialUsed, 22, "sam", "sam", oslo), did(event.SigninSucceeded, 21, "sam", "sam", lagos)}, false, true},
		{"his administrator's account elsewhere", []event.Event{did(event.SigninSucceeded, 48, "sam", "sam", oslo, own), did(event.CredentialUsed, 50, "sam", "sam", oslo, own), did(event.SigninSucceeded, 49, "sam", "sam", lagos, other)}, false, true},
		{"addresses without a country", []event.Event{did(event.SigninSucceeded, 48, "sam", "sam", from("s1", "192.0.2.10", "")), did(event.CredentialUsed, 50, "sam", "sam", from("s1", "192.0.2.10", "")), did(event.SigninSucceeded, 49, "sam", "sam", lagos)}, false, false},
		{"one address", []event.Event{did(event.SigninSucceeded, 48, "sam", "sam", from("s1", "192.0.2.10", "")), did(event.CredentialUsed, 50, "sam", "sam", from("s1", "192.0.2.10", "")), did(event.SigninSucceeded, 49, "sam", "sam", from("s2", "192.0.2.10", ""))}, false, true},
		{"sign-ins without a session, one inside another's session", []event.Event{did(event.SigninSucceeded, 48, "sam", "sam", oslo), did(event.CredentialUsed, 50, "sam", "sam", oslo), did(event.SigninSucceeded, 49, "sam", "sam", from("", "198.51.100.7", "Lagos, Nigeria"))}, true, true},
	} {
		_, act := resetAt(50)
		act.Actor.ID = "sam"
		if c.name != "his administrator's account elsewhere" {
			act.Actor.ID = ""
		}
		events := append(c.events, did(event.ResetExecuted, 50, "ann", "sam"))
		rng := rand.New(rand.NewPCG(1, 2))
		var first []Presence
		for i := range 5 {
			rng.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
			o, _ := desk(events...)
			pair, told := o.Apart(act, act.Time-int64(OperatorReach), act.Time, nil)
			if (pair != nil) != c.apart || told != c.told {
				t.Errorf("%s: apart %v, told %v", c.name, pair != nil, told)
			}
			if i == 0 {
				first = pair
			} else if !reflect.DeepEqual(first, pair) {
				t.Errorf("%s: a shuffled log gives another pair", c.name)
			}
		}
	}
}

// What goes beyond the bounds makes the answer unknown, whatever order it came in.
func TestOperatorsAreBounded(t *testing.T) {
	for _, over := range []int{0, 1} {
		events := []event.Event{did(event.ResetExecuted, 50, "ann", "sam")}
		for i := range maxRights + over {
			events = append(events, did(event.PrivilegeGranted, float64(i)/100, "sam", "ida", role(fmt.Sprint("role ", i))))
		}
		for i := range maxPresences + over {
			events = append(events, did(event.SigninSucceeded, 49, "sam", "sam", from(fmt.Sprint("s", i), "192.0.2.10", "Oslo, Norway")))
		}
		o, _ := desk(events...)
		_, complete := o.Rights("sam")
		_, act := resetAt(50)
		_, told := o.Apart(act, 0, act.Time, nil)
		if complete != (over == 0) || told != (over == 0) {
			t.Errorf("%d beyond the bounds: rights complete %v, places told %v", over, complete, told)
		}
	}
}

// Of an operator's activity only the day before each reset is read, and the hour
// behind it.
func TestOperatorsAreReadAroundTheirResets(t *testing.T) {
	o, _ := desk(did(event.ResetExecuted, 50, "ann", "sam"), did(event.ResetExecuted, 100, "bob", "sam"))
	for at, want := range map[int64]bool{25: false, 26: true, 50: true, 51: true, 52: false, 75: false, 76: true, 100: true, 101: true, 102: false} {
		if got := o.Near("sam", at*anHour); got != want {
			t.Errorf("hour %d: near %v, want %v", at, got, want)
		}
	}
	if o.Near("ann", 40*anHour) {
		t.Error("somebody who reset nobody is read")
	}
}
