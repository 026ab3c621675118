package identity

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func roster(t *testing.T, text string) *Roster {
	t.Helper()
	c, err := Load(Paths{Identities: write(t, "identities.csv", text)})
	if err != nil {
		t.Fatal(err)
	}
	return c.Roster
}

// at gives nanoseconds of a date or an RFC 3339 time.
func at(t testing.TB, text string) int64 {
	t.Helper()
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if when, err := time.Parse(layout, text); err == nil {
			return when.UnixNano()
		}
	}
	t.Fatalf("not a time: %q", text)
	return 0
}

// Every fault stops the run with one clear line; the innocent twin beside it loads.
func TestFaultsOfContextFiles(t *testing.T) {
	for _, c := range []struct {
		file, guilty, innocent, want string
	}{
		{"identities.csv", "", "id\n", "identities.csv: the file is empty (it needs at least a header line)"},
		{"identities.csv", "id,kind\np1,robot\n", "id,kind\np1,service\n", `identities.csv:2:4: unknown kind "robot" (one of person, service, shared, workload, break-glass)`},
		{"identities.csv", "id,tier\np1,privledged\n", "id,tier\np1,Privileged\n", `identities.csv:2:4: unknown tier "privledged" (one of break-glass, privileged-machine, machine, privileged, sensitive, ordinary)`},
		{"identities.csv", "id,valid_from\np1,1.3.2026\n", "id,valid_from\np1,2026-03-01\n", "identities.csv:2:4: valid_from is not a date (write 2026-03-01 or 2026-03-01T09:00:00Z)"},
		{"identities.csv", "id,valid_from\np1,1601-01-01\n", "id,valid_until\np1,9999-12-31\n", "identities.csv:2:4: valid_from lies before 1900"},
		{"identities.csv", "id,valid_from,valid_until\np1,2026-03-01,2026-03-01\n", "id,valid_from,valid_until\np1,2026-03-01,2026-03-02\n", "identities.csv:2:15: valid_until is not after valid_from"},
		{"identities.csv", "id,name\n,Ann\n", "id,name\np1,\n", "identities.csv:2:1: id is missing"},
		{"identities.csv", "name\nAnn\n", "Id,name\np1,Ann\n", `identities.csv:1:1: no column "id" (the first line must name the columns)`},
		{"identities.csv", "id,name,ID\n", "id,name,id2\n", `identities.csv:1:9: column "id" stands twice`},
		{"identities.csv", "id;name\np1;Ann\n", "id,name\np1,Ann\n", "identities.csv:1:1: the header is one column (separate columns with commas, list values with semicolons)"},
		{"identities.csv", "id,name\np1,Lee, Ann\n", "id,name\np1,\"Lee, Ann\"\n", "identities.csv:2:1: 3 fields where the header has 2 (put fields that contain a comma in double quotes)"},
		{"identities.csv", "id,name\np1,\"Ann\n", "id,name\np1,\"Ann\"\n", "identities.csv:2:1: extraneous or missing \" in quoted-field"},
		{"identities.csv", "id,name\np1,Ren\xe9\n", "\ufeffid,name\np1,René\n", "identities.csv:2:1: not UTF-8 text (save the file as UTF-8)"},
		{"identities.csv", "id,name\np1,A\x00n\n", "id,name\np1,A\tn\n", "identities.csv:2:1: control character U+0000 (the file must be plain text)"},
		{"identities.csv", "id,legal_hold\np1,perhaps\n", "id,legal_hold\np1,yes\n", "identities.csv:2:4: legal_hold is neither true nor false"},
		{
			"identities.csv",
			"id,accounts,valid_from,valid_until\np1,S-1-5-21-1-2-3-4,,2026-03-01\np2,s-1-5-21-1-2-3-4,2026-01-01,\n",
			"id,accounts,valid_from,valid_until\np1,S-1-5-21-1-2-3-4,,2026-01-01\np2,s-1-5-21-1-2-3-4,2026-01-01,\n",
			"identities.csv:3:1: account s-1-5-21-1-2-3-4 is claimed by p1 and p2 between 2026-01-01 and 2026-03-01",
		},
		{
			"identities.csv", "id,accounts\np1,ann\np2,ANN\n", "id,accounts\np1,jira:ann\np2,github:ANN\n",
			"identities.csv:3:1: account ANN is claimed by p1 and p2 at all times",
		},
		{
			"identities.csv", "id,roles\np1,a\np1,b\n", "id,roles,valid_from\np1,a,\np1,b,2026-01-01\n",
			"identities.csv:3:1: p1 has two rows that begin at one time (a history needs a different valid_from in each row)",
		},
		{"secrets.csv", "id,max_age\ns1,a month\n", "id,max_age\ns1,30d\n", "secrets.csv:2:4: max_age is not a length of time (write 30d, 12h or 10m)"},
		{"secrets.csv", "id,system\ns1,vault\ns1,vault\n", "id,system\ns1,vault\ns1,aws\n", "secrets.csv:3:1: the same entry as in line 2 (write lists into one row, separated by semicolons)"},
		{"state.csv", "account,observed_at\nann,yesterday\n", "account,observed_at\nann,2026-03-01\n", "state.csv:2:5: observed_at is not a date (write 2026-03-01 or 2026-03-01T09:00:00Z)"},
		{"incidents.csv", "id,kind\nI1,party\n", "id,kind\nI1,\n", `incidents.csv:2:4: unknown kind "party" (one of incident, investigation, campaign)`},
		{"incidents.csv", "id,declared_at,closed_at\nI1,2026-03-02,2026-03-01\n", "id,declared_at,closed_at\nI1,2026-03-02,\n", "incidents.csv:2:15: closed_at lies before declared_at"},
		{"reviews.csv", reviewed(aCase, "bob", "2026-03-02", "fine", ""), reviewed(aCase, "bob", "2026-03-02", "accepted", ""), `reviews.csv:2:49: unknown decision "fine" (one of accepted, false-positive, remediated, risk-accepted)`},
		{"reviews.csv", reviewed("case 7", "bob", "2026-03-02", "", ""), reviewed(strings.ToUpper(aCase), "bob", "2026-03-02", "", ""), "reviews.csv:2:1: case_or_finding is no id of a case or finding (copy the 32 hexadecimal digits from cases.jsonl or findings.jsonl)"},
		{"reviews.csv", reviewed(aCase, "", "2026-03-02", "", ""), reviewed(aCase, "bob", "2026-03-02", "", ""), "reviews.csv:2:34: reviewer is missing"},
		{"reviews.csv", reviewed(aCase, "bob", "", "", ""), reviewed(aCase, "bob", "2026-03-02", "", ""), "reviews.csv:2:38: time is missing"},
		{"reviews.csv", reviewed(aCase, "bob", "2026-03-02", "", "2026-03-01"), reviewed(aCase, "bob", "2026-03-02", "", "2026-04-01"), "reviews.csv:2:50: until lies before time"},
		{"topology.csv", "directory,mechanism\nad,magic\n", "directory,mechanism\nad,none\n", `topology.csv:2:4: unknown mechanism "magic" (one of hash-sync, pass-through, federated, delegated-auth, push, none)`},
		{"identities.csv", "id,manager\nann,ann\n", "id,manager\nann,mia\n", "identities.csv:2:5: ann names the identity itself as its manager (leave it empty; nobody approves for himself)"},
		{
			"identities.csv", "id,kind,accounts,owner,delegates\nsvc,service,ACME\\svc,acme\\SVC,\n", "id,kind,accounts,owner,delegates\nsvc,service,ACME\\svc,bob,\n",
			"identities.csv:2:22: svc names the identity itself as its owner (leave it empty; nobody approves for himself)",
		},
		{
			"identities.csv", "id,name,delegates\nann,Zoë,mia;bob\nbob,,carol\ncarol,,ann\nmia,,\n", "id,name,delegates\nann,Zoë,mia;bob\nbob,,carol\ncarol,,mia\nmia,,\n",
			"identities.csv:2:9: delegation goes round: ann (line 2) → bob (line 3) → carol (line 4) → ann (name a third person or drop one of them; whoever is asked could pass it on for ever)",
		},
		{ // twin: they stood in for each other, never at one time
			"identities.csv",
			"id,accounts,delegates,valid_from,valid_until\nann,,b@acme.example,2026-01-01,\nbob,b@acme.example,ann,2026-03-01,2026-04-01\nbob,b@acme.example,,2026-04-01,\n",
			"id,accounts,delegates,valid_from,valid_until\nann,,b@acme.example,2026-01-01,2026-03-01\nbob,b@acme.example,ann,2026-03-01,2026-04-01\nbob,b@acme.example,,2026-04-01,\n",
			"identities.csv:2:6: delegation goes round: ann (line 2) → bob (line 3) → ann (name a third person or drop one of them; whoever is asked could pass it on for ever)",
		},
		{
			"topology.csv", "directory,authority\nad,ad\nentra,adds\n", "directory,authority\nad,ad\nentra,ad\n",
			`topology.csv:3:7: authority "adds" is no directory of this file (add its row, or write one of ad, entra)`,
		},
		{
			"topology.csv", "directory,authority\nad,okta\nentra,ad\nokta,entra\n", "directory,authority\nad,\nentra,ad\nokta,entra\n",
			"topology.csv:2:4: authorities go round: ad → okta → entra → ad (one of them holds the password; it is its own authority)",
		},
		{
			"topology.yaml", "- directory: ad\n- {directory: entra, authority: adds}\n", "- directory: ad\n- {directory: entra, authority: ad}\n",
			`topology.yaml:2:33: authority "adds" is no directory of this file (add its row, or write one of ad, entra)`,
		},
		{"exceptions.yaml", "id: W1\n", "- id: W1\n", "exceptions.yaml:1:1: not a sequence (begin each entry with \"- \")"},
		{"exceptions.yaml", "- W1\n", "- id: W1\n", "exceptions.yaml:1:3: an entry must be a list of \"key: value\""},
		{"exceptions.yaml", "- id: W1\n  checks: {a: b}\n", "- id: W1\n  checks: [a, b]\n", "exceptions.yaml:2:3: checks takes a value or a list of values"},
		{"exceptions.yaml", "- id: W1\n  reason: &r x\n", "- id: W1\n  reason: x\n", "exceptions.yaml:2:3: reason takes a value or a list of values"},
		{"exceptions.yaml", "- id: W1\n  reason: [a, b]\n", "- id: W1\n  reason: [a]\n", "exceptions.yaml:2:11: reason takes one value, not a list"},
		{"exceptions.yaml", "- id: W1\n- id: W1\n", "- id: W1\n- id: W2\n", "exceptions.yaml:2:1: the same entry as in line 1 (write lists into one row, separated by semicolons)"},
		{"exceptions.yaml", "- id: " + strings.Repeat("[", 1<<20), "- id: x\n  reason: see [1\n", "exceptions.yaml:1:1: nested too deeply (an entry holds values and lists of values)"},
		{"exceptions.yaml", strings.Repeat("- ", 1<<20) + "id: x", "-  id: x\n   reason: a - - - - - - - - - - b\n", "exceptions.yaml:1:1: nested too deeply (an entry holds values and lists of values)"},
	} {
		load := func(text string) error {
			path := write(t, c.file, text)
			var p Paths
			switch strings.TrimSuffix(c.file, filepath.Ext(c.file)) {
			case "identities":
				p.Identities = path
			case "secrets":
				p.Secrets = path
			case "state":
				p.State = path
			case "incidents":
				p.Incidents = path
			case "reviews":
				p.Reviews = path
			case "topology":
				p.Topology = path
			case "exceptions":
				p.Exceptions = path
			}
			_, err := Load(p)
			return err
		}
		if err := load(c.guilty); err == nil || sentence(err) != c.want {
			t.Errorf("%s %.200q\n got %v\nwant %s", c.file, c.guilty, err, c.want)
		}
		if err := load(c.innocent); err != nil {
			t.Errorf("%s %q is refused: %v", c.file, c.innocent, err)
		}
	}
}

func TestFaultsPointAtTheirCell(t *testing.T) {
	for _, c := range []struct{ file, text, want string }{
		{"identities.csv", "id,name,kind,manager\np1,\"Ren\u00e9 d'Amour\",robot,mia\n", "    p1,\"Ren\u00e9 d'Amour\",robot\n                      ^"},
		{"identities.yaml", "- id: p1\n  name: René\n  kind: robot  # no\n", "      kind: robot\n            ^"},
	} {
		_, err := Load(Paths{Identities: write(t, c.file, c.text)})
		if err == nil || !strings.HasSuffix(err.Error(), "\n"+c.want) {
			t.Errorf("%s: error %v\nwant the caret\n%s", c.file, err, c.want)
		}
	}
	// Another product's export may hold what nobody may see.
	_, err := Load(Paths{Identities: write(t, "users.csv", "SamAccountName,SID,unicodePwd\nann,S-1-5-21-1-2-3-4\n")})
	if err == nil || strings.Contains(err.Error(), "\n") {
		t.Errorf("a line of a foreign export is shown: %v", err)
	}
}

// sentence is an error without the line and the caret below it.
func sentence(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

const aCase = "0123456789abcdef0123456789abcdef"

// reviewed is a file of one review.
func reviewed(cells ...string) string {
	return "case_or_finding,reviewer,time,decision,until\n" + strings.Join(cells, ",") + "\n"
}

func TestReviewStands(t *testing.T) {
	for _, c := range []struct {
		until int64
		at    int64
		want  bool
	}{{0, 9, false}, {0, 10, true}, {0, 99, true}, {20, 19, true}, {20, 20, false}} {
		if got := (Review{Time: 10, Until: c.until}).Stands(c.at); got != c.want {
			t.Errorf("a decision from 10 until %d stands at %d: %t", c.until, c.at, got)
		}
	}
}

func TestMissingAndHugeFiles(t *testing.T) {
	if _, err := Load(Paths{Identities: "nowhere.csv"}); err == nil || !strings.Contains(err.Error(), "reading identities: open nowhere.csv") {
		t.Errorf("a missing file gives %v", err)
	}
	path := write(t, "secrets.csv", "id\n")
	if err := os.Truncate(path, maxContextFile+1); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(Paths{Secrets: path}); err == nil || err.Error() != "reading secrets: secrets.csv: larger than 64 MiB" {
		t.Errorf("a huge file gives %v", err)
	}
}

func TestFaultsAreListedAndBounded(t *testing.T) {
	text := "id,kind\n" + strings.Repeat("p,robot\n", maxRowErrors+5)
	_, err := Load(Paths{Identities: write(t, "identities.csv", text)})
	text = err.Error()
	if n := strings.Count(text, "identities.csv:"); n != maxRowErrors+1 || !strings.HasSuffix(text, "\nidentities.csv: and 5 more") {
		t.Errorf("%d faults in\n%s", n, text)
	}
}

func TestLoadTakesCSVAndYAMLAlike(t *testing.T) {
	fromCSV, err := Load(Paths{Identities: write(t, "i.csv", "id,kind,accounts,roles,valid_from,cost_centre\nann,,ann@acme.example;ACME\\ann,service-desk,2026-01-01,0012\n")})
	if err != nil {
		t.Fatal(err)
	}
	fromYAML, err := Load(Paths{Identities: write(t, "i.yaml", "# people\n- id: ann\n  accounts:\n    - ann@acme.example\n    - ACME\\ann\n  roles: service-desk\n  valid_from: 2026-01-01\n  cost_centre: 0012\n")})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]*Context{"csv": fromCSV, "yaml": fromYAML} {
		i := c.Roster.rows[0]
		if i.ID != "ann" || i.Kind != Person || !slices.Equal(i.Accounts, []string{"ann@acme.example", `ACME\ann`}) ||
			!slices.Equal(i.Roles, []string{"service-desk"}) || i.ValidFrom != at(t, "2026-01-01") || i.Tags["cost_centre"] != "0012" || i.Line != 2 || len(i.Tags) != 1 {
			t.Errorf("%s: %+v", name, i)
		}
	}
}

func TestWaivers(t *testing.T) {
	c, err := Load(Paths{Exceptions: write(t, "exceptions.yaml", `
- id: sound
  checks: [missing-approval, no-request]
  selector: 'identity.id == "ann"'
  reason: moved; approvers unreachable
  ticket: CHG1
  approved_by: bob
  valid_from: 2026-01-01T00:00:00Z
  valid_until: 2026-02-01
- id: endless
  checks: [missing-approval]
  selector: 'true'
  reason: because
- id: forever
  checks: [missing-approval]
  selector: 'true'
  reason: because
  valid_until: 9999-12-31
- id: groundless
  checks: [missing-approval]
  selector: 'true'
  valid_until: 2026-02-01
`)})
	if err != nil {
		t.Fatal(err)
	}
	inside := at(t, "2026-01-15")
	for i, want := range []struct {
		defect string
		covers bool
	}{
		{"", true},
		{"it states no end", false},
		{"it states no end", false},
		{"it states no reason", false},
	} {
		w := &c.Waivers[i]
		if w.Defect != want.defect || w.Covers("missing-approval", inside) != want.covers {
			t.Errorf("%s: defect %q, covers %v", w.ID, w.Defect, w.Covers("missing-approval", inside))
		}
	}
	sound := &c.Waivers[0]
	if sound.Reason != "moved; approvers unreachable" {
		t.Errorf("the reason became %q", sound.Reason)
	}
	for _, outside := range []string{"2025-12-31T23:59:59Z", "2026-02-01T00:00:00Z"} {
		if sound.Covers("missing-approval", at(t, outside)) {
			t.Errorf("it covers %s", outside)
		}
	}
	if sound.Covers("self-approval", inside) {
		t.Error("it covers a check that it does not name")
	}
}

const org = "../../../shared/data/org/"

func sharedOrg(t *testing.T) *Context {
	t.Helper()
	if _, err := os.Stat(org); err != nil {
		t.Skip("skipped: shared data not present")
	}
	c, err := Load(Paths{
		Identities: org + "identities.csv", Secrets: org + "secrets.csv", State: org + "state.csv", Incidents: org + "incidents.csv",
		Reviews: org + "reviews.csv", Topology: org + "topology.csv", Exceptions: org + "exceptions.yaml",
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestSharedOrganisationLoads(t *testing.T) {
	c := sharedOrg(t)
	got := []int{len(c.Roster.IDs()), len(c.Roster.rows), len(c.Secrets), len(c.States), len(c.Incidents), len(c.Reviews), len(c.Directories), len(c.Waivers)}
	if want := []int{196, 200, 21, 364, 2, 0, 4, 4}; !slices.Equal(got, want) {
		t.Errorf("identities, rows, secrets, states, incidents, reviews, directories, waivers: %v, want %v", got, want)
	}
	src, err := os.ReadFile(org + "identities.csv")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(src)
	if f := c.Files[0]; f.SHA256 != hex.EncodeToString(sum[:]) || f.Size != int64(len(src)) || f.Rows != 200 || f.Role != "identities" {
		t.Errorf("file %+v", f)
	}
	if w := c.Waivers[1]; w.ID != "W-JIN-002" || w.Defect != "it states no end" {
		t.Errorf("waiver without end: %+v", w)
	}
	if d := c.Directories[1]; d.Mechanism != "hash-sync" || d.Deadline != time.Hour {
		t.Errorf("topology: %+v", d)
	}
	if s := c.Secrets[0]; s.MaxAge != 365*24*time.Hour || s.Cadence != 30*24*time.Hour || s.Rotator != "w00043" {
		t.Errorf("secret: %+v", s)
	}
}

func FuzzRows(f *testing.F) {
	f.Add("identities.csv", "id,kind,accounts,valid_from\np1,person,ann;S-1-5-21-1-2-3-4,2026-01-01\n")
	f.Add("identities.yaml", "- id: p1\n  accounts: [ann, 'ACME\\ann']\n  valid_until: 2026-01-01\n")
	f.Add("identities.csv", "\ufeffid,\"na\nme\"\np1,x\n")
	f.Fuzz(func(t *testing.T, name, text string) {
		rows, err := parseRows(filepath.Base(name), []byte(text), "id")
		if err != nil {
			return
		}
		faults := &faults{name: "x"}
		list := each(rows, faults, identityFrom)
		if faults.err() != nil {
			return
		}
		r, err := NewRoster(list)
		if err != nil {
			return
		}
		built := NewBuilder(r, nil).Build()
		for _, id := range r.IDs() {
			for _, account := range built.Accounts(id) {
				if back := ParseAccount(account).String(); back == "" {
					t.Fatalf("account of %q has no form", id)
				}
			}
			if built.At(id, 0) == nil {
				t.Fatalf("%q has no row", id)
			}
		}
	})
}
