package generate

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The domain of the organisation, and its one domain controller, whose Security
// log Winlogbeat forwards whole.
const (
	netbios    = "NORRVIK"
	dnsDomain  = "norrvik.example"
	domainSID  = "S-1-5-21-3069206715-1359709211-1091912431"
	controller = "DC01." + dnsDomain
)

// adAccount is an account of the domain as records name it.
type adAccount struct{ sid, domain, name string }

var (
	adSystem    = adAccount{"S-1-5-18", netbios, "DC01$"}
	adAnonymous = adAccount{"S-1-5-7", "NT AUTHORITY", "ANONYMOUS LOGON"}
	adNobody    = adAccount{"S-1-0-0", "-", "-"}
)

func sid(rid int) string { return domainSID + "-" + strconv.Itoa(rid) }

// adOf is somebody's own account, and adAdmin the one for administration; both
// are made, and written into the roster, when first asked for.
func (g *org) adOf(p *person) adAccount {
	name, _, _ := strings.Cut(p.login, "@")
	return g.adNew(p, &p.rid, name)
}

func (g *org) adAdmin(p *person) adAccount {
	if p == nil {
		return adSystem
	}
	return g.adNew(p, &p.adminRID, "adm-"+strings.ToLower(p.last)+strings.TrimLeft(p.id, "p0"))
}

func (g *org) adNew(p *person, rid *int, name string) adAccount {
	if *rid == 0 {
		g.rids++
		*rid = 1100 + g.rids
		p.accounts = append(p.accounts, "ad:"+sid(*rid), netbios+`\`+name)
	}
	return adAccount{sid(*rid), netbios, name}
}

// logonID is the id of a log-on session, one of a computer.
func (g *org) logonID() string { return "0x" + strings.TrimLeft(g.hex(8), "0") }

// adActions are the names that Winlogbeat's security module gives to ids.
var adActions = map[string]string{
	"4624": "logged-in", "4625": "logon-failed", "4720": "added-user-account", "4722": "enabled-user-account", "4723": "changed-password", "4724": "reset-password",
	"4728": "added-member-to-group", "4729": "removed-member-from-group", "4732": "added-member-to-group", "4738": "modified-user-account", "4740": "locked-out-user-account", "4741": "added-computer-account",
	"4742": "changed-computer-account", "4767": "unlocked-user-account", "4768": "kerberos-authentication-ticket-requested", "4769": "kerberos-service-ticket-requested", "4771": "kerberos-preauth-failed",
}

// unnumbered stands in a record for its number until the order is known.
const unnumbered = `"record_id":"-1"`

// adRecord writes a record of the Security log; data is its EventData.
func (g *org) adRecord(at time.Time, id string, failed bool, data obj) {
	outcome, keyword := "success", "Audit Success"
	if failed {
		outcome, keyword = "failure", "Audit Failure"
	}
	o := obj{
		"@timestamp": at.UTC().Format("2006-01-02T15:04:05.000Z"),
		"agent":      obj{"type": "winlogbeat", "version": "8.12.0", "name": "DC01"}, "ecs": obj{"version": "8.0.0"},
		"event": obj{"action": adActions[id], "code": id, "kind": "event", "module": "security", "outcome": outcome, "provider": "Microsoft-Windows-Security-Auditing",
			"created": at.Add(1200 * time.Millisecond).UTC().Format("2006-01-02T15:04:05.000Z")},
		"host": obj{"name": controller}, "log": obj{"level": "information"},
		"winlog": obj{"api": "wineventlog", "channel": "Security", "computer_name": controller, "event_id": id, "keywords": []string{keyword}, "opcode": "Info",
			"process": obj{"pid": 684, "thread": obj{"id": 1824}}, "provider_guid": "{54849625-5478-4994-a5ba-3e3b0328c30d}",
			"provider_name": "Microsoft-Windows-Security-Auditing", "record_id": "-1", "event_data": data},
	}
	g.windows.add(at, o)
}

// adNumber numbers the records of the log in their order.
func adNumber(raw []byte, n int) []byte {
	return bytes.Replace(raw, []byte(unnumbered), fmt.Appendf(nil, `"record_id":"%d"`, 494001+n), 1)
}

// aboutAccount is the EventData of what one account does to another.
func aboutAccount(by, of adAccount, logon string, more ...string) obj {
	o := obj{
		"TargetUserName": of.name, "TargetDomainName": of.domain, "TargetSid": of.sid,
		"SubjectUserSid": by.sid, "SubjectUserName": by.name, "SubjectDomainName": by.domain, "SubjectLogonId": logon,
	}
	for i := 0; i < len(more); i += 2 {
		o[more[i]] = more[i+1]
	}
	return o
}

// adChanged is a 4738, or for a computer a 4742: the account as it is after a
// change. Windows writes the time in the computer's own zone and language.
func (g *org) adChanged(at time.Time, id string, by, of adAccount, logon, passwordLastSet string, more ...string) {
	o := aboutAccount(by, of, logon, more...)
	for _, k := range strings.Fields("Dummy PrivilegeList SamAccountName DisplayName UserPrincipalName HomeDirectory HomePath ScriptPath ProfilePath UserWorkstations " +
		"AccountExpires PrimaryGroupId AllowedToDelegateTo OldUacValue NewUacValue UserAccountControl UserParameters SidHistory LogonHours") {
		if o[k] == nil {
			o[k] = "-"
		}
	}
	o["PasswordLastSet"] = passwordLastSet
	g.adRecord(at, id, false, o)
}

const (
	adTime  = "1/2/2006 3:04:05 PM"
	adNever = "%%1794"
	adSame  = "-"
)

// adSignin is a ticket and the log-on with it; the session is named by computer
// and log-on id.
func (g *org) adSignin(at time.Time, of adAccount, ip string) string {
	g.adRecord(at, "4768", false, obj{
		"TargetUserName": of.name, "TargetDomainName": dnsDomain, "TargetSid": of.sid, "ServiceName": "krbtgt", "ServiceSid": domainSID + "-502", "TicketOptions": "0x40810010",
		"Status": "0x0", "TicketEncryptionType": "0x12", "PreAuthType": "2", "IpAddress": "::ffff:" + ip, "IpPort": strconv.Itoa(49152 + g.rng.IntN(9000)),
		"CertIssuerName": "", "CertSerialNumber": "", "CertThumbprint": "",
	})
	id := g.logonID()
	g.adRecord(at.Add(40*time.Millisecond), "4624", false, obj{
		"SubjectUserSid": adNobody.sid, "SubjectUserName": "-", "SubjectDomainName": "-", "SubjectLogonId": "0x0", "TargetUserSid": of.sid, "TargetUserName": of.name,
		"TargetDomainName": of.domain, "TargetLogonId": id, "LogonType": "3", "LogonProcessName": "Kerberos", "AuthenticationPackageName": "Kerberos", "WorkstationName": "-",
		"LogonGuid": "{" + strings.ToUpper(g.uuid()) + "}", "TransmittedServices": "-", "LmPackageName": "-", "KeyLength": "0", "ProcessId": "0x0", "ProcessName": "-",
		"IpAddress": ip, "IpPort": strconv.Itoa(49152 + g.rng.IntN(9000)), "ImpersonationLevel": "%%1840", "ElevatedToken": "%%1842",
	})
	return id
}

// adReset is a 4724 and the 4738 that show the new password, and that its owner
// has to replace it.
func (g *org) adReset(at time.Time, by, of adAccount, logon string) {
	g.adRecord(at, "4724", false, aboutAccount(by, of, logon))
	g.adChanged(at.Add(time.Millisecond), "4738", by, of, logon, at.UTC().Format(adTime))
	g.adChanged(at.Add(9*time.Millisecond), "4738", by, of, logon, adNever)
}

// adGroup puts somebody into a group of the domain.
func (g *org) adGroup(at time.Time, id string, by, member adAccount, logon, group, groupSID string) {
	g.adRecord(at, id, false, obj{
		"MemberName": "CN=" + member.name + ",OU=Staff,DC=norrvik,DC=example", "MemberSid": member.sid, "TargetUserName": group, "TargetDomainName": netbios, "TargetSid": groupSID,
		"SubjectUserSid": by.sid, "SubjectUserName": by.name, "SubjectDomainName": by.domain, "SubjectLogonId": logon, "PrivilegeList": "-",
	})
}

// activeDirectory knows passwords and groups; second factors and sessions of its
// people are Okta's.
var activeDirectory = &directory{
	name: "ad",
	role: "Domain Admins",
	join: func(g *org, p *person) { g.adOf(p) },
	signin: func(g *org, at time.Time, p *person, from seat) string {
		return strings.ToLower(controller) + "/" + g.adSignin(at, g.adOf(p), from.ip)
	},
	program: func(g *org, at time.Time, p *person, from seat) { g.adSignin(at, g.adOf(p), from.ip) },
	reset: func(g *org, at time.Time, by, p *person) {
		actor, logon := g.adAdmin(by), "0x3e7"
		if by != nil {
			logon = g.adSignin(g.clock(at, -3*time.Minute, -time.Minute), actor, by.seat().ip)
		}
		g.adReset(at, actor, g.adOf(p), logon)
	},
	change: func(g *org, at time.Time, p *person, from seat) {
		of, logon := g.adOf(p), g.logonID()
		g.adRecord(at, "4723", false, aboutAccount(of, of, logon))
		by := of
		if g.rng.IntN(2) == 0 {
			by, logon = adAnonymous, "0x3e6" // as domain controllers often write it
		}
		g.adChanged(at.Add(2*time.Millisecond), "4738", by, of, logon, at.UTC().Format(adTime))
	},
	dropFactors: okta.dropFactors,
	enrol:       okta.enrol,
	grant: func(g *org, at time.Time, by, p *person, role string) {
		group := sid(90002)
		if role == "Domain Admins" {
			group = sid(512)
		}
		g.adGroup(at, "4728", g.adAdmin(by), g.adOf(p), g.logonID(), role, group)
	},
	revoke: func(g *org, at time.Time, by, p *person, role string) {
		g.adGroup(at, "4729", g.adAdmin(by), g.adOf(p), g.logonID(), role, domainSID+"-512")
	},
}

// adTicket is a ticket that somebody gets for a service; the account that runs
// it has a principal name.
func (g *org) adTicket(at time.Time, by, service adAccount, ip string) {
	g.adRecord(at, "4769", false, obj{
		"TargetUserName": by.name + "@" + strings.ToUpper(dnsDomain), "TargetDomainName": strings.ToUpper(dnsDomain), "ServiceName": service.name, "ServiceSid": service.sid,
		"TicketOptions": "0x40810000", "TicketEncryptionType": "0x12", "IpAddress": "::ffff:" + ip, "IpPort": strconv.Itoa(49152 + g.rng.IntN(9000)), "Status": "0x0",
		"LogonGuid": "{" + strings.ToUpper(g.uuid()) + "}", "TransmittedServices": "-",
	})
}

// adRefused is a log-on with a wrong password.
func (g *org) adRefused(at time.Time, of adAccount, ip string) {
	g.adRecord(at, "4771", true, obj{
		"TargetUserName": of.name, "TargetSid": of.sid, "ServiceName": "krbtgt/" + netbios, "TicketOptions": "0x40810010", "Status": "0x18", "PreAuthType": "2",
		"IpAddress": "::ffff:" + ip, "IpPort": "49201", "CertIssuerName": "", "CertSerialNumber": "", "CertThumbprint": "",
	})
}
