// What a Vault audit log says otherwise than it seems to, by example, and what
// a real server's gives.
package formats

import (
	"fmt"
	"strings"
	"testing"

	"resetproof/ingest/event"
)

// vaultCall is bob's call, by a userpass token; what more gives takes the place
// of a member of the same name.
func vaultCall(op, mount, path, more string) string {
	return fmt.Sprintf(`{"time":"2026-03-02T09:00:00.123456789Z","type":"response","auth":{"accessor":"hmac-sha256:b0b","display_name":"userpass-bob","entity_id":"11111111-0000-4000-8000-000000000001","metadata":{"username":"bob"}},
"request":{"id":"q-1","operation":%q,"mount_type":%q,"path":%q,"namespace":{"id":"root"},"remote_address":"198.51.100.7"},"response":{"mount_type":%[2]q}%[4]s}`, op, mount, path, more)
}

func TestVaultTraps(t *testing.T) {
	f := mustGet(t, "vault-audit")
	password := func(more string) string {
		return vaultCall("update", "userpass", "auth/userpass/users/ann/password", more)
	}
	nobody := `,"auth":{"token_type":"default"},"error":"permission denied"`
	for _, c := range []struct{ name, record, want string }{
		{"the answer is the act", password(""), "reset.executed account=vault:(userpass-ann) actor=vault:11111111-0000-4000-8000-000000000001(userpass-bob)"},
		{"the question is not", password(`,"type":"request"`), "unmapped: request update userpass"},
		{"an answer with an error is a failure", password(`,"error":"1 error occurred"`), "reset.executed FAILED"},
		{"so is one whose data has it", vaultCall("update", "kv", "kv/data/x", `,"response":{"data":{"error":"hmac-sha256:e"}}`), "secret.rotated FAILED"},
		{"the owner's own is a change", vaultCall("update", "userpass", "auth/userpass/users/bob/password", ""), "credential.changed account=vault:11111111-0000-4000-8000-000000000001(userpass-bob)"},
		{"a user of the same name in another mount is another", vaultCall("update", "userpass", "auth/partners/users/bob/password", ""), "reset.executed account=vault:(partners-bob)"},
		{"policies given with the user are privilege", vaultCall("update", "userpass", "auth/userpass/users/ann", `,"request":{"id":"q","operation":"update","mount_type":"userpass","path":"auth/userpass/users/ann","data":{"token_policies":"hmac-sha256:x"}}`), "privilege.granted account=vault:(userpass-ann)"},
		{"one name for all approles is nobody's", vaultCall("read", "kv", "kv/data/x", `,"auth":{"display_name":"approle","accessor":"hmac-sha256:a","metadata":{"role_name":"batch"}}`), "actor=vault:(approle-batch)"},
		{"a nameless token is its accessor", vaultCall("read", "kv", "kv/data/x", `,"auth":{"display_name":"token","accessor":"hmac-sha256:a"}`), "actor=vault:hmac-sha256:a "},
		{"a failed log-in names its user in the path only", vaultCall("update", "userpass", "auth/userpass/login/ann", nobody), "signin.failed account=vault:(userpass-ann)|!FAILED"},
		{"or nobody", vaultCall("update", "kubernetes", "auth/kubernetes/login", nobody), "signin.failed |!account="},
		{"metadata is no secret", vaultCall("read", "kv", "kv/metadata/x", ""), "unmapped: response read kv"},
		{"a namespace is part of a secret's name", vaultCall("read", "kv", "kv/data/x", `,"request":{"id":"q","operation":"read","mount_type":"kv","path":"kv/data/x","namespace":{"id":"n","path":"team/"}}`), "credential-id=team/kv/data/x "},
		{"destroyed versions are those of the secret", vaultCall("update", "kv", "kv/destroy/x", ""), "secret.revoked|credential-id=kv/data/x "},
		{"kmip records have no auth", `{"time":"2026-03-02T09:00:00Z","type":"kmip-response","request":{"id":"k","remote_address":"198.51.100.7:4000"}}`, "unmapped: kmip-response"},
		{"a port is cut off", vaultCall("read", "kv", "kv/data/x", `,"request":{"id":"q","operation":"read","mount_type":"kv","path":"kv/data/x","remote_address":"198.51.100.7:4000"}`), "ip=198.51.100.7 "},
		{"nine decimals", password(""), "2026-03-02T09:00:00.123456789Z"},
		{"second 65 is no time", password(`,"time":"2026-03-02T09:00:65Z"`), "malformed: " + whyTimeForm},
		{"wrong types say nothing", password(`,"request":["a"]`), "unmapped: response"},
		{"the log switched off", vaultCall("delete", "system", "sys/audit/file", ""), "log.stopped|product=sys/audit/file"},
		{"ordinary tokens are sessions", vaultCall("update", "token", "auth/token/create", `,"response":{"auth":{"accessor":"hmac-sha256:n","display_name":"token-ci","token_policies":["app"]}}`), "unmapped: response update token"},
		{"a root token is a credential", vaultCall("update", "token", "auth/token/create", `,"response":{"auth":{"accessor":"hmac-sha256:n","display_name":"token-break-glass","token_policies":["root"],"metadata":{"ticket":"CHG-1"}}}`),
			"credential.issued account=vault:(token-break-glass)|ticket=CHG-1|role=root|credential-id=hmac-sha256:n "},
		{"a token revoked by its accessor is the session that had it", vaultCall("update", "token", "auth/token/revoke-accessor", `,"request":{"id":"q","operation":"update","mount_type":"token","path":"auth/token/revoke-accessor","data":{"accessor":"hmac-sha256:a"}}`),
			"token.revoked actor=|session=hmac-sha256:a |!account="},
	} {
		got := callGives(t, f, c.record) + " "
		for _, want := range strings.Split(c.want, "|") {
			word, absent := strings.CutPrefix(want, "!")
			if strings.Contains(got, word) == absent {
				t.Errorf("%s: %q is wrong in\n%s", c.name, want, got)
			}
		}
	}
}

// Two audit devices of one Vault write each answer twice, microseconds apart.
func TestVaultCopiesShareAnID(t *testing.T) {
	f := mustGet(t, "vault-audit")
	line := strings.ReplaceAll(vaultCall("update", "userpass", "auth/userpass/users/ann/password", ""), "\n", "")
	got := records(t, f, line+"\n"+strings.Replace(line, "123456789Z", "123999999Z", 1)+"\n"+strings.Replace(line, "q-1", "q-2", 1), exampleOptions())
	if want := event.Hash("vault-audit", "example", "response/q-1"); got[0].Events[0].ID != want || got[1].Events[0].ID != want || got[2].Events[0].ID == want {
		t.Errorf("ids %s, %s and %s; want the first two to be %s", got[0].Events[0].ID, got[1].Events[0].ID, got[2].Events[0].ID, want)
	}
}

// The log of a server that was driven for the purpose: a help desk resets a
// password and ends the owner's session, a secret is made, changed and read, a
// root token is issued for a ticket and given back.
func TestVaultServer(t *testing.T) {
	want := []string{
		"reset.executed account=vault:(userpass-alice) actor=vault:*(userpass-helpdesk1)*credential=password",
		"token.revoked actor=vault:*(userpass-helpdesk1)",
		"signin.failed account=vault:(userpass-alice)",
		"signin.succeeded account=vault:*(userpass-alice)*method=password",
		"secret.created actor=vault:*(userpass-alice)*credential-id=secret/data/app/db",
		"secret.rotated actor=vault:*(userpass-alice)*credential-id=secret/data/app/db",
		"secret.accessed account=vault:*(userpass-alice)*credential-id=secret/data/app/db",
		"reset.executed FAILED account=vault:(userpass-helpdesk1) actor=vault:*(userpass-alice)",
		"secret.rotated account=vault:(approle-svc-batch)app actor=vault:(root)",
		"signin.succeeded account=vault:*(approle-svc-batch)",
		"secret.revoked account=vault:(approle-svc-batch)app",
		"credential.issued account=vault:(token-break-glass) actor=vault:(root) ticket=CHG-1*credential=token*role=root",
		"token.revoked account=vault:(token-break-glass)*method=logout",
		"privilege.granted account=vault:(userpass-alice) actor=vault:(root)",
	}
	for _, file := range sharedFiles(t, "servers/vault/audit.log") {
		for line := range strings.Lines(decode(t, mustGet(t, "vault-audit"), sharedFile(t, file), Options{Now: awsNow, Source: "x"})) {
			if len(want) > 0 && inOrder(line, strings.Split(want[0], "*")) {
				want = want[1:]
			}
		}
	}
	if len(want) > 0 {
		t.Errorf("nothing, or nothing in this order, is %q", want[0])
	}
}
