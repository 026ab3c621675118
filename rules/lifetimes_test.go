package rules

import (
	"strings"
	"testing"
	"time"
)

// TestLifetimes: every entry names a source, and what is not listed can be
// ended at once.
func TestLifetimes(t *testing.T) {
	all := theLifetimes()
	for _, want := range []struct {
		system, kind string
		life         time.Duration
	}{
		{"ad", "session", 7 * 24 * time.Hour},
		{"ad", "password", time.Hour},
		{"entra", "session", 90 * time.Minute},
		{"aws", "session", 12 * time.Hour},
		{"okta", "access-token", time.Hour},
		{"okta", "session", 0},
	} {
		got, ok := all.Of(want.system, want.kind)
		if got.Life != want.life || ok != (want.life > 0) || ok && got.Source == "" {
			t.Errorf("%s of %s lives %v (%q), want %v", want.kind, want.system, got.Life, got.Source, want.life)
		}
	}
}

func TestLifetimesAreReadStrictly(t *testing.T) {
	const entry = "  - {system: x, kind: session, life: 1h, source: s}\n"
	for _, bad := range []struct{ text, want string }{
		{"lifetimes:\n" + entry + entry, "session of x stands twice"},
		{"lifetimes:\n  - {system: x, kind: session, life: 0, source: s}\n", "has no life"},
		{"lifetimes:\n  - {system: x, kind: session, life: 1h}\n", "source"},
		{"lifetimes:\n  - {system: x, kind: session, life: 1h, source: s, until: 2h}\n", "until"},
	} {
		if _, err := readLifetimes("l.yaml", []byte(bad.text)); err == nil || !strings.Contains(err.Error(), bad.want) {
			t.Errorf("%q gives %v, want %q", bad.text, err, bad.want)
		}
	}
}

// TestLongestLife: a code's limit hangs on the channel it travels by.
func TestLongestLife(t *testing.T) {
	set, err := LoadPolicy("baseline")
	if err != nil {
		t.Fatal(err)
	}
	p := set.Versions[0]
	for _, want := range []struct {
		tier          Tier
		kind, channel string
		limit         time.Duration
	}{
		{Ordinary, "code", "sms-link", 10 * time.Minute},
		{Ordinary, "link", "mail-link", 24 * time.Hour},
		{Ordinary, "link", "mail", 24 * time.Hour},
		{Ordinary, "temporary-password", "voice-callback", 24 * time.Hour},
		{Ordinary, "access-pass", "", 8 * time.Hour},
		{BreakGlass, "code", "sealed-envelope", 4 * time.Hour},
		{Ordinary, "key", "vault", 0},
		{Machine, "temporary-password", "vault", 0},
	} {
		limit, ok := p.Requirements[want.tier].LongestLife(p.Methods, want.kind, want.channel)
		if limit != want.limit || ok != (want.limit > 0) {
			t.Errorf("%s by %s for %s: %v, want %v", want.kind, want.channel, want.tier, limit, want.limit)
		}
	}
}
