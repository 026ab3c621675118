package detect

import (
	"slices"
	"strings"
	"testing"
	"time"

	"resetproof/detect/judge"
	"resetproof/rules"
)

// Each old way in stands in the notes of its case with what became of it, and
// reports can read that back.
func TestCasesNoteWhatBecameOfOldWaysIn(t *testing.T) {
	for _, c := range []struct {
		name string
		s    rules.Scenario
		want []string
	}{
		{"in time, late and never", rules.Scenario{
			Roster: []string{"svc: kind=service owner=ida", "ida: roles=identity-admin", "sam: roles=service-desk"},
			Secrets: []string{
				"db: owner=svc system=vault kind=secret", "queue: owner=svc system=vault kind=secret", "mail: owner=svc system=vault kind=secret",
				"ftp: owner=svc system=vault kind=password rotated_at=2026-03-02T11:00:00Z",
			},
			Log: []string{
				"2026-01-02T09:10:00Z credential.issued svc by ida system=aws credential=key id=k1 method=key",
				"2026-02-01T09:10:00Z credential.revoked svc by ida system=aws credential=key id=k1 method=deactivated",
				"2026-02-02T09:00:00Z credential.issued svc by ida system=aws credential=key id=k1 method=key",
				"2026-02-02T09:10:00Z credential.used svc by svc system=aws credential=key id=k1",
				"2026-02-20T09:10:00Z signin.succeeded svc by svc system=ad device=WEB01 ip=192.0.2.1",
				"2026-02-20T09:10:00Z signin.succeeded svc by svc system=ad device=WEB02",
				"2026-02-20T09:10:00Z signin.succeeded svc by svc system=ad device=WEB03",
				"2026-03-02T10:00:00Z signin.succeeded svc by svc system=ad device=web01.acme.example",
				"2026-03-02T10:05:00Z signin.failed svc by svc system=ad device=WEB02",
				"2026-03-01T09:10:00Z secret.accessed by svc system=aws-secretsmanager credential=secret id=prod/pay",
				"2026-03-02T09:10:00Z reset.executed svc by sam system=ad credential=password",
				"2026-03-02T10:10:00Z secret.rotated svc by ida system=vault id=db",
				"2026-03-06T10:10:00Z secret.rotated svc by ida system=vault id=queue",
				"2026-03-03T09:20:00Z credential.used svc by svc system=aws credential=key id=k1",
			},
		}, []string{
			"old key, never: k1 in aws (known by log), used after the reset until 2026-03-03 09:20:00 UTC; made 2026-01-02 09:10:00 UTC, deactivated 2026-02-01 09:10:00 UTC, made active again 2026-02-02 09:00:00 UTC",
			"old password, in time: ftp in vault (known by inventory), ended at 2026-03-02 11:00:00 UTC",
			"old secret, in time: db in vault (known by inventory), ended at 2026-03-02 10:10:00 UTC",
			"old secret, late: queue in vault (known by inventory), ended at 2026-03-06 10:10:00 UTC",
			"old secret, never: mail in vault (known by inventory)",
			"old secret, never: prod/pay in aws-secretsmanager (known by use)",
			"password used from 192.0.2.1, web01: signed in again, last at 2026-03-02 10:00:00 UTC",
			"password used from web02: failing, last at 2026-03-02 10:05:00 UTC",
			"password used from web03: not seen since",
		}},
		{"not due, not to be told, and a session", rules.Scenario{
			Roster:  []string{"ann: tier=privileged", "sam: roles=service-desk"},
			Secrets: []string{"db: owner=ann system=vault kind=secret"},
			Log: []string{
				"2026-02-02T09:10:00Z credential.used ann by ann system=aws credential=key id=k1",
				"2026-03-02T08:10:00Z signin.succeeded ann by ann system=okta session=s1",
				"2026-03-02T09:10:00Z reset.executed ann by sam system=okta credential=password",
				"2026-03-02T09:11:00Z session.revoked ann by sam system=okta",
			},
			Until:  time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC),
			Unseen: []string{"secret.revoked", "token.revoked", "credential.revoked"},
		}, []string{
			"old key, unknown: k1 in aws (known by log)",
			"old secret, not due: db in vault (known by inventory)",
			"old session, in time: okta",
		}},
	} {
		st, _ := runOf(t, c.s, asIs)
		last := st.cases[len(st.cases)-1]
		var got []string
		for _, n := range last.Notes {
			if strings.HasPrefix(n, "password used") {
				got = append(got, n)
			}
			if strings.HasPrefix(n, "old ") {
				got = append(got, n)
				if _, ok := judge.ParseClosure(n); !ok {
					t.Errorf("%s: %q cannot be read back", c.name, n)
				}
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: notes are\n%s\nwant\n%s", c.name, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
}
