package identity

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"resetproof/ingest/event"
	"resetproof/rules"
)

const rosters = "testdata/rosters/"

// described writes a roster down, one fact a line.
func described(r *Roster) string {
	var b strings.Builder
	for _, i := range r.Rows() {
		fmt.Fprintf(&b, "%s %s %q line %d\n", i.ID, i.Kind, i.Name, i.Line)
		fact := func(name string, values ...string) {
			if text := strings.Join(values, " | "); text != "" {
				fmt.Fprintf(&b, "  %s: %s\n", name, text)
			}
		}
		fact("accounts", i.Accounts...)
		fact("groups", i.Groups...)
		fact("roles", i.Roles...)
		fact("manager", i.Manager)
		fact("unit", i.Unit)
		fact("employer", i.Employer)
		fact("employment", i.Employment)
		if i.ValidUntil != 0 {
			fact("until", event.When(i.ValidUntil).Format("2006-01-02T15:04:05Z"))
		}
		var tags []string
		for name, value := range i.Tags {
			tags = append(tags, name+"="+value)
		}
		slices.Sort(tags)
		fact("tags", tags...)
		fact("tier", i.Tier)
	}
	return b.String()
}

// Each example beside its reading: testdata/rosters/NAME and NAME.txt.
func TestForeignRosters(t *testing.T) {
	readings, err := filepath.Glob(rosters + "*.txt")
	if err != nil || len(readings) < 6 {
		t.Fatalf("%d examples: %v", len(readings), err)
	}
	for _, reading := range readings {
		example := strings.TrimSuffix(reading, ".txt")
		c, err := Load(Paths{Identities: example})
		if err != nil {
			t.Error(err)
			continue
		}
		want, err := os.ReadFile(reading)
		if err != nil {
			t.Error(err)
		}
		if got := described(c.Roster); got != string(want) {
			t.Errorf("%s is read as\n%s\nwant\n%s", example, got, want)
		}
	}
}

const (
	graphAnn = `{"id":"6f1c1d6e-0f8e-4b52-9d2a-000000000001","userPrincipalName":"ann@acme.example"}`
	graphBob = `{"id":"6f1c1d6e-0f8e-4b52-9d2a-000000000002","userPrincipalName":"bob@acme.example"}`
	oktaAnn  = `{"id":"00uAnnAnnAnnAnnAnn01","profile":{"login":"ann@acme.example"}}`
	scimAnn  = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"1","userName":"ann"}`
	ldifAnn  = "dn: CN=Ann,DC=acme,DC=example\nobjectClass: user\nobjectSid: S-1-5-21-1-2-3-1101\nsAMAccountName: ann\n"
	adHeader = "SID,SamAccountName,memberOf,accountExpires,ServicePrincipalNames\n"
	adAnn    = "S-1-5-21-1-2-3-1101,ann,,0,\n"
)

// What cannot be a whole, true roster is refused with one clear line; the
// innocent twin beside it is read.
func TestFaultsOfForeignRosters(t *testing.T) {
	for _, c := range []struct{ file, guilty, innocent, want string }{
		{
			"u.json", `{"value":[` + graphAnn + `],"@odata.nextLink":"x"}`, `{"value":[` + graphAnn + `],"@odata.nextLink":"x"}{"value":[` + graphBob + `]}`,
			"u.json:1:1: every page names a further one (append the pages that follow)",
		},
		{"u.json", `{"Resources":[` + scimAnn + `],"totalResults":2}`, `{"Resources":[` + scimAnn + `],"totalResults":1}`, "u.json:1:1: 1 of 2 users (append the pages that follow)"},
		{"u.json", `{"value":[]}`, `{"value":[` + graphAnn + `]}`, "u.json: no users in it"},
		{"u.json", "[" + graphAnn + ",\n" + oktaAnn + "]", "[" + graphAnn + ",\n" + graphBob + "]", "u.json:2:1: not a user of Microsoft Graph, as the first one is (one file holds the users of one directory)"},
		{"u.json", graphAnn + "\n17", graphAnn + "\n" + graphBob, "u.json:2:1: not an object (a roster is a list of users)"},
		{"u.json", "[" + graphAnn, "[" + graphAnn + "]", "u.json:1:1: the text ends inside a value (is the file complete?)"},
		{"u.json", "[" + graphAnn + ",\n{\"id\":secret}]", "[" + graphAnn + ",\n" + graphBob + "]", "u.json:2:1: not JSON"},
		{"u.jsonl", `{"id":"x","colour":"red"}`, oktaAnn, "u.jsonl:1:1: no roster that is known (JSON holds users of Microsoft Graph, Okta or SCIM)"},
		{"u.json", graphAnn + strings.Repeat("[", 1<<20), "[[" + graphAnn + "]]", "u.json:1:1: lists nested too deeply (a roster is a list of users or of pages of them)"},
		{"u.json", `{"id":"","userPrincipalName":"ann@acme.example"}`, graphAnn, "u.json:1:1: a user of Microsoft Graph without an id (export id)"},
		{
			"u.json", "[" + graphAnn + ",\n" + strings.Replace(graphBob, "0002", "0003", 1) + ",\n" + graphBob + "]", "[" + graphAnn + ",\n" + graphBob + ",\n" + graphBob + "]",
			"u.json:2:1: account bob@acme.example is claimed by 6f1c1d6e-0f8e-4b52-9d2a-000000000002 and 6f1c1d6e-0f8e-4b52-9d2a-000000000003 at all times",
		},
		{
			"u.json", "[" + graphAnn + ",\n" + strings.Replace(graphAnn, "ann@", "ann.lee@", 1) + "]", "[" + graphAnn + ",\n" + graphAnn + "]",
			"u.json:2:1: 6f1c1d6e-0f8e-4b52-9d2a-000000000001 has two rows that begin at one time (a history needs a different valid_from in each row)",
		},
		{
			"u.json", `{"id":"6f1c1d6e-0f8e-4b52-9d2a-000000000001","userPrincipalName":"ann@acme.example","employeeLeaveDateTime":"30/4/2026"}`,
			`{"id":"6f1c1d6e-0f8e-4b52-9d2a-000000000001","userPrincipalName":"ann@acme.example","employeeLeaveDateTime":"2026-04-30T00:00:00Z"}`,
			"u.json:1:1: employeeleavedatetime is not a date that can be told (export accountExpires as a number, other dates as 2026-03-01T09:00:00Z)",
		},
		{
			"u.csv", adHeader + "S-1-5-21-1-2-3-1101,ann,Microsoft.ActiveDirectory.Management.ADPropertyValueCollection,0,\n",
			adHeader + "S-1-5-21-1-2-3-1101,ann,\"CN=Helpdesk,DC=acme,DC=example\",0,\n",
			"u.csv:2:1: memberof holds the name of a type, not its values (select @{n='memberof';e={$_.memberof -join ';'}} before Export-Csv)",
		},
		{"u.csv", adHeader + "S-1-5-21-1-2-3-1101,ann,,5,\n", adHeader + adAnn, "u.csv:2:1: accountexpires lies before 1970"},
		{"u.csv", adHeader + ",ann,,0,\n", adHeader + adAnn, "u.csv:2:1: a user of Active Directory without an id (export objectSid (SID))"},
		{"u.csv", adHeader + "S-1-5-21-1-2-3-1101,ann\n", adHeader + adAnn, "u.csv:2:1: 2 fields where the header has 5 (put fields that contain a comma in double quotes)"},
		{"u.csv", adHeader, adHeader + adAnn, "u.csv:1:1: no user of Active Directory in it"},
		{"u.ldif", ldifAnn + "password hunter2\n", ldifAnn + "description: hunter2\n", "u.ldif:5:1: not LDIF (a line is \"attribute: value\", a longer one goes on after a space)"},
		{"u.ldif", ldifAnn + "displayName:: hunter2!\n", ldifAnn + "displayName:: QW5u\n", "u.ldif:5:1: a value after \"::\" that is not base64"},
		{"u.ldif", ldifAnn + "displayName:< file:///etc/passwd\n", ldifAnn + "displayName: <Ann>\n", "u.ldif:5:1: a value that stands in another file (export values in place)"},
		{"u.ldif", ldifAnn + "\nsAMAccountName: bob\n", ldifAnn + "\n# the end\n", "u.ldif:6:1: an entry that does not begin with its dn"},
		{"u.ldif", "dn: CN=Ann\nchangetype: modify\n", ldifAnn, "u.ldif:2:1: a change, not an entry (export entries, as ldifde -f and ldapsearch -LLL do)"},
	} {
		if _, err := Load(Paths{Identities: write(t, c.file, c.guilty)}); err == nil || err.Error() != c.want {
			t.Errorf("%s %.200q\n got %v\nwant %s", c.file, c.guilty, err, c.want)
		}
		if _, err := Load(Paths{Identities: write(t, c.file, c.innocent)}); err != nil {
			t.Errorf("%s %.200q is refused: %v", c.file, c.innocent, err)
		}
	}
}

// The form is told by content: whatever the file is called, and our own columns
// stay our own whatever stands beside them.
func TestFormsAreToldByContent(t *testing.T) {
	for _, c := range []struct{ file, text, want string }{
		{"a.json", graphAnn, "6f1c1d6e-0f8e-4b52-9d2a-000000000001"},
		{"a.csv", graphAnn, "6f1c1d6e-0f8e-4b52-9d2a-000000000001"},
		{"a", "[" + oktaAnn + "]", "00uAnnAnnAnnAnnAnn01"},
		{"a.txt", scimAnn, "1"},
		{"a.csv", ldifAnn, "S-1-5-21-1-2-3-1101"},
		{"a.csv", adHeader + adAnn, "S-1-5-21-1-2-3-1101"},
		{"a.csv", strings.ReplaceAll(adHeader+adAnn, ",", ";"), "S-1-5-21-1-2-3-1101"},
		{"a.csv", utf16Text(adHeader + adAnn), "S-1-5-21-1-2-3-1101"},
		{"a.ldif", utf16Text(ldifAnn), "S-1-5-21-1-2-3-1101"},
		{"a.json", "\ufeff" + graphAnn, "6f1c1d6e-0f8e-4b52-9d2a-000000000001"},
		{"a.csv", "userPrincipalName,displayName,id,accountEnabled\nann@acme.example,Ann,6f1c1d6e-0f8e-4b52-9d2a-000000000001,True\n", "6f1c1d6e-0f8e-4b52-9d2a-000000000001"},
		{"a.csv", "id,accounts,userPrincipalName,objectSid\np1,ann,x@acme.example,S-1-5-21-1-2-3-4\n", "p1"},
		{"a.json", `[{"id":"p1","accounts":["ann"],"userPrincipalName":"x@acme.example"}]`, "p1"},
		{"a.json", `[{"id":"p1","kind":"service"}]`, "p1"},
		{"a.yaml", "- {id: p1, accounts: [ann]}\n", "p1"},
		{"a.yaml", "[{id: p1, accounts: [ann]}]\n", "p1"},
	} {
		rosterOf, err := Load(Paths{Identities: write(t, c.file, c.text)})
		if err != nil {
			t.Errorf("%.80q: %v", c.text, err)
			continue
		}
		if got := strings.Join(rosterOf.Roster.IDs(), " "); got != c.want {
			t.Errorf("%.80q: %s, want %s", c.text, got, c.want)
		}
	}
}

func utf16Text(text string) string {
	b := []byte("\xff\xfe")
	for _, unit := range utf16.Encode([]rune(text)) {
		b = append(b, byte(unit), byte(unit>>8))
	}
	return string(b)
}

// A foreign roster serves as well as our own: an id in a log finds its person,
// groups reached through groups make a tier, and a manager is one.
func TestForeignRostersAreUsed(t *testing.T) {
	load := func(name string) *Context {
		c, err := Load(Paths{Identities: rosters + name})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	const domain = "S-1-5-21-1004336348-1177238915-682003330-"
	pol := &rules.Policy{PrivilegedRoles: []string{"Domain Admins", "Global Administrator"}}
	when := at(t, "2026-03-01")
	for _, c := range []struct {
		file, system, value, is string
		tier                    rules.Tier
		manager                 string
	}{
		{"ad-ldapsearch.ldif", "ad", domain + "1101", domain + "1101", rules.Privileged, domain + "1102"},
		{"ad-ldapsearch.ldif", "ad", `ACME\zlind`, domain + "1101", rules.Privileged, domain + "1102"},
		{"ad-ldapsearch.ldif", "ad", domain + "1102", domain + "1102", rules.Ordinary, ""}, // a newsletter gives no rights
		{"ad-ldapsearch.ldif", "ad", domain + "1103", domain + "1103", rules.Machine, ""},
		{"ad-powershell.csv", "entra", "ANN.LEE@acme.example", domain + "1101", rules.Ordinary, domain + "1102"},
		{"ad-powershell.csv", "ad", domain + "1103", domain + "1103", rules.Machine, ""},
		{"ad-powershell.csv", "ad", domain + "1104", domain + "1104", rules.Ordinary, ""}, // only its name says service
		{"ad-csvde.csv", "ad", domain + "1101", domain + "1101", rules.Privileged, ""},
		{"ad-csvde.csv", "ad", domain + "1102", domain + "1102", rules.Machine, ""},
		{"graph-pages.json", "ad", domain + "1101", "6f1c1d6e-0f8e-4b52-9d2a-000000000001", rules.Privileged, "6f1c1d6e-0f8e-4b52-9d2a-000000000002"},
		{"graph-pages.json", "entra", "6f1c1d6e-0f8e-4b52-9d2a-0000000000f4", "6f1c1d6e-0f8e-4b52-9d2a-000000000004", rules.Machine, ""},
		{"okta-users.jsonl", "okta", "ann.lee@acme.example", "00uAnnAnnAnnAnnAnn01", rules.Ordinary, "00uBobBobBobBobBob02"},
		{"okta-users.jsonl", "okta", "bob", "00uBobBobBobBobBob02", rules.Ordinary, ""},
		{"scim-list.json", "entra", "6f1c1d6e-0f8e-4b52-9d2a-000000000001", "2819c223-7f76-453a-919d-000000000001", rules.Ordinary, "17"},
	} {
		r := NewBuilder(load(c.file).Roster, nil).Build()
		if got := r.Resolve(event.Party{System: c.system, ID: c.value}, when); got != (Ref{c.is, true}) {
			t.Errorf("%s: %s is %+v, want %s", c.file, c.value, got, c.is)
			continue
		}
		row := r.At(c.is, when)
		if tier, _ := TierAt(pol, row, Observed{}); tier != c.tier {
			t.Errorf("%s: %s is %s, want %s", c.file, c.is, tier, c.tier)
		}
		if c.manager != "" && !r.Related(c.manager, Manager, c.is, when) {
			t.Errorf("%s: %s is not the manager of %s but %q", c.file, c.manager, c.is, row.Manager)
		}
	}
	// A bare Okta login is nobody elsewhere.
	r := NewBuilder(load("okta-users.jsonl").Roster, nil).Build()
	if got := r.Resolve(event.Party{System: "github", Name: "bob"}, when); got.Known {
		t.Errorf("bob of GitHub is taken for %s", got.ID)
	}
}

// A mail address that two people share makes neither of them a manager.
func TestManagersAreNamedByOneRowOnly(t *testing.T) {
	line := `{"id":"00uAnnAnnAnnAnnAnn0%d","profile":{"login":"%s@acme.example","email":"%s@acme.example","managerId":"%s"}}` + "\n"
	for mail, want := range map[string]string{"boss": "boss@acme.example", "carol": "00uAnnAnnAnnAnnAnn02"} {
		text := fmt.Sprintf(line, 1, "ann", "ann", "boss@acme.example") + fmt.Sprintf(line, 2, "bob", "boss", "") + fmt.Sprintf(line, 3, "carol", mail, "")
		c, err := Load(Paths{Identities: write(t, "u.jsonl", text)})
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Roster.Rows()[0].Manager; got != want {
			t.Errorf("with %s's mail: manager %s, want %s", mail, got, want)
		}
	}
}

// Secrets that people keep in a directory never come along.
func TestForeignRostersKeepNoSecrets(t *testing.T) {
	for file, text := range map[string]string{
		"u.ldif":  ldifAnn + "description: hunter2\nunicodePwd:: aHVudGVyMg==\ninfo: hunter2\n",
		"u.csv":   "SID,SamAccountName,description,ms-Mcs-AdmPwd\nS-1-5-21-1-2-3-1101,ann,hunter2,hunter2\n",
		"u.jsonl": `{"id":"00uAnnAnnAnnAnnAnn01","profile":{"login":"ann@acme.example","pin":"hunter2"},"credentials":{"recovery_question":{"question":"hunter2"}}}`,
	} {
		c, err := Load(Paths{Identities: write(t, file, text)})
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if got := fmt.Sprintf("%+v", c.Roster.Rows()); strings.Contains(got, "hunter2") {
			t.Errorf("%s: %s", file, got)
		}
	}
}

// A display name is its owner's to write: control characters in it neither stop
// the run nor reach a report.
func TestControlCharactersAreTakenOut(t *testing.T) {
	c, err := Load(Paths{Identities: write(t, "u.json", `{"id":"6f1c1d6e-0f8e-4b52-9d2a-000000000001","userPrincipalName":"ann@acme.example","displayName":"A\u001b[31mnn\u0000\ud800"}`)})
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Roster.Rows()[0].Name; got != "A [31mnn \uFFFD" {
		t.Errorf("name %q", got)
	}
}

// A chain of groups longer than a token can hold is cut, a circle ends.
func TestReachedGroupsAreBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString(ldifAnn + "memberOf: CN=G0\n")
	for i := range 3 * maxGroupsHeld {
		fmt.Fprintf(&b, "\ndn: CN=G%d\nobjectClass: group\ngroupType: -2147483646\nmemberOf: CN=G%d\nmemberOf: CN=G0\n", i, i+1)
	}
	c, err := Load(Paths{Identities: write(t, "u.ldif", b.String())})
	if err != nil {
		t.Fatal(err)
	}
	if got := len(c.Roster.Rows()[0].Groups); got != maxGroupsHeld {
		t.Errorf("%d groups, want %d", got, maxGroupsHeld)
	}
}

func FuzzForeignRosters(f *testing.F) {
	examples, err := filepath.Glob(rosters + "*")
	if err != nil {
		f.Fatal(err)
	}
	for _, example := range examples {
		if src, err := os.ReadFile(example); err == nil && !strings.HasSuffix(example, ".txt") {
			f.Add(string(src))
		}
	}
	f.Add(utf16Text(ldifAnn))
	f.Fuzz(func(t *testing.T, text string) {
		src, err := plainText("roster", []byte(text))
		if err != nil {
			return
		}
		rows, err := rosterRows("roster", src, "id")
		if err != nil {
			return
		}
		faults := &faults{name: "roster"}
		newRoster(each(rows, faults, identityFrom), faults)
		again, err := rosterRows("roster", src, "id")
		if err != nil || fmt.Sprint(again) != fmt.Sprint(rows) {
			t.Fatalf("read twice, %v and %v: %v", rows, again, err)
		}
	})
}
