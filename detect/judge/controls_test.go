package judge

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"resetproof/detect/custody"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// Some frameworks speak of some subjects only: an auditor would reject risks of
// machines at a person's reset, and risks of AI where nobody but people acted.
func TestControlsFollowSubjectAndActor(t *testing.T) {
	b := newBench(t, nil)
	b.Frameworks = []*rules.Framework{
		{ID: "any", Controls: []rules.Control{{ID: "B", Checks: []string{"no-request", "self-approval"}}, {ID: "A", Checks: []string{"self-approval"}}}},
		{ID: "of-ai", Only: "automated", Controls: []rules.Control{{ID: "G", Checks: []string{"self-approval"}}}},
		{ID: "of-machines", Only: "non-human", Controls: []rules.Control{{ID: "N", Checks: []string{"self-approval"}}}},
		{ID: "silent", Controls: []rules.Control{{ID: "X", Checks: []string{"no-request"}}}},
	}
	b.spoken = indexControls(b.Frameworks)
	byApp := reset(rules.Recovery, rules.Assisted, 100)
	byApp.Steps[custody.Executed][0].Event.Actor = event.Party{Type: "app", Name: "agent"}
	for name, c := range map[string]struct {
		s    *sitting
		want string
	}{
		"a person's":                  {&sitting{tier: rules.Privileged, c: reset(rules.Recovery, rules.Assisted, 100)}, "any A B"},
		"a machine's":                 {&sitting{tier: rules.Machine, c: reset(rules.Recovery, rules.Assisted, 100)}, "any A B, of-machines N"},
		"an automation's":             {&sitting{tier: rules.Ordinary, c: reset(rules.Recovery, rules.Automated, 100)}, "any A B, of-ai G"},
		"an app's, of a machine":      {&sitting{tier: rules.PrivilegedMachine, c: byApp}, "any A B, of-ai G, of-machines N"},
		"about the whole set, nobody": {nil, "any A B"},
	} {
		var got []string
		controls := b.controls("self-approval", c.s)
		for _, f := range slices.Sorted(maps.Keys(controls)) {
			got = append(got, f+" "+strings.Join(controls[f], " "))
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%s: controls %s, want %s", name, s, c.want)
		}
	}
	if got := b.controls("no-reason", nil); len(got) != 0 {
		t.Errorf("controls of a check that no framework names: %v", got)
	}
}
