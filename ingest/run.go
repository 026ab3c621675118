package ingest

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"resetproof/ingest/event"
	"resetproof/ingest/lake"
	"resetproof/ingest/source"
)

// run is a Run under way. Its own goroutine alone touches it.
type run struct {
	opt    Options
	result Result
	jobs   []*job
	// The files in the lake when the run began, by hash and by size. They are asked
	// for by many goroutines, so not of the lake, which changes when the batch begins.
	known map[string]int64
	sizes map[int64]bool
	batch *lake.Batch
	seq   int64

	feeds      map[string]*event.Feed
	limited    map[string]int64 // feed -> records outside --since/--until
	emptyPages int              // files that are API pages without a record
	failures   []failure
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

// knownFiles notes what the lake holds. A file is hashed only if one of its size
// is there.
func (r *run) knownFiles() {
	r.known, r.sizes = r.opt.Lake.KnownFiles(), map[int64]bool{}
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
	r.emptyPages += j.emptyPages
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
