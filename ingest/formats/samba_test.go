package formats

import (
	"fmt"
	"strings"
	"testing"
)

// sambaTraps are records and what they must give.
var sambaTraps = []struct{ name, typ, body, want string }{
	{"a reset names the actor by SID and the target by DN", "passwordChange",
		`"eventId":4724,"status":"Success","userSid":"S-1-5-21-1-2-3-1104","dn":"CN=ann,DC=acme","action":"Reset","transactionId":"t","sessionId":"s","remoteAddress":"ipv4:198.51.100.7:47110"`,
		"reset.executed account=ad:(CN=ann,DC=acme) actor=ad:S-1-5-21-1-2-3-1104 correlation=t session=s credential=password ip=198.51.100.7"},
	{"a change is none", "passwordChange",
		`"eventId":4723,"status":"Success","userSid":"S-1-5-21-1-2-3-1104","dn":"CN=ann,DC=acme","action":"Change"`,
		"credential.changed account=ad:(CN=ann,DC=acme) actor=ad:S-1-5-21-1-2-3-1104 credential=password"},
	{"nor is a reset that was refused", "passwordChange",
		`"eventId":4724,"status":"insufficient access rights","userSid":"S-1-5-21-1-2-3-1104","dn":"CN=ann,DC=acme","action":"Reset"`,
		"reset.executed FAILED account=ad:(CN=ann,DC=acme) actor=ad:S-1-5-21-1-2-3-1104 credential=password"},
	{"a computer's own password", "passwordChange",
		`"status":"Success","userSid":"S-1-5-18","dn":"CN=WS7,CN=Computers,DC=acme","action":"Reset","remoteAddress":null`,
		`reset.executed account=ad:(CN=WS7,CN=Computers,DC=acme)machine actor=ad:S-1-5-18(NT AUTHORITY\SYSTEM)system credential=password`},
	{"but not one that a person sets for it", "passwordChange",
		`"status":"Success","userSid":"S-1-5-21-1-2-3-1104","dn":"CN=WS7,CN=Computers,DC=acme","action":"Reset"`,
		`reset.executed account=ad:(CN=WS7,CN=Computers,DC=acme) actor=ad:S-1-5-21-1-2-3-1104 credential=password`},
	{"a new user's own entry is no group", "groupChange",
		`"eventId":4728,"status":"Success","action":"Added","user":"CN=ann,DC=acme","group":"CN=ann,DC=acme"`,
		"other account=ad:(CN=ann,DC=acme)"},
	{"everybody's primary group is no grant, and has no event id", "groupChange",
		`"status":"Success","action":"PrimaryGroup","user":"CN=ann,DC=acme","group":"CN=Domain Users,CN=Users,DC=acme"`,
		"other account=ad:(CN=ann,DC=acme)"},
	{"another primary group is", "groupChange",
		`"status":"Success","action":"PrimaryGroup","user":"CN=ann,DC=acme","group":"CN=Domain Admins,CN=Users,DC=acme"`,
		"privilege.granted account=ad:(CN=ann,DC=acme) role=Domain Admins"},
	{"a member added ties SID and DN", "dsdbChange",
		`"operation":"Modify","status":"Success","dn":"CN=Domain Admins,CN=Users,DC=acme","attributes":{"member":{"actions":[{"action":"add","values":[{"value":"<GUID=x>;<SID=S-1-5-21-1-2-3-1103>;CN=ann,DC=acme"}]}]}}`,
		"privilege.granted account=ad:S-1-5-21-1-2-3-1103(CN=ann,DC=acme) role=Domain Admins"},
	{"an address of version 6 has no brackets", "Authorization",
		`"sid":"S-1-5-21-1-2-3-1103","domain":"ACME","account":"ann","sessionId":"s","remoteAddress":"ipv6:2001:db8::9:47090"`,
		`signin.succeeded account=ad:S-1-5-21-1-2-3-1103(ACME\ann) actor=ad:S-1-5-21-1-2-3-1103(ACME\ann) session=s ip=2001:db8::9`},
	{"a local socket has none", "Authorization",
		`"sid":"S-1-5-21-1-2-3-1103","domain":"ACME","account":"ann","remoteAddress":"unix:/run/samba/x"`,
		`signin.succeeded account=ad:S-1-5-21-1-2-3-1103(ACME\ann) actor=ad:S-1-5-21-1-2-3-1103(ACME\ann)`},
	{"a system that ends a lock unlocks nobody", "dsdbChange",
		`"operation":"Modify","status":"Success","userSid":"S-1-5-18","dn":"CN=ann,DC=acme","attributes":{"lockoutTime":{"actions":[{"action":"replace","values":[{"value":"0"}]}]}}`,
		`other actor=ad:S-1-5-18(NT AUTHORITY\SYSTEM)system`},
}

func TestSambaTraps(t *testing.T) {
	f := mustGet(t, "samba-ad")
	for _, c := range sambaTraps {
		for _, zone := range []string{"+0000", "+00:00"} {
			line := fmt.Sprintf(`  {"timestamp":"2026-03-02T09:00:00.000000%s","type":%q,%q:{"version":{"major":1,"minor":1},%s}}`+"\n", zone, c.typ, c.typ, c.body)
			_, got, _ := strings.Cut(decode(t, f, []byte(line), exampleOptions()), " 2026-03-02T09:00:00Z ")
			got, _, _ = strings.Cut(got, " system=ad")
			if got != c.want {
				t.Errorf("%s\n got %s\nwant %s", c.name, got, c.want)
			}
		}
	}
}
