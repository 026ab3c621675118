package detect

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"resetproof/detect/custody"
	"resetproof/detect/identity"
	"resetproof/detect/judge"
	"resetproof/detect/survey"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// Options of a run.
type Options struct {
	Lake   Lake
	Sorter func() (Sorter, error)
	// Now is the run's time, UTC.
	Now time.Time
	// Period bounds the executions of the cases that are reported, half-open;
	// zero times are without bound. Evidence is read before and after.
	Period         [2]time.Time
	Policies       *rules.PolicySet
	Checks         []*rules.Check
	Frameworks     []*rules.Framework
	Context        *identity.Context
	ExceptionsFile string
	Domains        []identity.Domain
	// SourcesAbsent are links of the chain that no source of the organisation
	// shows (sources_absent in the config).
	SourcesAbsent []string
	// Expected maps the names of sources to the kinds that the config expects of
	// them (expect), read or not.
	Expected map[string][]string
	// Systems maps systems to the names of the sources that speak of them; a
	// system that is absent is spoken of by every feed of it.
	Systems map[string][]string
	// Progress is told how far a stage is; nil for nobody.
	Progress func(stage string, done, total int64)
}

// Result sums up a run beside its cases and findings.
type Result struct {
	Feeds           []judge.FeedCoverage
	Cases           int64
	UnknownAccounts int
	NotCases        custody.NotCases
	// SelfService counts the attempts at self-service resets by system.
	SelfService map[string]Attempts
	// Conflicts are records that contradict the roster; LookAlikes pairs of
	// identities that may be one person, sorted.
	Conflicts  []identity.Conflict
	LookAlikes [][2]string
	// LeftOut says, in sentences, what was read and not used.
	LeftOut []string
	// Waivers are those of the exceptions file, with what they were used for.
	Waivers []judge.WaiverRecord
	// Unplaced are reviews of cases and findings that this run does not know, in
	// sentences with file and line; LeftOut lists them as well.
	Unplaced []string
	// Surveyed says what statistics over all cases tested, in sentences.
	Surveyed []string
	// Faults are check expressions that failed while judging.
	Faults []string
	// Identify gives the identity that a context file names by id or account.
	Identify func(name string) string
}

// Attempts counts self-service flows by how they ended.
type Attempts struct{ Completed, Blocked, Abandoned int64 }

// run is one run in progress.
type run struct {
	Options
	resolver  *identity.Resolver
	tickets   *custody.Tickets
	operators *custody.Operators
	changers  *custody.Substitutes
	world     *custody.World
	bench     *judge.Bench
	hosts     map[string]bool
	made      made
	// By secret id in lower case: the identities that depend on it, and its rows
	// of the inventory; dependents are an identity's secrets, listed the rows that
	// bear its name.
	bySecret   map[string][]string
	listed     map[string][]identity.Secret
	secrets    map[string][]identity.Secret
	dependents map[string][]identity.Secret
	snapshots  *custody.Snapshots
	undated    int // rows of the state file without a time
	unseen     int // rows of it about accounts that no record names
	stray      int64
}

// Check compiles the checks and waivers without running anything, so that a
// mistake in them stops a run before work starts.
func Check(o Options) error {
	r := &run{Options: o, resolver: identity.NewBuilder(o.Context.Roster, o.Domains).Build()}
	r.tickets = custody.NewTickets(nil)
	r.tickets.Seal()
	r.arrange()
	r.bench = r.newBench(nil)
	if err := r.compile(); err != nil {
		return err
	}
	return r.known()
}

// known refuses a waiver that names a check there is none of: it would cover
// nothing and nobody would notice.
func (r *run) known() error {
	ids := make([]string, len(r.Checks))
	for i, c := range r.Checks {
		ids[i] = c.ID
	}
	for i := range r.Context.Waivers {
		w := &r.Context.Waivers[i]
		for _, check := range w.Checks {
			if !slices.Contains(ids, check) {
				return w.Mistake("checks", 0, "waiver %s: unknown check %q: hint: %s", w.ID, check, cmp.Or(rules.Meant(check, ids), "resetproof rules list names them"))
			}
		}
	}
	return nil
}

// Run detects: every case of the lake, judged, into the sink.
func Run(ctx context.Context, o Options, sink Sink) (Result, error) {
	r := &run{Options: o}
	feeds, err := o.Lake.Feeds()
	if err != nil {
		return Result{}, fmt.Errorf("reading what the lake covers: %w", err)
	}
	covered := make([]judge.FeedCoverage, len(feeds))
	for i, f := range feeds {
		covered[i] = judge.Cover(f)
	}
	if err := r.meet(ctx); err != nil {
		return Result{}, err
	}
	r.arrange()
	r.bench = r.newBench(covered)
	if err := r.compile(); err != nil {
		return Result{}, err
	}
	if err := r.note(ctx); err != nil {
		return Result{}, err
	}
	if err := r.learn(ctx, feeds); err != nil {
		return Result{}, err
	}
	if err := r.substitutes(ctx); err != nil {
		return Result{}, err
	}
	result := Result{Feeds: covered, UnknownAccounts: r.resolver.Unknown(), NotCases: custody.NotCases{}, SelfService: map[string]Attempts{}, LeftOut: []string{}}
	if err := r.fold(ctx, sink, &result); err != nil {
		return Result{}, err
	}
	r.operators.Forget()
	if err := r.recordStates(ctx); err != nil {
		return Result{}, err
	}
	surveyed, err := survey.Run(ctx, survey.Options{
		Lake: o.Lake, Memory: memory.DefaultAllocator, Rows: r.bench.Rows(), Policy: o.Policies.At(o.Now), Name: r.resolver.Name, Period: r.bench.Period,
		Resolve: r.resolve, Row: r.world.Row, PossibleAliases: r.resolver.PossibleAliases,
	})
	if err != nil {
		return Result{}, err
	}
	r.bench.TakeSurvey(surveyed)
	for _, f := range r.bench.Set(o.Now.UnixNano()) {
		if err := sink.Finding(f); err != nil {
			return Result{}, err
		}
	}
	if r.stray > 0 {
		result.LeftOut = append(result.LeftOut, fmt.Sprintf("%d custody events name no account and no ticket that leads to one", r.stray))
	}
	result.Conflicts, result.LookAlikes = r.resolver.Conflicts(), r.resolver.LookAlikes()
	if n := len(result.Conflicts); n > 0 {
		result.LeftOut = append(result.LeftOut, fmt.Sprintf("%d accounts are stated with an id of one identity and a name of another; the id is believed", n))
	}
	if r.undated > 0 {
		result.LeftOut = append(result.LeftOut, fmt.Sprintf("%d rows of the state file do not say when they were observed", r.undated))
	}
	if r.unseen > 0 {
		result.LeftOut = append(result.LeftOut, fmt.Sprintf("%d rows of the state file are about accounts that no record names", r.unseen))
	}
	result.LeftOut = append(result.LeftOut, r.bench.NotJudged()...)
	result.Surveyed = surveyed.Told
	result.Waivers = r.bench.WaiverRecords()
	result.Unplaced = r.bench.Unplaced()
	result.LeftOut = append(result.LeftOut, result.Unplaced...)
	result.Faults, result.Identify = r.bench.Faults(), r.identify
	return result, nil
}

func (r *run) compile() error {
	if err := r.bench.Compile(r.Checks); err != nil {
		return err
	}
	return r.bench.CompileWaivers(r.ExceptionsFile)
}

// newBench wires the judge to the resolver and the context files.
func (r *run) newBench(feeds []judge.FeedCoverage) *judge.Bench {
	var absent []event.Kind
	for _, l := range rules.Links() {
		for _, name := range r.SourcesAbsent {
			if l.Name == name {
				absent = append(absent, l.Kinds...)
			}
		}
	}
	coverage := judge.NewCoverage(feeds, r.Now.UnixNano(), absent, r.Expected, r.Systems)
	reviews := r.Context.File("reviews")
	if reviews.Role != "" {
		coverage.AddFile(reviews.Role, int64(reviews.Rows), event.CaseReviewed)
	}
	return &judge.Bench{
		World:           r.world,
		Coverage:        coverage,
		Name:            r.resolver.Name,
		Identify:        r.identify,
		PossibleAliases: r.resolver.PossibleAliases,
		Related:         r.resolver.Related,
		ApproversNamed:  r.approversNamed(),
		Accounts:        r.resolver.Accounts,
		Systems:         r.resolver.Systems,
		AccountsIn:      r.resolver.AccountsIn,
		Snapshots:       r.snapshots,
		Seen:            r.resolver.Seen,
		Dependents:      func(id string) []identity.Secret { return r.dependents[id] },
		Listed:          func(id string) []identity.Secret { return r.listed[id] },
		Secrets:         func(id string) []identity.Secret { return r.secrets[strings.ToLower(id)] },
		Given:           r.Context.Given,
		Incidents:       r.Context.Incidents,
		Waivers:         r.Context.Waivers,
		Period:          [2]int64{nanoseconds(r.Period[0]), nanoseconds(r.Period[1])},
		Reviews:         r.Context.Reviews,
		ReviewsFile:     reviews,
		Frameworks:      r.Frameworks,
	}
}

// nanoseconds is a time in UTC nanoseconds, 0 for the zero time.
func nanoseconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

// identify resolves a name in a context file: an identity id or an account.
func (r *run) identify(name string) string {
	if name == "" {
		return ""
	}
	return r.resolver.Lookup(name, r.Now.UnixNano()).ID
}

func (r *run) progress(stage string, done, total int64) {
	if r.Progress != nil {
		r.Progress(stage, done, total)
	}
}

// approversNamed tells whether the roster says who may approve.
func (r *run) approversNamed() bool {
	return slices.ContainsFunc(r.Context.Roster.Rows(), func(row identity.Identity) bool {
		if row.Manager != "" {
			return true
		}
		for _, p := range r.Policies.Versions {
			for _, need := range rows(p) {
				if slices.ContainsFunc(row.Roles, func(role string) bool { return identity.HasRole(need.Approvers, role) }) {
					return true
				}
			}
		}
		return false
	})
}

// rows are all that a policy asks of anybody.
func rows(p *rules.Policy) []rules.Row {
	var all []rules.Row
	for _, tier := range rules.Tiers() {
		all = append(all, p.Rows(tier)...)
	}
	return all
}
