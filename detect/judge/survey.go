package judge

import (
	"reflect"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"

	"resetproof/ingest/event"
	"resetproof/rules"
)

// Row is one case as statistics over all of them see it: small, since there is
// one for every case of the lake. The strings are those of the resolver and the
// policy, shared between rows.
type Row struct {
	// Act is the event id of the primary act, by which its record is found in the lake.
	Act      event.ID
	Case     event.ID
	Identity string // whose credential was reset
	Operator string // who executed it, "" where nobody is named
	// ByHand: a person named as operator did it for somebody else. The rest is
	// self-service, automation and acts that nobody is named for.
	ByHand     bool
	Tier       rules.Tier
	Class      rules.Class
	Path       rules.Path
	System     string // of the primary act
	Unit       string // of the identity then, "" where no roster says
	Desk       string // unit of the operator then, "" where no roster says
	Population string // of Populations
	// Campaign is the declared campaign that the case cites, "" for none.
	Campaign string
	// InPeriod tells whether the case is one of those that are reported. The
	// others are the background only: they were not judged, and nothing below is
	// known of them.
	InPeriod       bool
	Met, NotMet    int32   // checks
	Custody        Custody // "" out of the period
	Needed, Proven int8    // strength of verification: what policy asks and what is on record, -1 where the records do not tell

	Manner
}

// Populations that should be held alike: people of the organisation, vendors'
// people and contractors, people reset by a delegated desk, programs. Emergency
// accounts, which are asked for their evidence afterwards, are none of them.
const (
	People      = "people"
	Vendors     = "vendors and contractors"
	Delegated   = "people, through a delegated desk"
	Programs    = "services and workloads"
	Emergencies = "emergency accounts"
)

// Populations in the order in which they are named.
func Populations() []string { return []string{People, Delegated, Vendors, Programs, Emergencies} }

// Rows gives a row for every case that was judged or placed, in that order.
func (b *Bench) Rows() []Row { return b.rows }

// surveyed writes a case down for the survey.
func (s *sitting) surveyed() Row {
	c := s.c
	r := Row{
		Act: c.Primary.Event.ID, Case: c.ID, Identity: c.Identity, Operator: c.Operator, Tier: s.tier, Class: c.Class, Path: c.Path,
		System: c.Primary.System, Unit: s.identity.Unit, Population: s.population(), Needed: -1, Proven: -1, Manner: s.manner(),
		ByHand: c.Operator != "" && c.Operator != c.Identity && (c.Path == rules.Assisted || c.Path == rules.Emergency),
	}
	if row := s.b.World.Row(c.Operator, c.Time); row != nil {
		r.Desk = row.Unit
	}
	for _, t := range c.Tickets {
		if r.Campaign == "" && s.b.World.Tickets.Declared(s.b.World.Tickets.KeyOf(t)) {
			r.Campaign = t
		}
	}
	return r
}

func (s *sitting) population() string {
	if s.nonHuman() {
		return Programs
	}
	if s.tier == rules.BreakGlass {
		return Emergencies
	}
	if e := s.identity.Employment; e == "contractor" || e == "vendor" {
		return Vendors
	}
	if delegated, err := s.delegated(); err == nil && delegated {
		return Delegated
	}
	return People
}

// judged adds what judging told of a case.
func (r Row) judged(s *sitting, all []*outcome, rec *CaseRecord) Row {
	r.InPeriod, r.Custody, r.Needed, r.Proven, r.Manner = true, rec.Custody, int8(rec.Aside.Verification), s.evidenced(), r.way(s)
	for _, v := range rec.Verdicts {
		switch v {
		case Met:
			r.Met++
		case NotMet:
			r.NotMet++
		}
	}
	return r
}

// Fact is one element of a list of the survey. Rests gives the acts whose records
// it wants to cite, Find takes those.
type Fact interface {
	citing
	Rests() []event.ID
	Find(records map[event.ID]*event.Event)
}

// Surveyed is what statistics over all cases give.
type Surveyed struct {
	// Facts are the lists that checks name, by the name that surveyLists gives
	// them: pointers to BurstFacts and so on.
	Facts map[string][]Fact
	// Lacks says, by check, why there is too little to tell, in words that follow
	// "was not judged: ".
	Lacks map[string]string
	// Told says what was tested and at which rate of error, in sentences.
	Told []string
}

// surveyLists are the lists of facts that detect/survey computes: the name that
// a check's `each` has for one, and what it holds pointers to.
var surveyLists = []struct {
	name string
	of   reflect.Type
}{
	{"bursts", reflect.TypeFor[BurstFacts]()},
	{"drifts", reflect.TypeFor[DriftFacts]()},
	{"rare_pairs", reflect.TypeFor[PairFacts]()},
	{"rare_spots", reflect.TypeFor[SpotFacts]()},
	{"targets", reflect.TypeFor[TargetFacts]()},
	{"variants", reflect.TypeFor[VariantFacts]()},
	{"population_gaps", reflect.TypeFor[GapFacts]()},
	{"inversions", reflect.TypeFor[InversionFacts]()},
	{"shared_factors", reflect.TypeFor[FactorFacts]()},
}

// surveyVariables declares the lists to expressions over the set.
func surveyVariables() []cel.EnvOption {
	var all []cel.EnvOption
	for _, l := range surveyLists {
		all = append(all, cel.Variable(l.name, cel.ListType(object(l.of.Name()))))
	}
	return all
}

// surveyTypes are the types of their elements.
func surveyTypes() []any {
	var all []any
	for _, l := range surveyLists {
		all = append(all, l.of)
	}
	return all
}

// TakeSurvey takes what statistics over Rows gave. Call it before Set.
func (b *Bench) TakeSurvey(s Surveyed) { b.survey = s }

// bindSurvey binds the lists for Set; one that is lacking is empty.
func (b *Bench) bindSurvey(vars map[string]any) {
	for _, l := range surveyLists {
		vars[l.name] = append([]Fact{}, b.survey.Facts[l.name]...)
	}
}

// unsurveyed lists, in sentences, the checks of the run for which there was too
// little to tell.
func (b *Bench) unsurveyed() []string {
	var out []string
	for _, c := range b.checks {
		if why := b.survey.Lacks[c.ID]; why != "" && !c.Replaces {
			out = append(out, c.ID+notJudged+why)
		}
	}
	return out
}

// Judged tells by what NotJudged says whether a check over the set was judged
// at all.
func Judged(check string, left []string) bool {
	return !slices.ContainsFunc(left, func(s string) bool { return strings.HasPrefix(s, check+notJudged) })
}

// notJudged follows a check's id where it could not be judged at all.
const notJudged = " was not judged: "

// cited are the acts that a fact of the survey rests on; the survey names them
// by id and finds their records afterwards, once for all facts.
type cited struct {
	ids    []event.ID
	events []*event.Event
}

// Rest names the acts, in order of time; findings cite the first maxCited.
func (c *cited) Rest(on []event.ID) { c.ids = on[:min(len(on), maxCited)] }

// Rests gives the acts whose records are wanted.
func (c *cited) Rests() []event.ID { return c.ids }

// Find takes the records of acts.
func (c *cited) Find(records map[event.ID]*event.Event) {
	for _, id := range c.ids {
		if e := records[id]; e != nil {
			c.events = append(c.events, e)
		}
	}
}

func (c *cited) evidence(f *Finding) {
	for _, e := range c.events {
		f.Evidence = append(f.Evidence, EvidenceOf(e))
	}
}
