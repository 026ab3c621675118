// Binary XML compiled: what every place of a template's elements holds, so that
// a record costs its own values only. Source: MS-EVEN6, 2.2.12 "BinXml".
package formats

import (
	"encoding/binary"
	"errors"
	"strings"
)

// Binary XML tokens (MS-EVEN6, 2.2.12). evtxMore on some of them says that
// attributes, or more of the same, follow.
const (
	tokenEnd          = 0x00
	tokenOpen         = 0x01
	tokenCloseStart   = 0x02
	tokenCloseEmpty   = 0x03
	tokenClose        = 0x04
	tokenValue        = 0x05
	tokenAttribute    = 0x06
	tokenCDATA        = 0x07
	tokenCharRef      = 0x08
	tokenEntityRef    = 0x09
	tokenPITarget     = 0x0a
	tokenPIData       = 0x0b
	tokenTemplate     = 0x0c
	tokenSubstitution = 0x0d
	tokenOptional     = 0x0e
	tokenFragment     = 0x0f
	tokenMore         = 0x40
)

const (
	// maxEVTXDepth is how deep elements may nest in one fragment, maxEVTXNesting
	// how deep fragments may lie in values; Windows needs five and two.
	maxEVTXDepth   = 64
	maxEVTXNesting = 8
	// maxEVTXCompiled is how many bytes of templates are compiled for one chunk:
	// they lie in its 64 KiB, and only templates that overlap, which Windows never
	// writes, go beyond.
	maxEVTXCompiled = 4 * evtxChunkSize
	// maxEVTXName is how long a name may be, in characters, and a path, in bytes.
	maxEVTXName = 512
)

var (
	errEVTXOffset    = errors.New("EVTX record points outside its chunk")
	errEVTXToken     = errors.New("EVTX record holds an unknown token")
	errEVTXDepth     = errors.New("EVTX record nests too deep")
	errEVTXUnclosed  = errors.New("EVTX record does not close its elements in order")
	errEVTXTemplates = errors.New("EVTX chunk holds more templates than fit in it")
)

// evtxTemplate is a compiled fragment. system are the places in the record's
// header that somebody asks for; they are read first.
type evtxTemplate struct {
	system, rest []evtxPlace
	// asked are those of rest that somebody asks for. The others matter only if a
	// value holds elements.
	asked []int
	next  int // where what follows an uncompiled fragment begins
}

// evtxPlace is one element's text or one attribute.
type evtxPlace struct {
	// path are the names of the open elements, parted by slashes, and, after a
	// space, the attribute's.
	path string
	// name is what the element's attribute Name says; nameSub the number of the
	// value that says it, if the template does not.
	name    string
	nameSub int
	// first is all of the text but where it comes in several pieces.
	first evtxPiece
	more  []evtxPiece
	// slots take the text; none: nobody asks for it.
	slots []int
}

// evtxPiece is a stretch of text: a constant, or a value by its number, or a
// template instance at an offset.
type evtxPiece struct {
	text     []byte
	sub      int // -1 for a constant
	instance int // 0 if it is none
}

// evtxElement is an open element, or attribute, while its fragment is compiled.
type evtxElement struct {
	evtxPlace
	pieces   int
	children bool // its text is no text of its own
}

func (e *evtxElement) add(p evtxPiece) {
	if e.pieces == 0 {
		e.first = p
	} else {
		e.more = append(e.more, p)
	}
	e.pieces++
}

// evtxCompiler compiles one fragment. One is used again and again.
type evtxCompiler struct {
	x       *evtxReader
	pos     int
	end     int
	depends bool // elements name the value they depend on: in templates
	open    []evtxElement
	attr    evtxElement
	isName  bool // the attribute is Name of a Data element
	inAttr  bool
	out     *evtxTemplate
}

// compile reads the fragment from…end that stands in the element path.
func (x *evtxReader) compile(from, end int, path string, depends bool) (*evtxTemplate, error) {
	c := &x.compiler
	*c = evtxCompiler{x: x, pos: from, end: end, depends: depends, open: c.open[:0], out: x.empty()}
	c.enter(path)
	c.open[0].children = true
	for c.pos < c.end {
		token, at := x.chunk[c.pos], c.pos
		c.pos++
		if token == tokenEnd {
			break
		}
		if err := c.token(token); err != nil {
			return nil, err
		}
		if x.compiled += c.pos - at; x.compiled > maxEVTXCompiled {
			return nil, errEVTXTemplates
		}
	}
	if len(c.open) > 1 {
		return nil, errEVTXUnclosed
	}
	c.out.next = c.pos
	return c.out, nil
}

func (c *evtxCompiler) token(token byte) error {
	switch token &^ tokenMore {
	case tokenOpen:
		return c.element(token&tokenMore != 0)
	case tokenCloseStart:
		c.endAttribute()
		return nil
	case tokenCloseEmpty, tokenClose:
		c.endAttribute()
		return c.close()
	case tokenAttribute:
		c.endAttribute()
		return c.attribute()
	case tokenValue:
		return c.constant()
	case tokenCDATA:
		text, err := c.counted()
		c.piece(evtxPiece{text: text, sub: -1})
		return err
	case tokenCharRef:
		b, err := c.x.bytes(c.pos, 2)
		c.pos += 2
		c.piece(evtxPiece{text: c.x.constant(b), sub: -1})
		return err
	case tokenEntityRef:
		name, err := c.name()
		if char, ok := xmlEntities[name]; ok {
			c.piece(evtxPiece{text: []byte{char}, sub: -1})
		}
		return err
	case tokenPITarget:
		_, err := c.name()
		return err
	case tokenPIData:
		_, err := c.counted()
		return err
	case tokenTemplate:
		return c.instance()
	case tokenSubstitution, tokenOptional:
		n, err := c.x.uint16(c.pos)
		c.pos += 3 // number and type
		c.piece(evtxPiece{sub: n})
		return err
	case tokenFragment:
		c.pos += 3 // version and flags
		return nil
	}
	return errEVTXToken
}

func (c *evtxCompiler) element(attributes bool) error {
	c.endAttribute()
	if len(c.open) > maxEVTXDepth {
		return errEVTXDepth
	}
	if c.depends {
		c.pos += 2
	}
	c.pos += 4 // length
	name, err := c.name()
	if err != nil {
		return err
	}
	if attributes {
		c.pos += 4 // their length
	}
	parent := &c.open[len(c.open)-1]
	parent.children = true
	c.elementsIn(parent)
	path := name
	if parent.path != "" {
		path = c.x.join(parent.path, '/', name)
	}
	if len(path) > maxEVTXName {
		return errEVTXDepth
	}
	c.enter(path)
	return nil
}

// enter opens an element.
func (c *evtxCompiler) enter(path string) {
	c.open = append(c.open, evtxElement{evtxPlace: evtxPlace{path: path, nameSub: -1}})
}

func (c *evtxCompiler) close() error {
	if len(c.open) == 1 {
		return errEVTXUnclosed
	}
	e := &c.open[len(c.open)-1]
	if !e.children && e.pieces > 0 {
		c.add(e.evtxPlace)
	}
	c.open = c.open[:len(c.open)-1]
	return nil
}

// add takes a place, and notes who asks for it.
func (c *evtxCompiler) add(p evtxPlace) {
	if p.nameSub < 0 {
		p.slots = c.x.slots(p.path, p.name)
	}
	asked := p.nameSub >= 0 || len(p.slots) > 0 || p.first.instance > 0 || len(p.more) > 0
	if asked && strings.HasPrefix(p.path, "Event/System/") {
		c.out.system = append(c.out.system, p)
		return
	}
	if asked {
		c.out.asked = append(c.out.asked, len(c.out.rest))
	}
	c.out.rest = append(c.out.rest, p)
}

// piece adds to the open attribute or element.
func (c *evtxCompiler) piece(p evtxPiece) {
	if c.inAttr {
		c.attr.add(p)
		return
	}
	e := &c.open[len(c.open)-1]
	e.add(p)
	if e.children {
		c.elementsIn(e)
	}
}

// elementsIn takes those pieces of an element with children that may hold
// further children; text beside elements is none of its own.
func (c *evtxCompiler) elementsIn(e *evtxElement) {
	for i := range e.pieces {
		p := e.first
		if i > 0 {
			p = e.more[i-1]
		}
		if p.sub >= 0 || p.instance > 0 {
			c.add(evtxPlace{path: e.path, nameSub: -1, first: p})
		}
	}
	e.pieces, e.more = 0, nil
}

func (c *evtxCompiler) attribute() error {
	name, err := c.name()
	e := &c.open[len(c.open)-1]
	c.inAttr = true
	c.isName = name == "Name" && strings.HasSuffix(e.path, "/Data")
	c.attr = evtxElement{evtxPlace: evtxPlace{nameSub: -1}}
	if !c.isName {
		c.attr.path = c.x.join(e.path, ' ', name)
	}
	return err
}

func (c *evtxCompiler) endAttribute() {
	if !c.inAttr {
		return
	}
	c.inAttr = false
	e := &c.open[len(c.open)-1]
	switch {
	case !c.isName:
		c.add(c.attr.evtxPlace)
	case c.attr.first.sub >= 0:
		e.nameSub = c.attr.first.sub
	default:
		e.name = c.x.words.of(c.attr.first.text)
	}
}

// constant reads a value that stands in the template itself.
func (c *evtxCompiler) constant() error {
	b, err := c.x.bytes(c.pos, 1)
	if err != nil {
		return err
	}
	typ := b[0]
	c.pos++
	if typ == typeString {
		text, err := c.counted()
		c.piece(evtxPiece{text: text, sub: -1})
		return err
	}
	size := evtxSizes[typ]
	if size == 0 {
		return errEVTXType
	}
	if b, err = c.x.bytes(c.pos, size); err != nil {
		return err
	}
	c.pos += size
	text, err := appendEVTX(nil, typ, b)
	c.piece(evtxPiece{text: text, sub: -1})
	return err
}

// counted reads text after its number of characters.
func (c *evtxCompiler) counted() ([]byte, error) {
	n, err := c.x.uint16(c.pos)
	if err != nil {
		return nil, err
	}
	b, err := c.x.bytes(c.pos+2, 2*n)
	c.pos += 2 + 2*n
	return c.x.constant(b), err
}

// name reads a reference to a name, and passes over the name if it stands here.
func (c *evtxCompiler) name() (string, error) {
	b, err := c.x.bytes(c.pos, 4)
	if err != nil {
		return "", err
	}
	c.pos += 4
	at := binary.LittleEndian.Uint32(b)
	if at >= evtxChunkSize {
		return "", errEVTXOffset
	}
	// Next name's offset, hash, number of characters, characters, a zero.
	n, err := c.x.uint16(int(at) + 6)
	if err != nil {
		return "", err
	}
	if n > maxEVTXName {
		return "", errEVTXDepth
	}
	if b, err = c.x.bytes(int(at)+8, 2*n); err != nil {
		return "", err
	}
	if int(at) == c.pos {
		c.pos += 8 + 2*n + 2
	}
	var short [64]byte
	local := appendUTF16(short[:0], b)
	return c.x.words.of(localName(local)), nil
}

func (c *evtxCompiler) instance() error {
	at := c.pos - 1
	in, err := c.x.instance(c.pos)
	if err != nil {
		return err
	}
	c.x.release(&in)
	c.pos = in.next
	c.piece(evtxPiece{sub: -1, instance: at})
	return nil
}
