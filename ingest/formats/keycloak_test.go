// What Keycloak's events say otherwise than they seem to, by example, and what
// a real server's give.
package formats

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"resetproof/ingest/event"
)

const keycloakKinds = "reset.requested reset.executed credential.issued credential.delivered credential.changed mfa.enrolled mfa.removed identity.verified identity.verification_failed session.revoked privilege.granted secret.rotated account.created signin.failed"

// A server driven through an administrator's resets, a mailed link and the
// removal of a factor: data/servers/keycloak says how.
func TestKeycloakServerData(t *testing.T) {
	const alice, bob, carol = "4de8c8e9-31e7-432d-a61a-d608e6f6f86f", "e936d57f-07ac-497a-b1fc-b7913ac50e64", "792badc5-46e6-49f4-90b5-0a2deb24856b"
	const desk, root = "817cb5a6-d88c-416c-81e3-471f908a3c1b", "d52c4de5-ebaf-40cf-8855-6124442a858d"
	named := strings.NewReplacer(alice, "ALICE", bob, "BOB", carol, "CAROL", desk, "DESK", root, "ROOT", "role  from 127.0.0.1", "role", " from 127.0.0.1", "").Replace
	for _, c := range []struct{ file, want string }{
		{"events.json", `01:50:02 mfa.enrolled BOBbob by BOBbob role
01:50:02 mfa.enrolled BOBbob by BOBbob role
01:50:01 identity.verification_failed CAROL by CAROL role
01:50:01 credential.changed CAROLcarol by CAROLcarol role
01:50:01 credential.changed CAROLcarol by CAROLcarol role
01:49:59 reset.requested CAROLcarol by CAROLcarol role
01:49:59 credential.delivered CAROLcarol by  role
01:50:01 reset.executed CAROLcarol by CAROLcarol role
01:49:58 credential.changed ALICEalice by ALICEalice role
01:49:58 credential.changed ALICEalice by ALICEalice role
01:49:32 signin.failed  by  role
01:48:32 signin.failed alice by alice role
01:48:31 signin.failed BOBbob by BOBbob role
18 records, 0 unmapped, 0 malformed`},
		{"admin-events.json", `01:50:03 secret.rotated ee9f9ae5-48f6-42c9-940b-6b45558c5428 by ROOT role
01:50:03 account.created ee9f9ae5-48f6-42c9-940b-6b45558c5428svc-batch by ROOT role
01:50:03 mfa.removed BOB by DESK role
01:48:32 privilege.granted BOB by ROOT role realm-admin
01:48:31 credential.issued CAROL by DESK role
01:48:31 credential.delivered CAROL by DESK role
01:48:29 session.revoked BOB by DESK role
01:48:29 reset.executed BOB by DESK role
01:48:28 reset.executed ALICE by DESK role
01:48:28 privilege.granted DESK by ROOT role manage-users
01:48:26 account.created CAROLcarol by ROOT role
01:48:26 account.created DESKhelpdesk1 by ROOT role
01:48:25 account.created BOBbob by ROOT role
01:48:25 account.created ALICEalice by ROOT role
14 records, 0 unmapped, 0 malformed`},
	} {
		file := sharedFiles(t, "servers/keycloak/"+c.file)[0]
		content := sharedFile(t, file)
		set, err := Load()
		if err != nil {
			t.Fatal(err)
		}
		if f, why := set.Sniff(content); f == nil || f.Table().ID != "keycloak" {
			t.Errorf("%s is not recognised: %s", file, why)
		}
		lines, counts := serverActs(t, "keycloak", serverOptions(), keycloakKinds, file)
		for i := range lines {
			lines[i] = strings.TrimSpace(named(lines[i]))
		}
		diff(t, strings.Join(append(lines, counts), "\n"), c.want)
	}
}

// keycloakUser is ann's event, at a second after nine; more is added to it.
func keycloakUser(typ string, at float64, more string) string {
	return fmt.Sprintf(`{"time":%d,"type":%q,"realmId":"acme","clientId":"web","userId":"ann-1","ipAddress":"198.51.100.7"%s}`, 1772442000000+int64(at*1000), typ, more)
}

func keycloakAdmin(operation, resource, path, more string) string {
	return fmt.Sprintf(`{"time":1772442000000,"realmId":"acme","authDetails":{"realmId":"master","clientId":"cli","userId":"root-1","ipAddress":"203.0.113.5"},"operationType":%q,"resourceType":%q,"resourcePath":%q%s}`, operation, resource, path, more)
}

const inFlow = `,"details":{"username":"ann","code_id":"flow","credential_type":"password"}`

// A trap a line: the words on the left must be in what the record gives, those
// after a ! must not.
func TestKeycloakTraps(t *testing.T) {
	f := mustGet(t, "keycloak")
	for _, c := range []struct{ name, record, want string }{
		{"a master realm's administrator acts in this realm", keycloakAdmin("ACTION", "USER", "users/ann-1/reset-password", ""), "reset.executed account=keycloak:ann-1 actor=keycloak:root-1|feed=keycloak/acme"},
		{"an attempt that failed is no reset", keycloakAdmin("ACTION", "USER", "users/ann-1/reset-password", `,"error":"unknown_error"`), "reset.executed FAILED"},
		{"a factor's removal is an ACTION", keycloakAdmin("ACTION", "USER", "users/ann-1/credentials/c-1", ""), "mfa.removed account=keycloak:ann-1|credential-id=c-1"},
		{"or a DELETE", keycloakAdmin("DELETE", "USER", "users/ann-1/credentials/c-1", ""), "mfa.removed account=keycloak:ann-1|credential-id=c-1"},
		{"its new label or place is none", keycloakAdmin("UPDATE", "USER", "users/ann-1/credentials/c-1/userLabel", ""), "other |!mfa."},
		{"its new label or place is none, as an action", keycloakAdmin("ACTION", "USER", "users/ann-1/credentials/c-1/moveToFirst", ""), "unmapped|!mfa."},
		{"a user that is updated with a password is reset", keycloakAdmin("UPDATE", "USER", "users/ann-1", `,"representation":"{\"credentials\":[{\"type\":\"password\",\"value\":\"**********\"}]}"`), "reset.executed account=keycloak:ann-1"},
		{"one updated without is not", keycloakAdmin("UPDATE", "USER", "users/ann-1", `,"representation":"{\"credentials\":[],\"firstName\":\"Ann\"}"`), "other |!reset."},
		{"the mail about an address is no link to a password", keycloakAdmin("ACTION", "USER", "users/ann-1/send-verify-email", ""), "unmapped|!credential."},
		{"a role given to a group is nobody's yet", keycloakAdmin("CREATE", "REALM_ROLE_MAPPING", "groups/g/role-mappings/realm", `,"representation":"[{\"name\":\"admin\"}]"`), "policy.changed |!privilege."},
		{"each role is a grant", keycloakAdmin("CREATE", "REALM_ROLE_MAPPING", "users/ann-1/role-mappings/realm", `,"representation":"[{\"name\":\"admin\"},{\"name\":\"auditor\"}]"`), "role=admin|role=auditor"},
		{"a grant whose roles cannot be read is one", keycloakAdmin("CREATE", "REALM_ROLE_MAPPING", "users/ann-1/role-mappings/realm", `,"representation":"[{"`), "privilege.granted account=keycloak:ann-1|!role="},
		{"a link removed from a user does not remove the user", keycloakAdmin("DELETE", "USER", "users/ann-1/federated-identity/github", ""), "other |!account.deleted"},
		{"a realm whose events are switched off", keycloakAdmin("UPDATE", "REALM", "events/config", `,"representation":"{\"eventsEnabled\":true,\"adminEventsEnabled\":false}"`), "log.stopped"},
		{"a realm whose events stay on", keycloakAdmin("UPDATE", "REALM", "events/config", `,"representation":"{\"eventsEnabled\":true,\"adminEventsEnabled\":true}"`), "policy.changed|!log."},
		{"a name that nobody has may be a password", keycloakUser("LOGIN_ERROR", 0, `,"error":"user_not_found","details":{"username":"Blue-Harbour-4417x!"}`), "signin.failed FAILED|!Blue"},
		{"a wrong password is told with the name", keycloakUser("LOGIN_ERROR", 0, `,"error":"invalid_user_credentials","details":{"username":"ann"}`), "signin.failed FAILED account=keycloak:ann-1(ann)"},
		{"a link that has run out proves nobody", keycloakUser("RESET_PASSWORD_ERROR", 0, `,"error":"expired_code"`), "identity.verification_failed account|!FAILED"},
		{"an id written null is none", keycloakUser("LOGIN_ERROR", 0, `,"userId":"null","error":"cookie_not_found"`), "signin.failed|!account=|!null"},
		{"who impersonates is the actor", keycloakUser("IMPERSONATE", 0, `,"details":{"username":"ann","impersonator":"desk"}`), "privilege.used account=keycloak:ann-1(ann) actor=keycloak:(desk)"},
		{"a change without a mailed link is no reset", keycloakUser("UPDATE_PASSWORD", 60, inFlow), "credential.changed|!reset."},
		{"one with it is", keycloakUser("SEND_RESET_PASSWORD", 0, inFlow) + "\n" + keycloakUser("UPDATE_CREDENTIAL", 60, inFlow), "reset.requested|credential.delivered|credential.changed|2026-03-02T09:01:00Z reset.executed"},
		{"whichever comes first", keycloakUser("UPDATE_CREDENTIAL", 60, inFlow) + "\n" + keycloakUser("SEND_RESET_PASSWORD", 0, inFlow), "credential.changed|reset.requested|2026-03-02T09:01:00Z reset.executed"},
		{"a change before the link was asked for is not the link's", keycloakUser("UPDATE_CREDENTIAL", 0, inFlow) + "\n" + keycloakUser("SEND_RESET_PASSWORD", 60, inFlow), "credential.changed|!reset.executed"},
		{"nor is one in the session that came of it", keycloakUser("SEND_RESET_PASSWORD", 0, inFlow) + "\n" + keycloakUser("UPDATE_CREDENTIAL", 7200, inFlow), "credential.changed|!reset.executed"},
		{"nor one in another sign-in", keycloakUser("SEND_RESET_PASSWORD", 0, strings.Replace(inFlow, `"flow"`, `"another"`, 1)) + "\n" + keycloakUser("UPDATE_CREDENTIAL", 60, inFlow), "credential.changed|!reset.executed"},
		{"nor one that failed", keycloakUser("SEND_RESET_PASSWORD", 0, inFlow) + "\n" + keycloakUser("UPDATE_CREDENTIAL_ERROR", 60, inFlow), "credential.changed FAILED|!reset.executed"},
		{"nor does a second factor set up there reset a password", keycloakUser("SEND_RESET_PASSWORD", 0, inFlow) + "\n" + keycloakUser("UPDATE_CREDENTIAL", 60, strings.Replace(inFlow, `:"password"`, `:"webauthn"`, 1)), "mfa.enrolled|method=webauthn|!reset.executed"},
	} {
		got := callGives(t, f, c.record)
		for want := range strings.SplitSeq(c.want, "|") {
			if not, ok := strings.CutPrefix(want, "!"); ok == strings.Contains(got, not) {
				t.Errorf("%s: want %q in\n%s", c.name, want, got)
			}
		}
	}
}

// One change leaves two events, and a store is read in either order: the ids
// are those of one change and of one reset. Another change is another.
func TestKeycloakTwins(t *testing.T) {
	f := mustGet(t, "keycloak")
	ids := func(lines ...string) map[event.Kind][]event.ID {
		found := map[event.Kind][]event.ID{}
		for _, rec := range records(t, f, strings.Join(lines, "\n")+"\n", exampleOptions()) {
			for _, e := range rec.Events {
				if !slices.Contains(found[e.Kind], e.ID) {
					found[e.Kind] = append(found[e.Kind], e.ID)
				}
			}
		}
		return found
	}
	send, old, now := keycloakUser("SEND_RESET_PASSWORD", 0, inFlow), keycloakUser("UPDATE_PASSWORD", 60, inFlow), keycloakUser("UPDATE_CREDENTIAL", 60.004, inFlow)
	later := keycloakUser("UPDATE_CREDENTIAL", 900, inFlow)
	forward, back := ids(send, old, now), ids(now, old, send)
	for _, kind := range []event.Kind{event.CredentialChanged, event.ResetExecuted} {
		if len(forward[kind]) != 1 || !slices.Equal(forward[kind], back[kind]) {
			t.Errorf("%s: ids %v, and read backwards %v, want one and the same", kind, forward[kind], back[kind])
		}
	}
	if got := ids(old, now, later)[event.CredentialChanged]; len(got) != 2 {
		t.Errorf("two changes in one session have %d ids", len(got))
	}
}

// What is remembered of a stream is bounded, and the latest of it is there.
func TestKeycloakMemory(t *testing.T) {
	flows := &keycloakFlows{}
	for i := range 3 * maxFlows {
		flows.of(fmt.Sprint(i)).asked = []int64{1}
	}
	if n := len(flows.now) + len(flows.before); n > maxFlows {
		t.Errorf("%d sign-ins are remembered, more than %d", n, maxFlows)
	}
	if len(flows.of(fmt.Sprint(3*maxFlows-100)).asked) != 1 {
		t.Error("a late sign-in is forgotten")
	}
}

// Each row of the catalogue of events gives one of the kinds it names.
func TestKeycloakEventMap(t *testing.T) {
	rows := 0
	for line := range strings.Lines(string(sharedFile(t, sharedFiles(t, "../catalogue/event_map.tsv")[0]))) {
		cells := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if cells[0] != "keycloak" {
			continue
		}
		rows++
		for _, credential := range []string{"password", "otp"} {
			record := keycloakUser(cells[2], 0, strings.Replace(inFlow, `:"password"`, fmt.Sprintf(`:%q`, credential), 1))
			got := records(t, mustGet(t, "keycloak"), record+"\n", exampleOptions())[0]
			var kinds []string
			for _, e := range got.Events {
				kinds = append(kinds, e.Kind.String())
			}
			if cells[2] == "REMOVE_CREDENTIAL" && credential == "password" {
				continue // a password that is taken away is no factor: credential.revoked
			}
			for _, kind := range kinds {
				if !slices.Contains(strings.Split(cells[4], " / "), kind) {
					t.Errorf("%s of %s gives %v, the catalogue says %s", cells[2], credential, kinds, cells[4])
				}
			}
			if len(kinds) == 0 {
				t.Errorf("%s gives nothing", cells[2])
			}
		}
	}
	if rows != 12 {
		t.Errorf("%d rows, want 12", rows)
	}
}
