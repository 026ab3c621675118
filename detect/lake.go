// Package detect is the run: it routes events to the identities they are
// about, folds each identity's events into cases, judges them and looks at the
// whole set. It keeps no state: every run starts from the lake.
package detect

import (
	"context"

	"resetproof/detect/judge"
	"resetproof/detect/survey"
	"resetproof/ingest/event"
)

// Lake is what a run reads events through. It yields every event once, however
// many copies its records have. The event a yield gets may be reused after it
// returns; its strings may be kept.
type Lake interface {
	// Feeds gives every feed, sorted by name.
	Feeds() ([]event.Feed, error)
	// Custody yields every custody event, in any order that is the same each time.
	Custody(ctx context.Context, yield func(*event.Event) error) error
	// Activity yields the activity events in [from, to), UTC nanoseconds, that
	// are wanted.
	Activity(ctx context.Context, from, to int64, want func(kind event.Kind, t int64, account event.Party) bool, yield func(*event.Event) error) error
	// Records yields columns of custody events as record batches.
	survey.Lake
}

// Sorter orders events by (key, time, event id) in bounded memory.
type Sorter interface {
	Add(key string, e *event.Event) error
	// Sorted yields everything once, in order, as Lake does.
	Sorted(yield func(key string, e *event.Event) error) error
	Close() error
}

// Sink takes what a run finds, in the order of identities.
type Sink interface {
	Case(*judge.CaseRecord) error
	Finding(*judge.Finding) error
}
