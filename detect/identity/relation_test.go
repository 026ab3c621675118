package identity

import (
	"slices"
	"testing"
)

const people = `id,kind,name,accounts,tier,roles,groups,manager,owner,sponsor,delegates,valid_from,valid_until
ann,person,Ann Lee,ann@acme.example,ordinary,service-desk-lead,G1,bob@acme.example,,,,2025-01-01,2026-02-08T14:00:00Z
ann,person,Ann Lee,ann@acme.example,ordinary,,,carl,,,,2026-02-08T14:00:00Z,2026-06-01
ann,person,Ann Lee,ann@acme.example,ordinary,auditor,,carl,,,,2026-09-01,
bob,person,Bob Roe,bob@acme.example,,,,,,,,,
carl,person,Carl,carl@acme.example,,,,,,,,,2026-04-01
svc,service,Batch,svc-batch,,,,,bob,eve,ann;bob@acme.example,,
`

func TestRowsAreReadAsOfTheirTime(t *testing.T) {
	r := build(roster(t, people), nil, nil)
	for _, c := range []struct {
		when    string
		roles   []string
		manager string
		inForce bool
	}{
		{"2024-12-31", nil, "bob@acme.example", false}, // before the first row: the name is known, the role is not held yet
		{"2025-01-01", []string{"service-desk-lead"}, "bob@acme.example", true},
		{"2026-02-08T13:59:59Z", []string{"service-desk-lead"}, "bob@acme.example", true},
		{"2026-02-08T14:00:00Z", nil, "carl", true},
		{"2026-07-01", nil, "carl", false}, // in a gap: the latest row before
		{"2026-09-01", []string{"auditor"}, "carl", true},
	} {
		row := r.At("ann", at(t, c.when))
		if !slices.Equal(row.Roles, c.roles) || row.Manager != c.manager || row.InForce != c.inForce {
			t.Errorf("%s: roles %v, manager %s, in force %v; want %v, %s, %v", c.when, row.Roles, row.Manager, row.InForce, c.roles, c.manager, c.inForce)
		}
		if got := r.At("ann", at(t, c.when)).Roles; !slices.Equal(got, c.roles) {
			t.Errorf("%s: Roles gives %v", c.when, got)
		}
	}
	if r.At("nobody", 0) != nil {
		t.Error("somebody unknown has a row")
	}
	if row := r.At("bob", 0); row == nil || !row.InForce {
		t.Error("a row without dates is not in force")
	}
}

func TestOverlappingRowsOfOneIdentity(t *testing.T) {
	r := build(roster(t, "id,roles,valid_from,valid_until\nann,base,2026-01-01,\nann,stand-in,2026-03-01,2026-04-01\n"), nil, nil)
	for when, want := range map[string]string{"2026-02-01": "base", "2026-03-15": "stand-in", "2026-05-01": "base"} {
		if got := r.At("ann", at(t, when)).Roles; !slices.Equal(got, []string{want}) {
			t.Errorf("%s: %v, want %s", when, got, want)
		}
	}
}

func TestRelated(t *testing.T) {
	r := build(roster(t, people), nil, nil)
	for _, c := range []struct {
		somebody string
		as       Relation
		id, when string
		want     bool
	}{
		{"bob", Manager, "ann", "2026-01-01", true}, // named by an account
		{"carl", Manager, "ann", "2026-01-01", false},
		{"bob", Manager, "ann", "2026-03-01", false}, // no longer
		{"carl", Manager, "ann", "2026-03-01", true},
		{"carl", Manager, "ann", "2026-05-01", false}, // he has left
		{"bob", Owner, "svc", "2026-03-01", true},
		{"ann", Owner, "svc", "2026-03-01", false},
		{"ann", Delegate, "svc", "2026-03-01", true},
		{"ann", Delegate, "svc", "2026-07-01", false}, // her rows have ended for a while
		{"bob", Delegate, "svc", "2026-03-01", true},
		{"eve", Sponsor, "svc", "2026-03-01", true}, // nobody the roster knows
		{"bob", Sponsor, "svc", "2026-03-01", false},
		{"", Manager, "bob", "2026-03-01", false},
		{"bob", Manager, "nobody", "2026-03-01", false},
	} {
		if got := r.Related(c.somebody, c.as, c.id, at(t, c.when)); got != c.want {
			t.Errorf("%s is %s of %s on %s: %v, want %v", c.somebody, c.as, c.id, c.when, got, c.want)
		}
	}
}
