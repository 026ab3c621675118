// One record of an EVTX file: the values of a template's instance put in their
// places. Source: MS-EVEN6, 2.2.12 "BinXml".
package formats

import (
	"encoding/binary"
	"errors"
)

const (
	// maxEVTXValues is how many places one record may have, nested templates
	// included, and maxEVTXText how much text; real ones have under 200 and, with
	// a script block, 64 KiB. Values may be named more than once, so the record's
	// own length bounds neither.
	maxEVTXValues = 4096
	maxEVTXText   = 256 << 10
)

var (
	errEVTXValues = errors.New("EVTX record puts its values to use more often than it is long")
	errEVTXEmpty  = errors.New("EVTX record holds no elements")
)

// evtxReader reads the records of one chunk after another.
type evtxReader struct {
	// slots tells who asks for the text at a path (and, if not empty, under a
	// Data element's name); nobody: none.
	slots func(path, name string) []int
	// put takes a text; it is valid until the next record.
	put func(p *evtxPlace, slots []int, text []byte)
	// wanted is asked once the header is put whether the rest is to be read.
	wanted func() bool
	words  words

	chunk     []byte
	templates map[evtxKey]*evtxTemplate
	unused    []*evtxTemplate
	constants []byte // text of this chunk's templates
	compiled  int    // bytes of templates compiled in this chunk
	compiler  evtxCompiler
	text      []byte
	ends      []int
	values    int // how many places the record may still have
	joined    []byte
}

// evtxKey is a template's offset, in the element in which it stands.
type evtxKey struct {
	at   int
	path string
}

// evtxInstance is where an instance's values lie: value i in the chunk between
// ends[i] and ends[i+1], with its type at types+4i.
type evtxInstance struct {
	template int // 0: none
	types    int
	ends, n  int // in evtxReader.ends
	next     int
	nested   bool // a value holds elements
}

// open begins a chunk.
func (x *evtxReader) open(chunk []byte) {
	x.chunk = chunk
	x.compiled = 0
	x.constants = x.constants[:0]
	if x.templates == nil {
		x.templates = map[evtxKey]*evtxTemplate{}
	}
	for _, t := range x.templates { // in any order: they are emptied
		x.unused = append(x.unused, t)
	}
	clear(x.templates)
}

// empty gives a template to compile into.
func (x *evtxReader) empty() *evtxTemplate {
	if n := len(x.unused); n > 0 {
		t := x.unused[n-1]
		x.unused = x.unused[:n-1]
		*t = evtxTemplate{system: t.system[:0], rest: t.rest[:0], asked: t.asked[:0]}
		return t
	}
	return &evtxTemplate{}
}

// constant keeps UTF-16 text as long as the chunk is read.
func (x *evtxReader) constant(b []byte) []byte {
	from := len(x.constants)
	x.constants = appendUTF16(x.constants, b)
	return x.constants[from:len(x.constants):len(x.constants)]
}

// record reads the record from…end of the chunk, its own frame included.
func (x *evtxReader) record(from, end int) error {
	x.text, x.ends, x.values = x.text[:0], x.ends[:0], maxEVTXValues
	return x.fragment(from+evtxRecordHead, end-evtxRecordTail, "", 0)
}

// fragment reads elements that stand at path: a template's instance, or, rarely,
// the elements themselves.
func (x *evtxReader) fragment(pos, end int, path string, depth int) error {
	if depth > maxEVTXNesting {
		return errEVTXDepth
	}
	found := false
	for pos < end {
		switch x.chunk[pos] {
		case tokenEnd:
			pos = end
		case tokenFragment:
			pos += 4
		case tokenTemplate:
			in, err := x.instance(pos + 1)
			if err != nil {
				return err
			}
			if err := x.instantiate(&in, path, depth); err != nil {
				return err
			}
			pos, found = in.next, true
		default:
			t, err := x.compile(pos, end, path, false)
			if err != nil {
				return err
			}
			if err := x.fill(t, &evtxInstance{}, depth); err != nil {
				return err
			}
			pos, found = t.next, true
		}
	}
	if !found && depth == 0 {
		return errEVTXEmpty
	}
	return nil
}

// instance reads where the values of the instance at pos lie.
func (x *evtxReader) instance(pos int) (in evtxInstance, err error) {
	b, err := x.bytes(pos, 9) // version, template's id, its offset
	if err != nil {
		return in, err
	}
	at := binary.LittleEndian.Uint32(b[5:])
	if at >= evtxChunkSize {
		return in, errEVTXOffset
	}
	in.template = int(at)
	pos += 9
	if pos == in.template {
		_, next, err := x.definition(pos)
		if err != nil {
			return in, err
		}
		pos = next
	}
	if b, err = x.bytes(pos, 4); err != nil {
		return in, err
	}
	n := binary.LittleEndian.Uint32(b)
	if n > maxEVTXValues {
		return in, errEVTXValues
	}
	in.types, in.n, in.ends = pos+4, int(n), len(x.ends)
	if b, err = x.bytes(in.types, 4*in.n); err != nil {
		return in, err
	}
	if x.values -= in.n; x.values < 0 {
		return in, errEVTXValues
	}
	in.next = in.types + 4*in.n
	x.ends = append(x.ends, in.next)
	for i := range in.n {
		v := binary.LittleEndian.Uint32(b[4*i:])
		in.next += int(v & 0xffff)
		in.nested = in.nested || byte(v>>16) == typeBinXML
		x.ends = append(x.ends, in.next)
	}
	if in.next > len(x.chunk) {
		return in, errEVTXOffset
	}
	return in, nil
}

// release forgets the values of an instance, the last one read.
func (x *evtxReader) release(in *evtxInstance) { x.ends = x.ends[:in.ends] }

// definition reads a template's frame: next one's offset, GUID, length, body.
func (x *evtxReader) definition(at int) (from, end int, err error) {
	b, err := x.bytes(at, 24)
	if err != nil {
		return 0, 0, err
	}
	n := binary.LittleEndian.Uint32(b[20:])
	if n > evtxChunkSize {
		return 0, 0, errEVTXOffset
	}
	from = at + 24
	_, err = x.bytes(from, int(n))
	return from, from + int(n), err
}

func (x *evtxReader) instantiate(in *evtxInstance, path string, depth int) error {
	key := evtxKey{in.template, path}
	t := x.templates[key]
	if t == nil {
		from, end, err := x.definition(in.template)
		if err != nil {
			return err
		}
		if t, err = x.compile(from, end, path, true); err != nil {
			return err
		}
		x.templates[key] = t
	}
	err := x.fill(t, in, depth)
	x.release(in)
	return err
}

// fill puts the values of an instance into their places.
func (x *evtxReader) fill(t *evtxTemplate, in *evtxInstance, depth int) error {
	for i := range t.system {
		if err := x.place(&t.system[i], in, depth); err != nil {
			return err
		}
	}
	if depth == 0 && !x.wanted() {
		return nil
	}
	if in.nested {
		for i := range t.rest {
			if x.idle(&t.rest[i], in) {
				continue
			}
			if err := x.place(&t.rest[i], in, depth); err != nil {
				return err
			}
		}
		return nil
	}
	for _, i := range t.asked {
		if err := x.place(&t.rest[i], in, depth); err != nil {
			return err
		}
	}
	return nil
}

// idle tells that nobody asks for a place and that its value holds no elements.
func (x *evtxReader) idle(p *evtxPlace, in *evtxInstance) bool {
	return len(p.slots) == 0 && p.nameSub < 0 && p.more == nil && p.first.instance == 0 &&
		(p.first.sub < 0 || p.first.sub >= in.n || x.chunk[in.types+4*p.first.sub+2] != typeBinXML)
}

func (x *evtxReader) place(p *evtxPlace, in *evtxInstance, depth int) error {
	if x.values--; x.values < 0 {
		return errEVTXValues
	}
	slots := p.slots
	if p.nameSub >= 0 {
		typ, b := x.value(in, p.nameSub)
		name, err := appendEVTX(nil, typ, b)
		if err != nil {
			return err
		}
		slots = x.slots(p.path, string(name))
	}
	from, err := x.piece(p, &p.first, in, slots, depth, len(x.text))
	for i := 0; i < len(p.more) && err == nil; i++ {
		from, err = x.piece(p, &p.more[i], in, slots, depth, from)
	}
	if err != nil {
		return err
	}
	if len(x.text) > from {
		x.put(p, slots, x.text[from:len(x.text):len(x.text)])
	}
	if len(x.text) > maxEVTXText {
		return errEVTXValues
	}
	return nil
}

// piece adds to a place's text, which begins at from, if anybody asks for it,
// and reads the elements that a value holds. start is where the text begins then.
func (x *evtxReader) piece(p *evtxPlace, piece *evtxPiece, in *evtxInstance, slots []int, depth, from int) (start int, err error) {
	switch {
	case len(slots) == 0 && !in.nested && piece.instance == 0:
		return from, nil
	case piece.instance > 0:
		err = x.fragment(piece.instance, piece.instance+1, p.path, depth+1)
		return len(x.text), err
	case piece.sub < 0:
		if len(slots) > 0 {
			x.text = append(x.text, piece.text...)
		}
		return from, nil
	}
	typ, b := x.value(in, piece.sub)
	switch {
	case typ == typeBinXML && len(b) > 0:
		to := x.ends[in.ends+piece.sub+1]
		err = x.fragment(to-len(b), to, p.path, depth+1)
		return len(x.text), err
	case len(slots) == 0:
		return from, nil
	case typ&typeArray != 0 && len(b) > 0:
		return x.array(p, typ&^typeArray, b, slots, from)
	}
	x.text, err = appendEVTX(x.text, typ, b)
	return from, err
}

// array puts the items of an array one by one, but for the last: each stands
// for an element of its own (MS-EVEN6, 3.1.4.7.5).
func (x *evtxReader) array(p *evtxPlace, typ byte, b []byte, slots []int, from int) (start int, err error) {
	for len(b) > 0 {
		var item []byte
		if item, b, err = evtxItem(typ, b); err != nil {
			return from, err
		}
		if x.values--; x.values < 0 {
			return from, errEVTXValues
		}
		if x.text, err = appendEVTX(x.text, typ, item); err != nil {
			return from, err
		}
		if len(x.text) > from && len(b) > 0 {
			x.put(p, slots, x.text[from:len(x.text):len(x.text)])
			from = len(x.text)
		}
	}
	return from, nil
}

// value gives a value and its type; none for a number the instance lacks.
func (x *evtxReader) value(in *evtxInstance, i int) (typ byte, b []byte) {
	if i >= in.n {
		return typeNull, nil
	}
	return x.chunk[in.types+4*i+2], x.chunk[x.ends[in.ends+i]:x.ends[in.ends+i+1]]
}

func (x *evtxReader) bytes(at, n int) ([]byte, error) {
	if at < 0 || at > len(x.chunk) || n > len(x.chunk)-at {
		return nil, errEVTXOffset
	}
	return x.chunk[at : at+n], nil
}

func (x *evtxReader) uint16(at int) (int, error) {
	b, err := x.bytes(at, 2)
	if err != nil {
		return 0, err
	}
	return int(binary.LittleEndian.Uint16(b)), nil
}

// join gives the path of what stands in another element, or of its attribute.
func (x *evtxReader) join(path string, sep byte, name string) string {
	x.joined = append(append(append(x.joined[:0], path...), sep), name...)
	return x.words.of(x.joined)
}
