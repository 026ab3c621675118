// The Windows event schema (Microsoft Learn, "Event schema", win32/WES) read in
// one pass, without encoding/xml, which takes more than five times as long
// (BenchmarkEventXML). What is not well-formed is refused, as are document
// types, and with them entities of the record's own.
package formats

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"
)

const (
	// maxXMLDepth is how deep elements may nest; the schema needs five.
	maxXMLDepth = 64
	// maxXMLPath is how long a path may be that is worth reporting; names in the
	// tables are shorter.
	maxXMLPath = 128
)

// systemPaths are the header's values by element, or element and attribute.
var systemPaths = map[string]string{
	"EventID":                "sys.event_id",
	"Channel":                "sys.channel",
	"Computer":               "sys.computer_name",
	"EventRecordID":          "sys.record_id",
	"Keywords":               "sys.keywords",
	"Provider Name":          "sys.provider_name",
	"TimeCreated SystemTime": "sys.time_created",
}

// extractEventXML puts the values of one <Event>: the header as sys.*, <Data
// Name='x'> as data.x, and what stands in UserData's one element as user.*.
// RenderingInfo, which is in the computer's language, is left out.
func extractEventXML(raw []byte, put func(path string, value []byte)) error {
	if !utf8.Valid(raw) {
		return errors.New("not valid UTF-8")
	}
	s := eventScanner{rest: raw, put: put}
	for len(s.rest) > 0 {
		if err := s.step(); err != nil {
			return err
		}
	}
	if !s.closed {
		return errors.New("XML breaks off before </Event>")
	}
	return nil
}

// eventScanner holds where in the record it is: the open elements, and what is
// known of the innermost one's value.
type eventScanner struct {
	rest   []byte
	put    func(path string, value []byte)
	open   [][]byte // names of open elements
	name   []byte   // Name of the innermost <Data>
	leaf   bool     // no element has closed inside the innermost one
	text   []byte   // its text so far: part of the record, or, if copied, of buf
	copied bool
	from   int // where in buf it begins
	buf    []byte
	closed bool // </Event> was seen
}

func (s *eventScanner) step() error {
	if s.rest[0] != '<' {
		return s.characters()
	}
	switch {
	case bytes.HasPrefix(s.rest, []byte("<!--")):
		return s.skip("-->", "comment")
	case bytes.HasPrefix(s.rest, []byte("<![CDATA[")):
		return s.cdata()
	case bytes.HasPrefix(s.rest, []byte("<!")):
		return errors.New("XML declares a document type")
	case bytes.HasPrefix(s.rest, []byte("<?")):
		return s.skip("?>", "processing instruction")
	case bytes.HasPrefix(s.rest, []byte("</")):
		return s.endTag()
	}
	return s.startTag()
}

func (s *eventScanner) skip(until, what string) error {
	n := bytes.Index(s.rest, []byte(until))
	if n < 0 {
		return fmt.Errorf("XML %s without end", what)
	}
	s.rest = s.rest[n+len(until):]
	return nil
}

func (s *eventScanner) characters() error {
	n := bytes.IndexByte(s.rest, '<')
	if n < 0 {
		n = len(s.rest)
	}
	text := s.rest[:n]
	s.rest = s.rest[n:]
	if len(s.open) == 0 {
		if len(bytes.TrimSpace(text)) > 0 {
			return errors.New("text outside the XML element")
		}
		return nil
	}
	return s.addText(text, true)
}

func (s *eventScanner) cdata() error {
	const start = len("<![CDATA[")
	n := bytes.Index(s.rest, []byte("]]>"))
	if n < 0 || len(s.open) == 0 {
		return errors.New("XML CDATA section without end")
	}
	text := s.rest[start:n]
	s.rest = s.rest[n+len("]]>"):]
	return s.addText(text, false)
}

// addText joins text to the innermost element's; only a second piece or an
// entity makes a copy.
func (s *eventScanner) addText(text []byte, entities bool) error {
	if err := legal(text); err != nil {
		return err
	}
	if !s.leaf {
		return nil
	}
	entities = entities && bytes.IndexByte(text, '&') >= 0
	if len(s.text) == 0 && !entities {
		s.text, s.copied = text, false
		return nil
	}
	if !s.copied {
		s.from = len(s.buf)
		s.buf = append(s.buf, s.text...)
		s.copied = true
	}
	if entities {
		buf, err := appendUnescaped(s.buf, text)
		if err != nil {
			return err
		}
		s.buf = buf
	} else {
		s.buf = append(s.buf, text...)
	}
	s.text = s.buf[s.from:]
	return nil
}

func (s *eventScanner) startTag() error {
	if s.closed {
		return errors.New("more than one XML element in a record")
	}
	if len(s.open) == maxXMLDepth {
		return fmt.Errorf("XML nested deeper than %d", maxXMLDepth)
	}
	n := nameLength(s.rest[1:])
	if n == 0 {
		return errors.New("XML tag without a name")
	}
	s.open = append(s.open, s.rest[1:1+n])
	s.rest = s.rest[1+n:]
	s.name, s.leaf, s.text, s.copied = nil, true, nil, false
	for {
		spaced := s.skipSpace()
		switch {
		case len(s.rest) == 0:
			return errors.New("XML tag without end")
		case s.rest[0] == '>':
			s.rest = s.rest[1:]
			return nil
		case bytes.HasPrefix(s.rest, []byte("/>")):
			s.rest = s.rest[2:]
			s.close()
			return nil
		case !spaced:
			return errors.New("XML attributes run together")
		}
		if err := s.attribute(); err != nil {
			return err
		}
	}
}

func (s *eventScanner) attribute() error {
	n := nameLength(s.rest)
	if n == 0 {
		return errors.New("XML attribute without a name")
	}
	name := s.rest[:n]
	s.rest = s.rest[n:]
	s.skipSpace()
	if len(s.rest) == 0 || s.rest[0] != '=' {
		return errors.New("XML attribute without a value")
	}
	s.rest = s.rest[1:]
	s.skipSpace()
	if len(s.rest) == 0 || s.rest[0] != '\'' && s.rest[0] != '"' {
		return errors.New("XML attribute without quotes")
	}
	end := bytes.IndexByte(s.rest[1:], s.rest[0])
	if end < 0 {
		return errors.New("XML attribute without closing quote")
	}
	value := s.rest[1 : 1+end]
	s.rest = s.rest[end+2:]
	if bytes.IndexByte(value, '<') >= 0 {
		return errors.New("XML attribute holds a tag")
	}
	if err := legal(value); err != nil {
		return err
	}
	if bytes.IndexByte(value, '&') >= 0 {
		from := len(s.buf)
		buf, err := appendUnescaped(s.buf, value)
		if err != nil {
			return err
		}
		s.buf, value = buf, buf[from:]
	}
	s.attributeValue(name, value)
	return nil
}

func (s *eventScanner) attributeValue(name, value []byte) {
	if len(s.open) != 3 {
		return
	}
	switch {
	case s.in(1, "System"):
		var key [maxXMLPath]byte
		if path, ok := systemPaths[string(append(append(append(key[:0], localName(s.open[2])...), ' '), name...))]; ok {
			s.put(path, value)
		}
	case s.in(1, "EventData") && s.in(2, "Data") && string(name) == "Name":
		s.name = value
	}
}

func (s *eventScanner) endTag() error {
	n := nameLength(s.rest[2:])
	name := s.rest[2 : 2+n]
	s.rest = s.rest[2+n:]
	s.skipSpace()
	if len(s.rest) == 0 || s.rest[0] != '>' {
		return errors.New("XML tag without end")
	}
	s.rest = s.rest[1:]
	if len(s.open) == 0 || !bytes.Equal(name, s.open[len(s.open)-1]) {
		return errors.New("XML end tag does not match its start")
	}
	s.close()
	return nil
}

// close ends the innermost element, and reports its text if it held no other.
func (s *eventScanner) close() {
	if s.leaf {
		s.value()
	}
	s.open = s.open[:len(s.open)-1]
	s.name, s.leaf, s.text, s.copied = nil, false, nil, false
	if len(s.open) == 0 {
		s.closed = true
	}
}

func (s *eventScanner) value() {
	depth := len(s.open)
	switch {
	case depth == 3 && s.in(1, "System"):
		if path, ok := systemPaths[string(localName(s.open[2]))]; ok {
			s.put(path, s.text)
		}
	case depth == 3 && s.in(1, "EventData"):
		if len(s.name) > 0 && len(s.name) < maxXMLPath {
			s.put("data."+string(s.name), s.text)
		}
	case depth == 4 && s.in(1, "UserData"):
		if len(s.open[3]) < maxXMLPath {
			s.put("user."+string(localName(s.open[3])), s.text)
		}
	}
}

// in tells whether the i-th open element, from the outside, has this name.
func (s *eventScanner) in(i int, name string) bool {
	return string(localName(s.open[i])) == name
}

func (s *eventScanner) skipSpace() bool {
	n := 0
	for n < len(s.rest) && isXMLSpace(s.rest[n]) {
		n++
	}
	s.rest = s.rest[n:]
	return n > 0
}

func isXMLSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// endsName marks the bytes that end a name.
var endsName = func() (t [256]bool) {
	for _, c := range " \t\n\r/>=<'\"&" {
		t[c] = true
	}
	return t
}()

// nameLength is how many bytes of b a name takes.
func nameLength(b []byte) int {
	for n, c := range b {
		if endsName[c] {
			return n
		}
	}
	return len(b)
}

// localName is a name without its namespace prefix.
func localName(name []byte) []byte {
	return name[bytes.IndexByte(name, ':')+1:]
}

// legal refuses characters XML 1.0 does not allow (section 2.2).
func legal(text []byte) error {
	for _, c := range text {
		if c < 0x20 && !isXMLSpace(c) {
			return errors.New("XML holds a control character")
		}
	}
	return nil
}

var xmlEntities = map[string]byte{"amp": '&', "lt": '<', "gt": '>', "quot": '"', "apos": '\''}

// appendUnescaped adds text to dst with the five predefined entities and
// character references put in place; there are no others (XML 1.0, 4.6).
func appendUnescaped(dst, text []byte) ([]byte, error) {
	for {
		n := bytes.IndexByte(text, '&')
		if n < 0 {
			return append(dst, text...), nil
		}
		dst = append(dst, text[:n]...)
		text = text[n+1:]
		end := bytes.IndexByte(text, ';')
		if end < 0 {
			return nil, errors.New("XML entity without end")
		}
		name := text[:end]
		text = text[end+1:]
		if c, ok := xmlEntities[string(name)]; ok {
			dst = append(dst, c)
			continue
		}
		r, err := characterReference(name)
		if err != nil {
			return nil, err
		}
		dst = utf8.AppendRune(dst, r)
	}
}

func characterReference(name []byte) (rune, error) {
	digits, base := bytes.CutPrefix(name, []byte("#"))
	if !base {
		return 0, errors.New("XML entity that the record does not define")
	}
	radix := 10
	if hex, ok := bytes.CutPrefix(digits, []byte("x")); ok {
		digits, radix = hex, 16
	}
	n, err := strconv.ParseUint(string(digits), radix, 32)
	if err != nil || n > utf8.MaxRune || n < 0x20 && !(n == '\t' || n == '\n' || n == '\r') || !utf8.ValidRune(rune(n)) {
		return 0, errors.New("XML character reference to no character")
	}
	return rune(n), nil
}
