// Package ingest turns sources into a committed batch of the lake: it walks
// them in the config's order, tells each file's format, has its records
// decoded by several goroutines, and hands events, ledger leaves and what each
// feed covers to the lake in one fixed order: source, path, offset. Timing and
// the number of jobs decide nothing.
package ingest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"resetproof/ingest/event"
	"resetproof/ingest/formats"
	"resetproof/ingest/lake"
	"resetproof/ingest/source"
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
	r.knownSizes()
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

// run is a Run under way. Its own goroutine alone touches it.
type run struct {
	opt    Options
	result Result
	jobs   []*job
	sizes  map[int64]bool // sizes of the files in the lake
	batch  *lake.Batch
	seq    int64

	feeds    map[string]*event.Feed
	limited  map[string]int64 // feed -> records outside --since/--until
	failures []failure
}

// failure is an input that made the run incomplete.
type failure struct{ source, uri, reason string }

// list names every stored file of every source.
func (r *run) list(ctx context.Context) error {
	own := absolute(r.opt.Exclude)
	for i := range r.opt.Sources {
		s := &r.opt.Sources[i]
		files, skipped, err := source.List(ctx, s.URI, r.opt.Stdin)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		for _, u := range skipped {
			r.unrecognised(s, u)
		}
		if err == nil && len(files) == 0 && !slices.ContainsFunc(skipped, func(u event.Unrecognised) bool { return u.Failed }) {
			err = errors.New("there is no file in it")
		}
		if err != nil {
			r.unrecognised(s, event.Unrecognised{URI: s.URI, Reason: err.Error(), Failed: true})
			continue
		}
		for _, f := range files {
			if f.URI == s.URI || !excluded(f.URI, own) {
				r.jobs = append(r.jobs, newJob(s, f))
			}
		}
	}
	return nil
}

// absolute gives the paths from the root, those that are given.
func absolute(paths []string) (all []string) {
	for _, p := range paths {
		if abs, err := filepath.Abs(p); p != "" && err == nil {
			all = append(all, abs)
		}
	}
	return all
}

// excluded tells whether a file is, or lies in, one of the absolute paths.
func excluded(file string, paths []string) bool {
	if len(paths) == 0 {
		return false
	}
	abs, err := filepath.Abs(file)
	return err == nil && slices.ContainsFunc(paths, func(p string) bool {
		if begin, open := strings.CutSuffix(p, "*"); open {
			return strings.HasPrefix(abs, begin)
		}
		return abs == p || strings.HasPrefix(abs, p+string(filepath.Separator))
	})
}

// knownSizes lets a file be skipped by hash only if one of its size is there.
func (r *run) knownSizes() {
	r.sizes = map[int64]bool{}
	for _, batch := range r.opt.Lake.Batches() {
		for _, feed := range batch.Feeds {
			for _, file := range feed.Files {
				r.sizes[file.Size] = true
			}
		}
	}
}

// read decodes the files side by side and takes in what they give one after
// the other.
func (r *run) read(ctx context.Context) error {
	decoding, cancel := context.WithCancel(ctx) // the batch outlives it
	defer cancel()
	slots := make(chan struct{}, max(1, r.opt.Jobs))
	go func() {
		for _, j := range r.jobs {
			select {
			case slots <- struct{}{}:
			case <-decoding.Done():
				return
			}
			go func() {
				j.decode(decoding, r)
				<-slots
			}()
		}
	}()
	r.progress()
	for _, j := range r.jobs {
		if err := r.take(ctx, j); err != nil {
			return err
		}
	}
	return nil
}

// take hands one file's chunks to the lake and keeps its account.
func (r *run) take(ctx context.Context, j *job) error {
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case c, more := <-j.chunks:
			if !more {
				return r.settle(ctx, j)
			}
			if err := r.add(ctx, c); err != nil {
				return err
			}
			c.release()
			r.progress()
		}
	}
}

func (r *run) progress() {
	if r.opt.Progress != nil {
		r.opt.Progress(r.seq)
	}
}

func (r *run) add(ctx context.Context, c *chunk) error {
	if r.batch == nil {
		b, err := r.opt.Lake.Begin(ctx)
		if err != nil {
			return err
		}
		r.batch = b
	}
	next := 0
	for i := range c.leaves {
		if err := r.batch.Leaf(r.seq, c.leaves[i]); err != nil {
			return err
		}
		for ; next < len(c.events) && c.record[next] == int32(i); next++ {
			if err := r.batch.Add(r.seq, &c.events[next]); err != nil {
				return err
			}
		}
		r.seq++
	}
	return nil
}

// settle keeps the account of a file that was read.
func (r *run) settle(ctx context.Context, j *job) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if j.known {
		r.result.Known = append(r.result.Known, j.file.URI)
		return nil
	}
	r.result.Files++
	for _, u := range j.unrecognised {
		r.unrecognised(j.source, u)
	}
	for i := range j.feeds {
		f := &j.feeds[i]
		r.result.Records += f.Records
		if have := r.feeds[f.Name]; have != nil {
			have.Merge(f)
		} else {
			r.feeds[f.Name] = f
		}
	}
	for feed, n := range j.limited {
		r.limited[feed] += n
	}
	return nil
}

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
