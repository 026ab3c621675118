package generate

import (
	"strconv"
	"time"
)

// windowsNoise is what a domain controller writes all day that looks like a
// reset and is none, beside ordinary sign-ins.
func (g *org) windowsNoise() {
	for at := logsFrom; at.Before(logsUntil); at = at.Add(7 * time.Hour) {
		p := pick(g.rng, g.staff.bystander)
		g.adSignin(g.clock(at, 0, 6*time.Hour), g.adOf(p), p.seat().ip)
	}
	for i := 0; logsFrom.AddDate(0, 0, 3+6*i).Before(logsUntil); i++ {
		at := g.clock(logsFrom.AddDate(0, 0, 3+6*i), 9*time.Hour, 15*time.Hour)
		by := pick(g.rng, g.staff.operators)
		adm := g.adAdmin(by)
		looksLikeReset[i%len(looksLikeReset)](g, at, adm, g.adSignin(at.Add(-2*time.Minute), adm, by.seat().ip))
	}
}

// looksLikeReset: a 4724, 4723, 4738 or 4742 in each, and no way in that was lost.
var looksLikeReset = []func(g *org, at time.Time, adm adAccount, logon string){
	// A new account and its first password.
	func(g *org, at time.Time, adm adAccount, logon string) {
		p := g.hire(pick(g.rng, units))
		p.manager, p.from = pick(g.rng, g.staff.managers), at.Truncate(day)
		of := g.adOf(p)
		g.adRecord(at, "4720", false, aboutAccount(adm, of, logon, "PrivilegeList", "-", "SamAccountName", of.name, "DisplayName", p.name(), "UserPrincipalName", p.login,
			"PasswordLastSet", adNever, "OldUacValue", "0x0", "NewUacValue", "0x15"))
		g.adRecord(at.Add(4*time.Millisecond), "4722", false, aboutAccount(adm, of, logon))
		g.adReset(g.clock(at, 5*time.Millisecond, 1900*time.Millisecond), adm, of, logon)
	},
	// A computer that joins: its password is set by whoever joins it.
	func(g *org, at time.Time, adm adAccount, logon string) {
		g.rids++
		of := adAccount{sid(1100 + g.rids), netbios, "PC-" + strconv.Itoa(1000+g.rids) + "$"}
		g.adRecord(at, "4741", false, aboutAccount(adm, of, logon, "PrivilegeList", "-", "SamAccountName", of.name, "PasswordLastSet", adNever, "OldUacValue", "0x0", "NewUacValue", "0x80"))
		g.adRecord(at.Add(3*time.Millisecond), "4724", false, aboutAccount(adm, of, logon))
		g.adChanged(at.Add(4*time.Millisecond), "4742", adm, of, logon, at.UTC().Format(adTime))
		// Thirty days on it replaces the password itself.
		g.adChanged(at.Add(30*day), "4742", adAnonymous, of, "0x3e6", at.Add(30*day).UTC().Format(adTime))
	},
	// The policy of the domain refuses the password.
	func(g *org, at time.Time, adm adAccount, logon string) {
		g.adRecord(at, "4724", true, aboutAccount(adm, g.adOf(pick(g.rng, g.staff.bystander)), logon))
	},
	// Something else about the account is changed.
	func(g *org, at time.Time, adm adAccount, logon string) {
		g.adChanged(at, "4738", adm, g.adOf(pick(g.rng, g.staff.bystander)), logon, adSame, "DisplayName", "Renamed after the wedding")
	},
	// The password has run out and its owner replaces it, at the second try.
	func(g *org, at time.Time, _ adAccount, _ string) {
		p := pick(g.rng, g.staff.bystander)
		of := g.adOf(p)
		logon := g.adSignin(at.Add(-time.Minute), of, p.seat().ip)
		g.adRecord(at.Add(-20*time.Second), "4723", true, aboutAccount(of, of, logon))
		activeDirectory.change(g, at, p, p.seat())
	},
	// Locked out by a telephone that still has the old one, and let in again by time.
	func(g *org, at time.Time, _ adAccount, _ string) {
		of := g.adOf(pick(g.rng, g.staff.bystander))
		for i := range 5 {
			g.adRefused(at.Add(time.Duration(i)*time.Second), of, "198.18.7.9")
		}
		locked := aboutAccount(adSystem, of, "0x3e7")
		locked["TargetDomainName"] = "MAILGATE" // the computer that tried
		g.adRecord(at.Add(5*time.Second), "4740", false, locked)
	},
	// A group for a printer.
	func(g *org, at time.Time, adm adAccount, logon string) {
		g.adGroup(at, "4732", adm, g.adOf(pick(g.rng, g.staff.bystander)), logon, "GS_PRINT_FLOOR1", sid(90001))
	},
}
