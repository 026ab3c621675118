package ingest

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"resetproof/ingest/event"
	"resetproof/ingest/formats"
	"resetproof/ingest/source"
)

const (
	// sniffBytes of a stream are looked at to tell its format.
	sniffBytes = 64 << 10
	// A chunk is handed over when it holds this much; so a job holds at most
	// queuedChunks+2 chunks of maxChunkRaw bytes plus one record.
	maxChunkRecords = 1024
	maxChunkRaw     = 1 << 20
	queuedChunks    = 4
)

// chunk is a run of records of one file, on its way to the lake.
type chunk struct {
	leaves [][32]byte    // one per record
	events []event.Event // in order of records
	record []int32       // for each event, its record's place in leaves
	raw    []byte        // what the events' Raw points into
}

var chunkPool = sync.Pool{New: func() any { return new(chunk) }}

func (c *chunk) release() {
	clear(c.events) // lets go of the strings
	c.leaves, c.events, c.record, c.raw = c.leaves[:0], c.events[:0], c.record[:0], c.raw[:0]
	if cap(c.raw) <= 2*maxChunkRaw {
		chunkPool.Put(c)
	}
}

// add copies what it keeps: the decoder reuses the record.
func (c *chunk) add(rec *formats.Record, feed string) {
	at := int32(len(c.leaves))
	c.leaves = append(c.leaves, rec.Origin.SHA256)
	var raw []byte
	for i := range rec.Events {
		e := rec.Events[i]
		e.Feed = feed
		e.Raw = nil
		if e.Kind.Class() == event.Custody {
			if raw == nil {
				from := len(c.raw)
				c.raw = append(c.raw, rec.Raw...)
				raw = c.raw[from:len(c.raw):len(c.raw)]
			}
			e.Raw = raw
		}
		c.events = append(c.events, e)
		c.record = append(c.record, at)
	}
}

func (c *chunk) full() bool { return len(c.leaves) >= maxChunkRecords || len(c.raw) >= maxChunkRaw }

// job is the decoding of one stored file. Its goroutine fills it in and closes
// chunks; only then may the other fields be read.
type job struct {
	source *Source
	file   source.File
	chunks chan *chunk

	known        bool
	feeds        []event.Feed
	limited      map[string]int64
	unrecognised []event.Unrecognised
	emptyPages   int

	opt     *Options
	current *chunk
	tallies []*tally
	partial bool
	ahead   int64 // see event.File
}

func newJob(s *Source, f source.File) *job {
	return &job{source: s, file: f, chunks: make(chan *chunk, queuedChunks), limited: map[string]int64{}}
}

// decode reads the file to its end. Whatever is wrong with it is put down.
func (j *job) decode(ctx context.Context, r *run) {
	defer close(j.chunks)
	j.opt = &r.opt
	if j.isKnown(ctx, r) {
		j.known = true
		return
	}
	j.current = chunkPool.Get().(*chunk)
	stored, err := j.file.Read(ctx, func(uri string, stream io.Reader) error { return j.stream(ctx, uri, stream) })
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		j.fail(j.file.URI, err)
	}
	if j.send(ctx) != nil {
		return
	}
	stored.Partial, stored.Ahead = j.partial, j.ahead
	for _, t := range j.tallies {
		j.feeds = append(j.feeds, t.finish(stored)...)
	}
}

func (j *job) isKnown(ctx context.Context, r *run) bool {
	if !r.sizes[j.file.Size] {
		return false
	}
	stored, err := j.file.Hash(ctx)
	ahead, known := r.known[stored.SHA256]
	return err == nil && known && (ahead == 0 || ahead > j.opt.Now.Add(event.LatestAhead).UnixNano())
}

// fail puts down that an input broke off; what was read before stays.
func (j *job) fail(uri string, err error) {
	j.partial = true
	j.unrecognised = append(j.unrecognised, event.Unrecognised{URI: uri, Reason: err.Error(), Failed: true})
}

// stream decodes one decompressed stream: the file, or a member of an archive.
// Its error is only ever that the run ends.
func (j *job) stream(ctx context.Context, uri string, r io.Reader) error {
	in := bufio.NewReaderSize(r, sniffBytes)
	head, err := in.Peek(sniffBytes)
	if len(head) == 0 {
		if err == io.EOF {
			err = errors.New("empty: there is no record in it")
		}
		j.fail(uri, err)
		return ctx.Err()
	}
	f, why := j.format(head)
	if f == nil && err == io.EOF && j.opt.Formats.EmptyPage(head) {
		j.emptyPages++
		return nil
	}
	if f == nil {
		if err != nil && err != io.EOF {
			why = err.Error()
		}
		j.fail(uri, errors.New(why))
		return ctx.Err()
	}
	t := j.tally(f)
	d := f.NewDecoder(formats.Options{Zone: j.source.Zone, Now: j.opt.Now, Instance: j.source.Instance, Source: j.source.Name})
	var records, bad int64
	var first string
	err = d.Decode(ctx, in, uri, func(rec *formats.Record) error {
		records++
		if j.leftOut(t, rec) {
			return nil
		}
		if rec.Malformed != "" {
			if bad++; bad == 1 {
				first = rec.Malformed
			}
		}
		return j.record(ctx, t, rec)
	})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		j.fail(uri, err)
	case records == 0:
		j.fail(uri, errors.New("there is no record in it"))
	case records == bad:
		j.fail(uri, fmt.Errorf("no record of it could be read as %s: %s", f.Table().ID, first))
	}
	return nil
}

// format is the one the config or the flag names, if the content fits it, else
// the one the content tells.
func (j *job) format(head []byte) (*formats.Format, string) {
	forced := cmp.Or(j.source.Format, j.opt.Format)
	if forced == "" {
		return j.opt.Formats.Sniff(head)
	}
	f := j.opt.Formats.Get(forced)
	if f == nil {
		return nil, "no format is called " + forced
	}
	if why := f.Fits(head); why != "" {
		return nil, why
	}
	return f, ""
}

func (j *job) tally(f *formats.Format) *tally {
	for _, t := range j.tallies {
		if t.format == f {
			return t
		}
	}
	t := newTally(j.source, f)
	j.tallies = append(j.tallies, t)
	return t
}

// leftOut tells a record outside --since/--until. One that lies ahead of the run's
// now is malformed only where it is asked for.
func (j *job) leftOut(t *tally, rec *formats.Record) bool {
	at := cmp.Or(rec.Time, rec.Ahead)
	if at == 0 || at >= j.opt.Since && (j.opt.Until == 0 || at < j.opt.Until) {
		return false
	}
	rec.Malformed = ""
	j.partial = true
	j.limited[t.counterFor(rec).feed.Name]++
	return true
}

func (j *job) record(ctx context.Context, t *tally, rec *formats.Record) error {
	if rec.Ahead != 0 && (j.ahead == 0 || rec.Ahead < j.ahead) {
		j.ahead = rec.Ahead
	}
	j.current.add(rec, t.add(rec))
	if j.current.full() {
		return j.send(ctx)
	}
	return nil
}

// send hands the current chunk over and begins another.
func (j *job) send(ctx context.Context) error {
	select {
	case j.chunks <- j.current:
		j.current = chunkPool.Get().(*chunk)
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
