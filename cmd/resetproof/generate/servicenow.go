package generate

import "time"

const snowTime = "2006-01-02 15:04:05"

var servicenow = &desk{
	name:   "servicenow",
	number: func(g *org, n int) string { return g.number("RITM", n) },
	open: func(g *org, t *ticket) {
		at, closed, state := t.opened.UTC().Format(snowTime), "", "2"
		updated := at
		if !t.closed.IsZero() {
			closed, state = t.closed.UTC().Format(snowTime), "3"
			updated = closed
			if t.undone {
				state = "4"
			}
		}
		text := func(s string) string { return s }
		r := obj{
			"sys_id": t.sysID, "number": t.number, "sys_class_name": "sc_req_item", "short_description": text(t.title), "description": text(t.text),
			"requested_for": t.by.snow, "opened_by": t.clerk.snow, "opened_at": at, "sys_created_on": at, "sys_created_by": t.clerk.login,
			"sys_updated_on": updated, "sys_updated_by": "system", "closed_at": closed, "state": state, "active": "false", "category": t.category, "cmdb_ci": t.about,
			"work_notes": t.notes, "sys_mod_count": "3",
		}
		g.servicenow.add(t.opened, r)
	},
	approve: func(g *org, t *ticket, a approval) {
		asked := t.opened.Add(time.Minute).UTC().Format(snowTime)
		if a.at.Before(t.opened.Add(time.Minute)) {
			asked = a.at.UTC().Format(snowTime)
		}
		state := "approved"
		if a.denied {
			state = "rejected"
		}
		if a.open {
			state = "requested"
		}
		id := g.hex(32)
		if !a.withdrawn.IsZero() {
			g.servicenow.add(a.withdrawn, obj{
				"sys_id": id, "approver": a.by.snow, "state": "cancelled", "sysapproval": t.sysID, "source_table": "sc_req_item", "document_id": t.sysID, "comments": "",
				"sys_created_on": asked, "sys_created_by": "system", "sys_updated_on": a.withdrawn.UTC().Format(snowTime), "sys_updated_by": a.by.login,
			})
		}
		g.servicenow.add(a.at, obj{
			"sys_id": id, "approver": a.by.snow, "state": state, "sysapproval": t.sysID, "source_table": "sc_req_item", "document_id": t.sysID, "comments": "",
			"sys_created_on": asked, "sys_created_by": "system", "sys_updated_on": a.at.UTC().Format(snowTime), "sys_updated_by": a.by.login,
		})
	},
}
