package judge

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"resetproof/detect/identity"
	"resetproof/rules"
)

// A waiver excepts what it names, while it holds, for whom it selects, and
// never on the word of who gains by it. The reset lies at hour 50.
func TestWaivers(t *testing.T) {
	sound := identity.Waiver{
		ID: "W-1", Checks: []string{"tiny"}, Selector: `identity.id == "ann"`, Reason: "migration", ApprovedBy: "lea",
		ValidFrom: start, ValidUntil: start + 100*hour,
	}
	with := func(change func(*identity.Waiver)) identity.Waiver {
		w := sound
		change(&w)
		return w
	}
	for _, c := range []struct {
		name   string
		waiver identity.Waiver
		want   Verdict
	}{
		{"sound", sound, Excepted},
		{"by the case", with(func(w *identity.Waiver) { w.Selector = `case.system == "okta" && case.path == "assisted"` }), Excepted},
		{"for somebody else", with(func(w *identity.Waiver) { w.Selector = `identity.id == "bob"` }), NotMet},
		{"of another check", with(func(w *identity.Waiver) { w.Checks = []string{"other"} }), NotMet},
		{"expired", with(func(w *identity.Waiver) { w.ValidUntil = start + 50*hour }), NotMet},
		{"in its last moment", with(func(w *identity.Waiver) { w.ValidUntil = start + 50*hour + 1 }), Excepted},
		{"not yet begun", with(func(w *identity.Waiver) { w.ValidFrom = start + 51*hour }), NotMet},
		{"defective", with(func(w *identity.Waiver) { w.Defect = "it has no reason" }), NotMet},
		{"signed by its beneficiary", with(func(w *identity.Waiver) { w.ApprovedBy = "ann" }), NotMet},
	} {
		b := newBench(t, nil)
		b.Waivers = []identity.Waiver{c.waiver}
		rec, findings := judged(t, b, reset(rules.Recovery, rules.Assisted, 50), tiny(rules.Check{Met: "false"}))
		if rec.Verdicts["tiny"] != c.want {
			t.Errorf("%s: %s, want %s", c.name, rec.Verdicts["tiny"], c.want)
		}
		cited := len(findings) == 1 && findings[0].Waiver != nil && *findings[0].Waiver == "W-1" && len(rec.Waivers) == 1
		if cited != (c.want == Excepted) {
			t.Errorf("%s: the use of the waiver is listed: %v", c.name, cited)
		}
	}
}

// A check that is met needs no waiver and uses none.
func TestWaiverOfWhatIsMet(t *testing.T) {
	b := newBench(t, nil)
	b.Waivers = []identity.Waiver{{ID: "W-1", Checks: []string{"tiny"}, Selector: "true", ValidUntil: start + 100*hour}}
	rec, _ := judged(t, b, reset(rules.Recovery, rules.Assisted, 50), tiny(rules.Check{Met: "true"}))
	if rec.Verdicts["tiny"] != Met || len(rec.Waivers) != 0 {
		t.Errorf("%s under %v, want met under none", rec.Verdicts["tiny"], rec.Waivers)
	}
}

// A waiver of undeclared-emergency makes the path an emergency, the one
// exception to execution evidence.
func TestWaivedEmergency(t *testing.T) {
	for checks, want := range map[string]string{"undeclared-emergency": "emergency", "tiny": "assisted"} {
		b := newBench(t, nil)
		b.Waivers = []identity.Waiver{{ID: "W-1", Checks: []string{checks}, Selector: "true", ValidUntil: start + 100*hour}}
		rec, _ := judged(t, b, reset(rules.Recovery, rules.Assisted, 50), tiny(rules.Check{Met: "true"}))
		if rec.Path == nil || *rec.Path != want {
			t.Errorf("waiver of %s: path %v, want %s", checks, rec.Path, want)
		}
	}
}

// Its selector speaks of the path that the acts show, and the waiver holds for
// every question about the path.
func TestWaivedEmergencyByPath(t *testing.T) {
	b := newBench(t, nil)
	b.Waivers = []identity.Waiver{{ID: "W-1", Checks: []string{"undeclared-emergency"}, Selector: `case.path == "assisted"`, ValidUntil: start + 100*hour}}
	undeclared := tiny(rules.Check{Met: "false"})
	undeclared.ID = "undeclared-emergency"
	path := tiny(rules.Check{Met: "case.path_allowed()"})
	rec, _ := judged(t, b, reset(rules.Recovery, rules.Assisted, 50), undeclared, path)
	if *rec.Path != "emergency" || rec.Verdicts["undeclared-emergency"] != Excepted || rec.Verdicts["tiny"] != Met {
		t.Errorf("path %s, verdicts %v, want an emergency that is excepted and allowed", *rec.Path, rec.Verdicts)
	}
}

func TestSelectorErrors(t *testing.T) {
	for selector, want := range map[string]string{
		`identity.nmae == "ann"`:            `exceptions.yaml:12:1: waiver W-1, selector: undefined field 'nmae'`,
		`identity.name`:                     `exceptions.yaml:12:1: waiver W-1, selector: gives string, wants bool`,
		`identity.roles[7] == "x" && false`: "",
	} {
		b := newBench(t, nil)
		b.Waivers = []identity.Waiver{{ID: "W-1", Checks: []string{"tiny"}, Selector: selector, ValidUntil: start + 100*hour, Line: 12}}
		if err := b.Compile(nil); err != nil {
			t.Fatal(err)
		}
		err := b.CompileWaivers("exceptions.yaml")
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", selector, err)
		case want != "" && (err == nil || !strings.HasPrefix(err.Error(), want)):
			t.Errorf("%s: %v, want %s", selector, err, want)
		}
	}
	// One that fails when it is asked covers nothing, and is reported.
	b := newBench(t, nil)
	b.Waivers = []identity.Waiver{{ID: "W-1", Checks: []string{"tiny"}, Selector: `identity.roles[7] == "x"`, ValidUntil: start + 100*hour}}
	rec, _ := judged(t, b, reset(rules.Recovery, rules.Assisted, 50), tiny(rules.Check{Met: "false"}))
	if faults := b.Faults(); rec.Verdicts["tiny"] != NotMet || len(faults) != 1 || !strings.HasPrefix(faults[0], "waiver W-1, selector: ") {
		t.Errorf("%s, reported %q", rec.Verdicts["tiny"], faults)
	}
}

// All selectors that are wrong are told at once, each at the field in its own
// line of the file.
func TestAllSelectorErrors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "e.yaml")
	text := "- id: W-1\n  checks: [tiny]\n  selector: identity.idd == \"x\"\n- id: W-2\n  checks: [tiny]\n  selector: cas.id == \"x\"\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := identity.Load(identity.Paths{Exceptions: path})
	if err != nil {
		t.Fatal(err)
	}
	b := newBench(t, nil)
	b.Waivers = c.Waivers
	if err := b.Compile(nil); err != nil {
		t.Fatal(err)
	}
	err = b.CompileWaivers(path)
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		"e.yaml:3:22: waiver W-1, selector: undefined field 'idd' (did you mean id?)\n      selector: identity.idd == \"x\"\n                         ^",
		"e.yaml:6:13: waiver W-2, selector: undeclared reference to 'cas'",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nlacks %s", err, want)
		}
	}
}
