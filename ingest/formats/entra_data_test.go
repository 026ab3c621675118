// Microsoft's formats against records that others made and read: the
// catalogue of events, another project's normal form of the same records,
// whole chains, and facts established by reading.
package formats

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"resetproof/ingest/event"
)

// otherKind lists where we read an activity otherwise than the catalogue does,
// and why.
var otherKind = map[string]struct{ kind, why string }{
	"admin started password reset":                           {"other", "the operator opens a form: nobody's request"},
	"change user password":                                   {"credential.changed", "the catalogue's row holds where another did it; by its owner it is a change"},
	"update stsrefreshtokenvalidfrom timestamp":              {"token.revoked", "with session.revoked as the second event"},
	"Update StsRefreshTokenValidFrom Timestamp.":             {"token.revoked", "with session.revoked as the second event"},
	"admin registered temporary access pass method for user": {"credential.issued", "a way in that somebody else made"},
	"create temporary access pass method for user":           {"credential.issued", "a way in that somebody else made"},
	"update user":                                        {"contact.changed", "depends on what changed; here a phone number"},
	"enable account":                                     {"account.enabled", "it was disabled, not locked"},
	"remove service principal credentials":               {"secret.revoked", "nothing takes its place"},
	"consent to application":                             {"consent.granted", "a kind of its own"},
	"self-service password reset flow activity progress": {"reset.requested", "by the reason; here the first step"},
}

// catalogued builds a record of an activity that an owner does for herself.
func catalogued(source, activity string) (format, record string) {
	self := fmt.Sprintf(`,"resultReason":"User submitted their user ID","initiatedBy":{"user":{"id":%q,"userPrincipalName":"ann@acme.example"}},"targetResources":[{"type":"User","id":%[1]q,"userPrincipalName":"ann@acme.example","modifiedProperties":[{"displayName":"StrongAuthenticationUserDetails","newValue":"[1]"}]}]`, annID)
	if source == "entra" {
		return "entra-audit", graphAudit(activity, self)
	}
	return "m365-ual", auditRecord(activity, fmt.Sprintf(`,"UserId":"ann@acme.example","Actor":[{"ID":"User_%s","Type":2}]`, annID))
}

func TestMicrosoftEventMap(t *testing.T) {
	rows, seen := 0, map[string]bool{}
	for line := range strings.Lines(string(sharedFile(t, sharedFiles(t, "../catalogue/event_map.tsv")[0]))) {
		cells := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if cells[0] != "entra" && cells[0] != "m365_ual" {
			continue
		}
		rows++
		activity, want := cells[2], cells[4]
		if other, ok := otherKind[activity]; ok {
			want, seen[activity] = other.kind, true
		}
		format, record := catalogued(cells[0], activity)
		e := soleEvent(t, format, record)
		if e.Kind.String() != want {
			t.Errorf("%s %q is %s, the catalogue says %s", cells[0], activity, e.Kind, cells[4])
		}
	}
	if rows != 57 || len(seen) != len(otherKind) {
		t.Errorf("%d rows, %d of %d differences met", rows, len(seen), len(otherKind))
	}
}

// theirEvent is what another project's parser made of a record.
type theirEvent struct {
	File     string
	Line     int64
	Expected struct {
		Time  time.Time `json:"@timestamp"`
		Event struct{ Outcome string }
		User  *struct {
			ID, Name, Email string
			Target          *struct{ ID string }
		}
		Source *struct{ IP string }
	}
}

// oracleDiffers lists where we differ from it, and why.
var oracleDiffers = map[string]string{
	"entra_azuremonitor 7 time":  "theirs is the export's time, ours the sign-in's",
	"entra_azuremonitor 9 time":  "theirs is the export's time, ours the sign-in's",
	"entra_azuremonitor 10 time": "theirs is the export's time, ours the sign-in's",
	"entra_azuremonitor 12 time": "theirs is the export's time, ours the detection's",
	"entra_azuremonitor 13 time": "theirs is the export's time, ours the detection's",
	"entra_azuremonitor 12 user": "dismissed as safe: kept without a meaning, so about nobody",
	"entra_graph 5 user":         "theirs is the owner the device was given to, ours the app that did it",
	"entra_graph 17 user":        "theirs is the account, ours the app that changed it",
	"entra_graph 18 user":        "theirs is the account, ours the app that changed it",
	"entra_graph 19 user":        "theirs is the account, ours the app that changed it",
	"m365_ual 38 ip":             "the record states two addresses: theirs is ClientIP, ours ActorIpAddress, the person's",
}

func TestMicrosoftOracle(t *testing.T) {
	set, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	met := map[string]bool{}
	compared := 0
	for _, folder := range []string{"entra_azuremonitor", "entra_graph", "m365_ual"} {
		lines := strings.Split(string(sharedFile(t, sharedFiles(t, "samples/"+folder+"/restricted.jsonl")[0])), "\n")
		for text := range strings.Lines(string(sharedFile(t, sharedFiles(t, "samples/"+folder+"/expected.jsonl")[0]))) {
			var o theirEvent
			if err := json.Unmarshal([]byte(text), &o); err != nil {
				t.Fatal(err)
			}
			line := lines[o.Line-1]
			f, why := set.Sniff([]byte(line))
			if f == nil {
				t.Fatalf("%s:%d: %s", folder, o.Line, why)
			}
			rec := records(t, f, line, Options{Now: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), Source: "x"})[0]
			if rec.Unmapped {
				continue
			}
			if rec.Malformed != "" {
				t.Errorf("%s:%d: %s", folder, o.Line, rec.Malformed)
				continue
			}
			compared++
			for field, differs := range againstOracle(&rec.Events[0], &o) {
				key := fmt.Sprintf("%s %d %s", folder, o.Line, field)
				if met[key] = true; oracleDiffers[key] == "" {
					t.Errorf("%s: %s", key, differs)
				}
			}
		}
	}
	if compared != 44 || len(met) != len(oracleDiffers) {
		t.Errorf("%d records compared, %d of %d listed differences met", compared, len(met), len(oracleDiffers))
	}
}

// againstOracle names the fields in which an event differs.
func againstOracle(e *event.Event, o *theirEvent) map[string]string {
	differ := map[string]string{}
	x := &o.Expected
	if d := event.When(e.Time).Sub(x.Time).Abs(); d >= time.Second {
		differ["time"] = event.RFC3339(e.Time) + " against " + x.Time.String()
	}
	failed := e.Outcome == event.Failure || e.Kind == event.SigninFailed
	if x.Event.Outcome != "" && failed != (x.Event.Outcome == "failure") {
		differ["outcome"] = fmt.Sprintf("%s against %s", e.Outcome, x.Event.Outcome)
	}
	if x.User != nil {
		who := e.Actor
		if who.IsZero() {
			who = e.Account
		}
		theirs := []string{x.User.ID, x.User.Name, x.User.Email}
		if !slices.ContainsFunc(theirs, func(v string) bool { return v != "" && (v == who.ID || v == who.Name) }) {
			differ["user"] = fmt.Sprintf("%+v against %+v", who, *x.User)
		}
		if tg := x.User.Target; tg != nil && tg.ID != e.Account.ID {
			differ["target"] = fmt.Sprintf("%+v against %+v", e.Account, *tg)
		}
	}
	ours, theirs := netip.Addr{}, netip.Addr{}
	if e.IP != "" {
		ours = netip.MustParseAddr(e.IP)
	}
	if x.Source != nil && x.Source.IP != "" {
		theirs = netip.MustParseAddr(x.Source.IP)
	}
	if ours != theirs {
		differ["ip"] = fmt.Sprintf("%s against %s", ours, theirs)
	}
	return differ
}

// acts gives the distinct events of some kinds in a log, in order of time, a
// line each.
func acts(t *testing.T, format, pattern string, kinds ...event.Kind) []string {
	t.Helper()
	seen := map[event.ID]bool{}
	var found []event.Event
	for _, file := range sharedFiles(t, pattern) {
		d := mustGet(t, format).NewDecoder(Options{Now: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), Source: "x"})
		err := d.Decode(t.Context(), bytes.NewReader(sharedFile(t, file)), file, func(rec *Record) error {
			for _, e := range rec.Events {
				if slices.Contains(kinds, e.Kind) && !seen[e.ID] {
					seen[e.ID] = true
					found = append(found, e)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	slices.SortStableFunc(found, func(a, b event.Event) int {
		return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Role, b.Role))
	})
	lines := make([]string, len(found))
	for i, e := range found {
		account, _, _ := strings.Cut(cmp.Or(e.Account.Name, e.Account.ID), "@")
		actor, _, _ := strings.Cut(cmp.Or(e.Actor.Name, e.Actor.ID), "@")
		lines[i] = strings.TrimRight(fmt.Sprintf("%s %s %s by %s %s", event.RFC3339(e.Time), e.Kind, account, actor, cmp.Or(e.Role, e.Category)), " ")
	}
	return lines
}

var resetKinds = []event.Kind{event.ResetExecuted, event.CredentialChanged, event.CredentialIssued, event.SessionRevoked, event.AccountCreated, event.MFAReset}

// The chains give the resets they are named for.
func TestUnifiedAuditLogChains(t *testing.T) {
	for _, c := range []struct {
		file string
		want []string
	}{
		{"sequences/ual_admin_reset_PradeepG.jsonl", []string{
			"2021-03-26T08:43:14Z reset.executed PradeepG by joey",
			"2021-03-26T08:43:14Z session.revoked PradeepG by joey",
			"2021-03-26T08:43:15Z session.revoked PradeepG by joey",
			"2021-03-26T08:43:15Z session.revoked PradeepG by joey",
		}},
		{"sequences/ual_sspr_service_reset_GradyA.jsonl", []string{
			"2021-07-12T11:44:31Z reset.executed GradyA by fim_password_service",
			"2021-07-12T11:44:31Z session.revoked GradyA by fim_password_service",
			"2021-07-12T11:45:16Z credential.changed GradyA by GradyA",
			"2021-07-12T11:45:16Z session.revoked GradyA by GradyA",
		}},
		{"sequences/ual_new_user_korstiaan.jsonl", []string{
			"2021-07-19T17:42:30Z account.created korstiaan by joey",
			"2021-07-19T17:44:32Z credential.changed korstiaan by korstiaan",
			"2021-07-19T17:44:32Z session.revoked korstiaan by korstiaan",
		}},
	} {
		diff(t, strings.Join(acts(t, "m365-ual", c.file, resetKinds...), "\n"), strings.Join(c.want, "\n"))
	}
}

const realUAL = "real/entra/o365_unified_audit_2021-03-23_to_05-31.jsonl"

// facts.json D20: two resets, each with its sessions ended in the same second;
// D21: none of GradyA.
func TestFactD20D21(t *testing.T) {
	diff(t, strings.Join(acts(t, "m365-ual", realUAL, event.ResetExecuted, event.TokenRevoked), "\n"), strings.Join([]string{
		"2021-03-26T08:43:14Z reset.executed PradeepG by joey",
		"2021-03-26T08:43:14Z token.revoked PradeepG by joey",
		"2021-03-26T08:43:15Z token.revoked PradeepG by joey",
		"2021-03-26T08:43:46Z reset.executed PattiF by joey",
		"2021-03-26T08:43:46Z token.revoked PattiF by joey",
		"2021-03-26T08:43:47Z token.revoked PattiF by joey",
	}, "\n"))
}

// D21 and D22: roles given while the owner fails to sign in, and then succeeds.
func TestFactD21D22(t *testing.T) {
	var grants, grady []string
	for _, line := range acts(t, "m365-ual", realUAL, event.PrivilegeGranted) {
		if strings.Contains(line, "GradyA by A.Thulile") && strings.HasPrefix(line, "2021-04-16T08:20:56Z") {
			grady = append(grady, line)
		}
		if strings.Contains(line, "by GradyA") || strings.Contains(line, "ITCornpany") || strings.Contains(line, "JoniS by A.Thulile") || strings.Contains(line, "HenriettaM by A.Thulile") {
			at, rest, _ := strings.Cut(line, " ")
			who, role, _ := strings.Cut(strings.TrimPrefix(rest, "privilege.granted "), " by ")
			_, role, _ = strings.Cut(role, " ")
			grants = append(grants, at[11:16]+" "+who+" "+role)
		}
	}
	if len(grady) != 8 || !strings.Contains(strings.Join(grady, "\n"), "Global Administrator") {
		t.Errorf("GradyA's roles: %q", grady)
	}
	for person, want := range map[string]int{"HenriettaM": 8, "JoniS": 8, "ITCornpany": 8, "joey": 1} {
		n := 0
		for _, g := range grants {
			if strings.Contains(g, person) && (strings.HasSuffix(g, "Administrator") || strings.HasSuffix(g, "Global Reader")) {
				n++
			}
		}
		if n != want {
			t.Errorf("%s was given %d roles, want %d", person, n, want)
		}
	}
	for _, want := range []string{"08:29 joey Exchange Administrator", "Global Administrator"} {
		if !strings.Contains(strings.Join(grants, "\n"), want) {
			t.Errorf("no grant %q", want)
		}
	}
	var signins []string
	for _, line := range acts(t, "m365-ual", realUAL, event.SigninFailed, event.SigninSucceeded) {
		if strings.HasPrefix(line, "2021-04-16T08:2") && strings.Contains(line, "GradyA") && line < "2021-04-16T08:21:33" {
			signins = append(signins, line)
		}
	}
	diff(t, strings.Join(signins, "\n"), strings.Join([]string{
		"2021-04-16T08:20:47Z signin.failed GradyA by GradyA InvalidUserNameOrPassword",
		"2021-04-16T08:20:53Z signin.failed GradyA by GradyA InvalidUserNameOrPassword",
		"2021-04-16T08:21:11Z signin.failed GradyA by GradyA InvalidUserNameOrPassword",
		"2021-04-16T08:21:32Z signin.succeeded GradyA by GradyA",
	}, "\n"))
}

// D23: of 181 sign-ins in the file 171 are distinct. D29: three rows of the
// export lack their record and are counted, not dropped.
func TestFactD23D29(t *testing.T) {
	distinct := len(acts(t, "m365-ual", realUAL, event.SigninSucceeded))
	if distinct != 171 {
		t.Errorf("%d distinct sign-ins", distinct)
	}
	var all, broken int
	seen := map[string]bool{}
	for _, file := range sharedFiles(t, strings.Replace(realUAL, ".jsonl", ".csv", 1)) {
		for _, rec := range records(t, mustGet(t, "m365-ual"), string(sharedFile(t, file)), exampleOptions()) {
			all++
			if rec.Malformed != "" {
				broken++
			}
			for _, e := range rec.Events {
				seen[e.ID.String()] = true
			}
		}
	}
	if all != 4769 || broken != 3 {
		t.Errorf("%d rows, %d without their record", all, broken)
	}
}

// D26: the operator of a reset stands in the reset service's record.
func TestFactD26(t *testing.T) {
	got := acts(t, "entra-monitor", "real/entra/splunk-azuread/*", event.ResetExecuted, event.MFAEnrolled)
	diff(t, strings.Join(got, "\n"), "2023-01-30T21:11:30.8690619Z mfa.enrolled User30 by User30\n2023-07-24T14:28:55.0648789Z reset.executed testuser by tommyr")
}
