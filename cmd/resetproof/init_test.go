package main

import (
	"os"
	"regexp"
	"testing"
	"time"

	"resetproof/ingest/event"
	"resetproof/rules"
)

// exampleLine is a line of a draft that is switched off, as against prose.
var exampleLine = regexp.MustCompile(`(?m)^( *)# ([a-z_]+:( |$)|  )`)

// TestDraftedExamplesLoad switches on what the drafts hold as comments: it must
// be taken too.
func TestDraftedExamplesLoad(t *testing.T) {
	t.Chdir(t.TempDir())
	at := func(day int) int64 { return time.Date(2026, 3, day, 0, 0, 0, 0, time.UTC).UnixNano() }
	found := []sourceFound{
		{name: "a: b", uri: "logs/\"a\": b\n#", formats: []string{"okta-system-log"}, instances: []string{"x\ny: z"}, first: at(1), last: at(9), zoneless: 3},
		{name: "true", uri: "- x", formats: []string{"servicenow"}, instances: []string{""}},
	}
	people := &seen{netbios: map[string]int{"ACME\n": 1}, suffixes: map[string]int{"acme.example": 2}}
	unread := []event.Unrecognised{{URI: "logs/x\nkey: value", Reason: "no format knows it"}}
	for name, text := range map[string][]byte{"plain.yaml": configDraft(found, people, unread),
		"on.yaml": exampleLine.ReplaceAll(configDraft(found, people, nil), []byte("$1$2"))} {
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := readConfig(name)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		for i, s := range c.Sources {
			if s.Name != found[i].name || s.URI != found[i].uri {
				t.Errorf("%s: source %d is %q at %q", name, i, s.Name, s.URI)
			}
		}
		if on := name == "on.yaml"; on != (c.Lake != "") || on != (c.Sources[0].Covers != nil) || on != (len(c.Domains) > 0) {
			t.Errorf("%s: its examples are on: %v", name, !on)
		}
	}
	if err := os.WriteFile(draftPolicy, exampleLine.ReplaceAll(policyDraft, []byte("$1$2")), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := rules.LoadPolicy(draftPolicy)
	if err != nil {
		t.Fatal(err)
	}
	if v := p.Versions[0]; len(v.Pipelines) == 0 || len(v.MethodNames) == 0 {
		t.Error("the policy's examples are still off")
	}
}
