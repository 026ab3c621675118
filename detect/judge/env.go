package judge

import (
	"fmt"
	"reflect"
	"slices"
	"sync"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/ext"
)

// costLimit bounds one evaluation of one expression, in CEL cost units, about
// one per step taken. A check over the longest chains seen needs some hundreds.
const costLimit = 1_000_000

// assumedList is the length the cost estimate at load assumes for a list of
// steps or dependents.
const assumedList = 100

// variables are what an expression over a case may name.
var variables = []struct {
	name string
	typ  *cel.Type
}{
	{"case", object("caseFacts")},
	{"identity", object("identityFacts")},
	{"need", object("needFacts")},
	{"requests", steps}, {"verifications", steps}, {"approvals", steps}, {"executions", steps},
	{"deliveries", steps}, {"closures", steps}, {"rotations", steps}, {"reviews", steps},
	{"reused", steps}, {"grants", steps}, {"uses", steps},
	{"dependents", cel.ListType(object("dependentFacts"))},
	{"contacts", steps},
	{"tokens", cel.ListType(object("tokenFacts"))},
	{"issued", cel.ListType(object("issuedFacts"))},
	{"holders", cel.ListType(object("holderFacts"))},
	{"directories", cel.ListType(object("directoryFacts"))},
	{"tickets", cel.ListType(object("ticketFacts"))},
	{"rights", cel.ListType(object("rightFacts"))},
	{"higher", cel.ListType(object("higherFacts"))},
	{"planted", traces}, {"cleared", traces}, {"reads", traces}, {"redemptions", traces}, {"enrolments", traces},
}

// setVariables are what an expression over the whole set may name.
var setVariables = []struct {
	name string
	typ  *cel.Type
}{
	{"logs", cel.ListType(object("logFacts"))},
	{"unsourced", cel.ListType(object("unsourcedFacts"))},
	{"undone", cel.ListType(object("undoneFacts"))},
	{"expired", cel.ListType(object("expiredFacts"))},
	{"gaps", cel.ListType(object("gapFacts"))},
	{"empty_fields", cel.ListType(object("emptyFacts"))},
	{"skews", cel.ListType(object("skewFacts"))},
	{"histories", cel.ListType(object("historyFacts"))},
	{"waivers", cel.ListType(object("waiverFacts"))},
	{"waived_months", cel.ListType(object("monthFacts"))},
	{"states", cel.ListType(object("stateFacts"))},
	{"orphans", cel.ListType(object("orphanFacts"))},
	{"substituted", cel.ListType(object("substitutedFacts"))},
}

var steps = cel.ListType(object("stepFacts"))

func object(name string) *cel.Type { return cel.ObjectType("judge." + name) }

// question is a member function of `case` that may not be answerable.
type question struct {
	name   string
	result *cel.Type
	ask    func(s *sitting) (any, error)
}

// questions lists every member function of `case`, from the tables of their
// files.
var questions = slices.Concat(
	chainQuestions,
	roleQuestions,
	riskQuestions,
	refusalQuestions,
	factorQuestions,
	reviewQuestions,
	higherQuestions,
	automationQuestions,
	takeoverQuestions,
	deliveryQuestions,
	accessQuestions,
	dependentQuestions,
	heldQuestions,
	scopeQuestions,
	operatorQuestions,
	reachQuestions,
)

var chainQuestions = []question{
	{"request_required", cel.BoolType, func(s *sitting) (any, error) { return s.requestRequired() }},
	{"requests_known", cel.BoolType, func(s *sitting) (any, error) { return s.requestsKnown(), nil }},
	{"reason_required", cel.BoolType, func(s *sitting) (any, error) { return s.reasonRequired() }},
	{"reason", cel.StringType, func(s *sitting) (any, error) { return s.reason() }},
	{"verification_required", cel.BoolType, func(s *sitting) (any, error) { return s.verificationRequired() }},
	{"verification_bar", cel.IntType, func(s *sitting) (any, error) { return s.bar() }},
	{"verification_strength", cel.IntType, func(s *sitting) (any, error) { return s.verificationStrength() }},
	{"approvals_required", cel.IntType, func(s *sitting) (any, error) { return s.approvalsRequired() }},
	{"self_approvals", cel.ListType(cel.StringType), func(s *sitting) (any, error) { return s.selfApprovals() }},
	{"executor_approvals", cel.ListType(cel.StringType), func(s *sitting) (any, error) { return s.executorApprovals() }},
	{"manager_asked", cel.BoolType, func(s *sitting) (any, error) { return s.managerAsked(), nil }},
	{"sessions", cel.StringType, func(s *sitting) (any, error) { return s.sessions(), nil }},
	{"inventory_known", cel.BoolType, func(s *sitting) (any, error) { return s.b.Given("secrets"), nil }},
	{"incidents_known", cel.BoolType, func(s *sitting) (any, error) { return s.b.incidentsKnown(), nil }},
	{"history_known", cel.BoolType, func(s *sitting) (any, error) { return s.historyKnown(), nil }},
}

// environments are the CEL environments over a case and over the whole set, but
// for what a run binds. They are made once in a process: to learn the fields of
// every type is most of the work of compiling a check.
var environments = sync.OnceValues(func() (envs struct{ ofCase, ofSet *cel.Env }, err error) {
	base, err := environment()
	if err != nil {
		return envs, err
	}
	if envs.ofCase, err = base.Extend(declare(variables)...); err != nil {
		return envs, err
	}
	envs.ofSet, err = base.Extend(append(declare(setVariables), surveyVariables()...)...)
	return envs, err
})

// environment makes the CEL environment without variables.
func environment() (*cel.Env, error) {
	opts := []cel.EnvOption{
		ext.NativeTypes(append(surveyTypes(), ext.ParseStructTags(true))...),
		ext.NativeTypes(reflect.TypeFor[caseFacts](), reflect.TypeFor[identityFacts](), reflect.TypeFor[needFacts](),
			reflect.TypeFor[stepFacts](), reflect.TypeFor[dependentFacts](), reflect.TypeFor[logFacts](), reflect.TypeFor[ticketFacts](), reflect.TypeFor[tokenFacts](), reflect.TypeFor[issuedFacts](), reflect.TypeFor[holderFacts](), reflect.TypeFor[unsourcedFacts](),
			reflect.TypeFor[traceFacts](), reflect.TypeFor[undoneFacts](), reflect.TypeFor[expiredFacts](), reflect.TypeFor[gapFacts](),
			reflect.TypeFor[waiverFacts](), reflect.TypeFor[monthFacts](), reflect.TypeFor[historyFacts](), reflect.TypeFor[emptyFacts](), reflect.TypeFor[skewFacts](),
			reflect.TypeFor[directoryFacts](), reflect.TypeFor[stateFacts](),
			reflect.TypeFor[waiverFacts](), reflect.TypeFor[monthFacts](),
			reflect.TypeFor[higherFacts](), reflect.TypeFor[rightFacts](),
			reflect.TypeFor[substitutedFacts](), reflect.TypeFor[orphanFacts](),
			ext.ParseStructTags(true)),
		ext.Strings(),
		cel.Function("clock", cel.Overload("clock_timestamp", []*cel.Type{cel.TimestampType}, cel.StringType,
			cel.UnaryBinding(func(v ref.Val) ref.Val { return types.String(clock(v.(types.Timestamp).Time)) }))),
		cel.Function("span", cel.Overload("span_duration", []*cel.Type{cel.DurationType}, cel.StringType,
			cel.UnaryBinding(func(v ref.Val) ref.Val { return types.String(span(v.(types.Duration).Duration)) }))),
	}
	for _, q := range questions {
		opts = append(opts, cel.Function(q.name, cel.MemberOverload("case_"+q.name, []*cel.Type{object("caseFacts")}, q.result,
			cel.UnaryBinding(func(v ref.Val) ref.Val {
				c, ok := v.Value().(*caseFacts)
				if !ok {
					return types.NewErr("%s: not a case", q.name)
				}
				answer, err := q.ask(c.s)
				if err != nil {
					return types.WrapErr(err)
				}
				return types.DefaultTypeAdapter.NativeToValue(answer)
			}))))
	}
	return cel.NewEnv(opts...)
}

// names is the function that says an identity's name as the run knows it.
func (b *Bench) names() cel.EnvOption {
	return cel.Function("name", cel.Overload("name_string", []*cel.Type{cel.StringType}, cel.StringType,
		cel.UnaryBinding(func(v ref.Val) ref.Val { return types.String(b.Name(string(v.(types.String)))) })))
}

func declare(vars []struct {
	name string
	typ  *cel.Type
}) []cel.EnvOption {
	var opts []cel.EnvOption
	for _, v := range vars {
		opts = append(opts, cel.Variable(v.name, v.typ))
	}
	return opts
}

// activation binds the variables for one case.
func (s *sitting) activation() map[string]any {
	need := s.need.facts()
	need.ResetByReset = s.resetByReset()
	vars := map[string]any{
		"case": s.facts, "identity": s.identity, "need": need,
		"requests": s.steps[0], "verifications": s.steps[1], "approvals": s.steps[2], "executions": s.steps[3],
		"deliveries": s.steps[4], "closures": s.steps[5], "rotations": s.steps[6], "reviews": s.steps[7],
		"reused": s.reused, "grants": s.grants, "uses": s.uses, "dependents": s.deps,
		"contacts": s.each(s.c.Contacts), "tickets": s.cited(), "tokens": s.tokens(), "directories": s.directories(),
	}
	vars["issued"] = s.issued()
	vars["holders"], _ = s.holders()
	s.traced(vars)
	return vars
}

// clock prints a time as findings do: to the second, in UTC.
func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") + " UTC" }

// span prints a duration in words, to the two largest units.
func span(d time.Duration) string {
	if d < 0 {
		d = -d
	}
	units := []struct {
		name string
		size time.Duration
	}{{"day", 24 * time.Hour}, {"hour", time.Hour}, {"minute", time.Minute}, {"second", time.Second}}
	var out string
	parts := 0
	for i, u := range units {
		n := d / u.size
		d -= n * u.size
		if n == 0 && (out != "" || i < len(units)-1) {
			if parts > 0 {
				break
			}
			continue
		}
		if out != "" {
			out += " "
		}
		out += fmt.Sprintf("%d %s", n, u.name)
		if n != 1 {
			out += "s"
		}
		if parts++; parts == 2 {
			break
		}
	}
	return out
}

// lists estimates the length of the lists that expressions run over.
type lists struct{}

func (lists) EstimateSize(cost.AstNode) *cost.SizeEstimate {
	return &cost.SizeEstimate{Min: 0, Max: assumedList}
}

func (lists) EstimateCallCost(string, string, *cost.AstNode, []cost.AstNode) *cost.CallEstimate {
	return nil
}
