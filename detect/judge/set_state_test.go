package judge

import (
	"fmt"
	"strings"
	"testing"

	"resetproof/detect/custody"
	"resetproof/detect/identity"
	"resetproof/ingest/event"
)

// stateBench judges exports of accounts of ann in okta, observed at hour 500
// where the row does not say otherwise.
func stateBench(t *testing.T, feeds []string, rows []identity.State, events ...*event.Event) *Bench {
	t.Helper()
	b := newBench(t, nil, feeds...)
	b.Systems = func(string) []string { return []string{"okta"} }
	b.Seen = func(string) bool { return true }
	b.Snapshots = custody.NewSnapshots(b.World)
	for _, r := range rows {
		if r.ObservedAt == 0 {
			r.ObservedAt = start + 500*hour
		}
		b.Snapshots.Add(&custody.Snapshot{Identity: "ann", Directory: "okta", Sole: true, State: r})
	}
	for _, e := range events {
		e.System = "okta"
		b.Snapshots.Note(e, "ann")
	}
	return b
}

func said(b *Bench) string {
	var all []string
	for _, f := range b.states() {
		all = append(all, f.Said)
	}
	return strings.Join(all, " | ")
}

// A state is contradicted by missing records only where they would be on record.
func TestStatesNeedCoverage(t *testing.T) {
	set := []identity.State{{Account: "okta:ann", PasswordLastSet: start + 100*hour}}
	const shows = "okta system=okta shows=reset.executed;credential.changed;mfa.enrolled;account.enabled"
	for _, c := range []struct {
		name  string
		feeds []string
		want  bool
	}{
		{"covered", []string{shows + " from=0 to=500"}, true},
		{"a hole where the record would lie", []string{shows + " from=0 to=500 gap=98-102"}, false},
		{"a hole elsewhere", []string{shows + " from=0 to=500 gap=198-202"}, true},
		{"a hole within the time that a synchronisation takes", []string{shows + " from=0 to=500 gap=94-98"}, false},
		{"the log begins later", []string{shows + " from=99 to=500"}, false},
		{"the log ends before", []string{shows + " from=0 to=100"}, false},
		{"records may come late", []string{shows + " from=0 to=101 lag=7200"}, false},
		{"a log of changes by the owner is missing", []string{"okta system=okta shows=reset.executed from=0 to=500"}, false},
		{"no log", nil, false},
	} {
		b := stateBench(t, c.feeds, set)
		if got := said(b) != ""; got != c.want {
			t.Errorf("%s: %q", c.name, said(b))
		}
	}
}

// With a topology only the directories that share the password count, and all
// others otherwise.
func TestStatesOfSeveralDirectories(t *testing.T) {
	set := []identity.State{{Account: "okta:ann", PasswordLastSet: start + 100*hour}}
	b := stateBench(t, []string{"okta system=okta shows=reset.executed;credential.changed from=0 to=500"}, set)
	b.Systems = func(string) []string { return []string{"ad", "okta", "servicenow"} }
	for _, c := range []struct {
		topology []identity.Directory
		want     bool
	}{
		{nil, false},
		{[]identity.Directory{{Directory: "okta", Authority: "okta", Mechanism: "none"}}, true},
		{[]identity.Directory{{Directory: "okta", Authority: "ad", Mechanism: "push"}}, false},
	} {
		b.contradicted, b.World.Topology = nil, nil
		b.Given = func(role string) bool { return role != "topology" || c.topology != nil }
		if c.topology != nil {
			b.World.Topology = identity.NewTopology(c.topology)
		}
		if got := said(b) != ""; got != c.want {
			t.Errorf("%v: %q", c.topology, said(b))
		}
	}
}

// An identity gives one finding, which spells out a few contradictions, and
// daily exports of one state are not one each.
func TestOneFindingAnIdentity(t *testing.T) {
	feed := []string{"okta system=okta shows=reset.executed;credential.changed from=0 to=900"}
	var daily []identity.State
	for day := range int64(9) {
		daily = append(daily, identity.State{Account: "okta:ann", ObservedAt: start + (500+24*day)*hour, PasswordLastSet: start + 100*hour})
	}
	b := stateBench(t, feed, daily)
	if got := said(b); strings.Count(got, "no log shows it") != 1 {
		t.Errorf("daily exports: %s", got)
	}
	var many []identity.State
	for n := range int64(9) {
		many = append(many, identity.State{Account: fmt.Sprintf("okta:ann%d", n), PasswordLastSet: start + (100+10*n)*hour})
	}
	b = stateBench(t, feed, many)
	if got := said(b); len(b.states()) != 1 || strings.Count(got, "no log shows it") != maxClaims || !strings.HasSuffix(got, "; and 4 more") {
		t.Errorf("%d findings: %s", len(b.states()), got)
	}
}

// What was not looked at is not called missing.
func TestKeysBeyondTheBound(t *testing.T) {
	row := identity.State{Account: "okta:ann"}
	var events []*event.Event
	events = append(events, stepAt(event.AccountCreated, 10, "sam").Event)
	for n := range custody.MaxListed + 10 {
		id := fmt.Sprintf("k%d", n)
		row.Keys = append(row.Keys, id)
		e := stepAt(event.SecretCreated, 20+float64(n), "ann").Event
		e.CredentialID = id
		events = append(events, e)
	}
	b := stateBench(t, []string{"okta system=okta shows=secret.created from=0 to=900"}, []identity.State{row}, events...)
	if got := said(b); got != "" {
		t.Error(got)
	}
}
