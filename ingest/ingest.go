// Package ingest turns sources into a committed batch of the lake: it walks
// them in the config's order, tells each file's format, has its records
// decoded by several goroutines, and hands events, ledger leaves and what each
// feed covers to the lake in one fixed order: source, path, offset. Timing and
// the number of jobs decide nothing.
package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"resetproof/ingest/event"
	"resetproof/ingest/formats"
	"resetproof/ingest/lake"
)

// Source is one place logs come from, as the config or an argument names it.
type Source struct {
	// Name is the config's name, or the argument as given.
	Name string
	// URI is a file, a folder, which is walked, or "-" for standard input.
	URI string
	// Format is a format id that is taken without looking at the content; "" to
	// recognise it.
	Format string
	// Zone is the clock of local times without zone; nil if not stated.
	Zone *time.Location
	// Instance names the tenant or host; "" to take it from the records.
	Instance string
	// Covers is what the config says these logs hold, UTC nanoseconds,
	// half-open; zero if it does not.
	Covers [2]int64
	// History is event.HistoryFull if the config says that these logs begin with
	// the source's oldest record; "" if it does not.
	History string
	// Expect lists the kinds this source must show; nil if not stated.
	Expect []string
}

// Options of a run.
type Options struct {
	Sources []Source
	Formats *formats.Set
	// Format forces one format for all sources that name none themselves.
	Format string
	Lake   *lake.Lake
	// Exclude lists files and folders that a walk leaves out without a word:
	// what the run itself reads or writes beside the logs. One that ends in *
	// stands for all that begin so.
	Exclude []string
	// Stdin is read by the source "-".
	Stdin io.Reader
	// Now is the run's now: times more than event.LatestAhead after it are malformed.
	Now time.Time
	// Since and Until, UTC nanoseconds, half-open, limit what is read; 0 for no limit.
	Since, Until int64
	// Jobs is how many files are decoded at once, at least 1.
	Jobs int
	// MaxMalformed is the share of a feed's records (0 to 1) that may be
	// malformed before the run counts as incomplete; MalformedFloor always may.
	MaxMalformed float64
	// Progress is told how many records were taken in, now and then, from one
	// goroutine; may be nil.
	Progress func(records int64)
}

// MalformedFloor is how many malformed records a feed may have whatever their share.
const MalformedFloor = 10

// Result says what a run read and what it did not.
type Result struct {
	// Feeds of this run alone, sorted by name, before the lake dropped duplicates.
	Feeds []event.Feed
	// Unrecognised are inputs no format claims and those that could not be
	// opened or read to their end, in source order.
	Unrecognised []event.Unrecognised
	// Known are files the lake held already, in source order; they were skipped.
	Known []string
	// LeftOut are sentences on what was left out on purpose.
	LeftOut []string
	// Problems are sentences that each make the run incomplete.
	Problems []string
	// Records and Files that were read.
	Records, Files int64
}

// Incomplete tells whether some input could not be taken in as it should be.
func (r *Result) Incomplete() bool { return len(r.Problems) > 0 }

// Run reads all sources into one batch of the lake and commits it. What is
// wrong with one input is in the Result and the rest is done; an error means
// that nothing was committed: the lake failed, or ctx ended.
func Run(ctx context.Context, opt Options) (Result, error) {
	r := run{opt: opt, feeds: map[string]*event.Feed{}, limited: map[string]int64{}}
	if err := r.list(ctx); err != nil {
		return r.result, err
	}
	r.knownFiles()
	if err := r.read(ctx); err != nil {
		if r.batch != nil {
			err = errors.Join(err, r.batch.Abort())
		}
		return r.result, err
	}
	r.conclude()
	if r.batch != nil {
		if _, err := r.batch.Commit(r.result.Feeds); err != nil {
			return r.result, fmt.Errorf("committing to the lake: %w", err)
		}
	}
	return r.result, nil
}
