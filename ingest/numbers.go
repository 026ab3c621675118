package ingest

import (
	"slices"
	"time"

	"resetproof/ingest/event"
)

// Limits of what the record numbers of one file may make us hold.
const (
	pageBlocks = 256
	// maxPages bounds the pages of one file, of 1.3 KB for 4,096 numbers each: of
	// a file whose records reach over more nothing is said.
	maxPages = 16384
	// maxRuns bounds the stretches of one stream in one file: where there are
	// more, most numbers are missing and holes say nothing.
	maxRuns = 256
)

// stretch marks which blocks of record numbers a file shows of one stream,
// whatever the order of its records. It belongs to one goroutine.
type stretch struct {
	pages map[int64]*page
	file  *pages
}

// pages counts those of a whole file.
type pages struct{ taken int }

func (p *pages) spent() bool { return p.taken > maxPages }

type page struct {
	seen   [pageBlocks]bool
	minute [pageBlocks]int32 // of a block's first record, since 1970
}

func (s *stretch) add(number, at int64) {
	if s.file.spent() {
		s.pages = nil
		return
	}
	block := number / event.NumberBlock
	p := s.pages[block/pageBlocks]
	if p == nil {
		if s.file.taken++; s.file.spent() {
			return
		}
		p = &page{}
		s.pages[block/pageBlocks] = p
	}
	i, m := block%pageBlocks, int32(at/int64(time.Minute))
	if !p.seen[i] || m < p.minute[i] {
		p.seen[i], p.minute[i] = true, m
	}
}

// runs gives the stretches, sorted.
func (s *stretch) runs() event.Numbered {
	if s.file.spent() {
		return event.Numbered{Scattered: true}
	}
	keys := make([]int64, 0, len(s.pages))
	for k := range s.pages {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	var runs []event.Run
	for _, k := range keys {
		p := s.pages[k]
		for i, seen := range p.seen {
			if !seen {
				continue
			}
			at := int64(p.minute[i]) * int64(time.Minute)
			from := (k*pageBlocks + int64(i)) * event.NumberBlock
			to := from + event.NumberBlock - 1
			if n := len(runs); n > 0 && runs[n-1].To+1 == from {
				runs[n-1].To, runs[n-1].Last = to, at
				continue
			}
			if len(runs) >= maxRuns {
				return event.Numbered{Scattered: true}
			}
			runs = append(runs, event.Run{From: from, To: to, First: at, Last: at})
		}
	}
	return event.Numbered{Runs: runs}
}

// number notes a record's own number.
func (c *counter) number(stream string, number, at int64) {
	s := c.stretches[stream]
	if s == nil {
		if c.stretches == nil {
			c.stretches = map[string]*stretch{}
		}
		s = &stretch{pages: map[int64]*page{}, file: c.pages}
		c.stretches[stream] = s
		if len(c.stretches) > event.MaxStreams {
			last := "" // those that sort first stay, whatever the order of records
			for name := range c.stretches {
				last = max(last, name)
			}
			delete(c.stretches, last)
		}
	}
	s.add(number, at)
}

// numbered gives what was seen of each stream.
func (c *counter) numbered() map[string]event.Numbered {
	if c.stretches == nil {
		return nil
	}
	out := make(map[string]event.Numbered, len(c.stretches))
	for stream, s := range c.stretches {
		out[stream] = s.runs()
	}
	return out
}
