package identity

import "strings"

// graphUsers reads users and service principals of Microsoft Graph (v1.0,
// resource types user and servicePrincipal), also as az ad and Get-MgUser give
// them, and the CSV that the Entra portal writes.
var graphUsers = &product{
	name: "user of Microsoft Graph",
	is: func(e *entry) bool {
		return e.has("userprincipalname") || e.has("serviceprincipaltype") || e.has("onpremisessecurityidentifier") ||
			strings.HasPrefix(e.first("@odata.type"), "#microsoft.graph.")
	},
	id:    []string{"id", "objectid"},
	needs: "id",
	logins: []string{
		"id", "objectid", "userprincipalname", "onpremisessecurityidentifier", "securityidentifier", "onpremisesimmutableid", "appid",
	},
	fields: []field{
		{"name", []string{"displayname"}},
		{"unit", []string{"department"}},
		{"employer", []string{"companyname"}},
		{"title", []string{"jobtitle"}},
		{"mail", []string{"mail"}},
		{"employee_type", []string{"employeetype"}},
		{"employee_number", []string{"employeeid"}},
		{"user_type", []string{"usertype"}},
		{"enabled", []string{"accountenabled"}},
		{"created", []string{"createddatetime"}},
	},
	manager: []string{"manager/id", "manager/userprincipalname", "manager"},
	knownBy: []string{"mail", "employeeid"},
	read: func(e *entry, d *draft, f *faults) bool {
		switch kind := strings.ToLower(e.first("@odata.type")); {
		case kind == "#microsoft.graph.serviceprincipal" || e.has("serviceprincipaltype"):
			d.kind = Workload
		case kind != "" && kind != "#microsoft.graph.user":
			return false // groups, devices and roles beside the users
		}
		if domain, login := e.first("onpremisesdomainname"), e.first("onpremisessamaccountname"); domain != "" && login != "" {
			add(&d.accounts, domain+`\`+login)
		}
		add(&d.roles, named(e, "assignedroles", "displayname", "rolename", "roletemplateid", "")...)
		for _, list := range []string{"memberof", "transitivememberof"} {
			for _, of := range e.items(list) {
				if strings.EqualFold(of.first("@odata.type"), "#microsoft.graph.directoryRole") {
					add(&d.roles, of.first("displayname", "roletemplateid", "id"))
				} else {
					add(&d.groups, of.first("displayname", "id", ""))
				}
			}
		}
		for _, path := range []string{"employeeleavedatetime", "deleteddatetime"} {
			if text := e.first(path); text != "" && d.until == "" {
				d.until = day(e, f, path, text)
			}
		}
		return true
	},
}

// oktaUsers reads users as Okta's Users API lists them ("List all users";
// profile attributes: "User profiles").
var oktaUsers = &product{
	name:   "user of Okta",
	is:     func(e *entry) bool { return e.has("profile/login") },
	id:     []string{"id"},
	needs:  "id",
	logins: []string{"id"},
	fields: []field{
		{"name", []string{"profile/displayname"}},
		{"unit", []string{"profile/department"}},
		{"employer", []string{"profile/organization"}},
		{"title", []string{"profile/title"}},
		{"mail", []string{"profile/email"}},
		{"employee_type", []string{"profile/usertype"}},
		{"employee_number", []string{"profile/employeenumber"}},
		{"manager_name", []string{"profile/manager"}},
		{"status", []string{"status"}},
		{"created", []string{"created"}},
	},
	manager: []string{"profile/managerid", "profile/manager"},
	knownBy: []string{"profile/login", "profile/email", "profile/employeenumber"},
	read: func(e *entry, d *draft, f *faults) bool {
		add(&d.accounts, loginOf("okta", e.first("profile/login")))
		add(&d.groups, named(e, "groups", "profile/name", "name", "id", "")...)
		add(&d.roles, named(e, "roles", "label", "type", "")...)
		if e.first("profile/displayname") == "" {
			d.text["name"] = clean(e.first("profile/firstname") + " " + e.first("profile/lastname"))
		}
		// A deactivated user says when: statusChanged is when the status was set.
		if text := e.first("statuschanged"); text != "" && strings.EqualFold(e.first("status"), "DEPROVISIONED") {
			d.until = day(e, f, "statuschanged", text)
		}
		return true
	},
}

// enterprise is the SCIM extension that holds a person's place (RFC 7643
// section 4.3).
const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:user/"

// minOpaque is the length from which a SCIM id is taken for an account: a
// shorter one is a row number that any log may hold with another meaning.
const minOpaque = 9

// scimUsers reads SCIM 2.0 users (RFC 7643 sections 4.1 and 4.3).
var scimUsers = &product{
	name: "user of SCIM 2.0",
	is: func(e *entry) bool {
		return strings.HasPrefix(strings.ToLower(e.first("schemas")), "urn:ietf:params:scim:")
	},
	id:     []string{"id"},
	needs:  "id",
	logins: []string{"username"},
	fields: []field{
		{"name", []string{"displayname", "name/formatted"}},
		{"unit", []string{enterprise + "department"}},
		{"employer", []string{enterprise + "organization"}},
		{"title", []string{"title"}},
		{"mail", []string{"emails/value"}},
		{"employee_type", []string{"usertype"}},
		{"employee_number", []string{enterprise + "employeenumber"}},
		{"external_id", []string{"externalid"}},
		{"manager_name", []string{enterprise + "manager/displayname"}},
		{"enabled", []string{"active"}},
		{"created", []string{"meta/created"}},
	},
	manager: []string{enterprise + "manager/value", enterprise + "manager"},
	knownBy: []string{"externalid", "emails/value", enterprise + "employeenumber"},
	read: func(e *entry, d *draft, _ *faults) bool {
		if kind := e.first("meta/resourcetype"); kind != "" && !strings.EqualFold(kind, "User") || !e.has("username") {
			return false // groups beside the users
		}
		if e.first("displayname", "name/formatted") == "" {
			d.text["name"] = clean(e.first("name/givenname") + " " + e.first("name/familyname"))
		}
		if id := e.first("id"); len(id) >= minOpaque {
			add(&d.accounts, id)
		}
		// externalId is whatever the provisioning client chose: an account only
		// where its form says that it is an id.
		if id := e.first("externalid"); shapeOf(id).id {
			add(&d.accounts, id)
		}
		add(&d.groups, named(e, "groups", "display", "value", "")...)
		add(&d.roles, named(e, "roles", "display", "value", "")...)
		return true
	},
}

// loginOf writes a login: one that looks like an address belongs to no system
// by itself, a bare name only to the system that states it.
func loginOf(system, login string) string {
	if login == "" || strings.Contains(login, "@") {
		return login
	}
	return system + ":" + login
}

// named gives the name of each element of a list: the first of the paths that
// it has.
func named(e *entry, list string, paths ...string) []string {
	var names []string
	for _, item := range e.items(list) {
		names = append(names, item.first(paths...))
	}
	return names
}
