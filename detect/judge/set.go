package judge

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"resetproof/ingest/event"
	"resetproof/rules"
)

// logFacts is one clearing or stopping of a log, for expressions over the set,
// or a burst of them.
type logFacts struct {
	Feed   string    `cel:"feed"`
	Kind   string    `cel:"kind"` // policy.changed: something is logged no longer
	Time   time.Time `cel:"time"`
	Until  time.Time `cel:"until"` // of the last of a burst; Time where there is one only
	Count  int64     `cel:"count"` // how many make the burst
	Actor  string    `cel:"actor"` // identity, "" where nobody is named
	Host   string    `cel:"host"`
	Method string    `cel:"method"` // service-shutdown: the log service stopped with its machine
	System string    `cel:"system"`
	Event  string    `cel:"event"`

	e *event.Event
}

// unsourcedFacts is one step that policy asks for and no source shows.
type unsourcedFacts struct {
	Step   string `cel:"step"`
	System string `cel:"system"`
	Tier   string `cel:"tier"`
	Cases  int64  `cel:"cases"`
	Kinds  string `cel:"kinds"` // the kinds that would show it, "a, b"
}

type unsourced struct{ step, system, tier string }

// missing is how many cases lack a source for a step, and the kinds of event
// that were asked for.
type missing struct {
	cases int64
	kinds map[event.Kind]bool
}

// note counts the demanded steps of a case that no source could show.
func (b *Bench) note(s *sitting) {
	for _, d := range s.demands() {
		if could, _ := s.sourced(d); could || len(s.c.Steps[d.link]) > 0 {
			continue
		}
		key := unsourced{d.link.String(), s.c.Primary.System, string(s.tier)}
		if b.missing == nil {
			b.missing = map[unsourced]*missing{}
		}
		m := b.missing[key]
		if m == nil {
			m = &missing{kinds: map[event.Kind]bool{}}
			b.missing[key] = m
		}
		m.cases++
		for _, k := range d.kinds {
			m.kinds[k] = true
		}
	}
}

// Log takes an event of a log that was cleared or stopped.
func (b *Bench) Log(e *event.Event) {
	b.logs = append(b.logs, &logFacts{
		Feed: e.Feed, Kind: e.Kind.String(), Time: event.When(e.Time), Until: event.When(e.Time), Count: 1, Actor: b.World.Resolve(e.Actor, e.Time),
		Host: e.Host, Method: e.Method, System: e.System, Event: e.ID.String(), e: e,
	})
}

// Set judges the checks over the whole set, at the time now (UTC nanoseconds),
// once every case was judged.
func (b *Bench) Set(now int64) []*Finding {
	pol := b.World.Policy(now)
	vars := map[string]any{"logs": b.sortedLogs(), "unsourced": b.sortedUnsourced(),
		"undone": b.sortedUndone(), "expired": b.sortedExpired(), "gaps": b.gaps(),
		"histories": b.histories(), "empty_fields": b.emptyFields(), "skews": b.sortedSkews(), "waivers": b.sortedWaivers(), "waived_months": b.sortedMonths()}
	vars["states"] = b.states()
	vars["substituted"], vars["orphans"] = b.substituted, b.sortedOrphans()
	b.bindSurvey(vars)
	var out []*Finding
	b.partly = map[string]bool{}
	for _, c := range b.checks {
		if c.Scope == "case" || c.each == nil {
			continue
		}
		lacks := len(b.lacking(c)) > 0
		elements, err := b.elements(c, vars)
		if err != nil {
			continue // counted as a fault by eval
		}
		for _, v := range elements {
			o := &outcome{check: c, vars: v}
			if lacks && !onRecord(o) {
				continue
			}
			met, err := b.truth(c, "met", c.met, v)
			if err != nil || met {
				continue
			}
			if lacks {
				b.partly[c.ID] = true
			}
			f := b.setFinding(o, pol)
			for _, r := range b.named(f.ID) {
				f.Evidence = append(f.Evidence, EvidenceOf(r.event))
			}
			out = append(out, f)
		}
	}
	return out
}

// onRecord tells whether an element stands on records alone, so that it can be
// judged without the context file that its check reads beside them.
func onRecord(o *outcome) bool {
	fact, is := element[interface{ onRecord() bool }](o)
	return is && fact.onRecord()
}

func (b *Bench) setFinding(o *outcome, pol *rules.Policy) *Finding {
	subject, _ := b.text(o.check, "each_key", o.check.key, o.vars)
	f := &Finding{
		Check: o.check.ID, Title: o.check.Title, Verdict: NotMet, Scope: o.check.Scope, Subject: subject,
		CaseAliases: []string{}, Accounts: []string{}, Message: b.message(o), Fix: o.check.Fix, Classification: "operating",
		Policy: policyRef(pol, o.check.Rule), Evidence: []Evidence{}, Searched: []Searched{}, Rivals: []Rival{}, Supersedes: []string{},
		Controls: b.controls(o.check.ID, nil),
	}
	raised, moment := false, ""
	if each, ok := o.vars["each"].(interface{ Value() any }); ok {
		switch fact := each.Value().(type) {
		case *logFacts:
			f.Time = when(fact.e.Time)
			f.Operator = Text(fact.Actor)
			f.Evidence = append(f.Evidence, EvidenceOf(fact.e))
			moment = fact.Event
		case citing:
			moment = fact.cite(f)
			if r, ok := fact.(raising); ok {
				raised = r.raises()
			}
		case *unsourcedFacts:
			raised = pol.Raised(rules.Tier(fact.Tier), nil)
			f.Tier = Text(fact.Tier)
			f.Policy.Rule = Text(strings.ReplaceAll(o.check.Rule, "<tier>", fact.Tier))
		}
	}
	f.ID = event.Hash(o.check.ID, subject, moment).String()
	f.Severity = b.severity(o, raised).String()
	return f
}

// logBurst is the longest pause within a burst: who clears the logs of one
// computer one after the other did one thing, and leaves a record for each.
const logBurst = time.Minute

// sortedLogs gives the clearings in time order, each burst of one feed, kind
// and actor as its first.
func (b *Bench) sortedLogs() []*logFacts {
	slices.SortFunc(b.logs, func(x, y *logFacts) int { return cmp.Or(x.Time.Compare(y.Time), strings.Compare(x.Event, y.Event)) })
	type source struct{ feed, kind, method, actor string }
	open := map[source]*logFacts{}
	var out []*logFacts
	for _, l := range b.logs {
		from := source{l.Feed, l.Kind, l.Method, l.Actor}
		first := open[from]
		if first == nil || l.Time.Sub(first.Until) > logBurst {
			first = &logFacts{}
			*first = *l
			open[from], out = first, append(out, first)
			continue
		}
		first.Until = l.Time
		first.Count++
	}
	return out
}

func (b *Bench) sortedUnsourced() []*unsourcedFacts {
	out := []*unsourcedFacts{}
	for u, m := range b.missing {
		var kinds []string
		for _, l := range rules.Links() { // in their order
			for _, k := range l.Kinds {
				if l.Name == u.step && m.kinds[k] {
					kinds = append(kinds, k.String())
				}
			}
		}
		out = append(out, &unsourcedFacts{u.step, u.system, u.tier, m.cases, strings.Join(kinds, ", ")})
	}
	slices.SortFunc(out, func(x, y *unsourcedFacts) int {
		return cmp.Or(strings.Compare(x.Step, y.Step), strings.Compare(x.System, y.System), strings.Compare(x.Tier, y.Tier))
	})
	return out
}
