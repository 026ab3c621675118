package report

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"resetproof/detect/judge"
	"resetproof/ingest/event"
)

// FeedCoverage is one feed with what detection worked out of its silences.
// Times are UTC nanoseconds, intervals half-open.
type FeedCoverage struct {
	event.Feed
	Gaps      [][2]int64 // silences too long to be chance
	Intervals [][2]int64 // what the feed covers, gaps taken out
}

// Coverage is what the run read, and what it could not read or left out.
type Coverage struct {
	Feeds           []FeedCoverage
	Unrecognised    []event.Unrecognised
	UnknownAccounts int64            // accounts that no roster knows
	NotCases        map[string]int64 // what looked like a reset and is none
	SelfService     []Attempts       // attempts at self-service resets
	LeftOut         []string         // what was not read or judged, and why
	Surveyed        []string         // what was tested over all resets, at which rate of error
	// EvaluationErrors are checks that failed to evaluate; their verdict is
	// not-assessable.
	EvaluationErrors []string
	// Waivers are those of the exceptions file, in its order.
	Waivers []judge.WaiverRecord
	People
}

// coverageFile is coverage.json.
type coverageFile struct {
	Feeds            []feedRecord         `json:"feeds"`
	Unrecognised     []unrecognisedFile   `json:"unrecognised"`
	UnknownAccounts  int64                `json:"unknown_accounts"`
	NotCases         map[string]int64     `json:"not_cases"`
	SelfService      []Attempts           `json:"self_service"`
	LeftOut          []string             `json:"left_out"`
	Surveyed         []string             `json:"surveyed"`
	EvaluationErrors []string             `json:"evaluation_errors"`
	Waivers          []judge.WaiverRecord `json:"waivers"`
	peopleRecord
}

// Attempts counts the attempts at self-service resets in one system by how they
// ended.
type Attempts struct {
	System    string `json:"system"`
	Completed int64  `json:"completed"`
	Blocked   int64  `json:"blocked"`   // a verification failed, or the product refused
	Abandoned int64  `json:"abandoned"` // nothing more came
}

type unrecognisedFile struct {
	URI    string `json:"uri"`
	Reason string `json:"reason"`
}

type feedRecord struct {
	Feed           string            `json:"feed"`
	Format         string            `json:"format"`
	Instance       string            `json:"instance"`
	Source         string            `json:"source"`
	System         string            `json:"system"`
	Records        int64             `json:"records"`
	Mapped         int64             `json:"mapped"`
	Duplicates     int64             `json:"duplicates"`
	Unmapped       int64             `json:"unmapped"`
	Malformed      int64             `json:"malformed"`
	MalformedFirst []malformedRecord `json:"malformed_first"`
	First          *string           `json:"first"`
	Last           *string           `json:"last"`
	LagP50         *int64            `json:"lag_p50"` // seconds
	LagP99         *int64            `json:"lag_p99"` // seconds
	Gaps           [][2]string       `json:"gaps"`
	Intervals      [][2]string       `json:"intervals"`
	Kinds          map[string]int64  `json:"kinds"`
	Shows          []string          `json:"shows"`
	Always         []string          `json:"always"`
	UnmappedTypes  map[string]int64  `json:"unmapped_types"`
	HostsSeen      []string          `json:"hosts_seen"`
	HostsAbsent    []string          `json:"hosts_named_but_absent"`
	Files          []fileRecord      `json:"files"`
}

type malformedRecord struct {
	URI    string `json:"uri"`
	Line   *int64 `json:"line"` // null for formats without lines
	Offset int64  `json:"offset"`
	Reason string `json:"reason"`
}

type fileRecord struct {
	URI    string `json:"uri"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// file gives the coverage as it is written: every list sorted, times in words.
func (c Coverage) file() coverageFile {
	f := coverageFile{
		UnknownAccounts:  c.UnknownAccounts,
		NotCases:         c.NotCases,
		SelfService:      slices.SortedFunc(slices.Values(c.SelfService), func(a, b Attempts) int { return cmp.Compare(a.System, b.System) }),
		LeftOut:          sorted(c.LeftOut),
		Surveyed:         sorted(c.Surveyed),
		EvaluationErrors: sorted(c.EvaluationErrors),
		Waivers:          c.Waivers,
	}
	f.peopleRecord = c.People.record()
	for _, feed := range c.Feeds {
		f.Feeds = append(f.Feeds, feed.record())
	}
	slices.SortFunc(f.Feeds, func(a, b feedRecord) int {
		return cmp.Or(cmp.Compare(a.Feed, b.Feed), cmp.Compare(a.Source, b.Source))
	})
	for _, u := range c.Unrecognised {
		f.Unrecognised = append(f.Unrecognised, unrecognisedFile{URI: u.URI, Reason: u.Reason})
	}
	slices.SortFunc(f.Unrecognised, func(a, b unrecognisedFile) int {
		return cmp.Or(cmp.Compare(a.URI, b.URI), cmp.Compare(a.Reason, b.Reason))
	})
	return f
}

func (c FeedCoverage) record() feedRecord {
	r := feedRecord{
		Feed: c.Name, Format: c.Format, Instance: c.Instance, Source: c.Source, System: c.System,
		Records: c.Records, Mapped: c.Mapped, Duplicates: c.Duplicates, Unmapped: c.Unmapped, Malformed: c.Malformed,
		First: written(c.First), Last: written(c.Last),
		LagP50: judge.LagQuantile(c.Lags, 0.50), LagP99: judge.LagQuantile(c.Lags, 0.99),
		Gaps: spans(c.Gaps), Intervals: spans(c.Intervals),
		Kinds: c.Kinds, Shows: sorted(c.Shows), Always: sorted(c.Always), UnmappedTypes: c.UnmappedTypes,
		HostsSeen: sorted(c.HostsSeen),
	}
	for _, m := range c.MalformedFirst {
		rec := malformedRecord{URI: m.URI, Offset: m.Offset, Reason: m.Reason}
		if m.Line > 0 {
			rec.Line = &m.Line
		}
		r.MalformedFirst = append(r.MalformedFirst, rec)
	}
	slices.SortFunc(r.MalformedFirst, func(a, b malformedRecord) int {
		return cmp.Or(cmp.Compare(a.URI, b.URI), cmp.Compare(a.Offset, b.Offset), cmp.Compare(a.Reason, b.Reason))
	})
	for _, host := range sorted(c.HostsNamed) {
		if !slices.ContainsFunc(c.HostsSeen, func(seen string) bool { return strings.EqualFold(seen, host) }) {
			r.HostsAbsent = append(r.HostsAbsent, host)
		}
	}
	for _, file := range c.Files {
		r.Files = append(r.Files, fileRecord{URI: file.URI, Size: file.Size, SHA256: file.SHA256})
	}
	slices.SortFunc(r.Files, func(a, b fileRecord) int {
		return cmp.Or(cmp.Compare(a.URI, b.URI), cmp.Compare(a.SHA256, b.SHA256))
	})
	return r
}

func written(ns int64) *string {
	if ns == 0 {
		return nil
	}
	s := event.RFC3339(ns)
	return &s
}

func spans(list [][2]int64) [][2]string {
	out := make([][2]string, 0, len(list))
	for _, s := range slices.SortedFunc(slices.Values(list), func(a, b [2]int64) int { return slices.Compare(a[:], b[:]) }) {
		out = append(out, [2]string{event.When(s[0]).Format(time.RFC3339Nano), event.When(s[1]).Format(time.RFC3339Nano)})
	}
	return out
}

func sorted(list []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(list)))
}
