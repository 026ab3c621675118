// Accounts as people write them in sheets and configs, told by their shape.
package formats

import (
	"strings"

	"resetproof/ingest/event"
)

// accountSystems are the systems that may stand before a colon.
var accountSystems = []string{
	"ad", "entra", "okta", "aws", "gcp", "google", "github", "gitlab", "vault", "jira", "rt", "servicenow", "keycloak",
	"m365", "linux", "kubernetes", "samba", "duo", "cyberark",
}

// shapes tell a bare account's system by how it begins. id says that it is a
// stable id and not a login. (AIDA and AKIA: AWS IAM user guide, "Unique
// identifiers"; 00u: Okta user ids.)
var shapes = []struct {
	prefix string
	least  int // bytes
	system string
	id     bool
}{
	{"S-1-", 8, "ad", true},
	{"00u", 20, "okta", true},
	{"arn:", 12, "aws", true},
	{"AIDA", 16, "aws", true},
	{"AKIA", 16, "aws", true},
}

// account reads system:value or a bare account. A bare value of no known shape
// belongs to no system by itself.
func account(s string) event.Party {
	if system, value, ok := strings.Cut(s, ":"); ok {
		for _, known := range accountSystems {
			if strings.EqualFold(system, known) {
				p := account(value)
				if p.System != known {
					p = event.Party{System: known, Name: value}
				}
				if known != "ad" && isUUID(value) {
					p.ID, p.Name = value, ""
				}
				return p
			}
		}
	}
	for _, sh := range shapes {
		if strings.HasPrefix(s, sh.prefix) && len(s) >= sh.least {
			return event.Party{System: sh.system, ID: s}
		}
	}
	if domain, name, ok := strings.Cut(s, `\`); ok && domain != "" && name != "" {
		return event.Party{System: "ad", Name: s}
	}
	return event.Party{Name: s}
}

func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i, c := range []byte(s) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (c == '-') || !dash && !strings.ContainsRune("0123456789abcdefABCDEF", rune(c)) {
			return false
		}
	}
	return true
}
