// What Microsoft's logs say otherwise than they seem to: each of the traps that
// sources.md lists for Entra ID and the unified audit log, by example.
package formats

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"resetproof/ingest/event"
)

const (
	annID = "0a000000-0000-4000-8000-000000000001"
	samID = "0a000000-0000-4000-8000-000000000002"
)

// graphAudit is a directory audit of sam about ann; more takes the place of a
// member of the same name.
func graphAudit(activity, more string) string {
	return fmt.Sprintf(`{"id":"Directory_1","correlationId":"C-1","result":"success","resultReason":"","loggedByService":"Core Directory","activityDisplayName":%q,"activityDateTime":"2026-03-02T09:00:00.1234567Z",
"initiatedBy":{"user":{"id":%q,"userPrincipalName":"sam@acme.example","ipAddress":"198.51.100.3"},"app":null},
"targetResources":[{"id":"r-1","type":"Role","displayName":"User Administrator"},{"id":%q,"type":"User","userPrincipalName":"ann@acme.example","modifiedProperties":[]}],"additionalDetails":[]%s}`, activity, samID, annID, more)
}

func auditRecord(operation, more string) string {
	return fmt.Sprintf(`{"CreationTime":"2026-03-02T09:00:00","Id":"1","Operation":%q,"OrganizationId":"o","RecordType":8,"ResultStatus":"Success","UserId":"sam@acme.example","ObjectId":"ann@acme.example","InterSystemsId":"C-1","ClientIP":"",
"Actor":[{"ID":"sam@acme.example","Type":5},{"ID":"00000006-0000-0ff1-ce00-000000000000","Type":2},{"ID":"User_%s","Type":2},{"ID":"%[2]s","Type":2},{"ID":"User","Type":2}],
"Target":[{"ID":"User_%[3]s","Type":2},{"ID":%[3]q,"Type":2},{"ID":"ann@acme.example","Type":5}]%[4]s}`, operation, samID, annID, more)
}

func soleEvent(t *testing.T, format, record string) event.Event {
	t.Helper()
	rec := records(t, mustGet(t, format), strings.ReplaceAll(record, "\n", ""), exampleOptions())[0]
	if len(rec.Events) == 0 {
		t.Fatalf("no event of %s: %q, unmapped %v", rec.Type, rec.Malformed, rec.Unmapped)
	}
	return rec.Events[0]
}

func TestEntraPartiesAndPlaces(t *testing.T) {
	t.Run("the person is the target of type User, wherever it stands", func(t *testing.T) {
		e := soleEvent(t, "entra-audit", graphAudit("Reset password (by admin)", ""))
		if e.Account.ID != annID || e.Actor.ID != samID || e.Credential != "password" || e.Actor.Type != "" {
			t.Errorf("%+v", e)
		}
	})
	t.Run("the reset service is nobody in particular", func(t *testing.T) {
		fim := `,"initiatedBy":{"user":{"id":"00000000-0000-0000-0000-000000000000","userPrincipalName":"fim_password_service@support.onmicrosoft.com"}}`
		e := soleEvent(t, "entra-audit", graphAudit("Reset user password", fim))
		if e.Kind != event.ResetExecuted || e.Actor.Type != "system" || e.Actor.ID != "" {
			t.Errorf("%+v", e)
		}
	})
	t.Run("an app is an app", func(t *testing.T) {
		e := soleEvent(t, "entra-audit", graphAudit("Reset user password", `,"initiatedBy":{"user":null,"app":{"servicePrincipalId":"sp-1","displayName":"HR feed"}}`))
		if e.Actor != (event.Party{System: "entra", ID: "sp-1", Name: "HR feed", Type: "app"}) {
			t.Errorf("%+v", e.Actor)
		}
	})
	for text, want := range map[string]string{"<null>": "", "::2a02:cf40:add:1:2:3:4:5:6": "", "198.51.100.9:443": "198.51.100.9", "::ffff:198.51.100.9": "198.51.100.9", "2001:db8::1": "2001:db8::1"} {
		e := soleEvent(t, "entra-audit", graphAudit("Reset password", fmt.Sprintf(`,"initiatedBy":{"user":{"id":"x","ipAddress":%q}}`, text)))
		if e.IP != want {
			t.Errorf("address %q is read as %q, want %q", text, e.IP, want)
		}
	}
	t.Run("a failed reset is none", func(t *testing.T) {
		for _, result := range []string{"failure", "timeout", "unknownFutureValue"} {
			if e := soleEvent(t, "entra-audit", graphAudit("Reset password (by admin)", `,"result":"`+result+`","resultReason":"InsufficientPrivileges"`)); e.Outcome != event.Failure {
				t.Errorf("%s counts as success", result)
			}
		}
	})
}

// Dashes, blanks, final stops and case differ between documents and records.
func TestEntraNamesOfActivities(t *testing.T) {
	for _, name := range []string{
		"Update application – Certificates and secrets management ",
		"Update application - Certificates and secrets management",
		"update application — certificates and secrets management",
	} {
		if e := soleEvent(t, "entra-audit", graphAudit(name, "")); e.Kind != event.SecretRotated {
			t.Errorf("%q is %s", name, e.Kind)
		}
	}
	for _, name := range []string{"Reset password (by admin)", "Reset user password", "Reset password", "RESET USER PASSWORD"} {
		if e := soleEvent(t, "entra-audit", graphAudit(name, "")); e.Kind != event.ResetExecuted {
			t.Errorf("%q is %s", name, e.Kind)
		}
	}
	if rec := records(t, mustGet(t, "entra-audit"), strings.ReplaceAll(graphAudit("Password reset notice", ""), "\n", ""), exampleOptions())[0]; !rec.Unmapped {
		t.Error("a name that merely speaks of a reset is taken for one")
	}
}

func TestEntraChangeByTheOwnerIsNoReset(t *testing.T) {
	own := fmt.Sprintf(`,"initiatedBy":{"user":{"id":%q,"userPrincipalName":"ann@acme.example"}}`, annID)
	if e := soleEvent(t, "entra-audit", graphAudit("Change user password", own)); e.Kind != event.CredentialChanged {
		t.Errorf("by the owner: %s", e.Kind)
	}
	if e := soleEvent(t, "entra-audit", graphAudit("Change user password", "")); e.Kind != event.ResetExecuted {
		t.Errorf("by another: %s", e.Kind)
	}
	ual := fmt.Sprintf(`,"UserId":"ANN@acme.example","Actor":[{"ID":"User_%s","Type":2}]`, annID)
	if e := soleEvent(t, "m365-ual", auditRecord("Change user password.", ual)); e.Kind != event.CredentialChanged {
		t.Errorf("by the owner, in the unified log: %s", e.Kind)
	}
	if e := soleEvent(t, "m365-ual", auditRecord("Change user password.", "")); e.Kind != event.ResetExecuted {
		t.Errorf("by another, in the unified log: %s", e.Kind)
	}
}

// The three views of one reset join by the id of the request, whatever its case.
func TestEntraTwinsShareTheRequest(t *testing.T) {
	admin := soleEvent(t, "entra-audit", graphAudit("Reset password (by admin)", ""))
	core := soleEvent(t, "entra-audit", graphAudit("Reset user password", `,"id":"Directory_2","correlationId":"c-1"`))
	copied := soleEvent(t, "m365-ual", auditRecord("Reset user password.", ""))
	for _, e := range []event.Event{core, copied} {
		if e.Correlation != admin.Correlation || e.Account != admin.Account || e.Credential != admin.Credential || e.ID == admin.ID || e.Kind != admin.Kind {
			t.Errorf("%s does not go with %s", describe(&e), describe(&admin))
		}
	}
	if admin.System != "entra" || copied.System != "m365-ual" {
		t.Errorf("systems %s and %s", admin.System, copied.System)
	}
	if e := soleEvent(t, "entra-audit", graphAudit("Reset password", `,"correlationId":"00000000-0000-0000-0000-000000000000"`)); e.Correlation != "" {
		t.Error("a zero id joins what does not belong together")
	}
}

// One vendor event has one id in both encodings, once the config names the
// tenant for Graph's, which does not.
func TestEntraEncodingsShareIDs(t *testing.T) {
	plain := strings.ReplaceAll(graphAudit("Reset password (by admin)", ""), "\n", "")
	enveloped := `{"time":"2026-03-02T09:00:00Z","category":"AuditLogs","operationName":"Reset password (by admin)","tenantId":"ACME-1","properties":` + plain + `}`
	opt := exampleOptions()
	opt.Instance = "acme-1"
	a := records(t, mustGet(t, "entra-audit"), plain, opt)[0].Events[0]
	b := records(t, mustGet(t, "entra-monitor"), enveloped, exampleOptions())[0].Events[0]
	a.Feed, b.Feed, a.Format, b.Format, a.Raw, b.Raw = "", "", "", "", nil, nil
	a.Origin, b.Origin = event.Origin{}, event.Origin{}
	if fmt.Sprint(a) != fmt.Sprint(b) {
		t.Errorf("Graph's %+v\nAzure Monitor's %+v", a, b)
	}
}

// A row of Log Analytics is Graph's record in capitals; one whose inner objects
// are text names nobody and is not taken.
func TestEntraRowsOfLogAnalytics(t *testing.T) {
	plain := strings.ReplaceAll(graphAudit("Reset password (by admin)", ""), "\n", "")
	row := plain
	for _, key := range []string{"id", "correlationId", "result", "resultReason", "loggedByService", "activityDisplayName", "activityDateTime", "initiatedBy", "targetResources", "additionalDetails"} {
		row = strings.Replace(row, `"`+key+`":`, `"`+strings.ToUpper(key[:1])+key[1:]+`":`, 1)
	}
	row = `{"TimeGenerated":"2026-03-02T09:00:00Z","AADTenantId":"ACME-1",` + row[1:]
	opt := exampleOptions()
	opt.Instance = "acme-1"
	a := records(t, mustGet(t, "entra-audit"), plain, opt)[0].Events[0]
	b := records(t, mustGet(t, "entra-audit-analytics"), row, exampleOptions())[0].Events[0]
	if a.ID != b.ID || a.Account != b.Account || a.Actor != b.Actor || a.IP != b.IP || a.Time != b.Time || a.Correlation != b.Correlation {
		t.Errorf("Graph's %s\nLog Analytics' %s", describe(&a), describe(&b))
	}
	set, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	if f, _ := set.Sniff([]byte(row)); f == nil || f.Table().ID != "entra-audit-analytics" {
		t.Errorf("the row is taken for %v", f)
	}
	text := row[:strings.Index(row, `"InitiatedBy":`)] + `"InitiatedBy":"{\"user\":{}}","TargetResources":"[]"}`
	if f, _ := set.Sniff([]byte(text)); f != nil {
		t.Errorf("a row that names nobody is taken for %s", f.Table().ID)
	}
}

// A stream holds whichever categories somebody chose: silence of the rest
// proves nothing.
func TestEntraStreamProvesOnlyWhatItShowed(t *testing.T) {
	f := mustGet(t, "entra-monitor").Table()
	if len(f.NeedsSetting) < len(f.Shows) {
		t.Errorf("%d kinds need a setting, of %d shown", len(f.NeedsSetting), len(f.Shows))
	}
}

func TestUnifiedAuditLogOutcomes(t *testing.T) {
	for _, c := range []struct {
		op, more string
		want     event.Kind
		outcome  event.Outcome
	}{
		{"UserLoginFailed", `,"ResultStatus":"Success","LogonError":"InvalidUserNameOrPassword"`, event.SigninFailed, event.Success},
		{"UserLoginFailed", `,"ResultStatus":"Failed"`, event.SigninFailed, event.Success},
		{"UserLoggedIn", `,"ResultStatus":"Success"`, event.SigninSucceeded, event.Success},
		{"UserLoggedIn", `,"ResultStatus":"Success","LogonError":"UserStrongAuthEnrollmentRequiredInterrupt"`, event.SigninFailed, event.Success},
		{"Reset user password.", `,"ResultStatus":"Failure"`, event.ResetExecuted, event.Failure},
		{"Reset user password.", ``, event.ResetExecuted, event.Success},
	} {
		if e := soleEvent(t, "m365-ual", auditRecord(c.op, c.more)); e.Kind != c.want || e.Outcome != c.outcome {
			t.Errorf("%s %s: %s %s", c.op, c.more, e.Kind, e.Outcome)
		}
	}
}

// The person's objectId stands behind User_: an application that acted for
// them has a bare id before it.
func TestUnifiedAuditLogParties(t *testing.T) {
	e := soleEvent(t, "m365-ual", auditRecord("Reset user password.", ""))
	if e.Actor.ID != samID || e.Account.ID != annID || e.Account.System != "entra" {
		t.Errorf("%+v", e)
	}
	app := `,"UserId":"ServicePrincipal_sp-1","UserType":4,"Actor":[{"ID":"HR feed","Type":1},{"ID":"app-1","Type":2},{"ID":"ServicePrincipal_sp-1","Type":2}]`
	if e := soleEvent(t, "m365-ual", auditRecord("Reset user password.", app)); e.Actor != (event.Party{System: "entra", ID: "sp-1", Name: "HR feed", Type: "app"}) {
		t.Errorf("%+v", e.Actor)
	}
	exchange := `{"CreationTime":"2026-03-02T09:00:00","Id":"2","Operation":"Add-MailboxPermission","RecordType":1,"ResultStatus":"True","UserType":3,"UserId":"NT AUTHORITY\\SYSTEM (Microsoft.Exchange.ServiceHost)","Parameters":[{"Name":"Identity","Value":"ann@acme.example"}]}`
	if e := soleEvent(t, "m365-ual", exchange); e.Actor.Type != "system" || e.Account.Name != "ann@acme.example" {
		t.Errorf("%+v", e)
	}
}

// CreationTime has no Z and is UTC, whatever the zone of the config.
func TestUnifiedAuditLogTimes(t *testing.T) {
	f := mustGet(t, "m365-ual")
	for text, want := range map[string]string{
		"2026-03-02T09:00:00":  "2026-03-02T09:00:00Z",
		"2026-03-02T09:00:00Z": "2026-03-02T09:00:00Z",
		"2026-03-02T09:00:65":  whyTimeForm,
		"3/2/2026 9:00:00 AM":  whyTimeForm,
	} {
		rec := records(t, f, strings.ReplaceAll(strings.Replace(auditRecord("Reset user password.", ""), "2026-03-02T09:00:00", text, 1), "\n", ""), exampleOptions())[0]
		if got := rec.Malformed + event.RFC3339(rec.Time); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// Exports overlap; what is repeated has the id it had, in any wrapping.
func TestUnifiedAuditLogRepeats(t *testing.T) {
	f := mustGet(t, "m365-ual")
	seen := map[event.ID]string{}
	for _, name := range []string{"records.jsonl", "records-export.csv", "records-search.json"} {
		content, err := os.ReadFile(filepath.Join(examples, "m365-ual", name))
		if err != nil {
			t.Fatal(err)
		}
		repeated := 0
		for _, rec := range records(t, f, string(content), exampleOptions()) {
			for _, e := range rec.Events {
				e.Raw, e.Origin = nil, event.Origin{}
				text := describe(&e)
				if before, ok := seen[e.ID]; ok {
					repeated++
					if before != text {
						t.Errorf("one id for\n%s\n%s", before, text)
					}
				}
				seen[e.ID] = text
			}
		}
		if repeated == 0 {
			t.Errorf("%s repeats nothing", name)
		}
	}
}

// Secrets and free text of Microsoft's records stay in the raw record.
func TestMicrosoftSecretsStayInTheRecord(t *testing.T) {
	const canary = "Canary-7f3a"
	fill := func(s string) string { return strings.ReplaceAll(strings.ReplaceAll(s, "@@", canary), "\n", "") }
	for _, c := range []struct{ format, record string }{
		{"entra-audit", graphAudit("Reset password (by admin)", `,"resultReason":"set to @@","additionalDetails":[{"key":"Justification","value":"@@"},{"key":"password","value":"@@"}]`)},
		{"entra-audit", graphAudit("Add member to role completed (PIM activation)", `,"loggedByService":"PIM","resultReason":"@@","additionalDetails":[{"key":"Justification","value":"@@"}]`)},
		{"entra-audit", graphAudit("Update user", `,"targetResources":[{"type":"User","id":"a","displayName":"@@","modifiedProperties":[{"displayName":"StrongAuthenticationUserDetails","oldValue":"@@","newValue":"@@"}]}]`)},
		{"entra-audit", graphAudit("Add service principal credentials", `,"targetResources":[{"type":"ServicePrincipal","id":"a","modifiedProperties":[{"displayName":"KeyDescription","oldValue":"[]","newValue":"[KeyIdentifier=k,KeyType=Password,DisplayName=@@]"}]}]`)},
		{"entra-signin", `{"id":"1","createdDateTime":"2026-03-02T09:00:00Z","appDisplayName":"x","ipAddress":"","userId":"a","status":{"errorCode":50126,"failureReason":"@@","additionalDetails":"@@"},"uniqueTokenIdentifier":"@@","userDisplayName":"@@","authenticationDetails":[{"authenticationMethod":"Password","authenticationMethodDetail":"@@"}]}`},
		{"entra-monitor", `{"time":"2026-03-02T09:00:00Z","category":"AuditLogs","operationName":"Reset password","resultDescription":"@@","identity":"@@","properties":` + graphAudit("Reset password", `,"resultReason":"@@"`) + `}`},
		{"m365-ual", auditRecord("Reset user password.", `,"ExtendedProperties":[{"Name":"additionalDetails","Value":"@@"}],"ModifiedProperties":[{"Name":"Password","NewValue":"@@","OldValue":"@@"}]`)},
		{"m365-ual", `{"CreationTime":"2026-03-02T09:00:00","Id":"2","Operation":"Send","RecordType":2,"UserId":"ann@acme.example","Item":{"Subject":"@@"},"Parameters":[{"Name":"Password","Value":"@@"}]}`},
	} {
		e := soleEvent(t, c.format, fill(c.record))
		if !strings.Contains(string(fill(c.record)), canary) {
			t.Fatal("no canary in", c.record)
		}
		e.Raw = nil
		if text := fmt.Sprintf("%+v", e); strings.Contains(text, canary) {
			t.Errorf("%s: it leaves the record: %s", c.format, text)
		}
	}
}
