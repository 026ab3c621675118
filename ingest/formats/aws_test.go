// What CloudTrail says otherwise than it seems to, by example, and what real
// records of it give.
package formats

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"resetproof/ingest/event"
)

var awsNow = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)

// trail is a record of bob's call by a permanent key; what more gives takes the
// place of a member of the same name.
func trail(service, name, more string) string {
	return fmt.Sprintf(`{"eventTime":"2026-03-02T09:00:00Z","eventID":"e-1","awsRegion":"eu-central-1","recipientAccountId":"111122223333","sourceIPAddress":"198.51.100.7",
"userIdentity":{"type":"IAMUser","principalId":"AIDABOBEXAMPLEEXAMPLE","arn":"arn:aws:iam::111122223333:user/desk/bob","accountId":"111122223333","accessKeyId":"AKIAIOSFODNN7EXAMPLE","userName":"bob"},
"eventSource":"%s.amazonaws.com","eventName":%q%s}`, service, name, more)
}

// callGives is a stream's events, one a line; a record without any gives its state.
func callGives(t *testing.T, f *Format, stream string) string {
	t.Helper()
	got := decode(t, f, []byte(strings.ReplaceAll(stream, ",\n", ",")+"\n"), Options{Now: awsNow, Source: "example"})
	var lines []string
	for line := range strings.Lines(got) {
		_, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		lines = append(lines, rest)
	}
	return strings.Join(lines, "\n")
}

func assumed(role, session string) string {
	return fmt.Sprintf(`,"userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLEEXAMPLE123:%s","arn":"arn:aws:sts::111122223333:assumed-role/%s/%[1]s","accountId":"111122223333","accessKeyId":"ASIAIOSFODNN7EXAMPLE"}`, session, role)
}

// A trap a line: the words on the left must be in what the record gives, those
// after a ! must not.
func TestCloudTrailTraps(t *testing.T) {
	f := mustGet(t, "aws-cloudtrail")
	const annPassword = `,"requestParameters":{"userName":"ann","passwordResetRequired":true}`
	for _, c := range []struct{ name, record, want string }{
		{"the beneficiary is the user named, by the ARN made of account and name", trail("iam", "UpdateLoginProfile", annPassword),
			"account=aws:(arn:aws:iam::111122223333:user/ann)|method=temporary-password"},
		{"a user's path is no part of who it is", trail("iam", "UpdateLoginProfile", annPassword), "actor=aws:AIDABOBEXAMPLEEXAMPLE(arn:aws:iam::111122223333:user/bob)"},
		{"a permanent key is no session: acts with it may lie years apart", trail("iam", "UpdateLoginProfile", annPassword), "!session="},
		{"no change is forced unless the record says so", trail("iam", "UpdateLoginProfile", `,"requestParameters":{"userName":"ann"}`), "reset.executed|!method="},
		{"an error code is a failure", trail("iam", "UpdateLoginProfile", annPassword+`,"errorCode":"AccessDenied"`), "reset.executed FAILED"},
		{"a call without its parameters names nobody, not its caller", trail("iam", "UpdateLoginProfile", `,"requestParameters":null`), "reset.executed|!account="},
		{"a call about one's own key names nobody else", trail("iam", "CreateAccessKey", `,"responseElements":{"accessKey":{"accessKeyId":"AKIAI44QH8DHBEXAMPLE"}}`),
			"account=aws:AIDABOBEXAMPLEEXAMPLE|credential-id=AKIAI44QH8DHBEXAMPLE"},
		{"the root user has a name of its own", trail("iam", "DeactivateMFADevice", `,"requestParameters":{"userName":"AWS ROOT USER","serialNumber":"arn:aws:iam::111122223333:mfa/root"}`),
			"account=aws:(arn:aws:iam::111122223333:root)"},
		{"another partition has other ARNs", trail("iam", "UpdateLoginProfile", annPassword+`,"awsRegion":"us-gov-west-1"`), "account=aws:(arn:aws-us-gov:iam::111122223333:user/ann)"},
		{"a session of Identity Center is a person's", trail("iam", "UpdateLoginProfile", annPassword+assumed("AWSReservedSSO_Admin_0123456789abcdef", "carol@acme.example")),
			"actor=aws:(carol@acme.example)person|session=ASIAIOSFODNN7EXAMPLE"},
		{"a session's name elsewhere is what its caller chose", trail("iam", "UpdateLoginProfile", annPassword+assumed("admin", "carol@acme.example")),
			"actor=aws:(arn:aws:sts::111122223333:assumed-role/admin/carol@acme.example)|!person"},
		{"an instance acts as its role", trail("iam", "UpdateLoginProfile", annPassword+assumed("batch", "i-0123456789abcdef0")), "actor=aws:(arn:aws:iam::111122223333:role/batch)service"},
		{"a service of AWS is one", trail("secretsmanager", "RotationSucceeded", `,"userIdentity":{"accountId":"111122223333","invokedBy":"secretsmanager.amazonaws.com"},"additionalEventData":{"SecretId":"arn:aws:secretsmanager:eu-central-1:111122223333:secret:prod/db-a1B2c3"}`),
			"secret.rotated|actor=aws:(secretsmanager.amazonaws.com)service|credential-id=prod/db "},
		{"a hidden user name is none", trail("signin", "ConsoleLogin", `,"userIdentity":{"type":"IAMUser","userName":"HIDDEN_DUE_TO_SECURITY_REASONS","accountId":"111122223333"},"responseElements":{"ConsoleLogin":"Failure"}`),
			"signin.failed|!account=|!HIDDEN"},
		{"a console sign-in succeeds by its response", trail("signin", "ConsoleLogin", `,"responseElements":{"ConsoleLogin":"Success"},"additionalEventData":{"MFAUsed":"Yes"}`), "signin.succeeded|method=mfa"},
		{"a security key is known by its ARN", trail("signin", "ConsoleLogin", `,"responseElements":{"ConsoleLogin":"Success"},"additionalEventData":{"MFAUsed":"Yes","MFAIdentifier":"arn:aws:iam::111122223333:u2f/user/bob/k"}`), "method=fido2"},
		{"the root user's change succeeds by its response", trail("signin", "PasswordUpdated", `,"userIdentity":{"type":"Root","accountId":"111122223333"},"responseElements":{"PasswordUpdated":"Failure"}`),
			"credential.changed FAILED account=aws:(arn:aws:iam::111122223333:root)"},
		{"a device that was made is nobody's yet", trail("iam", "CreateVirtualMFADevice", `,"responseElements":{"virtualMFADevice":{"serialNumber":"arn:aws:iam::111122223333:mfa/x"}}`), "other |!mfa."},
		{"a staged version replaces nothing", trail("secretsmanager", "PutSecretValue", `,"requestParameters":{"secretId":"prod/db","versionStages":["AWSPENDING"]}`), "other |!secret.rotated"},
		{"a description changes no secret", trail("secretsmanager", "UpdateSecret", `,"requestParameters":{"secretId":"prod/db","description":"of billing"}`), "other |!secret.rotated"},
		{"AWS's services take their roles all day", trail("sts", "AssumeRole", `,"userIdentity":{"type":"AWSService","invokedBy":"ec2.amazonaws.com"},"requestParameters":{"roleArn":"arn:aws:iam::111122223333:role/batch"}`), "unmapped: sts/AssumeRole"},
		{"a person's use of a role names it", trail("sts", "AssumeRole", `,"requestParameters":{"roleArn":"arn:aws:iam::111122223333:role/ops/admin"},"sharedEventID":"s-1"`), "method=role-assumption role=admin|correlation=s-1"},
		{"a policy is known by its name", trail("iam", "AttachUserPolicy", `,"requestParameters":{"userName":"ann","policyArn":"arn:aws:iam::aws:policy/AdministratorAccess"}`), "role=AdministratorAccess"},
		{"the same name in another service means nothing", trail("transfer", "CreateUser", `,"requestParameters":{"userName":"ann"}`), "credential.used|!account.created"},
		{"a use that was refused shows the key alive all the same", trail("s3", "ListBuckets", `,"errorCode":"AccessDenied"`), "credential.used account|credential-id=AKIAIOSFODNN7EXAMPLE"},
		{"a key that no longer opens is no use", trail("s3", "ListBuckets", `,"errorCode":"InvalidClientTokenId"`), "credential.used FAILED"},
		{"a role's ordinary calls say nothing of a credential", trail("s3", "ListBuckets", assumed("batch", "job")), "unmapped: s3.amazonaws.com/ListBuckets"},
		{"a host name is no address", trail("s3", "ListBuckets", `,"sourceIPAddress":"cloudformation.amazonaws.com"`), "!ip="},
		{"nor is AWS Internal", trail("s3", "ListBuckets", `,"sourceIPAddress":"AWS Internal"`), "!ip="},
		{"nine groups are no address", trail("s3", "ListBuckets", `,"sourceIPAddress":"::2a02:cf40:add:1:2:3:4:5:6"`), "!ip="},
		{"warehouses keep UTC without a zone", trail("s3", "ListBuckets", `,"eventTime":"2026-03-02 09:00:00.000"`), "2026-03-02T09:00:00Z credential.used"},
		{"second 65 is no time", trail("s3", "ListBuckets", `,"eventTime":"2023-10-10T17:08:65Z"`), "malformed: " + whyTimeForm},
		{"stopping the log stops it", trail("cloudtrail", "StopLogging", `,"requestParameters":{"name":"org-trail"}`), "log.stopped|product=org-trail"},
		{"selecting fewer events changes the rules", trail("cloudtrail", "PutEventSelectors", `,"requestParameters":{"trailName":"org-trail"}`), "policy.changed|category=audit-policy"},
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

// A secret has one name, however the call named it.
func TestCloudTrailSecretNames(t *testing.T) {
	for given, want := range map[string]string{
		"prod/billing/db": "prod/billing/db",
		"arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/billing/db-a1B2c3": "prod/billing/db",
		"arn:aws-cn:secretsmanager:cn-north-1:111122223333:secret:a-b-Zz9Yy8":         "a-b",
		"arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/billing":           "prod/billing",
		"arn:aws:secretsmanager:us-east-1:111122223333:secret:rds!db-1234-x":          "rds!db-1234-x",
		"arn:aws:secretsmanager:us-east-1:111122223333:secret:-a1B2c3":                "-a1B2c3",
		"arn:aws:ssm:us-east-1:111122223333:parameter/x":                              "arn:aws:ssm:us-east-1:111122223333:parameter/x",
		"db-a1B2c3": "db-a1B2c3",
	} {
		if got := secretName(given); got != want {
			t.Errorf("%s is %q, want %q", given, got, want)
		}
	}
}

// The organisation's trail, the account's and lookup-events show one event.
func TestCloudTrailCopiesShareAnID(t *testing.T) {
	rec := strings.ReplaceAll(trail("iam", "UpdateLoginProfile", `,"requestParameters":{"userName":"ann"}`), "\n", "")
	quoted, err := json.Marshal(rec)
	if err != nil {
		t.Fatal(err)
	}
	f := mustGet(t, "aws-cloudtrail")
	want := event.Hash("aws-cloudtrail", "111122223333", "e-1")
	for _, stream := range []string{rec, `{"Records":[` + rec + `]}`, `[` + rec + `]`, `{"Events":[{"EventId":"e-1","CloudTrailEvent":` + string(quoted) + `}]}`} {
		if why := f.Fits([]byte(stream)); why != "" {
			t.Errorf("not recognised: %s", why)
		}
		if got := records(t, f, stream, Options{Now: awsNow, Source: "x"})[0].Events[0]; got.ID != want || got.Feed != "aws-cloudtrail/111122223333" {
			t.Errorf("id %s of feed %s, want %s", got.ID, got.Feed, want)
		}
	}
}

// Every row of the catalogue that speaks of CloudTrail gives its step, or what
// stands here says why it does not.
func TestCloudTrailCatalogue(t *testing.T) {
	f := mustGet(t, "aws-cloudtrail")
	other := map[string]string{
		"UpdateAccessKey":        "credential.revoked", // made inactive, a key opens nothing; a new one is what rotates it
		"CreateVirtualMFADevice": "other",              // "not yet enabled": nobody's factor
		"CreateSecret":           "secret.created",     // there was none before
		"StopLogging":            "log.stopped",        // nothing written is removed
		"DeleteTrail":            "log.stopped",
		"UpdateTrail":            "policy.changed",
		"PutEventSelectors":      "policy.changed",
	}
	services := map[string][]string{
		"signin": {"PasswordRecoveryRequested", "PasswordRecoveryCompleted", "PasswordUpdated", "ConsoleLogin"}, "sts": {"AssumeRole"},
		"secretsmanager": {"GetSecretValue", "BatchGetSecretValue", "PutSecretValue", "CreateSecret", "UpdateSecret", "RotateSecret"},
		"cloudtrail":     {"StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors"},
	}
	n := 0
	for _, file := range sharedFiles(t, "../catalogue/event_map.tsv") {
		for line := range strings.Lines(string(sharedFile(t, file))) {
			cells := strings.Split(line, "\t")
			if cells[0] != "aws_cloudtrail" {
				continue
			}
			n++
			name, want := cells[2], strings.Split(cells[4], " | ")
			if kind, ok := other[name]; ok {
				want = []string{kind}
			}
			service := "iam"
			for s, names := range services {
				if slices.Contains(names, name) {
					service = s
				}
			}
			got := callGives(t, f, trail(service, name, `,"requestParameters":{"userName":"ann","status":"Inactive"},"responseElements":{"ConsoleLogin":"Success"}`))
			if kind := strings.Fields(got)[1]; kind != strings.Fields(want[0])[0] {
				t.Errorf("%s gives %s, want %s", name, kind, want[0])
			}
		}
	}
	if n == 0 {
		t.Error("the catalogue has no row of CloudTrail")
	}
}

// What a reading of real records established (data/real/facts.json), by event.
func TestCloudTrailFacts(t *testing.T) {
	f := mustGet(t, "aws-cloudtrail")
	const bulk = "real/cloudtrail/stratus/aws."
	for _, c := range []struct {
		fact, file string
		times      int
		want       string
	}{
		{"D14", bulk + "privilege-escalation.iam-update-user-login-profile.json", 1, "2024-08-28T09:54:40Z reset.executed account=aws:(arn:aws:iam::*:user/stratus-red-team-update-login-profile-user) actor=aws:*:user/christophe)"},
		{"D15", bulk + "persistence.iam-create-user-login-profile.json", 1, "2024-08-01T13:42:21Z credential.issued account=aws:(arn:aws:iam::*:user/stratus-red-team-login-profile-user)*credential=password method=password"},
		{"D15", bulk + "persistence.iam-create-user-login-profile.json", 1, "credential.revoked FAILED account=aws:(arn:aws:iam::*:user/stratus-red-team-login-profile-user)"},
		{"D16", bulk + "persistence.iam-create-admin-user.json", 1, "2024-08-01T13:33:28Z account.created account=aws:AIDA*:user/malicious-iam-user) actor=aws:*:user/christophe)"},
		{"D16", bulk + "persistence.iam-create-admin-user.json", 1, "2024-08-01T13:33:28Z privilege.granted account=*:user/malicious-iam-user)*role=AdministratorAccess"},
		{"D16", bulk + "persistence.iam-create-admin-user.json", 1, "2024-08-01T13:33:28Z credential.issued account=*:user/malicious-iam-user)*credential=key credential-id=AKIA"},
		{"D17", bulk + "persistence.iam-backdoor-user.json", 1, "2024-07-30T21:53:13Z credential.issued account=*:user/stratus-red-team-backdoor-u-user) actor=*:user/christophe)*credential=key"},
		{"D18", bulk + "defense-evasion.cloudtrail-stop.json", 1, "2024-07-31T13:06:24Z log.stopped actor="},
		{"D18", bulk + "defense-evasion.cloudtrail-delete.json", 1, "log.stopped actor="},
		{"D18", bulk + "defense-evasion.cloudtrail-event-selectors.json", 1, "policy.changed actor=*category=audit-policy"},
		// The fact says 12:36:51 to :52; the records run from :48.
		{"D19", bulk + "credential-access.secretsmanager-retrieve-secrets.json", 20, "2024-07-31T12:36:* secret.accessed account=*:user/christophe)"},
		{"D19", bulk + "credential-access.secretsmanager-batch-retrieve-secrets.json", 5, "2024-07-31T12:29:1* secret.accessed account=*:user/christophe)"},
		{"sequence", "sequences/aws_iam_malicious_iam_user.jsonl", 1, "2023-07-10T12:24:50Z credential.issued account=*:user/malicious-iam-user) actor=*:user/bert-jan)*credential-id=AKIATFQR7NSCQLA2F4OD"},
		{"sequence", "sequences/aws_iam_malicious_iam_user.jsonl", 1, "2023-07-10T12:28:24Z credential.revoked account=*:user/malicious-iam-user)*credential-id=AKIATFQR7NSCQLA2F4OD method=deleted"},
		{"sequence", "sequences/aws_iam_stratus_red_team_login_profile_user.jsonl", 1, "2023-07-10T12:25:04Z credential.issued account=*:user/stratus-red-team-login-profile-user) actor=*:user/bert-jan)*credential=password"},
	} {
		n := 0
		for _, file := range sharedFiles(t, c.file) {
			for line := range strings.Lines(decode(t, f, sharedFile(t, file), Options{Now: awsNow, Source: "x"})) {
				if inOrder(line, strings.Split(c.want, "*")) {
					n++
				}
			}
		}
		if n != c.times {
			t.Errorf("%s: %d events are %q, want %d", c.fact, n, c.want, c.times)
		}
	}
}

func inOrder(line string, parts []string) bool {
	for _, p := range parts {
		_, rest, ok := strings.Cut(line, p)
		if !ok {
			return false
		}
		line = rest
	}
	return true
}

// Another project's reading of the same record (ECS): time, outcome and
// address agree. It names the account's number as the user; who signed in is
// the role's session, which its related fields do not say.
func TestCloudTrailOracle(t *testing.T) {
	var expected struct {
		Expected struct {
			Event  struct{ Outcome string }
			Time   string `json:"@timestamp"`
			Source struct{ IP string }
		}
	}
	dir := filepath.Join(shared, "samples/aws_cloudtrail")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("skipped: shared data not present")
	}
	if err := json.Unmarshal(bytes.TrimSpace(sharedFile(t, filepath.Join(dir, "expected.jsonl"))), &expected); err != nil {
		t.Fatal(err)
	}
	e := records(t, mustGet(t, "aws-cloudtrail"), string(sharedFile(t, filepath.Join(dir, "restricted.jsonl"))), Options{Now: awsNow, Source: "x"})[0].Events[0]
	x := expected.Expected
	if event.RFC3339(e.Time) != x.Time || e.Outcome.String() != x.Event.Outcome || e.IP != x.Source.IP || e.Kind != event.SigninSucceeded {
		t.Errorf("%s %s %s %s, want %+v", e.Kind, event.RFC3339(e.Time), e.Outcome, e.IP, x)
	}
	if want := "arn:aws:sts::111111111:assumed-role/role/user@example.org"; e.Account.Name != want || e.Actor.Name != want {
		t.Errorf("signed in as %q, want %q", e.Account.Name, want)
	}
}

// The secrets of data/org are those its inventory names, in both logs.
func TestSecretsAreNamedAsInTheInventory(t *testing.T) {
	listed := map[string]string{}
	for _, file := range sharedFiles(t, "org/secrets.csv") {
		for line := range strings.Lines(string(sharedFile(t, file))) {
			cells := strings.Split(line, ",")
			listed[cells[0]] = cells[2]
		}
	}
	rotated := map[string]int{}
	for format, pattern := range map[string]string{"aws-cloudtrail": "org/logs/cloudtrail/*", "vault-audit": "org/logs/vault/*"} {
		f := mustGet(t, format)
		for _, file := range sharedFiles(t, pattern) {
			for _, rec := range records(t, f, string(sharedFile(t, file)), Options{Now: awsNow, Source: "x"}) {
				for _, e := range rec.Events {
					if e.Kind != event.SecretRotated {
						continue
					}
					rotated[e.System]++
					const unlisted = "kv/data/apps/vormargil" // rotated once, in no inventory
					if listed[e.CredentialID] != e.System && e.CredentialID != unlisted {
						t.Errorf("%s of %s %q: the inventory has it in %q", e.Kind, e.System, e.CredentialID, listed[e.CredentialID])
					}
				}
			}
		}
	}
	if rotated["aws-secretsmanager"] != 13 || rotated["vault"] != 19 {
		t.Errorf("rotations: %v", rotated)
	}
}

// Values that open a door stay in the raw record.
func TestCloudTrailKeepsSecretsRaw(t *testing.T) {
	f := mustGet(t, "aws-cloudtrail")
	const marker = "Canary-Passw0rd"
	more := `,"userAgent":"` + marker + `","errorMessage":"` + marker + `","requestParameters":{"userName":"ann","password":"` + marker + `","secretString":"` + marker + `","masterUserPassword":"` + marker +
		`","policyDocument":"` + marker + `","clientSecret":"` + marker + `","resourcePolicy":"` + marker + `","dBInstanceIdentifier":"db"},"responseElements":{"credentials":{"sessionToken":"` + marker +
		`","secretAccessKey":"` + marker + `"},"accessKey":{"secretAccessKey":"` + marker + `"},"accessToken":"` + marker + `"}`
	for _, call := range strings.Fields("iam/UpdateLoginProfile iam/CreateLoginProfile iam/CreateAccessKey iam/PutUserPolicy secretsmanager/PutSecretValue secretsmanager/CreateSecret secretsmanager/PutResourcePolicy rds/ModifyDBInstance sts/AssumeRole sts/AssumeRoleWithSAML sso/CreateToken signin/ConsoleLogin s3/ListBuckets") {
		service, name, _ := strings.Cut(call, "/")
		for _, rec := range records(t, f, strings.ReplaceAll(trail(service, name, more), "\n", ""), Options{Now: awsNow, Source: "x"}) {
			for _, e := range rec.Events {
				e.Raw = nil
				if strings.Contains(fmt.Sprintf("%+v", e), marker) {
					t.Errorf("%s: the marker reached the event %+v", call, e)
				}
			}
			if len(rec.Events) == 0 {
				t.Errorf("%s gives no event", call)
			}
		}
	}
}
