package judge

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"

	"resetproof/rules"
)

// check is a rules.Check with its expressions compiled. Programs are nil where
// the check has no such expression.
type check struct {
	*rules.Check
	applies, given, met, provable cel.Program
	from, due, message, each, key cel.Program
	when                          []cel.Program
}

// expression is one compiled field of a check file.
type expression struct {
	field  string
	source string
	want   *cel.Type
	into   *cel.Program
}

// compile type-checks every expression of a check. Errors name file, line and
// column, with a caret.
func (b *Bench) compile(r *rules.Check) (*check, error) {
	c := &check{Check: r}
	env, over := b.caseEnv, overCase
	if r.Scope != "case" {
		env, over = b.setEnv, overSet
	}
	if r.Each != "" {
		ast, prg, err := b.program(env, over, r, "each", r.Each, nil)
		if err != nil {
			return nil, err
		}
		list := ast.OutputType()
		if list.Kind() != cel.ListKind {
			return nil, fault(r, "each", r.Each, "gives "+list.String()+", wants a list")
		}
		c.each = prg
		if env, err = env.Extend(cel.Variable("each", list.Parameters()[0])); err != nil {
			return nil, err
		}
		over += " each " + list.Parameters()[0].String()
	}
	for _, e := range []expression{
		{"applies", r.Applies, cel.BoolType, &c.applies},
		{"given", r.Given, cel.BoolType, &c.given},
		{"met", r.Met, cel.BoolType, &c.met},
		{"provable", r.Provable, cel.BoolType, &c.provable},
		{"from", r.From, cel.TimestampType, &c.from},
		{"due", r.Due, cel.TimestampType, &c.due},
		{"message", r.Message, cel.StringType, &c.message},
		{"each_key", r.EachKey, cel.StringType, &c.key},
	} {
		if e.source == "" {
			continue
		}
		_, prg, err := b.program(env, over, r, e.field, e.source, e.want)
		if err != nil {
			return nil, err
		}
		*e.into = prg
	}
	for _, w := range r.SeverityWhen {
		entry := *r
		entry.Lines = map[string]int{"severity_when": w.Lines["when"]}
		_, prg, err := b.program(env, over, &entry, "severity_when", w.When, cel.BoolType)
		if err != nil {
			return nil, err
		}
		c.when = append(c.when, prg)
	}
	return c, nil
}

// What expressions are over: names that tell environments with the same
// variables from others, whatever run they are of.
const (
	overCase = "case"
	overSet  = "set"
)

// checked is an expression whose types and cost were found right before in this
// process: they are the same for every run.
type checked struct {
	over, source, want string
}

// sound holds them, *cel.Ast by checked. It grows with the expressions of checks
// and waivers that the process meets, not with runs.
var sound sync.Map

// program compiles one expression and bounds its cost.
func (b *Bench) program(env *cel.Env, over string, r *rules.Check, field, source string, want *cel.Type) (*cel.Ast, cel.Program, error) {
	key := checked{over: over, source: source}
	if want != nil {
		key.want = want.String()
	}
	known, ok := sound.Load(key)
	if !ok {
		ast, err := typeOf(env, r, field, source, want)
		if err != nil {
			return nil, nil, err
		}
		known, _ = sound.LoadOrStore(key, ast)
	}
	ast := known.(*cel.Ast)
	prg, err := env.Program(ast, cel.CostLimit(costLimit))
	if err != nil {
		return nil, nil, fault(r, field, source, err.Error())
	}
	return ast, prg, nil
}

// typeOf finds the types and the cost of one expression.
func typeOf(env *cel.Env, r *rules.Check, field, source string, want *cel.Type) (*cel.Ast, error) {
	ast, iss := env.Compile(source)
	if iss.Err() != nil {
		e := iss.Errors()[0]
		line := e.Location.Line()
		return nil, faultAt(r, field, source, line, pastDot(source, line, e.Location.Column()), e.Message)
	}
	if want != nil && !ast.OutputType().IsExactType(want) {
		return nil, fault(r, field, source, fmt.Sprintf("gives %s, wants %s", ast.OutputType(), want))
	}
	est, err := env.EstimateCost(ast, lists{})
	if err == nil && est.Max > costLimit {
		return nil, fault(r, field, source, fmt.Sprintf("may cost %d steps over %d-element lists; the limit is %d", est.Max, assumedList, costLimit))
	}
	return ast, nil
}

// fault is a mistake in a whole expression.
func fault(r *rules.Check, field, source, msg string) error {
	return faultAt(r, field, source, 1, 0, msg)
}

// faultAt puts a caret under the column of the expression's own line; line
// counts from 1, col from 0.
func faultAt(r *rules.Check, field, source string, line, col int, msg string) error {
	msg = firstLine(msg)
	e := rules.ErrorAt(r.File, []byte(source), line, col+1, fmt.Sprintf("check %s, %s: %s", r.ID, field, msg), hintFor(msg))
	e.Line = r.Lines[field] + line - 1
	return e
}

// pastDot moves a column from the dot before a field, where CEL puts what is wrong
// with it, to the field.
func pastDot(source string, line, col int) int {
	lines := strings.Split(source, "\n")
	if line < 1 || line > len(lines) {
		return col
	}
	text := []rune(lines[line-1])
	if col >= 0 && col+1 < len(text) && text[col] == '.' && text[col+1] != ' ' {
		return col + 1
	}
	return col
}

func firstLine(s string) string {
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		return s[:i]
	}
	return s
}

// Compile type-checks every check, all faults at once.
func (b *Bench) Compile(checks []*rules.Check) error {
	envs, err := environments()
	if err != nil {
		return err
	}
	if b.caseEnv, err = envs.ofCase.Extend(b.names()); err != nil {
		return err
	}
	if b.setEnv, err = envs.ofSet.Extend(b.names()); err != nil {
		return err
	}
	b.spoken = indexControls(b.Frameworks)
	b.takeReviews()
	var errs []error
	b.checks = nil
	for _, r := range checks {
		c, err := b.compile(r)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		b.checks = append(b.checks, c)
	}
	return joined(errs)
}

// joined makes one error of several, nil of none.
func joined(errs []error) error {
	if len(errs) == 1 {
		return errs[0] // as it is, so that its hint can be told apart
	}
	return errors.Join(errs...)
}
