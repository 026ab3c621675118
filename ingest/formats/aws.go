// The Go part of the CloudTrail format: names out of ARNs.
package formats

import (
	"strings"

	"resetproof/ingest/event"
)

func init() {
	hooks["aws-cloudtrail"] = &Hook{Adjust: func(_ func(string) string, rec *Record) {
		for i := range rec.Events {
			e := &rec.Events[i]
			settleAWS(&e.Account)
			settleAWS(&e.Actor)
			e.Role = lastOfARN(e.Role)
			if e.System == secretsManager {
				e.CredentialID = secretName(e.CredentialID)
			}
		}
	}}
}

const secretsManager = "aws-secretsmanager"

// ssoRole begins the roles that IAM Identity Center makes (IAM Identity Center
// User Guide, "Referencing permission sets in resource policies"); their
// session's name is the user's name in its directory.
const ssoRole = "AWSReservedSSO_"

// settleAWS gives an ARN the form that stands for its account everywhere: users
// and roles without their path; the instance's role for a session that EC2
// made; the person for a session of Identity Center.
func settleAWS(p *event.Party) {
	if !strings.HasPrefix(p.Name, "arn:") {
		return
	}
	head, rest, ok := cutResource(p.Name)
	if !ok {
		return
	}
	kind, name, _ := strings.Cut(rest, "/")
	switch kind {
	case "user", "role":
		p.Name = head + kind + "/" + name[strings.LastIndexByte(name, '/')+1:]
	case "assumed-role":
		role, session, ok := strings.Cut(name, "/")
		switch {
		case !ok || session == "":
		case strings.HasPrefix(role, ssoRole):
			p.Name, p.Type = session, "person"
		case ec2Instance(session):
			p.Name, p.Type = strings.Replace(head, ":sts:", ":iam:", 1)+"role/"+role, "service"
		}
	}
}

// cutResource parts an ARN's beginning, with its last colon, from the resource.
func cutResource(arn string) (head, resource string, ok bool) {
	const colons = 5 // arn:partition:service:region:account:resource (IAM User Guide, "IAM ARNs")
	n := 0
	for i := range len(arn) {
		if arn[i] != ':' {
			continue
		}
		if n++; n == colons {
			return arn[:i+1], arn[i+1:], true
		}
	}
	return "", "", false
}

// ec2Instance tells the id of an instance, which EC2 gives to the session of
// its role: i- and 8 or 17 hexadecimal digits (EC2 User Guide, "Resource IDs").
func ec2Instance(s string) bool {
	id, ok := strings.CutPrefix(s, "i-")
	return ok && (len(id) == 8 || len(id) == 17) && strings.Trim(id, "0123456789abcdef") == ""
}

// lastOfARN is the name at the end of an ARN; other text stays.
func lastOfARN(s string) string {
	if !strings.HasPrefix(s, "arn:") {
		return s
	}
	return s[strings.LastIndexByte(s, '/')+1:]
}

// secretName is the name of a secret that is given by name or by ARN. An ARN
// ends in the name, a hyphen and six random characters (Secrets Manager User
// Guide, "ARN"); one without them cannot be told from one with, and AWS
// advises against it.
func secretName(s string) string {
	const random = 6
	if !strings.HasPrefix(s, "arn:") {
		return s
	}
	_, name, ok := strings.Cut(s, ":secret:")
	if !ok {
		return s
	}
	if n := len(name) - random - 1; n > 0 && name[n] == '-' && strings.IndexFunc(name[n+1:], func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) < 0 {
		return name[:n]
	}
	return name
}
