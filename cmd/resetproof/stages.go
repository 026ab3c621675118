package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"

	"resetproof/ingest/event"
	"resetproof/ingest/lake"
	"resetproof/report"
)

// withLake opens the lake, or without one a temporary lake that is removed
// when work is done, however it ends.
func (a *app) withLake(ctx context.Context, s settings, work func(context.Context, *lake.Lake) error) (err error) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(heapLimit(s.memory))) // the collector works harder near it
	opt := lake.Options{Memory: s.memory / lakeShare, FailAt: a.failAt}
	dir := s.lakeDir
	if dir == "" {
		opt.Temporary = true
		if dir, err = os.MkdirTemp("", "resetproof-lake-"); err != nil {
			return fmt.Errorf("making a temporary lake: %w", err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	l, err := lake.Open(dir, opt)
	if err != nil {
		return err
	}
	return work(ctx, l)
}

// image is what the program takes of --memory beside what the collector counts:
// some 40 MiB of its own code and tables, and what it overshoots by under load.
const image = 56 << 20

// heapLimit is what of --memory is left for the collector.
func heapLimit(memory int64) int64 { return max(memory-image, memory/2) }

// The lake's buffer and the buffer of a sort may take these parts of --memory:
// decoders, the Parquet writer and the runtime need the rest.
const (
	lakeShare   = 4
	sorterShare = 8
)

// needLake is for the stages that make no sense on a temporary one.
func needLake(s settings, command string) error {
	if s.lakeDir == "" {
		return usagef("--lake DIR, or lake: in the config", "%s needs a lake", command)
	}
	return nil
}

// existingLake refuses to make a lake where one is only read.
func existingLake(s settings, command string) error {
	if err := needLake(s, command); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(s.lakeDir, "manifests")); err != nil {
		return usagef("resetproof ingest --lake DIR SOURCE makes one", "%s: no lake is there", s.lakeDir)
	}
	return nil
}

func (a *app) progress() *report.Progress {
	return report.NewProgress(a.log.w, a.log.quiet || a.log.json != nil)
}

// events lets detection read a lake.
type events struct{ *lake.Lake }

// Activity asks want about every event of the time, as detection expects.
func (e events) Activity(ctx context.Context, from, to int64, want func(event.Kind, int64, event.Party) bool, yield func(*event.Event) error) error {
	return e.Select(ctx, from, to, want, yield)
}
