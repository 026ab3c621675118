package judge

import (
	"slices"
	"time"

	"resetproof/ingest/event"
)

// historyFacts is a source that was read whole, with how far back it reaches.
type historyFacts struct {
	Source   string        `cel:"source"`
	Format   string        `cel:"format"`
	Oldest   time.Time     `cel:"oldest"` // its oldest record
	End      time.Time     `cel:"end"`    // when these logs were taken
	Reaches  time.Duration `cel:"reaches"`
	Audit    time.Duration `cel:"audit"` // retention asked for
	Response time.Duration `cel:"response"`

	oldest  int64
	partial bool
}

func (h *historyFacts) cite(f *Finding) string {
	f.Time = when(h.oldest)
	return h.Format
}

// histories lists what was read from its oldest record on, a source's formats
// apart, in order of its feeds' names. The feeds of one source, such as
// computers, are as old as the oldest of them: a new one has no history yet.
func (b *Bench) histories() []*historyFacts {
	taken := b.taken()
	limits := b.World.Policy(taken).Limits
	out := []*historyFacts{}
	for _, f := range b.Coverage.Feeds() {
		if f.History != event.HistoryFull || f.First == 0 {
			continue
		}
		i := slices.IndexFunc(out, func(h *historyFacts) bool { return h.Source == f.Source && h.Format == f.Format })
		if i < 0 {
			i = len(out)
			out = append(out, &historyFacts{Source: f.Source, Format: f.Format, End: event.When(taken), Audit: limits.RetentionAudit, Response: limits.RetentionResponse, oldest: f.First})
		}
		h := out[i]
		h.oldest = min(h.oldest, f.First)
		if f.Covers != [2]int64{} && len(f.Minutes) >= coversDays {
			h.oldest = min(h.oldest, f.Covers[0]) // quiet at first: the config vouches for that time
		}
		h.partial = h.partial || slices.ContainsFunc(f.Files, func(file event.File) bool { return file.Partial })
		h.Oldest, h.Reaches = event.When(h.oldest), time.Duration(taken-h.oldest)
	}
	// Of a file that was not read whole the oldest record may be missing.
	return slices.DeleteFunc(out, func(h *historyFacts) bool { return h.partial })
}

// taken is when the logs of this run were taken: the end of what they say or the
// config states, at the latest now. A feed of its own may have been quiet since.
func (b *Bench) taken() int64 {
	last := int64(0)
	for _, f := range b.Coverage.Feeds() {
		last = max(last, f.Last, f.Covers[1])
	}
	return min(last, b.Coverage.now)
}
