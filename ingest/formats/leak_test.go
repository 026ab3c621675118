package formats

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestLeak: one text a line, with what it must be taken for.
func TestLeak(t *testing.T) {
	jwt := "eyJ" + strings.Repeat("a", 12) + ".eyJ" + strings.Repeat("b", 12) + "." + strings.Repeat("c", 12)
	for _, one := range []struct{ want, text string }{
		{"password", "Reset done, password: Winter2026!"},
		{"password", "New temp password is Blue-Harbour-4417x!, tell her to change it"},
		{"password", "pwd=hunter22"},
		{"password", "Passwort lautet Sommer#2026"},
		{"password", `net user ann Kp7!mmqs /domain`},
		{"password", `Set-ADAccountPassword -NewPassword (ConvertTo-SecureString "Spring26go" -AsPlainText -Force)`},
		{"password", `mysql -u root --password Tr0ub4dor&3`},
		{"password", `{"user":"ann","password":"Abc12345"}`},
		{"password", "done, pw=Kestrel41!"},
		{"password", "Reset, told the caller. password Kestrel41!"},
		{"key", "aws_secret_access_key=" + strings.Repeat("aB3d", 10)},
		{"key", "the secret access key is " + strings.Repeat("aB3d", 10)},
		{"token", "use ghp_" + strings.Repeat("a1B2", 9)},
		{"token", "here is the token " + jwt},
		{"token", "curl -H 'Authorization: Bearer abcdefghijklmnop1234'"},
		{"key", "-----BEGIN RSA PRIVATE KEY-----"},
		{"key", "-----BEGIN OPENSSH PRIVATE KEY-----"},
		{"key", "AKIA" + strings.Repeat("Q", 16) + " / " + strings.Repeat("aB3d", 10)},
		// Innocent twins.
		{"", "Please reset my password"},
		{"", "password: forgotten"},
		{"", "password reset: INC0010042"},
		{"", "password: INC0010042"},
		{"", "password = ********"},
		{"", "password: [redacted]"},
		{"", "password=${DB_PASSWORD_2}"},
		{"", "Her password is 90days old"},
		{"", "password was changed on 2026-03-02"},
		{"", "password: 2026-03-02T09:00:00Z expired"},
		{"", "temporary password: see https://vault.acme.example/x1/Ab3"},
		{"", "password: ask bob1@acme.example"},
		{"", "forgot his password: bob1@acme.example"},
		{"", "The password is 12-characters long"},
		{"", "Access key AKIA" + strings.Repeat("Q", 16) + " was deactivated"},
		{"", "-----BEGIN CERTIFICATE-----"},
		{"", "net user ann /domain"},
		{"", "net user ann /active:yes"},
		{"", "password policy is strict1"},
		{"", "Reset the password 1Password holds, and the one of Office365"},
		{"", "password KB5034441 came with the update"},
		{"", "pw: forgotten"},
		{"", "secret access key: rotated"},
		{"", ""},
	} {
		if got := leak([]byte(one.text)); got != one.want {
			t.Errorf("%q is taken for %q, want %q", one.text, got, one.want)
		}
	}
}

// TestLeakIsBounded: a hostile text of many near misses takes no longer than
// its length allows.
func TestLeakIsBounded(t *testing.T) {
	text := []byte(strings.Repeat("password: password: AKIAQQQQQQQQQQQQQQQQ eyJaaaaaaaaaaaa.eyJ ", 1<<16))
	start := time.Now()
	if got := leak(text); got != "" {
		t.Errorf("taken for %q", got)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}

// TestLeakStaysOut: the event says what kind of secret a ticket holds and no
// more.
func TestLeakStaysOut(t *testing.T) {
	set, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	const secret = "Winter2026!"
	line := fmt.Sprintf(`{"time":"2026-03-02T09:00:00Z","kind":"reset.requested","account":"ann","detail":"new password: %s"}`, secret)
	got := decode(t, set.Get("resetproof-steps"), []byte(line), exampleOptions())
	if !strings.Contains(got, "leak=password") || strings.Contains(got, secret) {
		t.Errorf("event is %s", got)
	}
}
