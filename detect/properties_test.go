package detect

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"resetproof/detect/judge"
	"resetproof/ingest/event"
)

// seeds is how many organisations each property is tried on.
const seeds = 10

// atEnd is a day after the logs end.
var atEnd = opening + (closing+1)*oneDay

func eachOrganisation(t *testing.T, try func(seed uint64, o *organisation, before *stage)) {
	t.Helper()
	for seed := range uint64(seeds) {
		o, err := newOrganisation(seed)
		if err != nil {
			t.Fatal(err)
		}
		try(seed, o, o.detect(t, atEnd))
	}
}

// written gives everything a run says, as its files have it.
func written(t *testing.T, st *stage) string {
	t.Helper()
	var b strings.Builder
	for _, c := range st.cases {
		b.WriteString(line(t, c))
	}
	for _, f := range st.findings {
		b.WriteString(line(t, f))
	}
	return b.String()
}

func line(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text) + "\n"
}

// differ tells two runs apart by their first different line.
func differ(t *testing.T, a, b string) string {
	t.Helper()
	as, bs := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(as), len(bs)) {
		if as[i] != bs[i] {
			return as[i] + "\nbecame\n" + bs[i]
		}
	}
	return "one says more than the other"
}

// The organisations are worth trying: many checks have every verdict somewhere,
// or the properties below prove little.
func TestOrganisationsAreVaried(t *testing.T) {
	seen := map[string]map[judge.Verdict]int{}
	eachOrganisation(t, func(_ uint64, _ *organisation, st *stage) {
		for _, c := range st.cases {
			for check, v := range c.Verdicts {
				if seen[check] == nil {
					seen[check] = map[judge.Verdict]int{}
				}
				seen[check][v]++
			}
		}
	})
	varied := 0
	for _, verdicts := range seen {
		if verdicts[judge.Met] > 0 && verdicts[judge.NotMet] > 0 && verdicts[judge.NotAssessable] > 0 {
			varied++
		}
	}
	if varied < 8 {
		t.Errorf("only %d checks are met, not met and not assessable somewhere: %v", varied, seen)
	}
}

// The order in which events come changes nothing, nor does running twice.
func TestOrderChangesNothing(t *testing.T) {
	eachOrganisation(t, func(seed uint64, o *organisation, st *stage) {
		before := written(t, st)
		rng := rand.New(rand.NewPCG(seed, 11))
		for range 2 {
			rng.Shuffle(len(o.events), func(i, j int) { o.events[i], o.events[j] = o.events[j], o.events[i] })
			if after := written(t, o.detect(t, atEnd)); after != before {
				t.Fatalf("organisation %d: shuffled events change\n%s", seed, differ(t, before, after))
			}
		}
	})
}

// A later now over the same logs changes nothing.
func TestLaterNowChangesNothing(t *testing.T) {
	eachOrganisation(t, func(seed uint64, o *organisation, st *stage) {
		before := written(t, st)
		if after := written(t, o.detect(t, atEnd+400*oneDay)); after != before {
			t.Fatalf("organisation %d: a year later\n%s", seed, differ(t, before, after))
		}
	})
}

// An unrelated account changes nothing in the cases of others.
func TestUnrelatedAccountChangesNothing(t *testing.T) {
	eachOrganisation(t, func(seed uint64, o *organisation, st *stage) {
		before := map[string]string{}
		for _, c := range st.cases {
			before[c.ID] = line(t, c)
		}
		o.stranger()
		for _, c := range o.detect(t, atEnd).cases {
			if strings.Contains(c.Identity, "zed") {
				continue
			}
			if after := line(t, c); after != before[c.ID] {
				t.Fatalf("organisation %d: a stranger changes\n%sinto\n%s", seed, before[c.ID], after)
			}
			delete(before, c.ID)
		}
		if len(before) > 0 {
			t.Fatalf("organisation %d: a stranger takes away %d cases", seed, len(before))
		}
	})
}

// held tells whether two runs speak of one reset held fixed: what it is, its
// tier, its acts and, but for the kind that was withheld, every step of its chain.
func held(a, b *judge.CaseRecord, withheld map[string]bool) bool {
	fixed := func(c *judge.CaseRecord) []string {
		all := []string{c.ID, c.Identity, *c.Class, *c.Path, *c.Cause, *c.Tier}
		for _, act := range c.Acts {
			all = append(all, act.Event)
		}
		s := c.Steps
		for _, link := range [][]judge.StepRecord{s.Requested, s.Verified, s.Approved, s.Delivered, s.Closed, s.Dependents, s.Reviewed} {
			for _, step := range link {
				if !withheld[step.Event] {
					all = append(all, step.Event)
				}
			}
		}
		return all
	}
	return slices.Equal(fixed(a), fixed(b))
}

// acquits lists where less to see may turn not met into met after all, and why.
var acquits = map[[2]string]string{
	{"reset-then-privilege", "privilege.used"}: "policy, numbers shared by all: with less history only grants are judged",
	{"late-verification", "reset.approved"}:    "it compares the verification with what else is on record",
}

// Where a kind that a check needs is shown by no source, its verdict stays or
// becomes not assessable; nothing turns into met or not met. Of any other kind
// at least this holds: taking a log away acquits nobody.
func TestWithholdingAKindProvesNothing(t *testing.T) {
	compared := map[string]int{}
	eachOrganisation(t, func(seed uint64, o *organisation, st *stage) {
		for _, k := range event.Kinds() {
			withheld := map[string]bool{}
			for _, e := range o.events {
				if e.Kind == k {
					withheld[e.ID.String()] = true
				}
			}
			if len(withheld) == 0 {
				continue
			}
			less := o.without(k).detect(t, atEnd)
			for _, was := range st.cases {
				i := slices.IndexFunc(less.cases, func(c *judge.CaseRecord) bool { return c.ID == was.ID })
				if i < 0 || !held(was, less.cases[i], withheld) {
					continue
				}
				for _, c := range bundled.checks {
					from, to := was.Verdicts[c.ID], less.cases[i].Verdicts[c.ID]
					if c.Scope != "case" || c.Each != "" && to == judge.NotApplicable {
						continue // its list is another
					}
					compared[c.ID]++
					needed := slices.Contains(c.Needs, k.String()) && to != from && to != judge.NotAssessable
					acquitted := c.Each == "" && from == judge.NotMet && to == judge.Met && acquits[[2]string{c.ID, k.String()}] == ""
					if needed || acquitted {
						t.Errorf("organisation %d: without %s, %s of %s turns from %s into %s", seed, k, c.ID, was.Identity, from, to)
					}
				}
			}
		}
	})
	if len(compared) < 8 {
		t.Errorf("only %d checks were compared: %v", len(compared), compared)
	}
}
