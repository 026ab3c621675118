package report

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"resetproof/detect/judge"
	"resetproof/rules"
)

// tallies are the numbers that the page carries without their being findings:
// how long recovery takes, what the evidence holds, how each platform fares.
// What grows with the cases is two durations each; the rest is bounded by
// maxTallied.
type tallies struct {
	credentials map[string]int
	causes      map[string]int
	recover     map[string][]time.Duration   // path -> from request to execution
	systems     map[string]*systemTally      // by system of the act that names the case
	closures    map[closureKey]*closureTally // what became of old ways in
	segments    map[string]*segmentTally     // "" is everybody in none
	resets      map[time.Time]map[string]int
	found       map[time.Time]map[string]int // findings not met, by severity
	months      map[time.Time]*passRate      // month of the case -> verdicts
	required    int                          // links that policy asks for, over all cases
	assessable  int                          // of them, those whose logs were there
	shown       int                          // of them, those a record shows
	roles       roleTally
	selfService map[string]*selfServiceTally // by system
	populations map[string]*populationTally
	variants    map[variant]map[string]int // path -> resets
	passes      map[platform][]passRate    // in the order of mainControls
}

// systemTally is how the cases of one system fare.
type systemTally struct {
	cases    int
	custody  map[judge.Custody]int
	verdicts passRate
	// Of the cases: those whose approval names the approver, whose approval is
	// on record at a time, that name a ticket, whose verification names a method.
	approver, approved, ticket, method int
}

// segmentTally is how the cases of one segment of the policy fare.
type segmentTally struct {
	cases   int
	custody map[judge.Custody]int
	recover []time.Duration // from request to execution
}

// passRate counts the verdicts that say something.
type passRate struct{ met, notMet int }

// maxTallied bounds the distinct systems, credentials and weeks that are told
// apart; what comes beyond counts as "other", or not in the chart.
const (
	maxTallied    = 256
	otherName     = "other"
	maxWeeksTaken = 4_096
)

func newTallies() *tallies {
	return &tallies{
		closures:    map[closureKey]*closureTally{},
		credentials: map[string]int{}, causes: map[string]int{}, recover: map[string][]time.Duration{}, systems: map[string]*systemTally{},
		segments: map[string]*segmentTally{},
		resets:   map[time.Time]map[string]int{}, found: map[time.Time]map[string]int{}, months: map[time.Time]*passRate{},
		selfService: map[string]*selfServiceTally{}, populations: map[string]*populationTally{}, variants: map[variant]map[string]int{},
		passes: map[platform][]passRate{},
	}
}

// bounded gives the key itself, or "other" where the table is full.
func bounded[V any](of map[string]V, key string) string {
	if _, ok := of[key]; !ok && len(of) >= maxTallied {
		return otherName
	}
	return key
}

func (t *tallies) addCase(c *judge.CaseRecord) {
	at := parseWritten(&c.Time)
	path := knownPath(c.Path)
	t.causes[bounded(t.causes, orUnknown(c.Cause))]++
	credential := primaryCredential(c)
	t.credentials[bounded(t.credentials, credential)]++
	segment := t.segment(c.Segment)
	segment.cases++
	segment.custody[c.Custody]++
	if d, ok := toRecover(c, at); ok {
		t.recover[path] = append(t.recover[path], d)
		segment.recover = append(segment.recover, d)
	}
	t.addClosures(c)
	count(t.resets, weekOf(at), path)
	t.roles.add(c)
	t.addSelfService(c, at)
	t.addPopulation(c)
	t.required, t.assessable, t.shown = t.required+c.Evidence.Required, t.assessable+c.Evidence.Assessable, t.shown+c.Evidence.Shown

	month := time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, time.UTC)
	if t.months[month] == nil && len(t.months) < maxWeeksTaken {
		t.months[month] = &passRate{}
	}
	name := bounded(t.systems, cmp.Or(primarySystem(c), "unknown"))
	t.addPass(c, name)
	s := t.systems[name]
	if s == nil {
		s = &systemTally{custody: map[judge.Custody]int{}}
		t.systems[name] = s
	}
	s.add(c)
	for _, v := range c.Verdicts {
		s.verdicts.add(v)
		if m := t.months[month]; m != nil {
			m.add(v)
		}
	}
}

func (t *tallies) segment(name *string) *segmentTally {
	key := ""
	if name != nil {
		key = bounded(t.segments, *name)
	}
	if t.segments[key] == nil {
		t.segments[key] = &segmentTally{custody: map[judge.Custody]int{}}
	}
	return t.segments[key]
}

func (t *tallies) addFinding(f *judge.Finding, sev rules.Severity) {
	if f.Verdict == judge.NotMet && f.Time != nil {
		count(t.found, weekOf(parseWritten(f.Time)), sev.String())
	}
}

func (p *passRate) add(v judge.Verdict) {
	switch v {
	case judge.Met:
		p.met++
	case judge.NotMet:
		p.notMet++
	}
}

func (s *systemTally) add(c *judge.CaseRecord) {
	s.cases++
	s.custody[c.Custody]++
	names := func(steps []judge.StepRecord, has func(judge.StepRecord) bool) int {
		if slices.ContainsFunc(steps, has) {
			return 1
		}
		return 0
	}
	s.approver += names(c.Steps.Approved, func(r judge.StepRecord) bool { return r.Actor != nil })
	s.approved += names(c.Steps.Approved, func(r judge.StepRecord) bool { return r.Time != "" })
	s.method += names(c.Steps.Verified, func(r judge.StepRecord) bool { return r.Method != nil })
	all := slices.Concat(c.Steps.Requested, c.Steps.Verified, c.Steps.Approved, c.Steps.Executed)
	s.ticket += names(all, func(r judge.StepRecord) bool { return r.Ticket != nil })
}

// toRecover is the time from the first request to the reset; none where the
// request is unknown or came after it.
func toRecover(c *judge.CaseRecord, at time.Time) (time.Duration, bool) {
	var first time.Time
	for _, r := range c.Steps.Requested {
		if asked := parseWritten(&r.Time); !asked.IsZero() && (first.IsZero() || asked.Before(first)) {
			first = asked
		}
	}
	if first.IsZero() || at.IsZero() || first.After(at) {
		return 0, false
	}
	return at.Sub(first), true
}

// primaryCredential is what the first act gave a new way in with.
func primaryCredential(c *judge.CaseRecord) string {
	if len(c.Acts) == 0 || c.Acts[0].Credential == "" {
		return "unknown"
	}
	return c.Acts[0].Credential
}

// weekOf is the Monday, 00:00 UTC, of the week a time lies in.
func weekOf(at time.Time) time.Time {
	day := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)
	return day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
}

func count(weeks map[time.Time]map[string]int, week time.Time, name string) {
	if weeks[week] == nil {
		if len(weeks) >= maxWeeksTaken {
			return
		}
		weeks[week] = map[string]int{}
	}
	weeks[week][name]++
}

// pathOrder lists the paths as charts and tables show them (design.md,
// section 2).
var pathOrder = []string{"assisted", "self-service", "automated", "emergency", "unknown"}

// knownPath is the path of a case by one of the five names.
func knownPath(path *string) string {
	if path != nil && slices.Contains(pathOrder, *path) {
		return *path
	}
	return "unknown"
}

// quantile is the nearest-rank quantile of sorted durations, at least one.
func quantile(sorted []time.Duration, q float64) time.Duration {
	rank := int(q * float64(len(sorted)))
	if float64(rank) < q*float64(len(sorted)) {
		rank++
	}
	return sorted[min(max(rank-1, 0), len(sorted)-1)]
}

// byTime gives the keys in order of time.
func byTime[V any](of map[time.Time]V) []time.Time {
	return slices.SortedFunc(maps.Keys(of), time.Time.Compare)
}
