package generate

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"path"
	"slices"
	"strconv"

	"strings"
	"time"
)

type secret struct {
	id, kind, system, owner string
	usedBy                  []string
	shared                  bool
	mintedBy                string
	rotated                 time.Time
	maxAge                  string
	cadence, rotator        string
}

type incident struct {
	id               string
	declared, closed time.Time
	by               *person
	accounts         []string
	systems, kind    string
}

// state is what an export of a directory says of an account.
type state struct {
	account         string
	at, passwordSet time.Time
}

type waiver struct {
	id                        string
	checks                    []string
	identity, selector        string // whom it is made for, or a selector of its own
	reason, ticket, by, owner string
	from, until               time.Time
}

// kindsKept are the steps that the organisation says it writes down itself.
var kindsKept = []string{"reset.requested", "identity.verified", "identity.verification_failed", "reset.approved", "reset.denied", "credential.delivered", "token.revoked", "directory.synced", "reset.executed", "credential.changed", "secret.rotated", "secret.revoked", "case.reviewed"}

// asked are the kinds that a desk shows.
var asked = []string{"ticket.opened", "ticket.closed", "reset.requested", "reset.approved", "reset.denied"}

func (g *org) contextFiles() {
	g.csv("identities.csv", "id,kind,name,accounts,tier,groups,roles,manager,owner,sponsor,delegates,unit,employer,employment,data_access,legal_hold,devices,home_places,valid_from,valid_until,workload_identity", func(add func(...string)) {
		for _, p := range g.people {
			accounts := []string{p.login}
			if p.okta != "" {
				accounts = append(accounts, p.okta)
			}
			if p.snow != "" {
				accounts = append(accounts, "servicenow:"+p.snow)
			}
			for _, system := range sortedKeys(p.more) {
				accounts = append(accounts, system+":"+p.more[system])
			}
			accounts = append(accounts, p.accounts...)
			for _, r := range append(p.earlier, *p) {
				add(r.id, r.kind, r.name(), strings.Join(accounts, ";"), r.tier, strings.Join(r.groups, ";"), strings.Join(r.roles, ";"), idOf(r.manager), idOf(r.owner), r.sponsor, idsOf(r.delegates),
					r.unit, r.employer, r.employment, r.data, r.hold, "", r.home.city, date(r.from), date(r.until), r.tags["workload_identity"])
			}
		}
	})
	g.csv("secrets.csv", "id,kind,system,owner,used_by,shared,minted_by,rotated_at,max_age,cadence,rotator", func(add func(...string)) {
		for _, s := range g.secrets {
			add(s.id, s.kind, s.system, s.owner, strings.Join(s.usedBy, ";"), fmt.Sprint(s.shared), s.mintedBy, stamp(s.rotated), s.maxAge, s.cadence, s.rotator)
		}
	})
	g.csv("incidents.csv", "id,declared_at,closed_at,declared_by,accounts,systems,kind", func(add func(...string)) {
		for _, i := range g.incidents {
			add(i.id, stamp(i.declared), stamp(i.closed), idOf(i.by), strings.Join(i.accounts, ";"), i.systems, i.kind)
		}
	})
	g.csv("topology.csv", "directory,authority,mechanism,deadline", func(add func(...string)) {
		for _, d := range directories {
			add(d.name, d.name, "none", "")
			if system := copies[d]; system != "" {
				add(system, d.name, "hash-sync", "1h")
			}
		}
	})
	g.files["policy.yaml"] = []byte(policy + "pipelines: [" + g.staff.pipeline.login + "]\n" + deskPolicy + g.waiverPolicy() + g.tierPolicy())
	if len(g.states) > 0 {
		g.csv("state.csv", "account,observed_at,password_last_set,mfa_methods,enabled,keys", func(add func(...string)) {
			for _, s := range g.states {
				add(s.account, stamp(s.at), stamp(s.passwordSet), "", "true", "")
			}
		})
	}
	g.waiverFile()
	g.config()
	g.writeTruth()
}

// policy is what the organisation adds to the baseline.
const policy = `name: norrvik
version: "1"
extends: baseline
higher_systems:
  - {name: ` + higherApp + `, tier: privileged}
  - {name: ` + sensitiveApp + `, tier: sensitive}
segments:
  - {name: ` + treasury + `, units: [` + treasury + `], requirements: {approvals: {assisted: 2}}}
`

// tierPolicy is what it asks of administrators beside the baseline.
func (g *org) tierPolicy() string {
	if g.tightened == "" {
		return ""
	}
	return "requirements:\n  privileged:\n" + g.tightened
}

func (g *org) csv(name, head string, rows func(add func(...string))) {
	var b bytes.Buffer
	b.WriteString(head + "\n")
	w := csv.NewWriter(&b)
	rows(func(cells ...string) { w.Write(cells) })
	w.Flush()
	g.files[name] = b.Bytes()
}

func idOf(p *person) string {
	if p == nil {
		return ""
	}
	return p.id
}

func idsOf(people []*person) string {
	var ids []string
	for _, p := range people {
		ids = append(ids, p.id)
	}
	return strings.Join(ids, ";")
}

func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func (g *org) waiverFile() {
	var b strings.Builder
	for _, w := range g.waivers {
		selector := w.selector
		if selector == "" {
			selector = fmt.Sprintf("identity.id == %q", w.identity)
		}
		fmt.Fprintf(&b, "- id: %s\n  checks: [%s]\n  selector: %s\n", w.id, strings.Join(w.checks, ", "), strconv.Quote(selector))
		for _, line := range [][2]string{{"reason", w.reason}, {"ticket", w.ticket}, {"approved_by", w.by}, {"owner", w.owner}, {"valid_from", stamp(w.from)}, {"valid_until", stamp(w.until)}} {
			if line[1] != "" {
				fmt.Fprintf(&b, "  %s: %s\n", line[0], line[1])
			}
		}
	}
	if len(g.waivers) == 0 {
		b.WriteString("[]\n")
	}
	g.files["exceptions.yaml"] = []byte(b.String())
}

func (g *org) config() {
	var b strings.Builder
	span := fmt.Sprintf("[%s, %s]", stamp(logsFrom), stamp(logsUntil))
	fmt.Fprintf(&b, "# An invented organisation, made from seed %d.\npolicy: policy.yaml\nnow: %s\nidentities: identities.csv\nsecrets: secrets.csv\nincidents: incidents.csv\nexceptions: exceptions.yaml\ntopology: topology.csv\n",
		g.Seed, stamp(logsUntil))
	if len(g.states) > 0 {
		b.WriteString("state: state.csv\n")
	}
	fmt.Fprintf(&b, "domains:\n  - {netbios: %s, dns: %s, upn_suffixes: [%s]}\nsources:\n", netbios, dnsDomain, dnsDomain)
	named := map[string]bool{}
	for _, l := range g.logs {
		if len(l.records) == 0 || named[l.source] {
			continue
		}
		named[l.source] = true
		uri := l.file
		if l == g.okta && g.Signins > 0 || slices.ContainsFunc(g.logs, func(o *log) bool { return o != l && o.source == l.source && len(o.records) > 0 }) {
			uri = path.Dir(l.file) // a source of several files
		}
		fmt.Fprintf(&b, "  - name: %s\n    type: file\n    uri: %s\n    format: %s\n    instance: norrvik\n    covers: %s\n", l.source, uri, l.format, span)
		if len(l.expect) > 0 {
			fmt.Fprintf(&b, "    expect: [%s]\n", strings.Join(l.expect, ", "))
		}
		if l.history != "" {
			fmt.Fprintf(&b, "    history: %s\n", l.history)
		}
	}
	g.files["resetproof.yaml"] = []byte(b.String())
}
