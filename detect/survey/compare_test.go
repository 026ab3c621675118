package survey

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"resetproof/detect/judge"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// populations is how many organisations, in which nothing is wrong, a stated
// rate of error is held against.
const populations = 400

// quietAlarms counts the organisations in which a check finds something.
func quietAlarms(t *testing.T, check func(rng *rand.Rand) int) int {
	t.Helper()
	n := 0
	for seed := range uint64(populations) {
		if check(rand.New(rand.NewPCG(seed, 3))) > 0 {
			n++
		}
	}
	return n
}

// bare is a survey over acts that are in memory already.
func bare(acts []act) *survey {
	slices.SortFunc(acts, func(a, b act) int { return earlier(a.Time, b.Time, a.Act, b.Act) })
	return &survey{acts: acts, Options: Options{
		Policy: &rules.Policy{Limits: rules.Limits{FalseDiscoveryRate: 0.05}}, Name: func(id string) string { return id },
	}}
}

// recovered is an act of an identity some days after the opening.
func recovered(n int, id string, days float64) act {
	e := event.Hash("reset", fmt.Sprint(n))
	return act{Time: opening.UnixNano() + int64(days*float64(dayNs)), Row: &judge.Row{
		Act: e, Case: e, Identity: id, Operator: "sam", ByHand: true, Tier: rules.Ordinary, Class: rules.Recovery, Path: rules.SelfService, InPeriod: true,
		Population: judge.People, Custody: judge.Proven, Met: 1, Proven: 3,
	}}
}

// forgetful are people whose rates of forgetting differ by a gamma of a shape.
func forgetful(rng *rand.Rand, people int, mean, shape float64) []act {
	var acts []act
	for p := range people {
		rate := distuv.Gamma{Alpha: shape, Beta: shape / mean, Src: rng}.Rand()
		for range int(distuv.Poisson{Lambda: rate, Src: rng}.Rand()) {
			acts = append(acts, recovered(len(acts), fmt.Sprintf("p%03d", p), 90*rng.Float64()))
		}
	}
	return acts
}

// Where nobody is a target, at most the stated share of organisations has one,
// whether people are alike or some forget far more than others.
func TestTargetsKeepTheirRateOfError(t *testing.T) {
	for _, shape := range []float64{0.5, 1, 10} {
		for _, mean := range []float64{0.5, 2} {
			n := quietAlarms(t, func(rng *rand.Rand) int {
				facts, lacks := targets(bare(forgetful(rng, 150, mean, shape)))
				if lacks != "" {
					t.Fatal(lacks)
				}
				return len(facts)
			})
			if n > populations*5/100 {
				t.Errorf("shape %v, mean %v: %d of %d organisations without a target have one", shape, mean, n, populations)
			}
		}
	}
}

// Whoever is reset every week of a quarter is found, and named first.
func TestTargetsAreFound(t *testing.T) {
	n := quietAlarms(t, func(rng *rand.Rand) int {
		acts := forgetful(rng, 150, 0.5, 1)
		for week := range 12 {
			acts = append(acts, recovered(10_000+week, "eve", 2+7*float64(week)))
		}
		facts, _ := targets(bare(acts))
		if len(facts) == 0 || facts[0].(*judge.TargetFacts).Identity != "eve" {
			return 0
		}
		return 1
	})
	if n < populations*9/10 {
		t.Errorf("found in %d of %d organisations", n, populations)
	}
}

// mixed are resets of several populations, of accounts with one to three resets
// each, whose chains keep whole at a rate of each population.
func mixed(rng *rand.Rand, sizes map[string]int, whole map[string]float64) []act {
	var acts []act
	for _, p := range judge.Populations() {
		for n := 0; n < sizes[p]; {
			id := fmt.Sprintf("%s %d", p, n)
			for range 1 + rng.IntN(3) {
				a := recovered(len(acts), id, 60*rng.Float64())
				a.Population = p
				if a.Custody = judge.Proven; rng.Float64() >= whole[p] {
					a.Custody = judge.Broken
				}
				acts = append(acts, a)
				n++
			}
		}
	}
	return acts
}

func TestPopulationGapsKeepTheirRateOfError(t *testing.T) {
	sizes := map[string]int{judge.People: 200, judge.Delegated: 40, judge.Vendors: 25, judge.Programs: 30}
	for _, rate := range []float64{0.5, 0.9, 0.97} {
		same := map[string]float64{judge.People: rate, judge.Delegated: rate, judge.Vendors: rate, judge.Programs: rate}
		n := quietAlarms(t, func(rng *rand.Rand) int {
			facts, lacks := populationGaps(bare(mixed(rng, sizes, same)))
			if lacks != "" {
				t.Fatal(lacks)
			}
			return len(facts)
		})
		if n > populations*5/100 {
			t.Errorf("at %v: %d of %d organisations without a gap have one", rate, n, populations)
		}
	}
	worse := map[string]float64{judge.People: 0.9, judge.Delegated: 0.9, judge.Vendors: 0.9, judge.Programs: 0.4}
	n := quietAlarms(t, func(rng *rand.Rand) int {
		facts, _ := populationGaps(bare(mixed(rng, sizes, worse)))
		if len(facts) != 1 || facts[0].(*judge.GapFacts).Population != judge.Programs {
			return 0
		}
		return 1
	})
	if n < populations*9/10 {
		t.Errorf("a gap of 50 points is found alone in %d of %d organisations", n, populations)
	}
}

// verified are recoveries of tiers whose verifications have strengths up to 4,
// each with the chance that a tier lists.
func verified(rng *rand.Rand, sizes map[rules.Tier]int, chances map[rules.Tier][]float64) []act {
	var acts []act
	for _, tier := range rules.Tiers() {
		for n := range sizes[tier] {
			a := recovered(len(acts), fmt.Sprintf("%s %d", tier, n), 60*rng.Float64())
			a.Tier, a.Proven = tier, 0
			u := rng.Float64()
			for _, c := range chances[tier] {
				if u >= c {
					a.Proven++
				}
				u -= c
				if u < 0 {
					break
				}
			}
			acts = append(acts, a)
		}
	}
	return acts
}

func TestPracticeKeepsItsRateOfError(t *testing.T) {
	sizes := map[rules.Tier]int{rules.Ordinary: 150, rules.Sensitive: 30, rules.Privileged: 20}
	alike := []float64{0.1, 0.1, 0.3, 0.4}
	n := quietAlarms(t, func(rng *rand.Rand) int {
		tested, facts, _ := bare(verified(rng, sizes, map[rules.Tier][]float64{rules.Ordinary: alike, rules.Sensitive: alike, rules.Privileged: alike})).practice()
		if tested != 3 {
			t.Fatalf("%d pairs of tiers compared", tested)
		}
		return len(facts)
	})
	if n > populations*5/100 {
		t.Errorf("%d of %d organisations in which tiers are verified alike have an inversion", n, populations)
	}
	weak := []float64{0.4, 0.3, 0.2, 0.1}
	n = quietAlarms(t, func(rng *rand.Rand) int {
		_, facts, _ := bare(verified(rng, sizes, map[rules.Tier][]float64{rules.Ordinary: {0, 0.05, 0.1, 0.6}, rules.Sensitive: {0, 0.05, 0.1, 0.6}, rules.Privileged: weak})).practice()
		return len(facts)
	})
	if n < populations*9/10 {
		t.Errorf("a weaker practice is found in %d of %d organisations", n, populations)
	}
}

// The example of Newcombe (1998), table II, method 10: 56 of 70 against 48 of 80
// differ by 0.2, 0.0524 to 0.3339.
func TestDifference(t *testing.T) {
	gap, from, to := difference(share{56, 70, 70}, share{48, 80, 80}, 1.959964)
	if math.Abs(gap-0.2) > 1e-9 || math.Abs(from-0.0524) > 5e-5 || math.Abs(to-0.3339) > 5e-5 {
		t.Errorf("difference is %v, %v to %v", gap, from, to)
	}
}

// Resets of one account that all go the same way count as one.
func TestResembling(t *testing.T) {
	var s sample
	for n := range 10 {
		for range 5 {
			s.add(fmt.Sprint(n), n%2 == 0)
		}
	}
	correlation, freedom := resembles([]*sample{&s})
	if got := s.told(correlation).effective; math.Abs(got-10) > 1e-6 || freedom != 9 {
		t.Errorf("50 cases count as %v, with %d degrees of freedom", got, freedom)
	}
}

// Rare ways are ranked, and no more than maxVariants are told.
func TestVariantsAreRanked(t *testing.T) {
	var acts []act
	add := func(n int, way judge.Way) {
		for range n {
			a := recovered(len(acts), fmt.Sprint("p", len(acts)), float64(len(acts))/24)
			a.WayKnown, a.Way = true, way
			acts = append(acts, a)
		}
	}
	add(960, 4)
	add(10, 0x14)
	for w := range 30 {
		add(1, judge.Way(1+w%5)<<12|judge.Way(1+w/5)<<8|0x44)
	}
	facts, lacks := variants(bare(acts))
	if lacks != "" || len(facts) != maxVariants {
		t.Fatalf("%d variants, %s", len(facts), lacks)
	}
	first := facts[0].(*judge.VariantFacts)
	if first.Count != 1 || first.Cases != 1000 || first.UsualCount != 960 || first.Usual != "self-service: executed" || first.Rank != 1 {
		t.Errorf("the rarest is %+v", first)
	}
}

// A factor is told by a hash, once, and what the lake gives is given back.
func TestSharedFactors(t *testing.T) {
	o := &organisation{}
	for i, who := range []string{"ann", "bob"} {
		at := opening.Add(time.Duration(24*i) * time.Hour)
		r := o.reset("sam", at)
		r.Identity, r.Watch = who, 72*time.Hour
		o.events = append(o.events, event.Event{
			ID: event.Hash("enrolled", who), Kind: event.MFAEnrolled, Time: at.Add(time.Hour).UnixNano(), System: "okta", CredentialID: "+43 660 1234567",
			Account: event.Party{System: "okta", Name: who}, Feed: "okta",
		})
		// A row has the place of its event among the events.
		o.rows = append(o.rows, judge.Row{})
	}
	o.rows = slices.DeleteFunc(o.rows, func(r judge.Row) bool { return r.Identity == "" })
	facts := o.survey(t, [2]int64{}).Facts["shared_factors"]
	if len(facts) != 1 {
		t.Fatalf("%d factors", len(facts))
	}
	f := facts[0].(*judge.FactorFacts)
	if f.First != "ann" || f.Count != 2 || len(f.Rests()) != 4 || len(f.Hash) != 32 {
		t.Errorf("found %+v", f)
	}
}
