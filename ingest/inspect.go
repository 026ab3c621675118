package ingest

import (
	"context"

	"resetproof/ingest/event"
)

// Inspection is what one stored file holds. Its feeds count nothing but it.
type Inspection struct {
	URI          string
	Feeds        []event.Feed // sorted by format as met, then by name
	Unrecognised []event.Unrecognised
}

// Inspect decodes the sources as Run does, file by file, and keeps nothing. It
// needs no lake. The error is visit's, or that ctx ended.
func Inspect(ctx context.Context, opt Options, visit func(Inspection) error) error {
	r := run{opt: opt}
	if err := r.list(ctx); err != nil {
		return err
	}
	for _, u := range r.result.Unrecognised {
		if err := visit(Inspection{URI: u.URI, Unrecognised: []event.Unrecognised{u}}); err != nil {
			return err
		}
	}
	for _, j := range r.jobs {
		go j.decode(ctx, &r)
		for c := range j.chunks {
			c.release()
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := visit(Inspection{URI: j.file.URI, Feeds: j.feeds, Unrecognised: j.unrecognised}); err != nil {
			return err
		}
	}
	return nil
}
