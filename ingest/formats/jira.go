// The Go part of jira-service-management: an approval lists its approvers, of
// whom each one that decided gives an event. Everything else stands in
// jira-service-management.yaml.
package formats

import (
	"fmt"
	"strings"

	"resetproof/ingest/event"
)

// maxApprovers bounds the approvers of one approval that are looked at; a
// quorum of more is not known. This project's judgement.
const maxApprovers = 16

// jiraQuorum is the method of an approval that several decided.
const jiraQuorum = "one of several; the time is that of the whole approval"

func init() {
	h := &Hook{Paths: []string{"finalDecision"}, Adjust: adjustJira}
	for i := range maxApprovers {
		for _, key := range []string{"approverDecision", "approver.accountId", "approver.key", "approver.name", "approver.emailAddress"} {
			h.Paths = append(h.Paths, jiraApprover(i, key))
		}
	}
	hooks["jira-service-management"] = h
}

func jiraApprover(i int, key string) string { return fmt.Sprintf("approvers[%d].%s", i, key) }

// adjustJira gives the first of those who decided to the approval's event and
// adds one for each of the others.
func adjustJira(get func(string) string, rec *Record) {
	if len(rec.Events) != 1 || rec.Events[0].Kind != event.ResetApproved && rec.Events[0].Kind != event.ResetDenied {
		return
	}
	var who []event.Party
	final := get("finalDecision")
	for i := range maxApprovers {
		at := func(key string) string { return get(jiraApprover(i, key)) }
		if strings.EqualFold(at("approverDecision"), final) {
			who = append(who, jiraParty(at))
		}
	}
	for i, p := range who {
		if i > 0 {
			e := rec.Events[0]
			e.Index = uint16(i)
			e.ID = event.Hash(rec.Events[0].ID.String(), fmt.Sprint(i))
			rec.Events = append(rec.Events, e)
		}
		rec.Events[i].Actor, rec.Events[i].Assigned = p, p
		if len(who) > 1 {
			rec.Events[i].Method = jiraQuorum
		}
	}
}

// jiraParty is a person as Cloud (accountId) or Server (key, name) names one.
func jiraParty(at func(key string) string) event.Party {
	first := func(keys ...string) string {
		for _, k := range keys {
			if v := at(k); v != "" {
				return v
			}
		}
		return ""
	}
	p := event.Party{
		ID:   first("approver.accountId", "approver.key", "approver.name"),
		Name: first("approver.emailAddress", "approver.name"),
	}
	if !p.IsZero() {
		p.System = "jira"
	}
	return p
}
