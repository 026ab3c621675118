package judge

import (
	"strings"
	"testing"

	"resetproof/rules"
)

// A fault in an expression stops the run before work starts: file, line, column
// and a caret where CEL gives one.
func TestExpressionErrors(t *testing.T) {
	for _, c := range []struct {
		name  string
		check rules.Check
		want  string
	}{
		{"an unknown field", rules.Check{Met: `case.tyme > case.time`}, "tiny.yaml:7:6: check tiny, met: undefined field 'tyme' (did you mean time?)\n    case.tyme > case.time\n         ^"},
		{"on the second line", rules.Check{Met: "case.path == \"assisted\"\n  && case.tyme == case.time"}, "tiny.yaml:8:11: check tiny, met: undefined field 'tyme' (did you mean time?)\n      && case.tyme == case.time\n              ^"},
		{"an unknown variable", rules.Check{Met: `approval.size() > 0`}, "tiny.yaml:7:1: check tiny, met: undeclared reference to 'approval' (did you mean 'approvals'?)\n    approval.size() > 0\n    ^"},
		{"an unknown function", rules.Check{Met: `case.approvals_needed() > 0`}, "tiny.yaml:7:22: check tiny, met: undeclared reference to 'approvals_needed'"},
		{"a wrong type", rules.Check{Met: `approvals.size() + "1" == "2"`}, "tiny.yaml:7:18: check tiny, met: found no matching overload for '_+_'"},
		{"no condition", rules.Check{Met: `case.id`}, "tiny.yaml:7:1: check tiny, met: gives string, wants bool (end it in a comparison, such as … > 0)\n    case.id\n    ^"},
		{"a time that is none", rules.Check{Met: "true", Due: `case.id`}, "tiny.yaml:11:1: check tiny, due: gives string, wants google.protobuf.Timestamp"},
		{"a list that is none", rules.Check{Met: "true", Each: `case.id`}, "tiny.yaml:13:1: check tiny, each: gives string, wants a list"},
		{"broken syntax", rules.Check{Met: `approvals.size( > 0`}, "tiny.yaml:7:17: check tiny, met: "},
		{"a bomb", rules.Check{Met: `approvals.all(a, approvals.all(b, approvals.all(c, approvals.all(d, a.time == d.time))))`}, "tiny.yaml:7:1: check tiny, met: may cost "},
		{"a condition of a severity", rules.Check{Met: "true", SeverityWhen: []rules.SeverityWhen{
			{When: "true", Lines: map[string]int{"when": 20}}, {When: "case.pth", Lines: map[string]int{"when": 21}},
		}}, "tiny.yaml:21:6: check tiny, severity_when: undefined field 'pth'"},
	} {
		err := newBench(t, nil).Compile([]*rules.Check{tiny(c.check)})
		if err == nil || !strings.HasPrefix(err.Error(), c.want) || !strings.HasSuffix(err.Error(), "^") {
			t.Errorf("%s:\n%v\nwant\n%s", c.name, err, c.want)
		}
	}
}

// All faults are told at once.
func TestAllExpressionErrorsAtOnce(t *testing.T) {
	err := newBench(t, nil).Compile([]*rules.Check{
		tiny(rules.Check{ID: "one", Met: "case.a"}), tiny(rules.Check{ID: "two", Met: "true"}), tiny(rules.Check{ID: "three", Met: "case.b"}),
	})
	if err == nil || strings.Count(err.Error(), "undefined field") != 2 {
		t.Errorf("got %v, want two faults", err)
	}
}

// Two nested loops over steps are within bounds.
func TestHonestExpressionsAreCheap(t *testing.T) {
	check := tiny(rules.Check{Met: `approvals.all(a, requests.all(b, a.time >= b.time))`})
	if err := newBench(t, nil).Compile([]*rules.Check{check}); err != nil {
		t.Error(err)
	}
}
