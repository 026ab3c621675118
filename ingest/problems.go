package ingest

import (
	"cmp"
	"fmt"
	"slices"

	"resetproof/ingest/event"
)

func (r *run) unrecognised(s *Source, u event.Unrecognised) {
	r.result.Unrecognised = append(r.result.Unrecognised, u)
	if u.Failed {
		r.failures = append(r.failures, failure{s.Name, u.URI, u.Reason})
	}
}

// problems turns the failures into sentences: several files of one source that
// fail alike share one.
func (r *run) problems() (list []string) {
	alike := map[failure]int{}
	for _, f := range r.failures {
		alike[failure{source: f.source, reason: f.reason}]++
	}
	for _, f := range r.failures {
		kind := failure{source: f.source, reason: f.reason}
		switch n := alike[kind]; {
		case n == 1:
			list = append(list, f.uri+": "+f.reason)
		case n > 1:
			list = append(list, fmt.Sprintf("%s and %d more of %s: %s", f.uri, n-1, f.source, f.reason))
			alike[kind] = 0 // said
		}
	}
	return list
}

// conclude sorts the feeds and says what is wrong with each.
func (r *run) conclude() {
	res := &r.result
	res.Problems = r.problems()
	for _, f := range r.feeds {
		res.Feeds = append(res.Feeds, *f)
	}
	slices.SortFunc(res.Feeds, func(a, b event.Feed) int { return cmp.Compare(a.Name, b.Name) })
	for i := range res.Feeds {
		f := &res.Feeds[i]
		if f.Malformed > max(MalformedFloor, int64(r.opt.MaxMalformed*float64(f.Records))) {
			first := f.MalformedFirst[0]
			res.Problems = append(res.Problems, fmt.Sprintf("%s: %d of %d records are malformed, first %s: %s",
				f.Name, f.Malformed, f.Records, Position(first), first.Reason))
		}
		if n := r.limited[f.Name]; n > 0 {
			res.LeftOut = append(res.LeftOut, fmt.Sprintf("%d records of %s lie outside --since/--until", n, f.Name))
		}
	}
	if r.emptyPages > 0 {
		res.LeftOut = append(res.LeftOut, fmt.Sprintf("%d files are pages without a record", r.emptyPages))
	}
	slices.Sort(res.LeftOut)
}

// Position says where a malformed record stands, as file:line where the format
// has lines.
func Position(m event.Malformed) string {
	if m.Line > 0 {
		return fmt.Sprintf("%s:%d", m.URI, m.Line)
	}
	return fmt.Sprintf("%s at byte %d", m.URI, m.Offset)
}
