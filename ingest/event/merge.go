package event

import (
	"cmp"
	"slices"
)

// Merge adds what o knows of the same feed to f: counts are summed, times
// widened, minutes joined, lists united and sorted. The result does not depend
// on the order of merging. f's maps are changed in place, o's are left alone.
func (f *Feed) Merge(o *Feed) {
	f.mergeSources(o)
	f.Records += o.Records
	f.Mapped += o.Mapped
	f.Duplicates += o.Duplicates
	f.Unmapped += o.Unmapped
	f.Malformed += o.Malformed
	f.MalformedFirst = slices.Concat(f.MalformedFirst, o.MalformedFirst)
	f.trimMalformed()
	f.UnmappedTypes = sum(f.UnmappedTypes, o.UnmappedTypes, MaxUnmappedTypes)
	f.Kinds = sum(f.Kinds, o.Kinds, len(kindNames))
	f.Early = sum(f.Early, o.Early, len(f.Early)+len(o.Early))
	f.mergeFilled(o)
	f.mergeNumbered(o.Numbered)
	f.Lags = sum(f.Lags, o.Lags, len(f.Lags)+len(o.Lags))
	if f.First == 0 || o.First != 0 && o.First < f.First {
		f.First = o.First
	}
	f.Last = max(f.Last, o.Last)
	f.mergeMinutes(o.Minutes)
	f.Shows = union(f.Shows, o.Shows)
	f.ShowsFor = unions(f.ShowsFor, o.ShowsFor)
	f.NeedsSetting = union(f.NeedsSetting, o.NeedsSetting)
	f.Always = union(f.Always, o.Always)
	f.Expect = union(f.Expect, o.Expect)
	f.History = max(f.History, o.History) // "" says nothing
	f.Covers = widen(f.Covers, o.Covers)
	f.HostsSeen = union(f.HostsSeen, o.HostsSeen)
	f.HostsNamed = union(f.HostsNamed, o.HostsNamed)
	f.mergeFiles(o.Files)
}

func (f *Feed) mergeSources(o *Feed) {
	if o.Source == "" || o.Source == f.Source && o.AlsoFrom == nil {
		return
	}
	all := union(slices.Concat(f.AlsoFrom, o.AlsoFrom), []string{o.Source})
	if f.Source != "" {
		all = union(all, []string{f.Source})
	}
	f.Source, f.AlsoFrom = all[0], nil
	if len(all) > 1 {
		f.AlsoFrom = all[1:]
	}
}

// From tells whether a source gave records of the feed.
func (f *Feed) From(source string) bool {
	return f.Source == source || slices.Contains(f.AlsoFrom, source)
}

func (f *Feed) trimMalformed() {
	slices.SortFunc(f.MalformedFirst, func(a, b Malformed) int {
		return cmp.Or(cmp.Compare(a.URI, b.URI), cmp.Compare(a.Offset, b.Offset))
	})
	f.MalformedFirst = f.MalformedFirst[:min(len(f.MalformedFirst), MaxMalformedKept)]
}

func (f *Feed) mergeMinutes(o map[int64][]byte) {
	if f.Minutes == nil && o != nil {
		f.Minutes = make(map[int64][]byte, len(o))
	}
	for day, bits := range o {
		mine := f.Minutes[day]
		if len(mine) < len(bits) {
			mine = append(make([]byte, 0, len(bits)), mine...)[:len(bits)]
			f.Minutes[day] = mine
		}
		for i, b := range bits {
			mine[i] |= b
		}
	}
}

// unions unites lists by key; the maps, which may be the format's own, are left
// alone. Nil if both are.
func unions(a, b map[string][]string) map[string][]string {
	if a == nil && b == nil {
		return nil
	}
	merged := make(map[string][]string, len(b))
	for key, list := range a {
		merged[key] = list
	}
	for key, list := range b {
		merged[key] = union(merged[key], list)
	}
	return merged
}

func (f *Feed) mergeFilled(o *Feed) {
	f.Fills = unions(f.Fills, o.Fills)
	if f.Filled == nil && o.Filled != nil {
		f.Filled = make(map[string]map[string]int64, len(o.Filled))
	}
	for kind, fields := range o.Filled {
		f.Filled[kind] = sum(f.Filled[kind], fields, len(evidenceFields)+1)
	}
}

// mergeNumbered unites by stream; of too many those that sort first stay.
func (f *Feed) mergeNumbered(o map[string]Numbered) {
	if f.Numbered == nil && o != nil {
		f.Numbered = make(map[string]Numbered, len(o))
	}
	for stream, n := range o {
		if have, ok := f.Numbered[stream]; ok {
			n = have.Merge(n)
		}
		f.Numbered[stream] = n
	}
	for len(f.Numbered) > MaxStreams {
		last := ""
		for stream := range f.Numbered {
			last = max(last, stream)
		}
		delete(f.Numbered, last)
	}
}

// mergeFiles unites by (URI, hash); one that was once read to its end is done.
func (f *Feed) mergeFiles(o []File) {
	all := slices.Concat(f.Files, o)
	slices.SortStableFunc(all, func(a, b File) int {
		partial := 0
		if a.Partial != b.Partial {
			partial = 1
			if b.Partial {
				partial = -1
			}
		}
		return cmp.Or(cmp.Compare(a.URI, b.URI), cmp.Compare(a.SHA256, b.SHA256), partial)
	})
	f.Files = slices.CompactFunc(all, func(a, b File) bool { return a.URI == b.URI && a.SHA256 == b.SHA256 })
}

// sum adds o's counts to m's. Keys beyond limit are not told apart: those that
// sort last go.
func sum[K cmp.Ordered](m, o map[K]int64, limit int) map[K]int64 {
	if m == nil && o == nil {
		return nil
	}
	if m == nil {
		m = make(map[K]int64, len(o))
	}
	for k, n := range o {
		m[k] += n
	}
	if len(m) > limit {
		keys := make([]K, 0, len(m))
		for k := range m {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		for _, k := range keys[limit:] {
			delete(m, k)
		}
	}
	return m
}

// union gives the sorted set of both; nil if both are.
func union(a, b []string) []string {
	if a == nil && b == nil {
		return nil
	}
	all := slices.Concat([]string{}, a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

// widen gives the smallest interval around both; a zero one is none.
func widen(a, b [2]int64) [2]int64 {
	switch {
	case a == [2]int64{}:
		return b
	case b == [2]int64{}:
		return a
	}
	return [2]int64{min(a[0], b[0]), max(a[1], b[1])}
}
