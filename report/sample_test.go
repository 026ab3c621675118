package report

import (
	"strings"
	"time"

	"resetproof/detect/judge"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// A small invented run: a proven case, a broken one with its late and missing
// steps, one that waits, and one whose log text is hostile.

var (
	sampleNow    = time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	samplePolicy = &judge.PolicyRef{Name: "baseline", Version: "1", SHA256: strings.Repeat("5e", 32)}

	hostileName = "okta:<script>alert(1)</script>"
	hostileText = "\x1b[31mred\x1b[0m \u009b2J \u202eevil\u202c </script><img src=x onerror=alert(2)> " + strings.Repeat("w", 10_000)
)

func sampleOptions() Options {
	check := func(id, about, title string, needs ...string) *rules.Check {
		return &rules.Check{ID: id, About: about, Title: title, Needs: needs, Chain: about != "takeover" && about != "evidence"}
	}
	return Options{
		Checks: []*rules.Check{
			check("dependent-not-rotated", "dependents", "Dependent secret not rotated in time"),
			check("late-approval", "approval", "Approved after execution"),
			check("log-cleared", "evidence", "A log was cleared"),
			check("missing-approval", "approval", "No approval on record"),
			check("no-request", "request", "Nothing shows who asked"),
			check("no-verification", "verification", "No completed identity verification"),
			check("not-validated", "closure", "No independent review", reviewKind),
			check("reset-then-privilege", "takeover", "Privilege used or granted after the reset"),
			check("self-approval", "approval", "Approved by the beneficiary"),
			check("sessions-not-revoked", "closure", "Sessions not ended in time"),
			check("step-without-source", "evidence", "No log given could show a required step"),
		},
		Frameworks: []*rules.Framework{
			{ID: "nist-csf-2.0", Title: "NIST Cybersecurity Framework 2.0", Source: "NIST CSWP 29", Controls: []rules.Control{
				{ID: "PR.AA-01", Title: "Identities and credentials for authorized users, services, and hardware are managed by the organization"},
				{ID: "PR.AA-02", Title: "Identities are proofed and bound to credentials based on the context of interactions"},
				{ID: "PR.AA-05", Title: "Access permissions, entitlements, and authorizations are defined in a policy, managed, enforced, and reviewed, and incorporate the principles of least privilege and separation of duties"},
				{ID: "PR.PS-04", Title: "Log records are generated and made available for continuous monitoring"},
			}},
		},
	}
}

func id(name string) string { return event.Hash("sample", name).String() }

func text(s string) *string { return judge.Text(s) }

func step(at, actor, method, ticket, link, name string) judge.StepRecord {
	return judge.StepRecord{Time: at, Actor: text(actor), Method: text(method), Ticket: text(ticket), Link: text(link), Event: id(name)}
}

func sampleCases() []*judge.CaseRecord {
	proven := &judge.CaseRecord{
		ID: id("case-ann"), Identity: "p-ann", Accounts: []string{"ad:s-1-5-21-7-1104", "okta:00uann00000000000001"},
		Tier: text("ordinary"), TierBasis: text("roster"), Class: text("recovery"), Path: text("assisted"), Cause: text("forgotten"), Segment: text("service desk"),
		Time: "2026-03-02T09:10:00Z", Operator: text("p-sam"), RequestedBy: text("p-ann"), Policy: samplePolicy,
		Acts: []judge.ActRecord{
			{Time: "2026-03-02T09:10:00Z", Credential: "password", System: "ad", Actor: text("p-sam"), Event: id("ann-4724")},
			{Time: "2026-03-02T09:10:41.512Z", Credential: "password", System: "okta", Actor: text("p-sam"), Event: id("ann-okta")},
		},
		RecoveredBy: &judge.RecoveredBy{Identity: text("p-ann"), FirstSignin: text("2026-03-02T09:24:00Z"), Place: text("Utrecht, NL")},
		Systems:     judge.Systems{Expected: []string{"ad", "okta"}, Reached: []string{"ad", "okta"}},
		Steps: judge.Steps{
			Requested: []judge.StepRecord{step("2026-03-02T09:00:12Z", "p-ann", "", "INC0010001", "explicit", "ann-inc")},
			Verified:  []judge.StepRecord{step("2026-03-02T09:04:30Z", "p-sam", "totp", "INC0010001", "explicit", "ann-totp")},
			Approved:  []judge.StepRecord{step("2026-03-02T09:06:02Z", "p-bob", "", "INC0010001", "explicit", "ann-approval")},
			Executed: []judge.StepRecord{
				step("2026-03-02T09:10:00Z", "p-sam", "", "", "window", "ann-4724"),
				step("2026-03-02T09:10:41.512Z", "p-sam", "", "", "window", "ann-okta"),
			},
			Delivered: []judge.StepRecord{step("2026-03-02T09:20:05Z", "p-ann", "forced-change", "", "window", "ann-4723")},
			Closed:    []judge.StepRecord{step("2026-03-02T09:11:10Z", "p-sam", "", "", "session", "ann-clear")},
		},
		Evidence: judge.EvidenceCount{Shown: 6, Assessable: 6, Required: 6},
		Verdicts: map[string]judge.Verdict{"no-request": "met", "no-verification": "met", "missing-approval": "met", "late-approval": "met", "self-approval": "met",
			"sessions-not-revoked": "met", "dependent-not-rotated": "not-applicable", "reset-then-privilege": "met"},
		Custody: judge.Proven,
	}
	broken := &judge.CaseRecord{
		ID: id("case-dana"), CaseAliases: []string{id("case-dana-okta")}, Identity: "p-dana", Accounts: []string{"ad:s-1-5-21-7-1107"},
		Tier: text("privileged"), TierBasis: text("group"), RolesThen: []string{"Domain Admins"}, Class: text("recovery"), Path: text("assisted"), Cause: text("unknown"),
		Time: "2026-03-09T17:41:03.250Z", Operator: text("p-sam"), Policy: samplePolicy,
		Acts:    []judge.ActRecord{{Time: "2026-03-09T17:41:03.250Z", Credential: "password", System: "ad", Actor: text("p-sam"), Event: id("dana-4724")}},
		Systems: judge.Systems{Expected: []string{"ad"}, Reached: []string{"ad"}},
		Steps: judge.Steps{
			Requested: []judge.StepRecord{step("2026-03-09T17:30:00Z", "p-dana", "", "INC0010007", "explicit", "dana-inc")},
			Approved:  []judge.StepRecord{step("2026-03-09T17:52:47Z", "p-dana", "", "INC0010007", "explicit", "dana-approval")},
			Executed:  []judge.StepRecord{step("2026-03-09T17:41:03.250Z", "p-sam", "", "", "window", "dana-4724")},
		},
		Evidence: judge.EvidenceCount{Shown: 2, Assessable: 5, Required: 6},
		Verdicts: map[string]judge.Verdict{"no-request": "met", "no-verification": "not-met", "missing-approval": "not-applicable", "late-approval": "not-met", "self-approval": "not-met",
			"sessions-not-revoked": "not-met", "dependent-not-rotated": "not-assessable", "reset-then-privilege": "not-met"},
		Custody: judge.Broken,
		Rivals:  []judge.Rival{{Kind: "reset.approved", Event: id("dana-other"), Why: "consumed by the reset of p-ann"}},
	}
	pending := &judge.CaseRecord{
		ID: id("case-billing"), Identity: "svc-billing", Accounts: []string{"aws:AIDAINVENTED000000001"},
		Tier: text("machine"), TierBasis: text("roster"), Class: text("rotation"), Path: text("automated"), Cause: text("unknown"), Segment: text("production automation"),
		Time: "2026-03-31T20:00:00Z", Policy: samplePolicy,
		Acts: []judge.ActRecord{{Time: "2026-03-31T20:00:00Z", Credential: "key", System: "aws", Event: id("billing-key")}},
		Steps: judge.Steps{
			Executed: []judge.StepRecord{step("2026-03-31T20:00:00Z", "", "", "CHG0000310", "explicit", "billing-key")},
		},
		Evidence: judge.EvidenceCount{Shown: 1, Assessable: 2, Required: 2},
		Verdicts: map[string]judge.Verdict{"no-request": "not-applicable", "no-verification": "not-applicable", "dependent-not-rotated": "not-due"},
		Custody:  judge.Pending,
		Notes:    []string{"the old key is still live, as the policy allows for 24 h"},
	}
	hostile := &judge.CaseRecord{
		ID: id("case-hostile"), Identity: hostileName, Accounts: []string{hostileName, "okta:" + hostileText},
		Tier: text("ordinary"), TierBasis: text("default"), Class: text("recovery"), Path: text("self-service"),
		Time: "2026-03-11T02:15:00Z", Policy: samplePolicy,
		Acts: []judge.ActRecord{{Time: "2026-03-11T02:15:00Z", Credential: "password", System: "okta", Actor: text(hostileText), Event: id("hostile-act")}},
		Steps: judge.Steps{
			Requested: []judge.StepRecord{step("2026-03-11T02:14:20Z", hostileText, hostileText, hostileText, "correlated", "hostile-ask")},
			Executed:  []judge.StepRecord{step("2026-03-11T02:15:00Z", hostileText, "", "", "correlated", "hostile-act")},
		},
		Evidence: judge.EvidenceCount{Shown: 2, Assessable: 2, Required: 3},
		Verdicts: map[string]judge.Verdict{"no-request": "met", "no-verification": "not-assessable", "missing-approval": "excepted", "sessions-not-revoked": "met"},
		Custody:  judge.Partial, Waivers: []string{"W-7"},
	}
	return []*judge.CaseRecord{proven, broken, pending, hostile}
}

func sampleFindings() []*judge.Finding {
	dana := func(check, title, severity, at, message, fix string, controls []string, evidence ...judge.Evidence) *judge.Finding {
		return &judge.Finding{
			ID: id(check + "dana"), Check: check, Title: title, Severity: severity, Verdict: judge.NotMet, Scope: "case",
			Subject: "p-dana", Case: text(id("case-dana")), CaseAliases: []string{id("case-dana-okta")}, Identity: text("p-dana"), Accounts: []string{"ad:s-1-5-21-7-1107"},
			Tier: text("privileged"), TierBasis: text("group"), Class: text("recovery"), Path: text("assisted"), Operator: text("p-sam"), Time: text(at),
			Message: message, Fix: fix, Classification: "operating", Cause: text("unknown"),
			Policy:   &judge.PolicyRef{Name: "baseline", Version: "1", SHA256: samplePolicy.SHA256, Rule: text("requirements.privileged." + check)},
			Evidence: evidence, Controls: map[string][]string{"nist-csf-2.0": controls},
		}
	}
	record := func(kind, at, name, feed, uri string, line int64) judge.Evidence {
		offset, length := line*640, int64(612)
		return judge.Evidence{Kind: kind, Time: at, Event: id(name), Feed: feed, URI: uri, Offset: &offset, Length: &length, Line: &line,
			SHA256: strings.Repeat(id(name), 2), AtHand: true}
	}
	reset := record("reset.executed", "2026-03-09T17:41:03.250Z", "dana-4724", "windows-security/dc1.acme.example", "windows/dc1.jsonl", 812)
	approval := record("reset.approved", "2026-03-09T17:52:47Z", "dana-approval", "servicenow/acme", "servicenow/sysapproval_approver.json", 44)
	grant := record("privilege.granted", "2026-03-09T18:20:09Z", "dana-4728", "windows-security/dc1.acme.example", "windows/dc1.jsonl", 901)
	searched := []judge.Searched{{Feed: "servicenow/acme", Kinds: []string{"identity.verified"}, From: "2026-03-02T17:41:03Z", To: "2026-03-09T17:46:03Z", Records: 412}}

	verification := dana("no-verification", "No completed identity verification", "critical", "2026-03-09T17:41:03.250Z",
		"nobody is on record as verifying Dana Ito before the reset of 2026-03-09 17:41 UTC; baseline asks for strength 4", "verify the caller before any change of a factor, and keep the record", []string{"PR.AA-02"}, reset)
	verification.Searched = searched
	sessions := dana("sessions-not-revoked", "Sessions not ended in time", "high", "2026-03-09T17:41:03.250Z",
		"no session of Dana Ito was ended by 2026-03-09 17:56 UTC, 15 minutes after the reset", "end all sessions with the reset", []string{"PR.AA-05"}, reset)
	sessions.Due = text("2026-03-09T17:56:03.250Z")
	sessions.Searched = []judge.Searched{{Feed: "okta-system-log/acme.okta.example", Kinds: []string{"session.revoked"}, From: "2026-03-09T17:41:03Z", To: "2026-03-09T17:56:03Z", Records: 31}}

	waived := &judge.Finding{
		ID: id("waived"), Check: "missing-approval", Title: "No approval on record", Severity: "medium", Verdict: judge.Excepted, Scope: "case",
		Subject: hostileName, Case: text(id("case-hostile")), Identity: text(hostileName), Accounts: []string{hostileName}, Time: text("2026-03-11T02:15:00Z"),
		Message: "no approval for " + hostileName + " " + hostileText, Fix: "ask for one", Classification: "operating", Waiver: text("W-7"),
		Rivals: []judge.Rival{{Kind: "reset.approved", Event: id("rival"), Why: hostileText}},
	}
	unseen := &judge.Finding{
		ID: id("unseen"), Check: "step-without-source", Title: "No log given could show a required step", Severity: "medium", Verdict: judge.NotMet, Scope: "source",
		Subject: "verified|okta|ordinary", Message: "no log given could show a verification for okta resets of ordinary accounts: 1 case cannot be assessed", Fix: "add the log of the verification tool",
		Classification: "design", Controls: map[string][]string{"nist-csf-2.0": {"PR.PS-04"}},
	}
	cleared := &judge.Finding{
		ID: id("cleared"), Check: "log-cleared", Title: "A log was cleared", Severity: "high", Verdict: judge.NotMet, Scope: "source",
		Subject: "windows-security/dc1.acme.example", Operator: text("p-sam"), Time: text("2026-03-09T18:31:00Z"), Message: "sam cleared the Security log of dc1.acme.example at 2026-03-09 18:31 UTC",
		Fix: "keep logs where operators cannot clear them", Classification: "operating", Controls: map[string][]string{"nist-csf-2.0": {"PR.PS-04"}},
		Evidence: []judge.Evidence{record("log.cleared", "2026-03-09T18:31:00Z", "cleared", "windows-security/dc1.acme.example", "windows/dc1.jsonl", 955)},
	}
	return []*judge.Finding{
		verification, sessions, waived, unseen, cleared,
		dana("late-approval", "Approved after execution", "critical", "2026-03-09T17:41:03.250Z",
			"dana approved at 17:52, 11 minutes after the reset at 17:41", "approve first", []string{"PR.AA-05"}, reset, approval),
		dana("self-approval", "Approved by the beneficiary", "critical", "2026-03-09T17:41:03.250Z",
			"dana approved the reset of her own credential (INC0010007)", "route approvals past the beneficiary", []string{"PR.AA-05"}, reset, approval),
		dana("reset-then-privilege", "Privilege used or granted after the reset", "high", "2026-03-09T17:41:03.250Z",
			"38 minutes after the reset dana was added to Backup Operators", "review what the account did", []string{"PR.AA-05"}, reset, grant),
	}
}

func sampleCoverage() Coverage {
	at := func(month time.Month, day, hour int) int64 {
		return time.Date(2026, month, day, hour, 0, 0, 0, time.UTC).UnixNano()
	}
	return Coverage{
		Feeds: []FeedCoverage{
			{
				Feed: event.Feed{
					Name: "windows-security/dc1.acme.example", Format: "windows-security", Instance: "dc1.acme.example", Source: "windows", System: "ad",
					Records: 1_204, Mapped: 1_100, Duplicates: 4, Unmapped: 98, Malformed: 2, First: at(1, 4, 7), Last: at(3, 31, 22),
					MalformedFirst: []event.Malformed{{URI: "windows/dc1.jsonl", Line: 77, Offset: 49_112, Reason: "time lies before 2000"}, {URI: "windows/dc1.jsonl", Line: 12, Offset: 7_001, Reason: "not a JSON object"}},
					Lags:           map[int64]int64{0: 10, 1: 80, 4: 9, 61: 1}, Kinds: map[string]int64{"reset.executed": 31, "signin.succeeded": 1_040, "log.cleared": 1},
					Shows: []string{"reset.executed", "log.cleared"}, UnmappedTypes: map[string]int64{"4662": 98},
					HostsSeen: []string{"dc1.acme.example"}, HostsNamed: []string{"dc2.acme.example", "DC1.acme.example"},
					Files: []event.File{{URI: "windows/dc1.jsonl", Size: 912_004, SHA256: strings.Repeat("ab", 32)}},
				},
				Gaps: [][2]int64{{at(2, 10, 3), at(2, 12, 9)}}, Intervals: [][2]int64{{at(2, 12, 9), at(3, 31, 21)}, {at(1, 4, 7), at(2, 10, 3)}},
			},
			{
				Feed: event.Feed{
					Name: "okta-system-log/acme.okta.example", Format: "okta-system-log", Instance: "acme.okta.example", Source: "okta", System: "okta",
					Records: 2_310, Mapped: 2_000, Duplicates: 10, Unmapped: 300, First: at(1, 1, 0), Last: at(3, 31, 23),
					Kinds: map[string]int64{"signin.succeeded": 1_900, "reset.executed": 12, hostileText: 1}, Always: []string{"session.revoked"},
					Files: []event.File{{URI: "okta/" + hostileName + ".jsonl", Size: 3_100_220, SHA256: strings.Repeat("cd", 32)}},
				},
				Intervals: [][2]int64{{at(1, 1, 0), at(3, 31, 23)}},
			},
		},
		Unrecognised:    []event.Unrecognised{{URI: "cloudtrail/2026-03.json.gz", Reason: "no format claims its content"}, {URI: "\u202enotes", Reason: "empty"}},
		UnknownAccounts: 3,
		NotCases:        map[string]int64{"routine-change": 40, "first-password": 6},
		Waivers:         sampleWaivers(),
		Surveyed:        []string{"operator-burst: 3024 operator-hours of 3 operators tested, 1 hour beyond a false discovery rate of 5 %"},
		LeftOut:         []string{"window before 2026-01-01: no feed reaches back", "certificates: no format reads them"},
	}
}

// sampleWaivers are a sound one that was used and one that states little.
func sampleWaivers() []judge.WaiverRecord {
	text := func(s string) *string { return &s }
	return []judge.WaiverRecord{
		{
			ID: "W-7", Checks: []string{"missing-approval"}, Selector: `identity.id == "p-eli"`, Owner: text("p-ruth"), Reason: text("moved, " + hostileText), Ticket: text("CHG7"),
			ApprovedBy: text("p-noor"), CompensatingControl: text("call-back"), ValidFrom: text("2026-03-01T00:00:00Z"), ValidUntil: text("2026-04-01T00:00:00Z"),
			Covers: true, Selected: 3, Cases: 2, Used: 3, Late: 1, Uses: []judge.WaiverUse{{Case: id("eli"), Time: "2026-03-02T09:10:00Z", Check: "missing-approval"}, {Case: id("dana"), Time: "2026-03-09T11:00:00Z", Check: "missing-approval"}},
			Months: []judge.WaiverMonth{{Month: "2026-03", Cases: 2, Of: 40}},
		},
		{ID: "W-8", Selector: "true", Defects: []string{"states no end and no owner, and so covers nothing"}},
	}
}

func sampleRun() Run {
	sum := strings.Repeat("5e", 32)
	return Run{
		Run: id("run"), Started: time.Date(2026, 4, 1, 6, 0, 0, 0, time.FixedZone("CEST", 7_200)), Now: sampleNow, User: "auditor", Host: "desk.acme.example",
		Arguments: []string{"scan", "--config", "resetproof.yaml"}, Tool: Tool{Version: "0.1.0", Go: "go1.26"},
		Hashes: map[string]*string{"policy": &sum, "identities": nil},
		Period: &[2]time.Time{time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)}, Exit: 1,
	}
}
