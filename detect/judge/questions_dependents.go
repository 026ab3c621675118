package judge

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/cel"

	"resetproof/detect/custody"
	"resetproof/detect/identity"
	"resetproof/ingest/event"
)

// dependentQuestions ask who and what lives by the credential of a program, and
// whether those were told and followed.
var dependentQuestions = []question{
	{"serves", cel.BoolType, func(s *sitting) (any, error) { return s.serves(), nil }},
	{"consumers_planned", cel.BoolType, func(s *sitting) (any, error) { return s.consumersPlanned() }},
	{"failing_consumers", cel.StringType, func(s *sitting) (any, error) { return s.failingConsumers(), nil }},
	{"dependents_told", cel.BoolType, func(s *sitting) (any, error) { return s.dependentsTold() }},
	{"holders_known", cel.BoolType, func(s *sitting) (any, error) { return s.holdersKnown() }},
	{"program", cel.BoolType, func(s *sitting) (any, error) { return s.program(), nil }},
	{"federated", cel.StringType, func(s *sitting) (any, error) { return s.federated() }},
}

// program: the subject is a service, a workload or shared, or the record says
// that its account is an app's.
func (s *sitting) program() bool {
	return s.nonHuman() || s.c.OfProgram()
}

// principalTags are the columns of a roster that hold service principal names.
var principalTags = []string{"spn", "spns", "serviceprincipalname", "serviceprincipalnames", "service_principal_name", "service_principal_names"}

// serves: others live by the account's password: it is a workload, or has a
// service principal name.
func (s *sitting) serves() bool {
	return s.c.Principal || s.row != nil && (s.row.Kind == identity.Workload ||
		slices.ContainsFunc(principalTags, func(tag string) bool { return s.row.Tags[tag] != "" }))
}

// planWord in the text or method of a ticket or step makes it a plan for those
// who use the account (policy.md, rulings).
const planWord = "consumers"

// consumersPlanned: before the reset somebody wrote down who uses the account:
// an inventory row whose used_by names others, or a ticket or step.
func (s *sitting) consumersPlanned() (bool, error) {
	rows := slices.Clone(s.b.Listed(s.c.Identity))
	for _, d := range s.b.Dependents(s.c.Identity) {
		if s.b.Identify(d.Owner) == s.c.Identity {
			rows = append(rows, d)
		}
	}
	for _, d := range rows {
		if slices.ContainsFunc(d.UsedBy, func(who string) bool { return s.b.Identify(who) != s.c.Identity }) {
			return true, nil
		}
	}
	for _, n := range custody.Names() {
		for _, st := range s.c.Steps[n] {
			if st.Time <= s.latest(st.Kind) && strings.Contains(strings.ToLower(st.Method), planWord) {
				return true, nil
			}
		}
	}
	switch {
	case !s.b.Given("secrets"):
		return false, cannot("no secrets file was given, which would say who uses the account")
	case s.blind(event.ResetRequested):
		return false, cannot("no source shows the ticket, which may say who uses the account (%s)", event.ResetRequested)
	}
	return false, nil
}

// When a consumer of an account fails: not by one mistyped password, and not
// while its new one is being entered. This project's judgement.
const (
	failedTries = 3
	failedFor   = time.Hour
	lastUsed    = 30 * 24 * time.Hour // what was not used for so long before fails for another reason
)

// failingConsumers says which place that used the account before fails with it
// since the reset, "" for none.
func (s *sitting) failingConsumers() string {
	var said string
	n := 0
	for _, k := range s.c.Consumers {
		if !s.fails(k) {
			continue
		}
		if n++; n == 1 {
			before := "where a service or batch job runs under it"
			if k.Last != 0 {
				before = "which signed in with it until " + clock(event.When(k.Last))
			}
			said = fmt.Sprintf("%s, %s, failed %d times from %s to %s", k.Name(), before, k.Failures, clock(event.When(k.FirstFail.Time)), clock(event.When(k.LastFail.Time)))
		}
	}
	if n > 1 {
		said += fmt.Sprintf(", and %d more places", n-1)
	}
	return said
}

func (s *sitting) fails(k custody.Consumer) bool {
	if k.Failures < failedTries || !s.inWatch(k.FirstFail.Time) || k.Failed > k.Last || k.Last != 0 && k.Last < s.c.Time-int64(lastUsed) {
		return false // it failed before as well, or was long gone
	}
	return k.Success < k.LastFail.Time || k.LastFail.Time-k.FirstFail.Time >= int64(failedFor)
}

// dependentsTold: the inventory or the use of the account before the reset tells
// what depends on it.
func (s *sitting) dependentsTold() (bool, error) {
	c := s.c
	if len(s.b.Dependents(c.Identity)) > 0 || len(s.b.Listed(c.Identity)) > 0 || len(c.Learned) > 0 || len(c.Tokens) > 0 || c.Principal ||
		slices.ContainsFunc(c.Consumers, func(k custody.Consumer) bool { return k.Last > 0 }) {
		return true, nil
	}
	if !s.b.Given("secrets") {
		return false, cannot("no secrets file was given, and no use of the account before the reset is on record")
	}
	return false, nil
}

// workloadTags are the columns of a roster that say whether a workload has a
// federated identity; words of no mean that it has none.
var (
	workloadTags = []string{"workload_identity", "federated_identity"}
	noWords      = []string{"no", "none", "false", "0"}
)

// federated says how the workload is known to have a federated identity, "" if
// it has none. A log shows the making of one, but never that there is none.
func (s *sitting) federated() (string, error) {
	if f := s.c.Federated; f != nil {
		at := clock(event.When(f.Time))
		if f.Kind == event.CredentialUsed {
			return "it signed in by one in " + f.System + " at " + at, nil
		}
		return "one was added in " + f.System + " at " + at, nil
	}
	if s.row != nil {
		for _, tag := range workloadTags {
			switch word := strings.ToLower(s.row.Tags[tag]); {
			case slices.Contains(noWords, word):
				return "", nil
			case word != "":
				return "by the roster (" + tag + ": " + word + ")", nil
			}
		}
	}
	if s.c.Unfederated != nil {
		return "", nil
	}
	return "", cannot("whether the workload has a federated identity neither the logs nor the roster say: a column %s would", workloadTags[0])
}

// used lists the records that a check on dependents rests on beside the chain.
func (s *sitting) used(o *outcome) []custody.Step {
	needs := func(k event.Kind) bool { return slices.Contains(o.check.Needs, k.String()) }
	var out []custody.Step
	switch {
	case o.check.About == "dependents" && needs(event.SecretAccessed):
		news, _ := s.holders()
		for _, h := range news {
			out = append(out, custody.Step{Event: h.use})
		}
	case o.check.About == "execution" && needs(event.SigninFailed):
		for _, k := range s.c.Consumers {
			if s.fails(k) {
				out = append(out, custody.Step{Event: k.FirstFail}, custody.Step{Event: k.LastFail})
			}
		}
	case o.check.About == "execution" && o.check.Comparative && s.c.Federated != nil:
		out = append(out, *s.c.Federated)
	}
	if f, is := element[*issuedFacts](o); is && f.given.Ended != nil {
		out = append(out, *f.given.Ended)
	}
	return out
}
