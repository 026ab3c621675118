// Windows event log files (EVTX) in the engine: the values of their records
// under the paths of windows-security.yaml. Records of types that no event of
// the table names are counted with their time; their data are not decoded.
package formats

import "strings"

// evtxDecoder reads one stream for a decoder.
type evtxDecoder struct {
	*evtxFramer
	d      *Decoder
	reader evtxReader
	opened int // the chunk the reader has open
	asked  map[evtxAsked][]int
}

// evtxAsked is a place, and asked what windowsPath and the table say of it: a
// log has the same few hundred over and over, in every chunk.
type evtxAsked struct{ path, name string }

func newEVTXDecoder(d *Decoder, w *window) *evtxDecoder {
	e := &evtxDecoder{evtxFramer: &evtxFramer{w: w}, d: d, asked: map[evtxAsked][]int{}}
	e.reader = evtxReader{slots: e.slots, put: e.put, wanted: e.wanted, words: words{}}
	return e
}

// extract puts the values of the record that the framer gave last.
func (e *evtxDecoder) extract(b []byte) (why string) {
	clear(e.d.s.slots)
	if e.opened != e.chunks {
		e.opened = e.chunks
		e.reader.open(e.chunk)
	}
	if err := e.reader.record(e.at, e.at+len(b)); err != nil {
		return err.Error()
	}
	return ""
}

func (e *evtxDecoder) slots(path, name string) []int {
	key := evtxAsked{path, name}
	slots, ok := e.asked[key]
	if !ok {
		slots = e.d.f.columns[windowsPath(path, name)]
		if len(e.asked) < maxWords {
			e.asked[key] = slots
		}
	}
	return slots
}

func (e *evtxDecoder) put(_ *evtxPlace, slots []int, text []byte) {
	for _, slot := range slots {
		e.d.s.slots[slot].b = text
	}
}

// wanted tells whether the table has an event for the record's type.
func (e *evtxDecoder) wanted() bool {
	typ := e.d.words.of(e.d.text(e.d.f.typ))
	return typ == "" || len(e.d.rulesFor(typ)) > 0
}

// windowsPath is the name that the tables have for a place in a Windows event:
// see extractEventXML.
func windowsPath(path, name string) string {
	if rest, ok := strings.CutPrefix(path, "Event/System/"); ok {
		return systemPaths[rest]
	}
	if path == "Event/EventData/Data" && name != "" {
		return "data." + name
	}
	if rest, ok := strings.CutPrefix(path, "Event/UserData/"); ok {
		if _, leaf, ok := strings.Cut(rest, "/"); ok && !strings.ContainsAny(leaf, "/ ") {
			return "user." + leaf
		}
	}
	return ""
}
