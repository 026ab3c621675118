package generate

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Microsoft Entra ID as Graph gives it: directoryAudits and signIns. One reset
// leaves the reset service's record, which names who did it, Core Directory's,
// done by fim_password_service, and the end of the refresh tokens, all with one
// correlationId.

const graphTime = "2006-01-02T15:04:05.0000000Z"

// The services that write the audit log, with the first part of their ids.
const (
	resetService  = "Self-service Password Management"
	coreDirectory = "Core Directory"
	authMethods   = "Authentication Methods"
	pim           = "PIM"
)

var entraIDs = map[string]string{resetService: "SSPR", coreDirectory: "Directory", authMethods: "IAMUX", pim: "PIM"}

// entraAudit is what of an audit record differs.
type entraAudit struct {
	service, activity, reason, operation string
	correlation                          string
	by                                   obj
	about                                []obj
	details                              []obj
	category, result                     string
}

func (g *org) entraAudit(at time.Time, a entraAudit) {
	or := func(s, otherwise string) string {
		if s == "" {
			return otherwise
		}
		return s
	}
	if a.details == nil {
		a.details = []obj{}
	}
	g.entraAudits.add(at, obj{
		"id":       entraIDs[a.service] + "_" + a.correlation + "_" + g.letters(5, alphabet[:36]) + "_" + strconv.Itoa(100000+g.rng.IntN(900000000)),
		"category": or(a.category, "UserManagement"), "correlationId": a.correlation, "result": or(a.result, "success"), "resultReason": a.reason,
		"activityDisplayName": a.activity, "activityDateTime": at.UTC().Format(graphTime), "loggedByService": a.service, "operationType": or(a.operation, "Update"),
		"userAgent": nil, "initiatedBy": a.by, "targetResources": a.about, "additionalDetails": a.details,
	})
}

// entraID is somebody's object id; whoever has one has an account.
func (g *org) entraID(p *person) string {
	if p.more["entra"] == "" {
		p.more["entra"] = g.steadyUUID("entra", p.id)
	}
	return p.more["entra"]
}

// entraBy is who did it, from where; ip is null where the service does not say.
func (g *org) entraBy(p *person, ip any) obj {
	return obj{"user": obj{"id": g.entraID(p), "displayName": nil, "userPrincipalName": p.login, "ipAddress": ip, "roles": []any{}}, "app": nil}
}

// entraFIM stands for whoever used the reset service.
func entraFIM() obj {
	return obj{"user": obj{"id": "00000000-0000-0000-0000-000000000000", "displayName": nil, "userPrincipalName": "fim_password_service@support.onmicrosoft.com",
		"ipAddress": nil, "roles": []any{}}, "app": nil}
}

func entraApp(name, id string) obj {
	return obj{"user": nil, "app": obj{"appId": nil, "displayName": name, "servicePrincipalId": id, "servicePrincipalName": nil}}
}

// entraUser is somebody as the target of a record, with what changed: triples of
// name, old and new.
func (g *org) entraUser(p *person, changed ...string) obj {
	props := []any{}
	for i := 0; i+2 < len(changed); i += 3 {
		var old any
		if changed[i+1] != "" {
			old = changed[i+1]
		}
		props = append(props, obj{"displayName": changed[i], "oldValue": old, "newValue": changed[i+2]})
	}
	return obj{"id": g.entraID(p), "displayName": nil, "type": "User", "userPrincipalName": p.login, "groupType": nil, "modifiedProperties": props}
}

// entraSignin writes a sign-in; code is 0 for one that succeeded.
func (g *org) entraSignin(at time.Time, p *person, from seat, session string, code int, more obj) {
	device := obj{"deviceId": "", "displayName": nil, "operatingSystem": from.device, "browser": "Chrome 132.0.0", "isCompliant": nil, "isManaged": nil, "trustType": nil}
	if from.city == p.home.city && from.device == p.device {
		device["deviceId"], device["displayName"], device["trustType"] = g.steadyUUID("device", p.id), "NV-"+p.id, "Azure AD joined"
	}
	o := obj{
		"id": g.uuid(), "createdDateTime": at.UTC().Format(graphTime), "userDisplayName": p.name(), "userPrincipalName": p.login, "userId": g.entraID(p),
		"appId": "4765445b-32c6-49b0-83e6-1d93765276ca", "appDisplayName": "OfficeHome", "ipAddress": from.ip, "clientAppUsed": "Browser", "correlationId": g.uuid(),
		"conditionalAccessStatus": "success", "isInteractive": true, "riskDetail": "none", "riskLevelAggregated": "none", "riskLevelDuringSignIn": "none",
		"riskState": "none", "riskEventTypes": []any{}, "riskEventTypes_v2": []any{}, "resourceDisplayName": "Microsoft Graph",
		"resourceId": "00000003-0000-0000-c000-000000000000", "status": obj{"errorCode": code, "failureReason": "Other.", "additionalDetails": nil},
		"deviceDetail": device, "sessionId": session, "authenticationRequirement": "multiFactorAuthentication",
		"location":                         obj{"city": from.city, "state": from.region, "countryOrRegion": from.country[:2], "geoCoordinates": obj{"altitude": nil, "latitude": nil, "longitude": nil}},
		"authenticationDetails":            []any{},
		"appliedConditionalAccessPolicies": []any{},
	}
	for _, k := range sortedKeys(more) {
		o[k] = more[k]
	}
	g.entraSignins.add(at, o)
}

// entraSteps are the methods of a sign-in, in the order in which they were shown.
func entraSteps(at time.Time, methods ...string) []obj {
	var out []obj
	for i, m := range methods {
		out = append(out, obj{"authenticationStepDateTime": at.Add(time.Duration(i*7) * time.Second).UTC().Format(time.RFC3339), "authenticationMethod": m,
			"authenticationMethodDetail": nil, "succeeded": true, "authenticationStepResultDetail": "true", "authenticationStepRequirement": ""})
	}
	return out
}

var entra = &directory{
	name: "entra",
	role: "Global Administrator", places: true, strength: 2,
	join: func(g *org, p *person) { g.entraID(p) },
	// Nobody gets in with a password that has to be changed.
	changeFirst: true,
	signin: func(g *org, at time.Time, p *person, from seat) string {
		session := g.uuid()
		steps := []string{"Password", "Mobile app notification"}
		switch p.signs {
		case 3:
			steps[1] = "OATH verification code"
		case 4:
			steps = []string{"FIDO2 security key"}
		}
		g.entraSignin(at, p, from, session, 0, obj{"authenticationDetails": entraSteps(at, steps...)})
		return session
	},
	use: func(g *org, at time.Time, p *person, from seat, session string) {
		g.entraSignin(at, p, from, session, 0, obj{"isInteractive": false, "appDisplayName": "Office 365 Exchange Online", "incomingTokenType": "primaryRefreshToken",
			"status": obj{"errorCode": 0, "failureReason": "Other.", "additionalDetails": "MFA requirement satisfied by claim in the token"}})
	},
	reset: func(g *org, at time.Time, by, p *person) {
		id := g.uuid()
		g.entraAudit(at, entraAudit{service: resetService, activity: "Reset password (by admin)", reason: "None", correlation: id,
			by: g.entraBy(by, by.seat().ip), about: []obj{g.entraUser(p)}, details: []obj{{"key": "OnPremisesAgent", "value": "None"}}})
		after := at.Add(time.Duration(100+g.rng.IntN(900)) * time.Millisecond)
		g.entraAudit(after, entraAudit{service: coreDirectory, activity: "Reset user password", correlation: id, by: entraFIM(), about: []obj{g.entraUser(p)}})
		g.entraTokens(after, id, entraFIM(), p)
	},
	change: func(g *org, at time.Time, p *person, from seat) {
		g.entraSignin(at.Add(-20*time.Second), p, from, g.uuid(), 50055, obj{
			"authenticationDetails": []obj{{"authenticationMethod": "Password", "succeeded": false, "authenticationStepResultDetail": "The password is expired."}}})
		id := g.uuid()
		g.entraAudit(at, entraAudit{service: coreDirectory, activity: "Change user password", correlation: id, by: g.entraBy(p, nil), about: []obj{g.entraUser(p)}})
		g.entraTokens(at, id, g.entraBy(p, nil), p)
	},
	// The reset itself ends sessions and refresh tokens.
	dropFactors: func(g *org, at time.Time, by, p *person) {
		g.entraAudit(at, entraAudit{service: coreDirectory, activity: "Update user", correlation: g.uuid(), by: g.entraBy(by, by.seat().ip), about: []obj{g.entraUser(p,
			"StrongAuthenticationMethod", `[{"MethodType":6,"Default":true},{"MethodType":7,"Default":false}]`, "[]",
			"Included Updated Properties", "", `"StrongAuthenticationMethod"`)}})
	},
	enrol: func(g *org, at time.Time, p *person, from seat, factor string) {
		g.entraAudit(at, entraAudit{service: authMethods, activity: "User registered security info", reason: "User registered Authenticator App with Notification and Code",
			operation: "Add", correlation: g.uuid(), by: g.entraBy(p, from.ip), about: []obj{g.entraUser(p)}})
	},
	grant: func(g *org, at time.Time, by, p *person, role string) {
		g.entraRole(at, "Add member to role", g.entraBy(by, by.seat().ip), p, role)
	},
	revoke: func(g *org, at time.Time, by, p *person, role string) {
		g.entraRole(at, "Remove member from role", g.entraBy(by, by.seat().ip), p, role)
	},
	activate: func(g *org, at time.Time, approver, p *person, role, ticket string) {
		g.entraActivate(at, approver, p, role, ticket)
		g.activations = append(g.activations, activation{p, role, at})
	},
	recover: func(g *org, s selfReset) { g.entraSelfReset(s) },
	contact: func(g *org, at time.Time, p *person, from seat) {
		g.entraAudit(at, entraAudit{service: authMethods, activity: "User updated security info", reason: "User changed phone number", correlation: g.uuid(),
			by: g.entraBy(p, from.ip), about: []obj{g.entraUser(p)}})
	},
	bound: []string{"sms", "callback"},
	risk: func(g *org, at time.Time, p *person) {
		g.entraSignin(at, p, p.seat(), g.uuid(), 0, obj{"authenticationDetails": entraSteps(at, "Password", "Mobile app notification"), "riskState": "atRisk",
			"riskLevelDuringSignIn": "medium", "riskLevelAggregated": "medium", "riskEventTypes": []string{"unfamiliarFeatures"}, "riskEventTypes_v2": []string{"unfamiliarFeatures"}})
	},
	// What its reset service can ask for, by strength.
	proofs: map[int][]string{1: {"email", "security questions"}, 2: {"mobile phone sms", "mobile phone call", "mobile app notification"}, 3: {"mobile app code", "hardware oath token"}},
}

// entraActivate is a role taken up in PIM; when it ends is another record.
func (g *org) entraActivate(at time.Time, approver, p *person, role, ticket string) {
	id, named := g.uuid(), obj{"id": g.steadyUUID("role", role), "displayName": role, "type": "Role", "modifiedProperties": []any{}}
	why := []obj{{"key": "TicketNumber", "value": ticket}, {"key": "TicketSystem", "value": "desk"}, {"key": "Justification", "value": "work on the mail tenant"}}
	for i, step := range []struct {
		activity string
		by       *person
	}{{"requested", p}, {"request approved", approver}, {"completed", p}} {
		g.entraAudit(at.Add(time.Duration(i-2)*time.Minute), entraAudit{service: pim, activity: "Add member to role " + step.activity + " (PIM activation)",
			category: "RoleManagement", correlation: id, by: g.entraBy(step.by, nil), about: []obj{g.entraUser(p), named}, details: why})
	}
	g.entraRole(at.Add(time.Second), "Add member to role", entraApp("MS-PIM", "01fc33a7-78ba-4d2f-a4b7-768e336e890e"), p, role)
}

// entraTokens is the end of all refresh tokens, which Core Directory writes with
// every reset and every change.
func (g *org) entraTokens(at time.Time, correlation string, by obj, p *person) {
	g.entraAudit(at, entraAudit{service: coreDirectory, activity: "Update StsRefreshTokenValidFrom Timestamp", correlation: correlation, by: by, about: []obj{g.entraUser(p,
		"StsRefreshTokensValidFrom", "", fmt.Sprintf("[%q]", at.UTC().Format(time.RFC3339)), "Included Updated Properties", "", `"StsRefreshTokensValidFrom"`)}})
}

func (g *org) entraRole(at time.Time, activity string, by obj, p *person, role string) {
	id := g.steadyUUID("role", role)
	old, new := "", fmt.Sprintf("%q", role)
	if activity != "Add member to role" {
		old, new = new, old
	}
	g.entraAudit(at, entraAudit{service: coreDirectory, activity: activity, category: "RoleManagement", operation: "Assign", correlation: g.uuid(), by: by,
		about: []obj{g.entraUser(p, "Role.ObjectID", "", fmt.Sprintf("%q", id), "Role.DisplayName", old, new), {"id": id, "displayName": nil, "type": "Role", "modifiedProperties": []any{}}}})
}

// activation is a role that somebody took up, for four hours.
type activation struct {
	who  *person
	role string
	at   time.Time
}

// endActivations writes the ends of all activations. One that is taken up again
// before it ends goes on.
func (g *org) endActivations() {
	slices.SortFunc(g.activations, func(a, b activation) int {
		return cmp.Or(strings.Compare(a.who.id, b.who.id), strings.Compare(a.role, b.role), a.at.Compare(b.at))
	})
	for i, a := range g.activations {
		end := a.at.Add(4 * time.Hour)
		if i+1 < len(g.activations) {
			if next := g.activations[i+1]; next.who == a.who && next.role == a.role && next.at.Before(end) {
				continue
			}
		}
		g.entraRole(end, "Remove member from role", entraApp("MS-PIM", "01fc33a7-78ba-4d2f-a4b7-768e336e890e"), a.who, a.role)
	}
}
