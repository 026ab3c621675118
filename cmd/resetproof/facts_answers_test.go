package main

import "resetproof/detect/judge"

// Where the answers' files lie.
const (
	evtx     = "windows-evtx/mdecrevoisier/"
	kept     = "windows-security-evtx/"
	keptEvtx = "windows-security-evtx/facts/"
	stratus  = "cloudtrail/stratus/"
	keptAWS  = "aws-cloudtrail/facts/"
	entra    = "entra/splunk-azuread/azure_active_directory_"
	panther  = "okta/panther_scenario_okta-add-administrator_"
	ual      = "entra/o365_unified_audit_2021-03-23_to_05-31"
)

// What the Microsoft 365 log holds besides the resets that its facts are about:
// credentials of applications.
var ualCases = []string{
	"2021-03-25T12:52:51Z issuance assisted m365-ual secret of rnicrosoft_office by A.Thulile@dutchmasterz.onmicrosoft.com",
	"2021-03-26T08:43:14Z recovery assisted m365-ual password of PradeepG@dutchmasterz.onmicrosoft.com by joey@dutchmasterz.onmicrosoft.com, then session.revoked+token.revoked",
	"2021-03-26T08:43:46Z recovery assisted m365-ual password of PattiF@dutchmasterz.onmicrosoft.com by joey@dutchmasterz.onmicrosoft.com, then session.revoked+token.revoked",
	"2021-03-31T07:54:53Z issuance assisted m365-ual secret of rnicrosoft by joey@dutchmasterz.onmicrosoft.com",
	"2021-04-16T07:29:20Z issuance assisted m365-ual secret of rnicrosoft_office by A.Thulile@dutchmasterz.onmicrosoft.com",
}

// An administrator obliged an account to use a second factor, in two records;
// that gives nobody one.
var ualNot = map[string]int{"mfa-requirement": 2}

// answers are what a scan must say of each fact of facts.json, by its id.
var answers = map[string]answer{
	// A password set by another person; 4724 and 4738 are one reset.
	"D01": {
		files: []string{evtx + "ID4724-5145-password_reset_with_setNTLM_Mimikatz_.evtx"}, copies: []string{kept + "win_4724_reset_setNTLM.evtx"},
		cases: []string{`2021-12-04T22:09:13.6801274Z recovery assisted ad password of OFFSEC\hacker2 by OFFSEC\admmig`},
		events: map[string]int{
			"reset.executed": 1,
			`state.observed 2021-12-04T22:09:13Z OFFSEC\hacker2 by OFFSEC\admmig`:                                       1,
			`signin.succeeded 2021-12-04T22:09:13Z OFFSEC.LAN\admmig by OFFSEC.LAN\admmig logon-type-3 from 10.23.23.9`: 4,
		},
	},
	// A failed change of another's password, in a file called "password reset".
	"D02": {
		files: []string{evtx + "ID4723-5145-password_reset_with_changeNTLM_Mimikatz_.evtx"}, copies: []string{keptEvtx + "ID4723-5145-password_reset_with_changeNTLM_Mimikatz_.evtx.gz"},
		not:    map[string]int{"failed": 1},
		events: map[string]int{`credential.changed! 2021-12-04T22:47:47Z OFFSEC\hacker2 by OFFSEC\admmig`: 1, "reset.executed": 0},
	},
	// A log cleared, then an account made, raised and deleted within a second.
	"D03": {
		files: []string{evtx + "ID472_4728_Hidden_user_creation.evtx"}, copies: []string{kept + "win_4724_part_of_creation.evtx"},
		not: map[string]int{"first-password": 1},
		follows: []string{
			`log-cleared 2022-01-24T17:03:24.2249381Z: the log windows-security-evtx/fs03vuln.offsec.lan was cleared by OFFSEC\admmig on fs03vuln.offsec.lan at 2022-01-24 17:03:24 UTC`,
			`state-without-event 2022-01-24T17:03:25.0359231Z: FS03VULN\3teamssixf$, the password of FS03VULN\3teamssixf$ in ad was set at 2022-01-24 17:03:25 UTC, and a record of 2022-01-24 17:03:25 UTC says that it had been set before 2020-07-07: its time went back`,
		},
		events: map[string]int{
			`account.created 2022-01-24T17:03:25Z FS03VULN\3teamssixf$ by OFFSEC\admmig`:                                            1,
			`account.enabled 2022-01-24T17:03:25Z FS03VULN\3teamssixf$ by OFFSEC\admmig`:                                            1,
			`reset.executed 2022-01-24T17:03:25Z FS03VULN\3teamssixf$ by OFFSEC\admmig`:                                             1,
			`privilege.granted 2022-01-24T17:03:25Z S-1-5-21-2721507831-1374043488-2540227515-1008 by OFFSEC\admmig Administrators`: 1,
			`account.deleted 2022-01-24T17:03:25Z FS03VULN\3teamssixf$ by OFFSEC\admmig`:                                            1,
		},
	},
	// The same account's password time went back to another account's.
	"D04": {
		files: []string{evtx + "ID472_4728_Hidden_user_creation.evtx"}, copies: []string{kept + "win_4724_part_of_creation.evtx"},
		not: map[string]int{"first-password": 1},
		follows: []string{
			`log-cleared 2022-01-24T17:03:24.2249381Z: the log windows-security-evtx/fs03vuln.offsec.lan was cleared by OFFSEC\admmig on fs03vuln.offsec.lan at 2022-01-24 17:03:24 UTC`,
			`state-without-event 2022-01-24T17:03:25.0359231Z: FS03VULN\3teamssixf$, the password of FS03VULN\3teamssixf$ in ad was set at 2022-01-24 17:03:25 UTC, and a record of 2022-01-24 17:03:25 UTC says that it had been set before 2020-07-07: its time went back`,
		},
		events: map[string]int{`state.observed 2022-01-24T17:03:25Z FS03VULN\3teamssixf$ by OFFSEC\admmig`: 2},
	},
	// The restore-mode password of a domain controller.
	"D05": {
		files: []string{evtx + "ID4794-4688-DSRM_password_set_with_NTDSutil.evtx"}, copies: []string{keptEvtx + "ID4794-4688-DSRM_password_set_with_NTDSutil.evtx.gz"},
		verdicts: map[string]judge.Verdict{"wrong-path": judge.Met},
		tier:     "break-glass",
		cases:    []string{`2020-07-13T08:34:33.915353Z recovery emergency ad dsrm of rootdc1.offsec.lan\DSRM Administrator by OFFSEC\admmig`},
	},
	// A computer account made, given a password and renamed to pass for the
	// domain controller; then somebody else signs in from the same address.
	"D06": {
		files:  []string{evtx + "ID47x_4661-4662_5136_4688_4697-SAM_the_admin_CVE-2021-42287_.evtx"},
		copies: []string{keptEvtx + "ID47x_4661-4662_5136_4688_4697-SAM_the_admin_CVE-2021-42287_.evtx.gz"},
		not:    map[string]int{"machine-account": 1},
		events: map[string]int{
			`account.created 2021-12-14T14:42:48Z OFFSEC\compnay-88$ by OFFSEC\hack1`:                                       1,
			`reset.executed 2021-12-14T14:42:48Z OFFSEC\compnay-88$ by OFFSEC\hack1`:                                        1,
			`other 2021-12-14T14:42:48Z OFFSEC\rootdc1 by OFFSEC\hack1`:                                                     1,
			`signin.succeeded 2021-12-14T14:42:49Z OFFSEC\rootdc1 by OFFSEC\rootdc1 from 10.23.123.11`:                      1,
			`signin.succeeded 2021-12-14T14:42:49Z offsec\admmhorvath by offsec\admmhorvath logon-type-3 from 10.23.123.11`: 1,
		},
	},
	// Who joins a group without any reset leaves a grant and no case.
	"D07": {
		files: []string{evtx + "ID4728-Member_adding_to_a_group_by_the_same_account.evtx"}, copies: []string{keptEvtx + "ID4728-Member_adding_to_a_group_by_the_same_account.evtx.gz"},
		events: map[string]int{`privilege.granted 2020-07-12T05:17:23Z S-1-5-21-4230534742-2542757381-3142984815-1158 by OFFSEC\lambda-user Group02`: 1},
	},
	"D08": {
		files: []string{evtx + "ID4728-4756-Member_added_to_sensitive_domain_groups.evtx"}, copies: []string{keptEvtx + "ID4728-4756-Member_added_to_sensitive_domain_groups.evtx.gz"},
		events: map[string]int{
			`privilege.granted 2020-07-12T06:01:13Z S-1-5-21-4230534742-2542757381-3142984815-1159 by OFFSEC\lambda-user Domain Admins`:         1,
			`privilege.granted 2020-07-12T06:01:13Z S-1-5-21-4230534742-2542757381-3142984815-1159 by OFFSEC\lambda-user Enterprise Admins`:     1,
			`privilege.granted 2020-07-12T06:01:13Z S-1-5-21-4230534742-2542757381-3142984815-1159 by OFFSEC\lambda-user Enterprise Key Admins`: 1,
			`privilege.granted 2020-07-12T06:01:13Z S-1-5-21-4230534742-2542757381-3142984815-1159 by OFFSEC\lambda-user Schema Admins`:         1,
		},
	},
	// 91 logs of one computer cleared, at three moments.
	"D09": {
		files: []string{evtx + "ID104-1102-Event_log_cleared.evtx"}, copies: []string{keptEvtx + "ID104-1102-Event_log_cleared.evtx.gz"},
		follows: []string{
			`log-cleared 2021-10-25T18:04:30.3344711Z: the log windows-security-evtx/fs03.offsec.lan was cleared by OFFSEC\admmig on fs03.offsec.lan at 2021-10-25 18:04:30 UTC`,
			`log-cleared 2021-10-25T18:09:51.875657Z: the log windows-security-evtx/fs03.offsec.lan was cleared by OFFSEC\admmig on fs03.offsec.lan at 2021-10-25 18:09:51 UTC`,
			`log-cleared 2021-10-25T18:11:09.0020102Z: the log windows-security-evtx/fs03.offsec.lan was cleared by OFFSEC\admmig on fs03.offsec.lan at 2021-10-25 18:11:09 UTC, in 89 records until 2021-10-25 18:11:12 UTC`,
		},
		events: map[string]int{`log.cleared 2021-10-25T18:09:51Z  by OFFSEC\admmig`: 1, "log.cleared": 91},
	},
	// Auditing switched off, category by category.
	"D10": {
		files: []string{evtx + "ID4719-Audit_policy_deactivation.evtx"}, copies: []string{keptEvtx + "ID4719-Audit_policy_deactivation.evtx.gz"},
		follows: []string{`log-cleared 2021-10-25T18:30:36.5159063Z: auditing was taken away from the log windows-security-evtx/fs03.offsec.lan by OFFSEC\admmig on fs03.offsec.lan at 2021-10-25 18:30:36 UTC, in 30 records until 2021-10-25 18:30:36 UTC`},
		events:  map[string]int{`policy.changed 2021-10-25T18:30:36Z  by OFFSEC\admmig audit-policy auditing removed`: 30},
	},
	// Windows set-up gives the first user a password; 36 restarts stop the log
	// service, which is no tampering.
	"D11": {
		files: []string{"windows-evtx/omerbenamram/security.evtx"}, copies: []string{keptEvtx + "security.evtx.gz"},
		not: map[string]int{"first-password": 1, "routine-change": 1},
		events: map[string]int{
			`reset.executed 2016-07-08T18:15:23Z WIN-03DLIIOFRRA\fsir by`: 1,
			"reset.executed": 1, "log.stopped": 36,
		},
	},
	// The same computer's user changes her own password: no reset.
	"D12": {
		files: []string{"windows-evtx/omerbenamram/security.evtx"}, copies: []string{keptEvtx + "security.evtx.gz"},
		not: map[string]int{"first-password": 1, "routine-change": 1},
		events: map[string]int{
			`credential.changed 2016-07-09T22:26:10Z WIN-03DLIIOFRRA\fsir by WIN-03DLIIOFRRA\fsir`:                                        1,
			`account.created 2016-07-08T22:23:19Z WIN-03DLIIOFRRA\archir by WIN-03DLIIOFRRA\fsir`:                                         1,
			`privilege.granted 2016-07-09T22:25:47Z S-1-5-21-2603537626-3982775912-406486804-1001 by WIN-03DLIIOFRRA\fsir Administrators`: 1,
		},
	},
	// The password on the command line stands in no output. The 4724 names only a SID, and it failed (AUDIT_FAILURE): the account was
	// made and deleted within the second. Times are the collector's, in UTC.
	"D13": {
		files:  []string{"windows-json/empire_wmic_add_user_backdoor_2020-09-14080546.json.gz"},
		not:    map[string]int{"failed": 1},
		hidden: `net user /add backdoor ([^\s"\\]+)`,
		events: map[string]int{
			`account.created 2020-09-14T12:06:02Z WORKSTATION6\backdoor by THESHIRE\pgustavo`:                          1,
			`reset.executed! 2020-09-14T12:06:02Z S-1-5-21-1969843730-2406867588-1543852148-1000 by THESHIRE\pgustavo`: 1,
			`account.deleted 2020-09-14T12:06:02Z WORKSTATION6\backdoor by THESHIRE\pgustavo`:                          1,
		},
	},
	"D14": {
		files: []string{stratus + "aws.privilege-escalation.iam-update-user-login-profile.json"}, copies: []string{keptAWS + "aws.privilege-escalation.iam-update-user-login-profile.json"},
		cases: []string{"2024-08-28T09:54:40Z recovery assisted aws password of arn:aws:iam::763751499319:user/stratus-red-team-update-login-profile-user by arn:aws:iam::763751499319:user/christophe"},
	},
	// The attempt to delete the new password failed: nothing closed the case.
	"D15": {
		files: []string{stratus + "aws.persistence.iam-create-user-login-profile.json"}, copies: []string{keptAWS + "aws.persistence.iam-create-user-login-profile.json"},
		cases:  []string{"2024-08-01T13:42:21Z recovery assisted aws password of arn:aws:iam::070411556318:user/stratus-red-team-login-profile-user by arn:aws:iam::070411556318:user/christophe"},
		events: map[string]int{"credential.revoked! 2024-08-01T13:42:22Z arn:aws:iam::070411556318:user/stratus-red-team-login-profile-user by arn:aws:iam::070411556318:user/christophe": 1, "credential.revoked ": 0},
	},
	"D16": {
		files: []string{stratus + "aws.persistence.iam-create-admin-user.json"}, copies: []string{keptAWS + "aws.persistence.iam-create-admin-user.json"},
		cases: []string{"2024-08-01T13:33:28Z issuance assisted aws key of arn:aws:iam::229654561268:user/malicious-iam-user by arn:aws:iam::229654561268:user/christophe"},
		follows: []string{"reset-then-privilege 2024-08-01T13:33:28Z: arn:aws:iam::229654561268:user/christophe gave arn:aws:iam::229654561268:user/malicious-iam-user " +
			"the role AdministratorAccess at 2024-08-01 13:33:28 UTC, 0 seconds after the reset at 2024-08-01 13:33:28 UTC"},
		events: map[string]int{"account.created 2024-08-01T13:33:28Z arn:aws:iam::229654561268:user/malicious-iam-user by arn:aws:iam::229654561268:user/christophe": 1},
	},
	"D17": {
		files: []string{stratus + "aws.persistence.iam-backdoor-user.json"}, copies: []string{keptAWS + "aws.persistence.iam-backdoor-user.json"},
		cases: []string{"2024-07-30T21:53:13Z issuance assisted aws key of arn:aws:iam::946986569305:user/stratus-red-team-backdoor-u-user by arn:aws:iam::946986569305:user/christophe"},
	},
	// A trail deleted, one stopped, and one told to log no management events.
	"D18": {
		files:  []string{stratus + "aws.defense-evasion.cloudtrail-delete.json", stratus + "aws.defense-evasion.cloudtrail-event-selectors.json", stratus + "aws.defense-evasion.cloudtrail-stop.json"},
		copies: []string{keptAWS + "aws.defense-evasion.cloudtrail-delete.json", keptAWS + "aws.defense-evasion.cloudtrail-event-selectors.json", keptAWS + "aws.defense-evasion.cloudtrail-stop.json"},
		follows: []string{
			"log-cleared 2024-07-31T12:46:41Z: the log aws-cloudtrail/847129010505 was stopped by arn:aws:iam::847129010505:user/christophe at 2024-07-31 12:46:41 UTC",
			"log-cleared 2024-07-31T12:50:02Z: auditing was taken away from the log aws-cloudtrail/958312252124 by arn:aws:iam::958312252124:user/christophe at 2024-07-31 12:50:02 UTC",
			"log-cleared 2024-07-31T13:06:24Z: the log aws-cloudtrail/143434273843 was stopped by arn:aws:iam::143434273843:user/christophe at 2024-07-31 13:06:24 UTC",
		},
	},
	// Secrets read in bulk, and none of them changed afterwards.
	"D19": {
		files:  []string{stratus + "aws.credential-access.secretsmanager-retrieve-secrets.json", stratus + "aws.credential-access.secretsmanager-batch-retrieve-secrets.json"},
		copies: []string{keptAWS + "aws.credential-access.secretsmanager-retrieve-secrets.json", keptAWS + "aws.credential-access.secretsmanager-batch-retrieve-secrets.json"},
		events: map[string]int{
			"secret.accessed 2024-07-31T12:36:":  20,
			"secret.accessed 2024-07-31T12:29:1": 5,
			"secret.accessed":                    25, "secret.rotated": 0, "secret.revoked": 0, "secret.created": 0,
		},
	},
	// Two resets, and sessions ended in the same second each.
	"D20": {
		files: []string{ual + ".jsonl"}, cases: ualCases, not: ualNot,
		verdicts: map[string]judge.Verdict{"sessions-not-revoked": judge.Met, "tokens-not-revoked": judge.NotApplicable, "reset-then-privilege": judge.Met},
		events:   map[string]int{"reset.executed": 2},
	},
	// Eight roles for an account that nobody reset.
	"D21": {
		files: []string{ual + ".jsonl"}, cases: ualCases, not: ualNot,
		events: map[string]int{
			"privilege.granted 2021-04-16T08:20:56Z GradyA@dutchmasterz.onmicrosoft.com by A.Thulile@dutchmasterz.onmicrosoft.com ":                     8,
			"privilege.granted 2021-04-16T08:20:56Z GradyA@dutchmasterz.onmicrosoft.com by A.Thulile@dutchmasterz.onmicrosoft.com Global Administrator": 1,
			"signin.failed 2021-04-16T08:20:47Z GradyA@dutchmasterz.onmicrosoft.com":                                                                    1,
			"signin.failed 2021-04-16T08:20:53Z GradyA@dutchmasterz.onmicrosoft.com":                                                                    1,
			"signin.failed 2021-04-16T08:21:11Z GradyA@dutchmasterz.onmicrosoft.com":                                                                    1,
			"signin.succeeded 2021-04-16T08:21:32Z GradyA@dutchmasterz.onmicrosoft.com":                                                                 1,
		},
	},
	"D22": {
		files: []string{ual + ".jsonl"}, cases: ualCases, not: ualNot,
		events: map[string]int{
			"privilege.granted 2021-04-16T08:29:23Z joey@dutchmasterz.onmicrosoft.com by GradyA@dutchmasterz.onmicrosoft.com Exchange Administrator": 1,
			"privilege.granted 2021-04-16T08:21:33Z HenriettaM@dutchmasterz.onmicrosoft.com by A.Thulile@dutchmasterz.onmicrosoft.com ":              8,
			"privilege.granted 2021-04-16T11:53:44Z JoniS@dutchmasterz.onmicrosoft.com by A.Thulile@dutchmasterz.onmicrosoft.com ":                   8,
			"privilege.granted 2021-04-16T12:11:3": 8,
		},
	},
	// Repeated records count once.
	"D23": {
		files: []string{ual + ".jsonl"}, cases: ualCases, not: ualNot,
		events: map[string]int{"signin.succeeded": 171, "reset.executed": 2},
	},
	// A grant dated before the creation of the account it is for.
	"D24": {
		files: []string{panther + "admin_privs_assigned.jsonl", panther + "brute_force_logins.jsonl", panther + "new-user.jsonl"},
		events: map[string]int{
			"signin.failed 2021-06-25T21:": 9,
			"signin.succeeded 2021-06-25T21:41:03Z jack.naglieri@runpanther.io by jack.naglieri@runpanther.io from 194.88.246.242":                                                           1,
			"privilege.granted 2021-06-26T21:27:03Z thomas12223391@gmail.com by jack.naglieri@runpanther.io Organization administrator, Application administrator (all) from 194.88.246.242": 1,
			"account.created 2021-07-02T16:31:05Z thomas12223391@gmail.com by jack.naglieri@runpanther.io":                                                                                   1,
		},
	},
	// A change of password that failed is no reset.
	"D25": {
		files:  []string{"okta/tenzir_system-log.ndjson"},
		not:    map[string]int{"failed": 1},
		events: map[string]int{"credential.changed! 2026-02-10T08:52:16Z dave.davis@example.com by dave.davis@example.com": 1, "credential.changed ": 0, "reset.executed": 0},
	},
	"D26": {
		files:  []string{entra + "reset_password_by_admin.json", entra + "user_registered_security_info.json"},
		copies: []string{"entra-monitor/facts/azure_active_directory_reset_password_by_admin.json", "entra-monitor/facts/azure_active_directory_user_registered_security_info.json"},
		cases: []string{
			"2023-07-24T14:28:55.0648789Z recovery assisted entra password of testuser@splunkresearch.com by tommyr@splunkresearch.com",
			"2023-01-30T21:11:30.8690619Z binding self-service entra mfa of User30@splunkresearch.com by User30@splunkresearch.com",
		},
		events: map[string]int{"reset.executed 2023-07-24T14:28:55Z testuser@splunkresearch.com by tommyr@splunkresearch.com from 40.81.4.144": 1},
	},
	// Rows whose record is cut off are counted, not dropped; the other rows are
	// the same records as in the JSON export, and count once.
	"D29": {
		files: []string{ual + ".csv", ual + ".jsonl"}, cases: ualCases, not: ualNot, malformed: 3,
		events: map[string]int{"reset.executed": 2, "signin.succeeded": 171},
	},
}
