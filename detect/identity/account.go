// Package identity tells who is behind an account. It reads what the
// organisation says about its people and secrets (the context files), joins
// the accounts that records name into identities, and says what an identity
// was at a given time: its roles, its manager, its tier.
package identity

import (
	"slices"
	"strings"

	"resetproof/ingest/event"
)

// Account is a login as somebody writes it down: in a context file, on the
// command line or in a native step. System is empty for a value that belongs
// to no system by itself and so matches that literal in any feed.
type Account struct {
	System string
	Value  string
}

// systems are the prefixes understood in "system:value".
var systems = []string{
	"ad", "entra", "okta", "google", "m365", // directories and their suites
	"aws", "azure", "gcp", // clouds
	"github", "gitlab", // forges
	"vault", "cyberark", "delinea", // vaults
	"jira", "servicenow", "rt", // ticket systems
	"keycloak", "auth0", "duo", "onelogin", "pingone", "jumpcloud", "ldap", // other identity products
	"linux", "windows", "kubernetes",
}

// ParseAccount reads "system:value" or a bare value whose system is told by
// its shape: S-1-… and DOMAIN\name are ad, 00u… is okta, arn:aws… and AWS
// unique ids are aws. Case and spelling are kept.
func ParseAccount(s string) Account {
	s = strings.TrimSpace(s)
	if prefix, value, ok := strings.Cut(s, ":"); ok && value != "" {
		if prefix = strings.ToLower(prefix); slices.Contains(systems, prefix) {
			return Account{prefix, strings.TrimSpace(value)}
		}
	}
	return Account{shapeOf(s).system, s}
}

// String is the canonical form, "system:value" or the bare value.
func (a Account) String() string {
	if a.System == "" {
		return a.Value
	}
	return a.System + ":" + a.Value
}

// shape is what the form of a value alone tells.
type shape struct {
	system string // "" where the value belongs to no system by itself
	// unique values mean the same account wherever they stand.
	unique bool
	// id: a stable identifier, never given to somebody else; else a name.
	id bool
	// upper: the vendor writes it in capitals only, so that a folded key needs
	// no second copy for display.
	upper bool
}

func shapeOf(v string) shape {
	switch {
	case len(v) > 4 && (v[0] == 'S' || v[0] == 's') && strings.EqualFold(v[:4], "S-1-"):
		return shape{system: "ad", unique: true, id: true, upper: true}
	case len(v) == 20 && strings.EqualFold(v[:3], "00u") && alphanumeric(v):
		return shape{system: "okta", unique: true, id: true}
	case len(v) > 8 && (v[0] == 'a' || v[0] == 'A') && strings.EqualFold(v[:7], "arn:aws"):
		return shape{system: "aws", unique: true}
	case awsUnique(v):
		return shape{system: "aws", unique: true, id: true, upper: true}
	case isUUID(v):
		return shape{unique: true, id: true}
	}
	if i := strings.IndexByte(v, '\\'); i > 0 && i == strings.LastIndexByte(v, '\\') && i < len(v)-1 {
		return shape{system: "ad", unique: true}
	}
	return shape{}
}

// awsUnique: user, access key, role and temporary key ids (AWS IAM User Guide,
// "IAM identifiers", unique ID prefixes).
func awsUnique(v string) bool {
	if len(v) < 16 || len(v) > 128 || (v[0] != 'A' && v[0] != 'a') {
		return false
	}
	for _, kind := range [...]string{"AIDA", "AKIA", "AROA", "ASIA"} {
		if strings.EqualFold(v[:4], kind) {
			return alphanumeric(v)
		}
	}
	return false
}

func isUUID(v string) bool {
	if len(v) != 36 {
		return false
	}
	for i := range len(v) {
		if dash := i == 8 || i == 13 || i == 18 || i == 23; dash {
			if v[i] != '-' {
				return false
			}
		} else if !isHex(v[i]) {
			return false
		}
	}
	return true
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func alphanumeric(v string) bool {
	for i := range len(v) {
		if c := v[i] | 0x20; (c < 'a' || c > 'z') && (v[i] < '0' || v[i] > '9') {
			return false
		}
	}
	return true
}

// nobody lists values that products write where no account is meant. A record
// that states one of them as an id says nothing about its name: every failed
// Windows logon carries the null SID (Microsoft Learn, event 4625, Security ID
// of "Account For Which Logon Failed"; "Well-known SIDs").
var nobody = map[string]bool{
	"": true, "-": true, "unknown": true, "null": true, "none": true, "n/a": true,
	"not available": true, "anonymous": true, "anonymous logon": true, "undefined": true,
	"s-1-0-0": true, "s-1-1-0": true, "s-1-5-7": true,
	"s-1-5-18": true, "s-1-5-19": true, "s-1-5-20": true,
	"00000000-0000-0000-0000-000000000000": true,
}

// Nobody tells whether a value is one that products write where no account is
// meant, such as "-", "unknown" or the null SID.
func Nobody(value string) bool {
	if len(value) > len("00000000-0000-0000-0000-000000000000") {
		return false
	}
	if _, user, ok := strings.Cut(value, `\`); ok { // Windows writes domain and name apart, each "-" if unknown
		value = user
	}
	var buf [keyRoom]byte
	return nobody[string(appendKey(buf[:0], "", value))]
}

// maxLiteral is how much of an account's text is kept, in bytes: the longest
// real ones are ARNs and distinguished names well below it. Of longer text the
// rest is replaced by its hash, so that hostile records cost a bounded amount.
const maxLiteral = 512

// normal trims and bounds a value and tells the system of one that a record
// gives without.
func normal(system, value string) (string, string) {
	if value = strings.TrimSpace(value); len(value) > maxLiteral {
		value = strings.ToValidUTF8(value[:maxLiteral-len("#")-32], "") + "#" + event.Hash(strings.ToLower(value)).String()
	}
	if system == "" {
		a := ParseAccount(value)
		return a.System, a.Value
	}
	return strings.ToLower(system), value
}

// keyRoom is enough for most keys, so that looking one up takes no memory.
const keyRoom = 128

// appendKey appends the folded form that accounts are matched by.
func appendKey(dst []byte, system, value string) []byte {
	if system != "" {
		dst = append(dst, system...)
		dst = append(dst, ':')
	}
	from := len(dst)
	dst = append(dst, value...)
	for i, c := range dst[from:] {
		if c >= 0x80 {
			return append(dst[:from], strings.ToLower(value)...)
		}
		if c >= 'A' && c <= 'Z' {
			dst[from+i] = c + 'a' - 'A'
		}
	}
	return dst
}

// key appends the key of a normal value and tells where the value begins in
// it. A value whose form makes it unique is one account wherever it stands; so
// is one that the roster lists bare, and a UPN unless the roster lists it by
// system. Any other name is another account in each system.
func (r *Roster) key(dst []byte, system, value string) (key []byte, at int) {
	form := shapeOf(value)
	if form.unique {
		system = form.system
	}
	key = appendKey(dst, system, value)
	if system == "" || form.unique {
		return key, prefix(system)
	}
	bare := key[prefix(system):]
	if _, own := r.claims[string(key)]; own {
		return key, prefix(system)
	}
	if _, any := r.claims[string(bare)]; any {
		return bare, 0
	}
	if strings.IndexByte(value, '@') >= 0 && !r.scoped[string(bare)] {
		return bare, 0
	}
	return key, prefix(system)
}

func prefix(system string) int {
	if system == "" {
		return 0
	}
	return len(system) + 1
}
