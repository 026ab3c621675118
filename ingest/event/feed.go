package event

// Feed is what is known of one format from one instance (tenant, organisation,
// host, project, table). Coverage belongs to a feed. Records = Mapped +
// Duplicates + Unmapped + Malformed holds for every feed.
type Feed struct {
	Name     string `json:"feed"` // "<format>/<instance>"
	Format   string `json:"format"`
	Instance string `json:"instance"`
	Source   string `json:"source"` // the config's name, or the argument; of several the first by name
	// AlsoFrom are the other sources that gave records of it, sorted.
	AlsoFrom []string `json:"also_from"`
	System   string   `json:"system"` // the system the format speaks of; "" for native steps

	Records    int64 `json:"records"`
	Mapped     int64 `json:"mapped"`
	Duplicates int64 `json:"duplicates"`
	Unmapped   int64 `json:"unmapped"`
	Malformed  int64 `json:"malformed"`

	MalformedFirst []Malformed      `json:"malformed_first"` // at most MaxMalformedKept, by (URI, offset)
	UnmappedTypes  map[string]int64 `json:"unmapped_types"`  // vendor event type -> records, at most MaxUnmappedTypes

	// First and Last are the earliest and latest time of a record of any kind,
	// UTC nanoseconds; 0 where no record has a time.
	First int64 `json:"first"`
	Last  int64 `json:"last"`
	// Lags counts records by whole seconds between event and writing, for
	// formats that declare a written field; nil otherwise.
	Lags map[int64]int64 `json:"lags"`
	// Minutes marks, per UTC day (days since 1970), the minutes in which some
	// record of the feed lies: 1,440 bits a day.
	Minutes map[int64][]byte `json:"minutes"`
	// Kinds counts events by kind, duplicates left out.
	Kinds map[string]int64 `json:"kinds"`

	// Early counts records by whole seconds for which they were written before
	// they happened; they are in no Lags.
	Early map[int64]int64 `json:"early,omitempty"`
	// Filled counts the events that have a field of EvidenceFields, by kind and
	// field, copies included, and under FilledOf all events of the kind; nil in
	// batches from before they were counted. Fills lists the fields that the format can fill at
	// all, by kind.
	Filled map[string]map[string]int64 `json:"filled,omitempty"`
	Fills  map[string][]string         `json:"fills,omitempty"`
	// Numbered tells which record numbers were seen, by stream, for formats whose
	// sources number their records; at most MaxStreams.
	Numbered map[string]Numbered `json:"numbered,omitempty"`

	// Shows lists the kinds this feed can show at all; ShowsFor those it can
	// show only for resets of one path ("self-service"). NeedsSetting lists the
	// ones of them that prove nothing until a record of the kind was seen or
	// the config declares it (Expect). Always lists kinds that leave a record
	// whenever the act happens.
	Shows        []string            `json:"shows"`
	ShowsFor     map[string][]string `json:"shows_for"`
	NeedsSetting []string            `json:"needs_setting"`
	Always       []string            `json:"always"`
	// Expect is what the config says this source must show; nil if silent.
	Expect []string `json:"expect"`
	// History is HistoryFull where the config says that the source was read from
	// its oldest record on; "" where it does not say.
	History string `json:"history,omitempty"`
	// Covers is the interval the config states, UTC nanoseconds; zero if none.
	Covers [2]int64 `json:"covers"`

	HostsSeen  []string `json:"hosts_seen"`
	HostsNamed []string `json:"hosts_named"` // named in records as writing hosts, seen or not

	Files []File `json:"files"`
}

// HistoryFull is Feed.History of a source that was read whole.
const HistoryFull = "full"

// File is one input file of a feed.
type File struct {
	URI    string `json:"uri"`
	Size   int64  `json:"size"` // bytes as stored
	SHA256 string `json:"sha256"`
	// Partial tells a file that was not read to its end, or of which
	// --since/--until left records out: a later run reads it again.
	Partial bool `json:"partial"`
	// Ahead is the earliest time of a record that lay too far after the run's now
	// to be read, UTC nanoseconds: a run for which it does not reads the file
	// again. 0 for none.
	Ahead int64 `json:"ahead"`
}

// Malformed is the position of a record that could not be read and why. The
// record itself is never quoted.
type Malformed struct {
	URI    string `json:"uri"`
	Line   int64  `json:"line"` // 0 for formats without lines
	Offset int64  `json:"offset"`
	Reason string `json:"reason"`
}

// Limits of what a feed's description may hold.
const (
	MaxMalformedKept = 20
	MaxUnmappedTypes = 1000
	MaxStreams       = 16
)

// Unrecognised is an input that no format claims, or that could not be opened
// or read to its end.
type Unrecognised struct {
	URI    string `json:"uri"`
	Reason string `json:"reason"`
	// Failed tells a named source that failed or a file that broke off from
	// one whose content no format knows; both make a run incomplete.
	Failed bool `json:"failed"`
}
