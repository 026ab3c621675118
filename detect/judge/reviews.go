package judge

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"cel.dev/cel-go/common/types"

	"resetproof/detect/custody"
	"resetproof/detect/identity"
	"resetproof/ingest/event"
)

// maxUnplaced is how many reviews of unknown cases are told one by one.
const maxUnplaced = 20

// reviewsFeed names the file of reviews where sources are named.
const reviewsFeed = "reviews"

// review is a row of the file of reviews.
type review struct {
	identity.Review
	event  *event.Event
	placed bool // it names a case or finding of this run
}

// takeReviews indexes the rows of the file by what they name. Each is a record
// of its own, told from those of logs by its feed; the same row twice is one.
func (b *Bench) takeReviews() {
	b.reviews = map[string][]*review{}
	sum, _ := hex.DecodeString(b.ReviewsFile.SHA256) // nothing where a scenario lists the reviews
	seen := map[event.ID]bool{}
	for _, r := range b.Reviews {
		e := &event.Event{
			ID:   event.Hash(reviewsFeed, r.CaseOrFinding, r.Reviewer, event.RFC3339(r.Time), r.Decision),
			Kind: event.CaseReviewed, Time: r.Time, Actor: event.Party{Name: r.Reviewer}, Method: r.Decision,
			Feed: reviewsFeed, Format: reviewsFeed, Origin: event.Origin{URI: b.ReviewsFile.Path, Line: int64(r.Line)},
		}
		if seen[e.ID] {
			continue
		}
		seen[e.ID] = true
		copy(e.Origin.SHA256[:], sum)
		b.reviews[r.CaseOrFinding] = append(b.reviews[r.CaseOrFinding], &review{Review: r, event: e})
	}
}

// named lists the reviews of an id, and notes that it is one of this run.
func (b *Bench) named(id string) []*review {
	found := b.reviews[id]
	for _, r := range found {
		r.placed = true
	}
	return found
}

// ids lists the case's own id and its aliases.
func (s *sitting) ids() []string {
	out := []string{s.c.ID.String()}
	for _, a := range s.c.Aliases {
		out = append(out, a.String())
	}
	return out
}

// keys lists what tells a check's findings of one case apart, "" for the only
// one. A check that does not apply, or whose list cannot be had, has none.
func (s *sitting) keys(c *check, vars map[string]any) []string {
	if c.each == nil {
		return []string{""}
	}
	if c.applies != nil {
		if v, _, err := c.applies.Eval(vars); err != nil || v != types.True {
			return nil
		}
	}
	elements, err := s.b.elements(c, vars)
	if err != nil {
		return nil
	}
	var out []string
	for _, v := range elements {
		if key, _, err := c.key.Eval(v); err == nil {
			out = append(out, string(key.(types.String)))
		}
	}
	return out
}

// reviewed files the reviews that name the case or a finding of it among its
// steps. A finding counts whatever its verdict is today: who reviewed it looked
// at the case.
func (s *sitting) reviewed() {
	if len(s.b.reviews) == 0 {
		return
	}
	for _, id := range s.ids() {
		s.file(id, "", "")
	}
	vars := s.activation()
	for _, c := range s.b.checks {
		if c.Scope != "case" {
			continue
		}
		for _, key := range s.keys(c, vars) {
			for _, id := range s.ids() {
				s.file(event.Hash(c.ID, id, key).String(), c.ID, key)
			}
		}
	}
	slices.SortFunc(s.c.Steps[custody.Reviewed], func(a, b custody.Step) int {
		return cmp.Or(cmp.Compare(a.Time, b.Time), slices.Compare(a.Event.ID[:], b.Event.ID[:]))
	})
	s.steps[custody.Reviewed] = s.each(s.c.Steps[custody.Reviewed])
}

// decision is a review of the file with what it is about: the finding of one
// check, or the case as a whole.
type decision struct {
	*review
	check, key string // "" for the case
	step       custody.Step
}

// file adds the reviews of an id to the case.
func (s *sitting) file(id, check, key string) {
	for _, r := range s.b.named(id) {
		st := custody.Step{Event: r.event, ActorID: s.b.Identify(r.Reviewer), AccountID: s.c.Identity, Link: custody.Explicit}
		s.c.Steps[custody.Reviewed] = append(s.c.Steps[custody.Reviewed], st)
		s.decided = append(s.decided, decision{r, check, key, st})
	}
}

// decisions notes what was decided of the case's findings: a review never takes
// one away.
func (s *sitting) decisions() []string {
	var out []string
	for _, d := range s.decided {
		text := fmt.Sprintf("%s was reviewed by %s at %s: %s", cmp.Or(d.check, "the case"), s.b.Name(d.step.ActorID), clock(event.When(d.Time)), cmp.Or(d.Decision, "no decision stated"))
		if d.Until != 0 {
			text += ", until " + clock(event.When(d.Until))
		}
		if part := s.part(d.step.ActorID); part != "" {
			text += "; not independent, for " + s.b.Name(d.step.ActorID) + " " + part
		}
		out = insert(out, text)
	}
	return out
}

// judgements lists the reviews of one finding.
func (s *sitting) judgements(o *outcome) []*event.Event {
	var out []*event.Event
	for _, d := range s.decided {
		if d.check == o.check.ID && d.key == o.key {
			out = append(out, d.event)
		}
	}
	return out
}

// Placed takes a case that is not reported, since it lies outside the period:
// it notes which reviews name it, and keeps its row for the survey.
func (b *Bench) Placed(c *custody.Case) { b.rows = append(b.rows, b.sit(c).surveyed()) }

// Unplaced lists the reviews that name no case and no finding of this run, in
// the order of the file, as sentences with file and line. Ask once everything
// was judged.
func (b *Bench) Unplaced() []string {
	var lost []*review
	for _, all := range b.reviews {
		for _, r := range all {
			if !r.placed {
				lost = append(lost, r)
			}
		}
	}
	slices.SortFunc(lost, func(x, y *review) int {
		return cmp.Or(cmp.Compare(x.Line, y.Line), strings.Compare(x.CaseOrFinding, y.CaseOrFinding))
	})
	var out []string
	for i, r := range lost {
		if i == maxUnplaced {
			return append(out, fmt.Sprintf("%s: and %d more reviews of what this run does not know", filepath.Base(b.ReviewsFile.Path), len(lost)-i))
		}
		out = append(out, fmt.Sprintf("%s:%d: no case and no finding of this run is named %s: the review counts for nothing", filepath.Base(b.ReviewsFile.Path), r.Line, r.CaseOrFinding))
	}
	return out
}
