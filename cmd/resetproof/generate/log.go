package generate

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// obj is a record of a log that is JSON.
type obj = map[string]any

// log is one file of one source while it is filled.
type log struct {
	source, format, file string
	form                 form
	head                 string // first line of a CSV
	records              []record
	// expect are the kinds that the config promises of the source.
	expect []string
	// history is full where it holds all that the product ever wrote.
	history string
	// number gives a record, in the order of time, its place in the log; nil where
	// the product numbers nothing.
	number func(raw []byte, n int) []byte
}

// record is one entry as it will be written.
type record struct {
	at  time.Time
	raw []byte
}

// form is how records make a file.
type form uint8

const (
	lines   form = iota // one a line
	results             // {"result":[…]}
	array               // […]
	values              // {"value":[…]}
	pages               // {"values":[…]}
	records             // {"Records":[…]}
)

func (g *org) newLog(source, format, file string, f form) *log {
	l := &log{source: source, format: format, file: file, form: f}
	g.logs = append(g.logs, l)
	return l
}

// add writes a JSON record.
func (l *log) add(at time.Time, o obj) {
	raw, err := json.Marshal(o)
	if err != nil {
		panic(err) // only what a JSON object can hold is put into one
	}
	l.line(at, raw)
}

// line keeps a record, unless it would be written after the logs end.
func (l *log) line(at time.Time, raw []byte) {
	if at.Before(logsUntil) {
		l.records = append(l.records, record{at, raw})
	}
}

// bytes gives the file: in time order, or shuffled, with some records twice.
func (l *log) bytes(g *org) []byte {
	slices.SortStableFunc(l.records, func(a, b record) int { return cmp.Or(a.at.Compare(b.at), bytes.Compare(a.raw, b.raw)) })
	if l.number != nil {
		for i := range l.records {
			l.records[i].raw = l.number(l.records[i].raw, i)
		}
	}
	out := slices.Clone(l.records)
	if l.head == "" {
		for _, r := range l.records {
			if g.rng.IntN(1000) < g.Duplicates {
				out = append(out, r)
			}
		}
	}
	if g.Shuffled {
		g.rng.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	}
	var b bytes.Buffer
	open, end := "", ""
	switch l.form {
	case results:
		open, end = `{"result":[`, "]}\n"
	case values:
		open, end = `{"value":[`, "]}\n"
	case pages:
		open, end = `{"values":[`, "]}\n"
	case records:
		open, end = `{"Records":[`, "]}\n"
	case array:
		open, end = "[", "]\n"
	}
	if l.head != "" {
		b.WriteString(l.head + "\n")
	}
	b.WriteString(open)
	for i, r := range out {
		if open != "" && i > 0 {
			b.WriteString(",\n")
		}
		b.Write(r.raw)
		if open == "" {
			b.WriteByte('\n')
		}
	}
	b.WriteString(end)
	return b.Bytes()
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
