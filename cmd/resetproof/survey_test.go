package main

import (
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"resetproof/detect/survey"
	"resetproof/ingest/event"
	"resetproof/ingest/lake"
)

// The lake gives the columns that a survey reads in the types it expects.
func TestLakeGivesWhatASurveyReads(t *testing.T) {
	l, err := lake.Open(t.TempDir(), lake.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b, err := l.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	e := event.Event{ID: event.Hash("reset"), Kind: event.ResetExecuted, Time: 1, Feed: "f"}
	if err := b.Leaf(0, e.Origin.SHA256); err != nil {
		t.Fatal(err)
	}
	if err := b.Add(0, &e); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Commit([]event.Feed{{Name: "f", Records: 1, Mapped: 1}}); err != nil {
		t.Fatal(err)
	}
	var schemas []*arrow.Schema
	take := func(r arrow.Record) error { schemas = append(schemas, r.Schema()); return nil }
	every := func(event.ID) bool { return true }
	if err := (events{l}).Records(t.Context(), memory.DefaultAllocator, survey.Columns(), event.Kinds(), every, take); err != nil {
		t.Fatal(err)
	}
	if err := survey.Records(memory.DefaultAllocator, []event.Event{e}, survey.Columns(), event.Kinds(), every, take); err != nil {
		t.Fatal(err)
	}
	if len(schemas) != 2 || !schemas[0].Equal(schemas[1]) {
		t.Errorf("the schemas are %s", schemas)
	}
}
