package event

import (
	"cmp"
	"slices"
)

// Numbered tells which of a stream's record numbers were seen: a source that
// counts its records one by one leaves no hole by itself.
type Numbered struct {
	// Runs are the stretches in which some record of every NumberBlock numbers was
	// seen, sorted and apart from each other. None where Scattered.
	Runs []Run `json:"runs"`
	// Scattered: the numbers of some file lie so far apart that it holds a
	// selection of the records, of which holes say nothing.
	Scattered bool `json:"scattered,omitempty"`
}

// Run is one stretch: numbers From to To, both inclusive, on the borders of
// blocks. First and Last are the times of the records at its ends, UTC
// nanoseconds, to the minute.
type Run struct {
	From  int64 `json:"from"`
	To    int64 `json:"to"`
	First int64 `json:"first"`
	Last  int64 `json:"last"`
}

// NumberBlock is how many record numbers are told apart only as one.
const NumberBlock = 16

// Merge unites what two files of one stream hold. Neither is changed.
func (n Numbered) Merge(o Numbered) Numbered {
	if n.Scattered || o.Scattered {
		return Numbered{Scattered: true}
	}
	all := slices.Concat(n.Runs, o.Runs)
	slices.SortFunc(all, func(a, b Run) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.First, b.First)) })
	var out []Run
	for _, r := range all {
		last := len(out) - 1
		if last < 0 || r.From > out[last].To+1 {
			out = append(out, r)
			continue
		}
		switch open := &out[last]; {
		case r.To > open.To:
			open.To, open.Last = r.To, r.Last
		case r.To == open.To:
			open.Last = max(open.Last, r.Last)
		}
	}
	return Numbered{Runs: out}
}
