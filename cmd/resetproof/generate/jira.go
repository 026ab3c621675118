package generate

import (
	"strconv"
	"strings"
	"time"
)

// Jira Service Management as /rest/servicedeskapi/request and …/approval give
// it. Cloud names people by accountId; many hide their mail address.

const jiraHost = "https://norrvik.atlassian.example/rest/servicedeskapi/request/"

// jiraTime is a time in all the ways in which Jira writes one. The desk's clock
// is that of Stockholm, where summer time began on 29 March.
func jiraTime(at time.Time) obj {
	at = at.UTC()
	offset := 1
	if !at.Before(time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC)) {
		offset = 2
	}
	local := at.In(time.FixedZone("", offset*3600))
	return obj{"iso8601": local.Format("2006-01-02T15:04:05-0700"), "jira": local.Format("2006-01-02T15:04:05.000-0700"),
		"friendly": local.Format("02/Jan/06 3:04 PM"), "epochMillis": at.UnixMilli()}
}

func (g *org) jiraUser(p *person) obj {
	if p.more["jira"] == "" {
		p.more["jira"] = "5b" + strings.ReplaceAll(g.steadyUUID("jira", p.id), "-", "")[:22]
	}
	o := obj{"accountId": p.more["jira"], "displayName": p.name(), "active": true, "timeZone": "Europe/Stockholm"}
	if p.host%3 > 0 {
		o["emailAddress"] = p.login
	}
	return o
}

// jiraRequestTypes are the names of request types by the category of a ticket.
var jiraRequestTypes = map[string]string{"access": "Login trouble", "hardware": "Report broken hardware"}

var jira = &desk{
	name:   "jira",
	number: func(g *org, n int) string { return "ITSM-" + strconv.Itoa(100+n) },
	open: func(g *org, t *ticket) {
		fields := []obj{
			{"fieldId": "summary", "label": "Summary", "value": t.title},
			{"fieldId": "description", "label": "Reason", "value": t.text},
		}
		if t.about != "" {
			fields = append(fields, obj{"fieldId": "customfield_10050", "label": "Affected account", "value": t.about})
		}
		status := obj{"status": "Waiting for support", "statusCategory": "INDETERMINATE", "statusDate": jiraTime(t.opened)}
		if !t.closed.IsZero() {
			name := "Resolved"
			if t.undone {
				name = "Canceled"
			}
			status = obj{"status": name, "statusCategory": "DONE", "statusDate": jiraTime(t.closed)}
		}
		comments := []any{}
		if t.notes != "" {
			comments = append(comments, obj{"id": strconv.Itoa(30000 + g.tickets), "body": t.notes, "public": false, "author": g.jiraUser(t.clerk), "created": jiraTime(t.opened.Add(5 * time.Minute))})
		}
		kind := jiraRequestTypes[t.category]
		if kind == "" {
			kind = t.category
		}
		g.jiraRequests.add(t.opened, obj{
			"issueId": strings.TrimPrefix(t.number, "ITSM-") + "00", "issueKey": t.number, "requestTypeId": "25", "serviceDeskId": "10", "requestType": obj{"id": "25", "name": kind},
			"createdDate": jiraTime(t.opened), "reporter": g.jiraUser(t.by), "requestFieldValues": fields, "currentStatus": status,
			"comments": obj{"size": len(comments), "start": 0, "limit": 50, "isLastPage": true, "values": comments},
			"_links":   obj{"self": jiraHost + t.number, "web": "https://norrvik.atlassian.example/servicedesk/customer/portal/10/" + t.number},
		})
	},
	approve: func(g *org, t *ticket, a approval) {
		decision := "approved"
		if a.denied {
			decision = "declined"
		}
		asked := t.opened.Add(time.Minute)
		if a.at.Before(asked) {
			asked = a.at
		}
		id := strconv.Itoa(1 + g.rng.IntN(90000))
		if a.open {
			g.jiraApprovals.add(a.at, obj{
				"id": id, "name": "Waiting for approval", "finalDecision": "pending", "canAnswerApproval": true,
				"approvers":   []obj{{"approver": g.jiraUser(a.by), "approverDecision": "pending"}},
				"createdDate": jiraTime(asked), "_links": obj{"self": jiraHost + t.number + "/approval/" + id},
			})
			return
		}
		g.jiraApprovals.add(a.at, obj{
			"id": id, "name": "Waiting for approval", "finalDecision": decision, "canAnswerApproval": false,
			"approvers":   []obj{{"approver": g.jiraUser(a.by), "approverDecision": decision}},
			"createdDate": jiraTime(asked), "completedDate": jiraTime(a.at), "_links": obj{"self": jiraHost + t.number + "/approval/" + id},
		})
	},
}
