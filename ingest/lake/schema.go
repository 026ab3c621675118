package lake

import (
	"unsafe"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"

	"resetproof/ingest/event"
)

// Limits of a Parquet file's parts.
const (
	pageRows     = 1024      // rows of a page, so that reading few rows reads little
	pageText     = 1 << 20   // bytes of spilled rows a page may hold
	groupRows    = 65536     // rows of a row group
	groupRaw     = 16 << 20  // raw bytes after which a row group of raw records ends
	pageRaw      = 256 << 10 // raw bytes after which a page of them ends
	maxDict      = 1 << 20   // bytes of a dictionary before a column goes on without
	pageBuffer   = 4 << 10   // what a column's page starts with; a day of a small log is a few rows
	bloomBits    = 10        // a value: about 1 % false positives
	readBuffer   = 16 << 10
	sortedBy     = "account, time, id"
	rawColumn    = "raw"
	rawID        = "id"
	sortedPrefix = 3 // columns[:3] are what rows are sorted by
)

// ordered is a group whose columns stay in the order of the table; parquet's
// own sorts them by name, which nobody wants to look at.
type ordered struct {
	parquet.Group
	fields []parquet.Field
}

func (o ordered) Fields() []parquet.Field { return o.fields }

func order(group parquet.Group, names []string) parquet.Node {
	byName := map[string]parquet.Field{}
	for _, f := range group.Fields() {
		byName[f.Name()] = f
	}
	o := ordered{Group: group}
	for _, n := range names {
		o.fields = append(o.fields, byName[n])
	}
	return o
}

func (c *column) node() parquet.Node {
	switch c.form {
	case word, name:
		return parquet.Encoded(parquet.String(), &parquet.RLEDictionary)
	case text:
		return parquet.Encoded(parquet.String(), &parquet.DeltaLengthByteArray)
	case instant:
		return parquet.Encoded(parquet.Timestamp(parquet.Nanosecond), &parquet.DeltaBinaryPacked)
	case count:
		return parquet.Encoded(parquet.Int(64), &parquet.DeltaBinaryPacked)
	}
	n := len(c.bytes(new(event.Event)))
	return parquet.Encoded(parquet.Leaf(parquet.FixedLenByteArrayType(n)), &parquet.Plain)
}

// eventSchema is the schema of the files under events/.
var eventSchema = func() *parquet.Schema {
	group, names := parquet.Group{}, []string{}
	for i := range columns {
		group[columns[i].name] = columns[i].node()
		names = append(names, columns[i].name)
	}
	return parquet.NewSchema("event", order(group, names))
}()

// rawSchema is the schema of the files under raw/: the same rows in the same
// order as the data file beside it.
var rawSchema = parquet.NewSchema("raw", order(parquet.Group{
	rawID:     parquet.Leaf(parquet.FixedLenByteArrayType(idSize)),
	rawColumn: parquet.Encoded(parquet.Leaf(parquet.ByteArrayType), &parquet.DeltaLengthByteArray),
}, []string{rawID, rawColumn}))

// The codecs are shared by all files: each keeps its encoders, which are large.
var (
	eventCodec = newPageCodec(zstd.SpeedFastest)
	rawCodec   = newPageCodec(zstd.SpeedDefault)
)

func eventOptions() []parquet.WriterOption {
	options := []parquet.WriterOption{
		eventSchema,
		parquet.CreatedBy("resetproof", "1", ""),
		parquet.Compression(eventCodec),
		parquet.DataPageStatistics(true),
		parquet.DictionaryMaxBytes(maxDict),
		parquet.KeyValueMetadata("sorted by", sortedBy),
		parquet.WriteBufferSize(0), // stagedFile buffers
		parquet.PageBufferSize(pageBuffer),
	}
	var sorting []parquet.SortingColumn
	for i := range columns[:sortedPrefix] {
		sorting = append(sorting, parquet.Ascending(columns[i].name))
	}
	var blooms []parquet.BloomFilterColumn
	for i := range columns {
		if columns[i].bloom {
			blooms = append(blooms, parquet.SplitBlockFilter(bloomBits, columns[i].name))
		}
	}
	return append(options, parquet.SortingWriterConfig(parquet.SortingColumns(sorting...)), parquet.BloomFilters(blooms...))
}

func rawOptions() []parquet.WriterOption {
	return []parquet.WriterOption{
		rawSchema,
		parquet.CreatedBy("resetproof", "1", ""),
		parquet.Compression(rawCodec),
		parquet.SkipPageBounds(rawColumn), // raw bytes stand in their column and nowhere else
		parquet.WriteBufferSize(0),
		parquet.PageBufferSize(pageBuffer),
	}
}

// textValue makes a Parquet value that aliases s.
func textValue(s string) parquet.Value {
	return parquet.ByteArrayValue(unsafe.Slice(unsafe.StringData(s), len(s)))
}
