package survey

import (
	"fmt"
	"strings"

	"resetproof/detect/judge"
	"resetproof/ingest/event"
	"resetproof/rules"
)

const (
	// leastOfTier is how many recoveries of a tier it takes to tell how they go.
	leastOfTier = 15
	// maxStrength is the highest strength of a verification.
	maxStrength = 4
)

// inversions tells where a higher tier is held to less than a lower one: line by
// line in the policy, and in practice by the verification that its recoveries
// rest on.
func inversions(s *survey) ([]judge.Fact, string) {
	facts := []judge.Fact{}
	for _, i := range s.Policy.Inversions() {
		facts = append(facts, &judge.InversionFacts{
			Subject: "policy|" + string(i.Higher) + "|" + i.Key, InPolicy: true, Version: i.Version, Key: i.Key,
			Higher: string(i.Higher), Lower: string(i.Lower), HigherValue: i.HighValue, LowerValue: i.LowerValue,
		})
	}
	inPolicy := len(facts)
	tested, found, known := s.practice()
	facts = append(facts, found...)
	if inPolicy == 0 && tested == 0 {
		return nil, fmt.Sprintf("the policy asks no less of higher tiers, and recoveries whose verification is known are %s; it takes %d of each of two tiers to compare how they go", known, leastOfTier)
	}
	told := fmt.Sprintf("policy-not-monotone: %s of the policy", plural(int64(inPolicy), "inversion"))
	if tested == 0 {
		told += fmt.Sprintf("; no two tiers have %d recoveries each whose verification is known, so practice was not compared", leastOfTier)
	} else {
		told += fmt.Sprintf("; %s of tiers compared in practice at an error rate of %s over all, %d found",
			plural(int64(tested), "pair"), percent(s.Policy.Limits.FalseDiscoveryRate), len(found))
	}
	s.told = append(s.told, told)
	return facts, ""
}

// tierPair is two tiers of one ladder.
type tierPair struct{ lower, higher rules.Tier }

// practice compares, for each pair of tiers, the share of recoveries that show a
// verification of at least some strength, for each strength.
func (s *survey) practice() (tested int, found []judge.Fact, known string) {
	groups := map[rules.Tier]*[maxStrength]sample{}
	count, weak := map[rules.Tier]int{}, map[rules.Tier][maxStrength][]event.ID{}
	for i := range s.acts {
		a := &s.acts[i]
		if !a.InPeriod || a.Class != rules.Recovery || a.Proven < 0 || a.Path == rules.Emergency || a.Path == rules.Automated {
			continue
		}
		if groups[a.Tier] == nil {
			groups[a.Tier] = &[maxStrength]sample{}
		}
		count[a.Tier]++
		lists := weak[a.Tier]
		for n := range maxStrength {
			shown := int(a.Proven) > n
			groups[a.Tier][n].add(a.Identity, shown)
			if !shown {
				lists[n] = append(lists[n], a.Act)
			}
		}
		weak[a.Tier] = lists
	}
	var pairs []tierPair
	for _, ladder := range rules.Ladders() {
		for h, higher := range ladder {
			for _, lower := range ladder[:h] {
				if count[lower] >= leastOfTier && count[higher] >= leastOfTier {
					pairs = append(pairs, tierPair{lower, higher})
				}
			}
		}
	}
	for _, p := range pairs {
		if f := s.compare(p, groups[p.lower], groups[p.higher], len(pairs)*maxStrength); f != nil {
			f.Rest(weak[p.higher][f.Strength-1])
			found = append(found, f)
		}
	}
	var counts []string
	for _, ladder := range rules.Ladders() {
		for _, tier := range ladder {
			counts = append(counts, fmt.Sprintf("%d of %s accounts", count[tier], tier))
		}
	}
	return len(pairs), found, strings.Join(counts, ", ")
}

// compare gives the strength at which a higher tier stands furthest below a
// lower one, nil where it is nowhere beyond chance.
func (s *survey) compare(p tierPair, lower, higher *[maxStrength]sample, comparisons int) *judge.InversionFacts {
	rate := s.Policy.Limits.FalseDiscoveryRate
	var best *judge.InversionFacts
	most := 0.0
	for n := range maxStrength {
		correlation, freedom := resembles([]*sample{&lower[n], &higher[n]})
		low, high := lower[n].told(correlation), higher[n].told(correlation)
		gap, from, to := difference(low, high, quantile(rate, comparisons, freedom))
		if from <= most {
			continue
		}
		most = from
		best = &judge.InversionFacts{
			Subject: strings.Join([]string{"practice", string(p.higher), string(p.lower)}, "|"), Higher: string(p.higher), Lower: string(p.lower),
			Strength: int64(n + 1), HigherShown: int64(high.with), HigherCases: int64(high.cases), HigherRate: wholePercent(high.rate()),
			LowerShown: int64(low.with), LowerCases: int64(low.cases), LowerRate: wholePercent(low.rate()),
			Gap: points(gap), From: points(from), To: points(to), Level: percent(1 - rate), Comparisons: int64(comparisons),
		}
	}
	return best
}
