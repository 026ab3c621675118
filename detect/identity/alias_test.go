package identity

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestPossibleAliases(t *testing.T) {
	for _, c := range []struct {
		name, roster, log, of string
		want                  []string
	}{
		{"dots, dashes and case", "", "okta - ann.lee@acme.example\nad - ACME\\AnnLee\nvault - ann-lee", "ann.lee@acme.example", []string{`ad:ACME\AnnLee`, "vault:ann-lee"}},
		{"an admin account", "", "okta - ann.lee@acme.example\nad - ACME\\adm-annlee", "ann.lee@acme.example", []string{`ad:ACME\adm-annlee`}},
		{"an admin account, the other way", "", "okta - annlee@acme.example\naws - arn:aws:iam::111122223333:user/ops/annlee-admin", "annlee@acme.example", []string{"aws:arn:aws:iam::111122223333:user/ops/annlee-admin"}},
		{"one of them in the roster", "id,accounts\np1,ann.lee@acme.example\n", "ad - ACME\\annlee", "p1", []string{`ad:ACME\annlee`}},
		{"twin: both in the roster are settled", "id,accounts\np1,ann.lee@acme.example\np2,ACME\\annlee\n", "", "p1", nil},
		{"twin: merged ones are no aliases", "id,accounts\np1,ann.lee@acme.example;ACME\\annlee\n", "vault - bob", "p1", nil},
		{"twin: initials are another name", "", "okta - ann.lee@acme.example\nad - ACME\\alee", "ann.lee@acme.example", nil},
		{"twin: ids are no names", "", "okta 00uAnnAnnAnnAnnAnn01 -\nvault 00uannannannannann01x -", "okta:00uAnnAnnAnnAnnAnn01", nil},
		{"twin: roles are no persons", "", "aws - arn:aws:iam::111122223333:role/annlee\nokta - annlee@acme.example", "annlee@acme.example", nil},
		{"twin: too short to say anything", "", "okta - al@acme.example\nad - ACME\\al", "al@acme.example", nil},
		{"twin: an employee number in two systems", "", "okta - 4711@acme.example\nvault - 4711", "4711@acme.example", nil},
	} {
		r := &Roster{}
		if c.roster != "" {
			r = roster(t, c.roster)
		}
		var log strings.Builder
		for line := range strings.Lines(c.log) {
			log.WriteString("2026-01-01 " + line)
		}
		if got := build(r, nil, sightings(t, log.String())).PossibleAliases(c.of); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// Every host has an administrator; that makes no two of them one person.
func TestCommonNamesAreNoAliases(t *testing.T) {
	var log strings.Builder
	for i := range maxLookAlikes + 1 {
		fmt.Fprintf(&log, "2026-01-01 ad - WS%d\\Administrator\n", i)
	}
	if got := build(nil, nil, sightings(t, log.String())).PossibleAliases(`ad:WS1\Administrator`); got != nil {
		t.Errorf("aliases %v", got)
	}
}

func TestARosterCanLeaveAnAliasOpen(t *testing.T) {
	for _, c := range []struct{ tag, want string }{
		{"", ""},
		{"adm-ann", "adm-ann"},
		{"bob; adm-ann", "adm-ann"},
		{"bob", ""},
	} {
		rows := []Identity{
			{ID: "ann", Kind: Person, Accounts: []string{"ann@acme.example"}, Tags: map[string]string{"possible_alias": c.tag}},
			{ID: "adm-ann", Kind: Person, Accounts: []string{"adm-ann@acme.example"}},
		}
		r, err := NewRoster(rows)
		if err != nil {
			t.Fatal(err)
		}
		who := build(r, nil, nil)
		if got := strings.Join(who.PossibleAliases("ann"), " "); got != c.want {
			t.Errorf("with possible_alias %q ann may be %q, want %q", c.tag, got, c.want)
		}
		if pairs := fmt.Sprint(who.LookAlikes()); (pairs == "[[adm-ann ann]]") != (c.want != "") {
			t.Errorf("with possible_alias %q the pairs are %s", c.tag, pairs)
		}
		if back := len(who.PossibleAliases("adm-ann")) > 0; back != (c.want != "") {
			t.Errorf("with possible_alias %q in ann's row, adm-ann's aliases are open: %v", c.tag, back)
		}
	}
}
