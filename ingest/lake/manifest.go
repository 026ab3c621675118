package lake

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"

	"resetproof/ingest/event"
)

// Manifest describes one committed batch. Its file appearing under manifests/
// is what commits the batch; it is never changed afterwards.
type Manifest struct {
	Batch    string `json:"batch"` // "<sequence>-<first 8 bytes of the ledger root>"
	Sequence int64  `json:"sequence"`
	Previous string `json:"previous"` // SHA-256 of the manifest before; "" for the first

	Files []DataFile `json:"files"` // sorted by path
	// Replaces lists data and raw files of earlier batches whose remaining rows
	// were taken over into this batch's file of the same partition.
	Replaces []string `json:"replaces"`
	Ledger   Ledger   `json:"ledger"`
	Index    Index    `json:"index"`

	// Feeds is what this batch adds to each feed, sorted by name. Where an
	// event that an earlier batch holds lost to a copy in this one, counts of
	// its feed may be negative.
	Feeds []event.Feed `json:"feeds"`
}

// Piece is one file of a batch. Path is relative to the lake, with slashes.
type Piece struct {
	Path   string `json:"path"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// DataFile is one Parquet file of events.
type DataFile struct {
	Piece
	Class string `json:"class"`
	Day   string `json:"day"` // UTC
	// Source is the format the rows came from.
	Source string `json:"source"`
	Rows   int64  `json:"rows"`
	// First and Last bound the event times, UTC nanoseconds, both inclusive.
	First int64 `json:"first"`
	Last  int64 `json:"last"`
	// Raw holds the records behind the rows; custody only, else null.
	Raw *Piece `json:"raw"`
}

// Ledger is the state of the RFC 6962 tree over the records' SHA-256 after
// this batch.
type Ledger struct {
	From         int64  `json:"from"` // first leaf of this batch
	Size         int64  `json:"size"` // leaves after this batch
	PreviousRoot string `json:"previous_root"`
	Root         string `json:"root"` // hexadecimal
	Hashes       Piece  `json:"hashes"`
}

// Index tells where each event id of the batch stands: see ids.go.
type Index struct {
	Piece
	Entries    int64    `json:"entries"`
	URIs       []string `json:"uris"`       // sorted; entries name them by place
	Partitions []string `json:"partitions"` // sorted; entries name them by place
}

// maxManifest bounds the manifest that is read into memory.
const maxManifest = 1 << 30

// partition is what one data file of a batch holds.
type partition struct {
	class  event.Class
	day    int64 // days since 1970, UTC
	source string
}

const nanosecondsADay = int64(24 * time.Hour)

// partitionOf tells where an event belongs: in its day's file, or with months
// in that of its month's first day.
func partitionOf(ev *event.Event, months bool) partition {
	day := ev.Time / nanosecondsADay
	if ev.Time%nanosecondsADay < 0 {
		day--
	}
	if months {
		day -= int64(event.When(ev.Time).Day() - 1)
	}
	return partition{ev.Kind.Class(), day, ev.Format}
}

func (p partition) compare(o partition) int {
	return cmp.Or(cmp.Compare(p.class, o.class), cmp.Compare(p.day, o.day), cmp.Compare(p.source, o.source))
}

func (p partition) date() string {
	return time.Unix(p.day*int64(24*time.Hour/time.Second), 0).UTC().Format(time.DateOnly)
}

// partition gives what the file holds, from its manifest entry.
func (f *DataFile) partition() (partition, error) {
	day, err := time.Parse(time.DateOnly, f.Day)
	p := partition{event.Custody, day.Unix() / int64(24*time.Hour/time.Second), f.Source} // whole days: exact
	if f.Class == event.Activity.String() {
		p.class = event.Activity
	}
	return p, err
}

// folder is the partition's place under events/, Hive style; a format's name
// cannot lead out of it.
func (p partition) folder() string {
	return path.Join("class="+p.class.String(), "day="+p.date(), "source="+url.PathEscape(p.source))
}

func dataPath(folder, batch string) string { return path.Join("events", folder, batch+".parquet") }

func rawPath(p partition, batch string) string {
	return path.Join("raw", p.date()+"."+url.PathEscape(p.source)+"."+batch+".parquet")
}

// manifestFile is the manifest's name in staging.
const manifestFile = "manifest.json"

func manifestPath(batch string) string { return path.Join("manifests", batch+".json") }

// pieces lists every file of the batch but the manifest itself.
func (m *Manifest) pieces() []Piece {
	var all []Piece
	for _, f := range m.Files {
		all = append(all, f.Piece)
		if f.Raw != nil {
			all = append(all, *f.Raw)
		}
	}
	return append(all, m.Ledger.Hashes, m.Index.Piece)
}

func (m *Manifest) encode() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	err := e.Encode(m)
	return b.Bytes(), err
}

// loadManifests reads the committed batches in order and the hash of the last.
func loadManifests(dir string) ([]Manifest, string, error) {
	names, err := filepath.Glob(filepath.Join(dir, "manifests", "*.json"))
	if err != nil {
		return nil, "", err
	}
	slices.Sort(names)
	var all []Manifest
	last := ""
	for _, name := range names {
		if info, err := os.Stat(name); err != nil || info.Size() > maxManifest {
			return nil, "", fmt.Errorf("%s: cannot be a manifest (%d bytes allowed): %w", name, maxManifest, err)
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return nil, "", err
		}
		var m Manifest
		if err := json.Unmarshal(b, &m); err != nil {
			return nil, "", fmt.Errorf("%s: not a manifest: %w", name, err)
		}
		if m.Sequence != int64(len(all)+1) || m.Previous != last || filepath.Base(name) != m.Batch+".json" {
			return nil, "", fmt.Errorf("%s: does not follow the manifest before it: one was removed, added or changed", name)
		}
		all = append(all, m)
		sum := sha256.Sum256(b)
		last = hex.EncodeToString(sum[:])
	}
	return all, last, nil
}
