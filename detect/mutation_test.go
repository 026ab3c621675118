package detect

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"resetproof/detect/judge"
	"resetproof/rules"
)

// equivalent are the conditions without which a check says the same of
// everything, and why they stand there all the same.
var equivalent = []struct{ check, mutant, why string }{
	{"foreign-desk", "files dropped", "without a roster no operator is known; explain names the file"},
	{"one-person-chain", "needs dropped", "each role is asked for by itself; the kinds are searched and cited"},
	{"out-of-scope", "files dropped", "without a roster no operator is known; explain names the file"},
}

// mutant is a check with one of its conditions broken.
type mutant struct {
	what  string
	check rules.Check
}

// conditions are the expressions of a check that its verdict hangs on. Met is
// required; the others may be left out.
var conditions = []struct {
	name string
	of   func(*rules.Check) *string
}{
	{"applies", func(c *rules.Check) *string { return &c.Applies }},
	{"given", func(c *rules.Check) *string { return &c.Given }},
	{"provable", func(c *rules.Check) *string { return &c.Provable }},
	{"met", func(c *rules.Check) *string { return &c.Met }},
}

// mutants breaks a check's conditions one at a time: met negated, every other
// condition dropped, and every part that && or || joins to others, however deep.
// Of what else a check states its scenarios show nothing: severity and sources
// of a finding, and where the search begins, since their logs begin long before.
func mutants(c *rules.Check) []mutant {
	var out []mutant
	add := func(what string, change func(*rules.Check)) {
		m := *c
		change(&m)
		out = append(out, mutant{what, m})
	}
	add("met negated", func(m *rules.Check) { m.Met = "!(" + c.Met + ")" })
	for _, field := range conditions {
		source := *field.of(c)
		if source != "" && field.name != "met" {
			add(field.name+" dropped", func(m *rules.Check) { *field.of(m) = "" })
		}
		for _, d := range shortened(source) {
			add(fmt.Sprintf("%s without %q", field.name, d.part), func(m *rules.Check) { *field.of(m) = d.rest })
		}
	}
	if len(c.Needs) > 0 {
		add("needs dropped", func(m *rules.Check) { m.Needs = nil })
	}
	if c.Due != "" {
		add("due dropped", func(m *rules.Check) { m.Due = "" })
	}
	if len(c.Files) > 0 {
		add("files dropped", func(m *rules.Check) { m.Files = nil })
	}
	return out
}

// TestScenariosFailForBrokenChecks: whoever breaks a condition of a bundled
// check sees one of its own scenarios fail.
func TestScenariosFailForBrokenChecks(t *testing.T) {
	checks, err := rules.LoadChecks()
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range checks {
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel()
			if !passes(t, checks, i, c) {
				t.Fatal("a scenario fails as it is")
			}
			all := mutants(c)
			for _, m := range all {
				if err := (&judge.Bench{}).Compile([]*rules.Check{&m.check}); err != nil {
					t.Errorf("%s: a bad mutant: %v", m.what, err)
					continue
				}
				excused := slices.ContainsFunc(equivalent, func(e struct{ check, mutant, why string }) bool {
					return e.check == c.ID && e.mutant == m.what
				})
				switch survives := passes(t, checks, i, &m.check); {
				case survives && !excused:
					t.Errorf("%s: no scenario fails", m.what)
				case !survives && excused:
					t.Errorf("%s: a scenario fails, so it is not equivalent", m.what)
				}
			}
			for _, e := range equivalent {
				if e.check == c.ID && !slices.ContainsFunc(all, func(m mutant) bool { return m.what == e.mutant }) {
					t.Errorf("%s: listed as equivalent and never tried", e.mutant)
				}
			}
		})
	}
	for _, e := range equivalent {
		if !slices.ContainsFunc(checks, func(c *rules.Check) bool { return c.ID == e.check }) {
			t.Errorf("equivalent lists %s, which is no check", e.check)
		}
	}
}

// passes tells whether every scenario of the check at a place of the list comes
// out as its file says once that check stands in its place.
func passes(t *testing.T, checks []*rules.Check, at int, c *rules.Check) bool {
	t.Helper()
	with := slices.Clone(checks)
	with[at] = c
	for _, s := range c.Scenarios {
		st, err := runScenario(t.Context(), concerned(with, c, s), s, bundledPolicy)
		if err != nil {
			return false
		}
		got, message := st.verdict(c, s)
		if got != s.Expect || s.Message != "" && s.Message != message {
			return false
		}
	}
	return true
}

var loaded sync.Map // policies that bundledPolicy read, by name

// bundledPolicy loads a policy once for all the runs that judge by it.
func bundledPolicy(name string) (*rules.PolicySet, error) {
	if set, ok := loaded.Load(name); ok {
		return set.(*rules.PolicySet), nil
	}
	set, err := rules.LoadPolicy(name)
	if err == nil {
		loaded.Store(name, set)
	}
	return set, err
}

// part is a piece of an expression, and what is left of that without it.
type part struct{ part, rest string }

// shortened takes one after the other what && and || join out of an expression.
func shortened(source string) []part {
	var out []part
	for _, run := range joined(source) {
		for i, s := range run {
			from, to := s.from, run[min(i+1, len(run)-1)].from // with the operator after it
			if i == len(run)-1 {
				from, to = run[i-1].to, s.to // or before it
			}
			out = append(out, part{strings.TrimSpace(source[s.from:s.to]), source[:from] + " " + source[to:]})
		}
	}
	return out
}

// span is where a part of an expression stands.
type span struct{ from, to int }

// operands is an expression being read: what || joins, and what && joins in the
// last of that.
type operands struct {
	or, and     []span
	inOr, inAnd int // where the part being read began
}

// joined finds the parts that && and || join, a list for each row of one of the
// two, at any depth of brackets. && binds tighter than ||, and both tighter than
// ? : and the commas and colons that part one expression from the next.
func joined(source string) [][]span {
	var all [][]span
	stack := []operands{{}}
	keep := func(run []span) {
		if len(run) > 1 {
			all = append(all, run)
		}
	}
	var quote byte
	for i := 0; i <= len(source); i++ {
		top := &stack[len(stack)-1]
		rest := source[i:]
		switch {
		case quote != 0 && rest != "":
			if rest[0] == '\\' {
				i++
			} else if rest[0] == quote {
				quote = 0
			}
		case rest != "" && strings.IndexByte(`"'`, rest[0]) >= 0:
			quote = rest[0]
		case rest != "" && strings.IndexByte("([{", rest[0]) >= 0:
			stack = append(stack, operands{inOr: i + 1, inAnd: i + 1})
		case strings.HasPrefix(rest, "&&"):
			top.and, top.inAnd = append(top.and, span{top.inAnd, i}), i+2
			i++
		case strings.HasPrefix(rest, "||"):
			keep(append(top.and, span{top.inAnd, i}))
			*top = operands{or: append(top.or, span{top.inOr, i}), inOr: i + 2, inAnd: i + 2}
			i++
		case rest == "" || strings.IndexByte(")]}?:,", rest[0]) >= 0:
			keep(append(top.and, span{top.inAnd, i}))
			keep(append(top.or, span{top.inOr, i}))
			*top = operands{inOr: i + 1, inAnd: i + 1}
			if rest != "" && strings.IndexByte(")]}", rest[0]) >= 0 {
				stack = stack[:len(stack)-1]
			}
		}
	}
	return all
}

// TestShortened holds that every part is found, and that an expression is left.
func TestShortened(t *testing.T) {
	for _, c := range []struct {
		source string
		want   []string
	}{
		{`a`, nil},
		{`a && b || c`, []string{`b || c`, `a || c`, `c`, `a && b`}},
		{`a && b && c`, []string{`b && c`, `a && c`, `a && b`}},
		{`a && (b || c)`, []string{`a && ( c)`, `a && (b )`, `(b || c)`, `a`}},
		{`l.exists(x, x.a && x.b)`, []string{`l.exists(x, x.b)`, `l.exists(x, x.a )`}},
		{`a && b ? c : d || e`, []string{`b ? c : d || e`, `a ? c : d || e`, `a && b ? c : e`, `a && b ? c : d`}},
		{`a == "x && \"y" && b`, []string{`b`, `a == "x && \"y"`}},
		{"a ||\nb && c", []string{`a || c`, `a || b`, `b && c`, `a`}},
	} {
		var got []string
		for _, p := range shortened(c.source) {
			got = append(got, strings.Join(strings.Fields(p.rest), " "))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s\n  want %q\n  got  %q", c.source, c.want, got)
		}
	}
}
