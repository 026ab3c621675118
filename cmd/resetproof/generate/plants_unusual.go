package generate

import "time"

// Violations of the checks that compare an operator with what is usual.
var unusualPlants = []setPlant{
	{check: "operator-burst", what: "eighteen resets in one hour", do: func(g *org) []string {
		op := g.staff.operators[3]
		for n := range 18 {
			g.carriedOut(op, g.monday(7).Add(10*time.Hour+time.Duration(n)*3*time.Minute), "")
		}
		return []string{op.id}
	}},
	{check: "operator-burst", what: "three resets in one hour", twin: true, do: func(g *org) []string {
		for n := range 3 {
			g.carriedOut(g.staff.operators[3], g.monday(7).Add(10*time.Hour+time.Duration(n)*20*time.Minute), "")
		}
		return nil
	}},
	{check: "operator-drift", what: "slowly four times as many as before", each: 1, do: func(g *org) []string {
		g.quarter([]int{4, 4, 4, 4, 4, 8, 12, 16, 16, 16, 16, 16, 16})
		return []string{g.staff.operators[5].id}
	}},
	{check: "operator-drift", what: "a quarter like any other", twin: true, each: 1, do: func(g *org) []string {
		g.quarter([]int{4, 3, 5, 4, 4, 6, 3, 4, 5, 4, 2, 5, 4})
		return nil
	}},
	{check: "rare-pair", what: "an operator of the depot resets somebody of the archive", do: func(g *org) []string {
		g.divided()
		op := g.staff.operators[11]
		g.carriedOut(op, g.monday(7).Add(15*time.Hour), "archive")
		return []string{op.id}
	}},
	{check: "rare-pair", what: "each desk keeps to its unit", twin: true, do: func(g *org) []string {
		g.divided()
		return nil
	}},
	{check: "rare-place-or-hour", what: "at three in the morning from another country", do: func(g *org) []string {
		op := g.habits()
		away := *op
		away.home, away.host = farAway, 251
		g.carriedOut(&away, g.monday(7).Add(27*time.Hour), "")
		return []string{op.id}
	}},
	{check: "rare-place-or-hour", what: "an hour after the usual end", twin: true, do: func(g *org) []string {
		g.carriedOut(g.habits(), g.monday(7).Add(16*time.Hour), "")
		return nil
	}},
}

// monday is the first day of a planted week.
func (g *org) monday(week int) time.Time {
	from := plantFrom
	for from.Weekday() != time.Monday {
		from = from.AddDate(0, 0, 1)
	}
	return from.AddDate(0, 0, 7*week)
}

// carriedOut adds a sound reset by the operator, of somebody of the unit.
func (g *org) carriedOut(op *person, at time.Time, unit string) {
	c := g.base(ordinary, okta, servicenow)
	c.moveTo(at.Add(time.Duration(g.rng.IntN(100)) * time.Second))
	c.operator, c.deliver.by = op, op
	if unit != "" {
		c.who.unit = unit
	}
	c.write()
	g.truth = append(g.truth, Truth{Identity: c.who.id, Time: c.at.UTC(), System: c.dir.name, Tier: c.tier, Class: c.class, Path: c.path, Plant: "sound/of an operator", Twin: true, Verdicts: c.verdicts})
}

// quarter has every operator do four resets a week for thirteen weeks, and one
// as many as are given.
func (g *org) quarter(counts []int) {
	for week, own := range counts {
		for at, op := range g.staff.operators {
			times := 4
			if at == 5 {
				times = own
			}
			for n := range times {
				g.carriedOut(op, g.monday(week).AddDate(0, 0, n%5).Add(time.Duration(9+g.rng.IntN(6))*time.Hour), "")
			}
		}
	}
}

// divided has seven operators work for the archive and five for the depot, on
// every working day of seven weeks.
func (g *org) divided() {
	for week := range 7 {
		for weekday := range 5 {
			for n, op := range g.staff.operators {
				unit := "archive"
				if n >= 7 {
					unit = "depot"
				}
				g.carriedOut(op, g.monday(week).AddDate(0, 0, weekday).Add(time.Duration(9+n%6)*time.Hour), unit)
			}
		}
	}
}

// habits gives an operator who works from one place in the middle of the day, as
// three others do.
func (g *org) habits() *person {
	for week := range 7 {
		for weekday := range 5 {
			for n, op := range g.staff.operators[:4] {
				g.carriedOut(op, g.monday(week).AddDate(0, 0, weekday).Add(time.Duration(9+(n+weekday)%6)*time.Hour), "")
			}
		}
	}
	return g.staff.operators[1]
}
