package identity

import (
	"slices"
	"strconv"
	"strings"
)

// activeDirectory reads users of Active Directory (or Samba) from csvde and
// Get-ADUser | Export-Csv, ldifde, ldapsearch and ldbsearch. Attributes are
// those of Microsoft's "Active Directory Schema"; names after them are the
// properties of Get-ADUser.
var activeDirectory = &product{
	name: "user of Active Directory",
	is: func(e *entry) bool {
		return e.has("samaccountname") || e.has("objectsid") || e.has("sid") && e.has("distinguishedname")
	},
	needs:  "objectSid (SID)",
	logins: []string{"userprincipalname", "msds-principalname"},
	fields: []field{
		{"name", []string{"displayname", "name", "cn"}},
		{"unit", []string{"department"}},
		{"employer", []string{"company"}},
		{"title", []string{"title", "jobtitle"}},
		{"mail", []string{"mail", "emailaddress"}},
		{"employee_type", []string{"employeetype"}},
		{"employee_number", []string{"employeenumber", "employeeid"}},
		{"distinguished_name", []string{"distinguishedname", "dn"}},
		{"created", []string{"whencreated", "created"}},
		{"login_name", []string{"samaccountname"}},
		{"spn", []string{"serviceprincipalname", "serviceprincipalnames"}},
	},
	manager: []string{"manager"},
	knownBy: []string{"distinguishedname", "dn"},
	lists:   []string{"memberof", "objectclass", "serviceprincipalname", "serviceprincipalnames"},
	read:    readADUser,
	close:   reachGroups,
}

// adAttributes are those that readADUser and reachGroups use besides.
var adAttributes = []string{
	"objectsid", "sid", "objectguid", "useraccountcontrol", "enabled", "samaccounttype", "isdeleted", "accountexpires",
	"accountexpirationdate", "primarygroupid", "msexchrecipienttypedetails", "grouptype",
}

// managedAccounts are the classes of accounts whose password the domain keeps
// for a service ("Active Directory Schema", classes).
var managedAccounts = []string{"msds-groupmanagedserviceaccount", "msds-managedserviceaccount", "msds-delegatedmanagedserviceaccount"}

// Bits of userAccountControl ("User-Account-Control attribute").
const (
	uacDisabled = 0x2
	uacTrust    = 0x800  // INTERDOMAIN_TRUST_ACCOUNT
	uacHost     = 0x3000 // WORKSTATION_TRUST_ACCOUNT, SERVER_TRUST_ACCOUNT
)

// normalUser is SAM_NORMAL_USER_ACCOUNT ("SAM-Account-Type attribute").
const normalUser = "805306368"

// sharedMailboxes are msExchRecipientTypeDetails SharedMailbox and
// RemoteSharedMailbox (Exchange, "RecipientTypeDetails").
var sharedMailboxes = []string{"4", "34359738368"}

// primaryGroups name those well-known groups that give rights; memberOf never
// lists an account's primary group ("Well-known SIDs", domain RIDs).
var primaryGroups = map[string]string{"512": "Domain Admins", "518": "Schema Admins", "519": "Enterprise Admins", "520": "Group Policy Creator Owners"}

func readADUser(e *entry, d *draft, f *faults) bool {
	classes := e.values("objectclass")
	for i := range classes {
		classes[i] = strings.ToLower(classes[i])
	}
	managed := slices.ContainsFunc(managedAccounts, func(class string) bool { return slices.Contains(classes, class) })
	bits, _ := strconv.ParseInt(e.first("useraccountcontrol"), 0, 64)
	switch kind := e.first("samaccounttype"); {
	case strings.EqualFold(e.first("isdeleted"), "true"):
		return false
	case managed:
		d.kind = Service
	case slices.Contains(classes, "computer") || bits&(uacHost|uacTrust) != 0:
		return false
	case len(classes) > 0 && !slices.Contains(classes, "user") && !slices.Contains(classes, "inetorgperson"):
		return false // groups, contacts, folders
	case kind != "" && kind != normalUser:
		return false
	case slices.ContainsFunc([]string{"serviceprincipalname", "serviceprincipalnames"}, func(path string) bool { return e.first(path) != "" }):
		d.kind = Service
	case slices.Contains(sharedMailboxes, e.first("msexchrecipienttypedetails")):
		d.kind = Shared
	}
	for _, column := range []string{"memberof", "serviceprincipalname", "serviceprincipalnames"} {
		if e.hidden(column) {
			f.add(e.line, "%s holds the name of a type, not its values: hint: select @{n='%s';e={$_.%s -join ';'}} before Export-Csv", column, column, column)
		}
	}
	d.id = sidText(e.first("objectsid", "sid", "sid/value"))
	guid := guidText(e.first("objectguid"))
	if d.id == "" {
		d.id = guid
	}
	add(&d.accounts, sidText(e.first("objectsid", "sid", "sid/value")), guid)
	if login, dns := e.first("samaccountname"), dnsDomain(e.first("distinguishedname", "dn")); login != "" && dns != "" {
		add(&d.accounts, dns+`\`+login)
	}
	add(&d.groups, e.values("memberof")...)
	add(&d.groups, primaryGroups[e.first("primarygroupid")])
	if enabled := strings.ToLower(e.first("enabled")); enabled != "" {
		d.text["enabled"] = enabled
	} else if e.first("useraccountcontrol") != "" {
		d.text["enabled"] = strconv.FormatBool(bits&uacDisabled == 0)
	}
	d.until = expiry(e, f)
	return true
}

// hidden tells whether a column holds the name of a .NET type for its values.
func (e *entry) hidden(column string) (found bool) {
	gather(e.attrs[column], nil, func(text string) { found = found || isTypeName(text) })
	return found
}

// maxGroupsHeld is how many groups a user can be in: no access token holds more
// than 1,015 (Microsoft, "Logging on a user account that is a member of more
// than 1,010 groups may fail").
const maxGroupsHeld = 1015

// reachGroups adds the groups that a user is in through other groups, where the
// export holds those groups. Distribution groups give no rights: groupType is
// negative for security groups only ("Group-Type attribute").
func reachGroups(all []*draft, entries []*entry) {
	within := make(map[string][]string)
	for _, e := range entries {
		if kind := e.first("grouptype"); strings.HasPrefix(kind, "-") {
			within[strings.ToLower(e.first("distinguishedname", "dn"))] = e.values("memberof")
		}
	}
	if len(within) == 0 {
		return
	}
	for _, d := range all {
		held := make(map[string]bool, len(d.groups))
		for _, group := range d.groups {
			held[strings.ToLower(group)] = true
		}
		for i := 0; i < len(d.groups) && i < maxGroupsHeld; i++ {
			for _, group := range within[strings.ToLower(d.groups[i])] {
				group = clean(group)
				if fold := strings.ToLower(group); group != "" && !held[fold] && len(d.groups) < maxGroupsHeld {
					held[fold] = true
					d.groups = append(d.groups, group)
				}
			}
		}
	}
}
