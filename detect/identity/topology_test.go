package identity

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"resetproof/ingest/event"
)

// hybrid is a directory that Entra and Okta take their passwords from, one
// asking it, one by way of Entra, and one apart.
var hybrid = NewTopology([]Directory{
	{Directory: "ad", Authority: "ad", Mechanism: "none"},
	{Directory: "Entra", Authority: "AD", Mechanism: "hash-sync", Deadline: time.Hour},
	{Directory: "google", Authority: "entra", Mechanism: "push"},
	{Directory: "okta", Authority: "ad", Mechanism: "delegated-auth"},
	{Directory: "aws", Authority: "aws", Mechanism: "none"},
	{Directory: "left", Authority: "right", Mechanism: "push"},
	{Directory: "right", Authority: "left", Mechanism: "push"},
})

func TestWhereAPasswordComesTo(t *testing.T) {
	for _, c := range []struct {
		from  string
		lives string
		want  string // directories, those without a password of their own in brackets
	}{
		{"ad", "ad entra okta", "ad entra [okta]"},
		{"entra", "ad entra", "ad entra"},             // back to the authority
		{"okta", "ad entra okta", "ad entra [okta]"},  // what is set where none is held
		{"google", "ad google", "ad google"},          // by way of a directory he has no account in
		{"entra", "entra google", "entra"},            // no account with the authority: its own
		{"aws", "ad aws entra", "aws"},                // apart
		{"servicenow", "ad servicenow", "servicenow"}, // no row names it
		{"ad", "ad servicenow", "ad"},                 // nothing takes it
		{"left", "left right", "left right"},          // a circle ends
		{"ENTRA", "ad entra", "ad entra"},             // in any case
	} {
		var got []string
		for _, p := range hybrid.Reach(c.from, strings.Fields(c.lives)) {
			name := p.Directory
			if !p.Holds {
				name = "[" + name + "]"
			}
			got = append(got, name)
		}
		if fmt.Sprint(got) != "["+c.want+"]" {
			t.Errorf("from %s of %s: %v, want %s", c.from, c.lives, got, c.want)
		}
	}
	if p := hybrid.Reach("ad", []string{"ad", "entra"}); p[1].Deadline != time.Hour || p[1].Mechanism != "hash-sync" || p[0].Mechanism != "" {
		t.Errorf("deadlines and mechanisms: %+v", p)
	}
}

func TestNoTopologySaysNothing(t *testing.T) {
	var none *Topology
	if none.Shares("ad", "entra") || none.Authority("entra") != "entra" || len(none.Reach("ad", []string{"ad", "entra"})) != 1 {
		t.Error("without a topology every directory stands for itself")
	}
	if !hybrid.Shares("entra", "okta") || hybrid.Shares("aws", "ad") || hybrid.Shares("ad", "ad") {
		t.Error("who shares a password with whom")
	}
}

func TestAccountsAreCountedByDirectory(t *testing.T) {
	sid := "S-1-5-21-1-2-3-"
	at := int64(1)
	r := build(roster(t, "id,accounts\nann,ann@acme.example;ACME\\ann;ad:ACME\\adm-ann;00u1111111111111111a\nbob,ad:bob\ncarl,ACME\\carl;EMEA\\carl\n"), nil, []sighted{
		{event.Party{System: "ad", ID: sid + "1", Name: `ACME\ann`}, at},
		// The same account below the DNS name of its domain.
		{event.Party{System: "ad", ID: sid + "1", Name: `acme.example\ann`}, at},
		{event.Party{System: "entra", ID: "11111111-1111-1111-1111-111111111111", Name: "ann@acme.example"}, at},
		{event.Party{System: "m365-ual", ID: "11111111-1111-1111-1111-111111111111", Name: "ann@acme.example"}, at},
	})
	for _, c := range []struct {
		id, directory string
		want          int
	}{
		{"ann", "ad", 2}, // the second by its name alone: no record of it yet
		{"ann", "entra", 1}, {"ann", "okta", 1}, {"ann", "google", 0}, {"bob", "ad", 1}, {"carl", "ad", 2}, {"nobody", "ad", 0},
	} {
		if got := r.AccountsIn(c.id, c.directory); got != c.want {
			t.Errorf("%s has %d accounts in %s, want %d", c.id, got, c.directory, c.want)
		}
	}
	if got := fmt.Sprint(r.SystemsOf("ann@acme.example"), r.SystemsOf(`ACME\ann`), r.SystemsOf("carl")); got != "[entra m365-ual] [ad] []" {
		t.Errorf("systems of accounts: %s", got)
	}
}
