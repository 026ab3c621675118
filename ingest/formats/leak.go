// Recognising secrets that people and programs write into free text. Only what
// kind of secret it looks like enters an event, never the text.
package formats

import (
	"bytes"
	"regexp"
	"strings"
	"unicode"
)

// maxLeakText is how much of a text is looked at, in bytes: the longest comment
// a service desk takes, with room. This project's judgement.
const maxLeakText = 64 << 10

// leaks lists what is looked for, in the order in which it is reported. Some of
// hints, in lower case, must stand in the text before form is tried. Where form
// has a group, it is a value that must look like a password a person was given.
// All forms run in time linear in the text (RE2).
var leaks = []struct {
	kind  string
	hints []string
	form  *regexp.Regexp
	value func(string) bool
}{
	{"key", []string{"private key-----"}, regexp.MustCompile(`-----BEGIN (?:[A-Z]+ ){0,3}PRIVATE KEY-----`), nil},
	// An access key id alone opens nothing; beside it stands the secret.
	{"key", []string{"akia"}, regexp.MustCompile(`\bAKIA[0-9A-Z]{16}\b(?s:.){0,200}?[^A-Za-z0-9/+]([A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+=]|$)`), mixed},
	{"key", []string{"secret"}, regexp.MustCompile(`(?i)secret[_ -]?access[_ -]?key["']?\s*(?:=|:|\bis\b)\s*["']?([A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+=]|$)`), mixed},
	{"key", []string{"8q~"}, regexp.MustCompile(`\b[A-Za-z0-9_~.-]{3}8Q~[A-Za-z0-9_~.-]{34}`), nil}, // Entra client secret
	{"key", []string{"aiza"}, regexp.MustCompile(`\bAIza[0-9A-Za-z_-]{35}`), nil},                   // Google API key
	{"token", []string{"ghp_", "gho_", "ghu_", "ghs_", "ghr_"}, regexp.MustCompile(`\bgh[pousr]_[A-Za-z0-9]{36}`), nil},
	{"token", []string{"github_pat_"}, regexp.MustCompile(`\bgithub_pat_[A-Za-z0-9_]{60}`), nil},
	{"token", []string{"glpat-"}, regexp.MustCompile(`\bglpat-[A-Za-z0-9_-]{20}`), nil},
	{"token", []string{"xox"}, regexp.MustCompile(`\bxox[abposr]-[A-Za-z0-9-]{20}`), nil},
	{"token", []string{"hvs."}, regexp.MustCompile(`\bhvs\.[A-Za-z0-9_-]{24}`), nil},
	{"token", []string{"eyj"}, regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}`), nil},
	{"token", []string{"authorization:"}, regexp.MustCompile(`(?i)\bauthorization:\s*(?:bearer|basic|ssws)\s+[A-Za-z0-9+/=._~-]{16,}`), nil},
	{"password", passwordWords, regexp.MustCompile(`(?i)(?:` + strings.Join(passwordWords, "|") + `)["']?\s*(?:=|:)\s*["'(]?(\S{6,64})`), assigned},
	{"password", passwordWords, regexp.MustCompile(`(?i)(?:` + strings.Join(passwordWords, "|") + `)\s+(?:is|is now|was|(?:was |is )?(?:re)?set to|changed to|ist|lautet)\s+["'(:]?\s?(\S{6,64})`), told},
	{"password", []string{"pw", "pass"}, regexp.MustCompile(`(?i)\b(?:pw|pass)\s*(?:=|:)\s*["'(]?(\S{6,64})`), assigned},
	{"password", passwordWords, regexp.MustCompile(`(?i)\b(?:` + strings.Join(passwordWords, "|") + `)\s+["'(]?(\S{6,64})`), random},
	{"password", []string{"-password", "--pass"}, regexp.MustCompile(`(?i)\s--?pass(?:word)?\s+["']?(\S{6,64})`), told},
	{"password", []string{"net user", "net1 user"}, regexp.MustCompile(`(?i)\bnet1?(?:\.exe)?\s+user\s+\S+\s+(\S{6,64})`), told},
	{"password", []string{"convertto-securestring"}, regexp.MustCompile(`(?i)\bconvertto-securestring\s+(?:-string\s+)?["']([^"']{6,64})["']`), assigned},
}

// passwordWords introduce a password, in the languages of the samples.
var passwordWords = []string{"password", "passwd", "passwort", "kennwort", "passphrase", "wachtwoord", "mot de passe", "contraseña", "pwd", "temp pw"}

// leak tells what kind of secret seems to stand in a text: password, token or
// key, "" for none.
func leak(text []byte) string {
	text = text[:min(len(text), maxLeakText)]
	if len(text) == 0 {
		return ""
	}
	lower := bytes.ToLower(text)
	for _, l := range leaks {
		if !hinted(lower, l.hints) {
			continue
		}
		for _, m := range l.form.FindAllSubmatch(text, maxLeakTries) {
			if l.value == nil || l.value(trimValue(string(m[1]))) {
				return l.kind
			}
		}
	}
	return ""
}

// maxLeakTries bounds the candidates of one form in one text.
const maxLeakTries = 64

func hinted(lower []byte, hints []string) bool {
	for _, h := range hints {
		if bytes.Contains(lower, []byte(h)) {
			return true
		}
	}
	return false
}

// trimValue drops the punctuation of the sentence around a value.
func trimValue(v string) string { return strings.Trim(v, `"'()<>,;.`) }

// harmless are values that stand where a password would and are none.
var harmless = regexp.MustCompile(`^(?:[A-Z]{2,8}-?[0-9]+|[0-9]{4}-[0-9]{2}-[0-9]{2}\S*|[0-9]+[A-Za-z]{1,7}|[0-9]+-\w+|\S+@\S+\.[A-Za-z]{2,}|\S+://\S+|[$%{[<#]\S*|\S*(?:\*\*\*|xxx|XXX|\.\.\.|redacted|REDACTED)\S*)$`)

// assigned judges a value behind "password:" or "password=".
func assigned(v string) bool {
	lower, upper, digit, special := classes(v)
	return plausible(v) && (digit && (lower || upper) || special && (lower && upper))
}

// told judges a value inside a sentence, where ordinary words are common.
func told(v string) bool {
	lower, upper, digit, special := classes(v)
	return plausible(v) && digit && lower && (upper || special)
}

// mixed tells a random string from a path or a word.
func mixed(v string) bool {
	lower, upper, digit, _ := classes(v)
	return lower && upper && digit
}

// random judges what follows a password's word with nothing between: names of
// products and patches stand there too.
func random(v string) bool {
	lower, upper, digit, special := classes(v)
	return plausible(v) && lower && upper && digit && special
}

func plausible(v string) bool { return len(v) >= 6 && !harmless.MatchString(v) }

// classes tells which classes of characters a text has; blanks and what words
// are joined by count for none.
func classes(v string) (lower, upper, digit, special bool) {
	for _, r := range v {
		switch {
		case unicode.IsLower(r):
			lower = true
		case unicode.IsUpper(r):
			upper = true
		case unicode.IsDigit(r):
			digit = true
		case strings.ContainsRune("!?$%&#*+=^~@§", r):
			special = true
		}
	}
	return lower, upper, digit, special
}
