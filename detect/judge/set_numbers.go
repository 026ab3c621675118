package judge

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"resetproof/ingest/event"
)

// What a hole in a source's own numbering of its records must be like to be one:
// a filtered export has holes everywhere, and says nothing. This project's
// judgement.
const (
	leastMissing = 4 * event.NumberBlock  // numbers
	leastBeside  = 32 * event.NumberBlock // numbers without a hole on either side
	mostHoles    = 8                      // in one stream; of a selection there are more
	leastNoise   = 0.1                    // of the records are of types without meaning for custody
)

// numberGaps lists the holes in the numbering of feeds that carry everything,
// by feed, stream and number. Where the feed was silent all through one, the
// silence is named already.
func (b *Bench) numberGaps(silences []*gapFacts) []*gapFacts {
	out := []*gapFacts{}
	for _, f := range b.Coverage.Feeds() {
		noise := f.Unmapped + f.Kinds[event.Other.String()]
		if float64(noise) < leastNoise*float64(f.Records) {
			continue
		}
		for _, stream := range slices.Sorted(maps.Keys(f.Numbered)) {
			runs := b.Coverage.numbered(f, stream)
			for _, g := range holes(runs) {
				g.Feed, g.Stream = f.Name, stream
				silent := func(s *gapFacts) bool { return s.Feed == g.Feed && s.From.Before(g.To) && g.From.Before(s.To) }
				if !slices.ContainsFunc(silences, silent) {
					out = append(out, g)
				}
			}
		}
	}
	return out
}

// unbroken tells whether the numbers of some stream run on through a silence in
// which, at their rate while the feed wrote, more would have been given than can
// hide in a block.
func unbroken(f FeedCoverage, gap [2]int64) bool {
	for _, n := range f.Numbered {
		for _, r := range n.Runs {
			wrote := r.Last - r.First
			for _, g := range f.Gaps {
				wrote -= max(0, min(g[1], r.Last)-max(g[0], r.First))
			}
			rate := float64(r.To-r.From) / float64(max(minute, wrote))
			if r.First <= gap[0] && gap[1] <= r.Last+minute && rate*float64(gap[1]-gap[0]) >= leastMissing {
				return true
			}
		}
	}
	return false
}

// numbered gives what was seen of a stream's numbers in any feed of one source
// and instance, such as two collectors that read one computer.
func (c *Coverage) numbered(f FeedCoverage, stream string) event.Numbered {
	n := f.Numbered[stream]
	for _, o := range c.feeds {
		if o.Name == f.Name || o.System != f.System || !strings.EqualFold(o.Instance, f.Instance) {
			continue
		}
		if other, ok := o.Numbered[stream]; ok && !other.Scattered {
			n = n.Merge(other)
		}
	}
	return n
}

// holes lists what is missing between the runs of a stream, unless it is a
// selection.
func holes(n event.Numbered) []*gapFacts {
	if n.Scattered || len(n.Runs) < 2 || len(n.Runs)-1 > mostHoles {
		return nil
	}
	var out []*gapFacts
	for i, r := range n.Runs[1:] {
		before := n.Runs[i]
		if r.From-before.To-1 < leastMissing || before.To-before.From+1 < leastBeside || r.To-r.From+1 < leastBeside {
			continue
		}
		out = append(out, &gapFacts{
			From: event.When(before.Last), To: event.When(r.First).Add(time.Minute), at: before.Last,
			FirstNumber: before.To + 1, LastNumber: r.From - 1, Missing: r.From - before.To - 1,
		})
	}
	slices.SortFunc(out, func(x, y *gapFacts) int { return cmp.Compare(x.FirstNumber, y.FirstNumber) })
	return out
}
