package report

import (
	"slices"
	"time"

	"resetproof/detect/judge"
	"resetproof/ingest/event"
)

// survey counts, while cases and findings come in, what the first screen says
// of the whole population. Memory is linear in operators, not in cases.
type survey struct {
	credentials, systems map[string]int
	weeks                map[int64]int // Monday, days since 1970 -> cases
	operators            map[string]*Count
	ways                 map[wayKey]*wayCount
	logs                 map[string]int // check -> findings about no case
	lacks                map[string]*lacking
	blind                int // verdicts that cannot be given for want of a log
}

type wayKey struct{ path, system string }

type wayCount struct {
	cases    int
	strength [maxStrength + 1]int // cases by the strength of their verification
}

// maxStrength is the top of the scale of verification methods (policy.md).
const maxStrength = 4

func newSurvey() *survey {
	return &survey{
		credentials: map[string]int{}, systems: map[string]int{}, weeks: map[int64]int{}, operators: map[string]*Count{},
		ways: map[wayKey]*wayCount{}, logs: map[string]int{}, lacks: map[string]*lacking{},
	}
}

const daysOfWeek = 7

func (s *survey) addCase(c *judge.CaseRecord) {
	system, credential := primaryAct(c)
	s.systems[orUnknown(judge.Text(system))]++
	s.credentials[orUnknown(judge.Text(credential))]++
	if at, err := time.Parse(time.RFC3339Nano, c.Time); err == nil {
		days := at.Unix() / int64(24*time.Hour/time.Second)
		sinceMonday := (int64(at.UTC().Weekday()) + daysOfWeek - int64(time.Monday)) % daysOfWeek
		s.weeks[days-sinceMonday]++
	}
	if c.Operator != nil && *c.Operator != c.Identity {
		if s.operators[*c.Operator] == nil {
			name := c.Aside.Operator
			if name == "" {
				name = *c.Operator
			}
			s.operators[*c.Operator] = &Count{Name: name}
		}
		s.operators[*c.Operator].Count++
	}
	way := wayKey{orUnknown(c.Path), system}
	if s.ways[way] == nil {
		s.ways[way] = &wayCount{}
	}
	s.ways[way].cases++
	if n := c.Aside.Strength; n != nil && *n >= 0 && *n <= maxStrength {
		s.ways[way].strength[*n]++
	}
	s.lack(c.Aside.Blind)
}

// addFinding counts a finding that is about no case.
func (s *survey) addFinding(check string) {
	if check != stepWithoutSource {
		s.logs[check]++
	}
}

// primaryAct is the act that names the case, the first where none is told.
func primaryAct(c *judge.CaseRecord) (system, credential string) {
	for _, a := range c.Acts {
		if event.Hash(a.Event).String() == c.ID {
			return a.System, a.Credential
		}
	}
	return "", ""
}

// describe fills in the population.
func (s *survey) describe(f *FirstContact) {
	f.Credentials, f.Systems = mostFirst(s.credentials), mostFirst(s.systems)
	for _, o := range s.operators { // two of one name stay two
		f.Operators = append(f.Operators, *o)
	}
	slices.SortFunc(f.Operators, mostThenName)
	if extra := len(f.Operators) - maxOperators; extra > 0 {
		f.Operators, f.MoreOperators = f.Operators[:maxOperators], extra
	}
	mondays := make([]int64, 0, len(s.weeks))
	for monday := range s.weeks {
		mondays = append(mondays, monday)
	}
	if len(mondays) == 0 {
		return
	}
	slices.Sort(mondays)
	for monday := mondays[0]; monday <= mondays[len(mondays)-1]; monday += daysOfWeek {
		at := time.Unix(monday*int64(24*time.Hour/time.Second), 0).UTC()
		f.Weeks = append(f.Weeks, Count{at.Format(time.DateOnly), s.weeks[monday]})
	}
}
