package rules

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// difference names the first field in which two values differ, "" for none.
func difference(want, got any) string {
	w, g := reflect.ValueOf(want), reflect.ValueOf(got)
	for i := range w.NumField() {
		if f := w.Type().Field(i); f.IsExported() && !reflect.DeepEqual(w.Field(i).Interface(), g.Field(i).Interface()) {
			return fmt.Sprintf("%s is %v, want %v", f.Name, g.Field(i).Interface(), w.Field(i).Interface())
		}
	}
	return ""
}

func TestMethods(t *testing.T) {
	m := bundledMethods()
	for _, line := range strings.Split(strings.TrimSpace(`
Hardware OTP                 hardware-otp       3
hardware-otp                 hardware-otp       3
push without number matching push               2
push with number matching    push-number        3
Manager Video                manager-video      2
PIV                          piv                4
document selfie              document-selfie    3
FIDO_WEBAUTHN                fido2              4
OKTA_VERIFY_PUSH             push               2
SMS_FACTOR                   sms                2
Mobile app notification      push               2
Email                        mail               1
none                         none               0
`), "\n") {
		f := strings.Fields(line)
		name, id, strength := strings.Join(f[:len(f)-2], " "), f[len(f)-2], f[len(f)-1]
		n, known := m.Strength(name)
		if got := m.Canonical(name); got != id || fmt.Sprint(n) != strength || !known {
			t.Errorf("%q is %q of strength %d (known %v), want %s of %s", name, got, n, known, id, strength)
		}
	}
	for _, name := range []string{"", "pigeon"} {
		if n, known := m.Strength(name); known || n != 0 || m.Canonical(name) != "" {
			t.Errorf("%q is known", name)
		}
	}
}

func TestCombinedMethods(t *testing.T) {
	m := bundledMethods()
	for _, c := range []struct {
		methods  string
		strength int
		known    bool
		why      string
	}{
		{"sms", 2, true, "one alone"},
		{"sms manager-video", 3, true, "another factor by another channel"},
		{"sms callback", 2, true, "the same phone"},
		{"manager-mail manager-video", 2, true, "the same manager"},
		{"push totp", 3, true, "the same app: no more than its code alone"},
		{"totp sms", 3, true, "the weaker is 2, so 3"},
		{"push-number manager-in-person", 3, true, "two of 3 never become 4"},
		{"kba mail", 1, true, "below 2 nothing adds up"},
		{"fido2 sms", 4, true, "the strongest counts"},
		{"sms pigeon", 2, false, "the unknown one may be stronger"},
		{"", 0, false, "nothing stated"},
	} {
		if n, known := m.Combine(strings.Fields(c.methods)); n != c.strength || known != c.known {
			t.Errorf("%s (%s): %d, known %v", c.methods, c.why, n, known)
		}
	}
}

func TestChannelsAndDelivered(t *testing.T) {
	m := bundledMethods()
	for name, want := range map[string]string{"vault link": "vault-link", "In Person": "in-person", "Carrier Pigeon": "carrier-pigeon", "": ""} {
		if got := m.Channel(name); got != want {
			t.Errorf("Channel(%q) = %q, want %q", name, got, want)
		}
	}
	for name, want := range map[string]string{"Temporary password": "temporary-password", "TAP": "access-pass", "pigeon": "", "": ""} {
		if got := m.Delivered(name); got != want {
			t.Errorf("Delivered(%q) = %q, want %q", name, got, want)
		}
	}
}

// The invented organisation's steps are written in people's own words.
func TestMethodsKnowTheWordsOfASpreadsheet(t *testing.T) {
	f, err := os.Open("../../shared/data/org/logs/steps/steps.csv")
	if err != nil {
		t.Skip("skipped: shared data not present")
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := func(name string) int { return slices.Index(rows[0], name) }
	kind, what, channel := column("kind"), column("method"), column("channel")
	m := bundledMethods()
	known := m.channelNames()
	for i, row := range rows[1:] {
		if name := row[what]; name != "" {
			if _, ok := m.Strength(name); row[kind] == "identity.verified" && !ok {
				t.Errorf("row %d: unknown method %q", i+2, name)
			}
			if row[kind] == "credential.delivered" && m.Delivered(name) == "" {
				t.Errorf("row %d: unknown thing delivered %q", i+2, name)
			}
		}
		if name := row[channel]; name != "" && !slices.Contains(known, m.Channel(name)) {
			t.Errorf("row %d: unknown channel %q", i+2, name)
		}
	}
}

func TestPrecedence(t *testing.T) {
	order := []string{"ad", "entra", "okta", "google", "aws", "github", "vault", "keycloak", "some-product", "m365-ual", "servicenow", "resetproof-steps"}
	for i := range order[1:] {
		if a, b := order[i], order[i+1]; Precedence(a) >= Precedence(b) {
			t.Errorf("%s does not come before %s", a, b)
		}
	}
	var links []string
	for _, l := range Links() {
		links = append(links, l.Name)
	}
	if got := strings.Join(links, " "); got != "requested verified approved executed delivered closed dependents reviewed" {
		t.Errorf("links: %s", got)
	}
}

func bundledChecks(t *testing.T) []*Check {
	t.Helper()
	checks, err := LoadChecks()
	if err != nil {
		t.Fatal(err)
	}
	return checks
}

func TestChecksKnowTheirLines(t *testing.T) {
	for _, c := range bundledChecks(t) {
		src, err := os.ReadFile(strings.TrimPrefix(c.File, "rules/"))
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(src), "\n")
		for key, text := range map[string]string{"applies": c.Applies, "met": c.Met, "message": c.Message} {
			if text == "" {
				continue
			}
			at := c.Lines[key]
			first, _, _ := strings.Cut(text, "\n")
			if at < 1 || at > len(lines) || !strings.Contains(first, strings.Trim(strings.TrimPrefix(strings.TrimSpace(lines[at-1]), key+":"), ` "`)) {
				t.Errorf("%s: %s is said to be on line %d", c.File, key, at)
			}
		}
	}
}

// edited is testdata/our-check.yaml under another id and with some text replaced.
func edited(t *testing.T, id string, replace ...string) (dir string) {
	t.Helper()
	src, err := os.ReadFile("testdata/our-check.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(src), "id: our-check", "id: "+id, 1)
	for i := 0; i < len(replace); i += 2 {
		if !strings.Contains(text, replace[i]) {
			t.Fatalf("our-check.yaml does not say %q", replace[i])
		}
		text = strings.ReplaceAll(text, replace[i], replace[i+1])
	}
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, id+".yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestUsersChecks(t *testing.T) {
	before := len(bundledChecks(t))
	checks, err := LoadChecks(edited(t, "our-check"))
	if err != nil || len(checks) != before+1 {
		t.Fatalf("%d checks, error %v; want one more than %d", len(checks), err, before)
	}
	if !slices.IsSortedFunc(checks, func(a, b *Check) int { return strings.Compare(a.ID, b.ID) }) {
		t.Error("checks are not sorted by id")
	}
	checks, err = LoadChecks(edited(t, "no-request", "chain:", "replaces: true\nchain:"))
	if err != nil || len(checks) != before {
		t.Fatalf("%d checks, error %v; want %d, one of them replaced", len(checks), err, before)
	}
	i := slices.IndexFunc(checks, func(c *Check) bool { return c.ID == "no-request" })
	if checks[i].Bundled {
		t.Error("the bundled check was not replaced")
	}
}

func TestCheckMistakes(t *testing.T) {
	for _, c := range []struct {
		name, want string
		dir        string
	}{
		{"bundled id", `check "no-request" is a bundled one (say replaces: true to take its place)`, edited(t, "no-request")},
		{"replaces nothing", `there is no check "no-requests" to replace (did you mean no-request?)`, edited(t, "no-requests", "chain:", "replaces: true\nchain:")},
		{"bad id", `id "NoRequest" is not lower-case words`, edited(t, "NoRequest")},
		{"unknown kind", `unknown needs "reset.asked"`, edited(t, "our-check", "[reset.requested]\n", "[reset.asked]\n")},
		{"unknown group", `unknown about "requests" (did you mean request?)`, edited(t, "our-check", "about: request", "about: requests")},
		{"unknown severity", `unknown raised "hihg" (did you mean high?)`, edited(t, "our-check", "raised: high", "raised: hihg")},
		{"raised below ordinary", `raised severity low is below the ordinary medium`, edited(t, "our-check", "raised: high", "raised: low")},
		{"supersedes nothing", `supersedes no other check: "no-requst" (did you mean no-request?)`, edited(t, "our-check", "chain:", "supersedes: [no-requst]\nchain:")},
		{"provable absence", `provable belongs to a check that asks for a step`, edited(t, "our-check", "asks: step", "asks: absence\nprovable: 'true'")},
		{"misspelt key", `unknown key "aplies" (did you mean applies?)`, edited(t, "our-check", "applies:", "aplies:")},
		{"no guilty example", `scenarios lack a guilty one (expect: not-met)`, edited(t, "our-check", "expect: not-met", "expect: not-applicable")},
		{"no innocent example", `scenarios lack its innocent twin (expect: met)`, edited(t, "our-check", "expect: met", "expect: not-applicable")},
		{"no example of the untold", `scenarios lack one that cannot be told`, edited(t, "our-check", "expect: not-assessable", "expect: not-applicable")},
		{"no example in the window", `scenarios lack one that is not due`, edited(t, "our-check", "expect: not-due", "expect: not-applicable")},
		{"no folder", `no such file`, filepath.Join(t.TempDir(), "none")},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := LoadChecks(c.dir)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v\nwant one with %s", err, c.want)
			}
		})
	}
}

func TestDecodeBounds(t *testing.T) {
	for name, src := range map[string]string{
		"large file": "a: " + strings.Repeat("x", 10) + strings.Repeat("\n# "+strings.Repeat("y", 1000), maxFileBytes/1000),
		"long line":  "a: " + strings.Repeat("x", maxLineBytes),
		"brackets":   strings.Repeat(strings.Repeat("[", 100)+"\n", 20),
		"NUL":        "a: \x00",
		"not UTF-8":  "a: \xff",
		"bomb":       "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
	} {
		var into struct {
			A []string `yaml:"a"`
			B []string `yaml:"b"`
			C []string `yaml:"c"`
		}
		var e *Error
		if err := Decode("f.yaml", []byte(src), &into); !errors.As(err, &e) {
			t.Errorf("%s: error %v, want one that names the file", name, err)
		}
	}
}

func TestErrorsShowNoMoreThanAKeyThatHasNoPlace(t *testing.T) {
	var into struct {
		Name string `yaml:"name"`
	}
	err := Decode("f.yaml", []byte("name: a\npassword: hunter2\n"), &into)
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("error %v", err)
	}
}

func FuzzLoad(f *testing.F) {
	for _, path := range []string{"policies/strict.yaml", "policies/methods.yaml", "checks/no-request.yaml", "frameworks/owasp-nhi-2025.yaml"} {
		_, src := bundledFile(path)
		f.Add(src)
	}
	f.Add([]byte("extends: baseline\nname: a\nversions: [{version: 1, desks: [{unit: x, mandates: [ordinary]}]}]\n---\n"))
	f.Add([]byte("- - - ? {[: &a *a !!b |2\n  x"))
	f.Fuzz(func(t *testing.T, src []byte) {
		file := ruleFile{name: "fuzz.yaml", src: bytes.Clone(src)}
		if set, err := loadVersions(file, nil); err == nil && (len(set.Versions) == 0 || set.Versions[0].Name == "") {
			t.Error("a policy without version or name was accepted")
		}
		if c, err := readCheck(file); err == nil && c.ID != "fuzz" {
			t.Errorf("a check named %q was accepted from fuzz.yaml", c.ID)
		}
		_ = Decode(file.name, file.src, &Framework{})
		_, _ = readMethods(file.name, file.src)
	})
}

// TestLoadedChecksAreTheCallersOwn: who changes a check that was loaded changes
// it for nobody else in the process.
func TestLoadedChecksAreTheCallersOwn(t *testing.T) {
	first, err := LoadChecks()
	if err != nil {
		t.Fatal(err)
	}
	met := first[0].Met
	first[0].Met, first[0].Needs = "false", nil
	second, err := LoadChecks()
	if err != nil {
		t.Fatal(err)
	}
	if second[0].Met != met || len(second) != len(first) {
		t.Errorf("%s asks %q, and asked %q", second[0].ID, second[0].Met, met)
	}
}
