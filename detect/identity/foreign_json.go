package identity

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"path/filepath"
	"strconv"
	"strings"
)

// jsonEntries takes apart JSON: one object, one a line, a list, pages with a
// list in them, or several of these after each other. No product where it is a
// roster in our own columns.
func jsonEntries(name string, src []byte) ([]*entry, *product, error) {
	r := &jsonReader{name: name, src: src, dec: json.NewDecoder(bytes.NewReader(src)), line: 1}
	r.dec.UseNumber()
	err := r.all()
	switch {
	case errors.Is(err, errOwn):
		switch strings.ToLower(filepath.Ext(name)) {
		case ".yaml", ".yml", ".json":
			return nil, nil, nil
		}
		return nil, nil, mistake(name, nil, rowAt(r.line), "no roster that is known: hint: JSON holds users of Microsoft Graph, Okta or SCIM")
	case err != nil:
		return nil, nil, err
	case r.product == nil && r.paged:
		return nil, nil, mistake(name, nil, place{}, "no users in it")
	}
	return r.entries, r.product, r.complete()
}

// errOwn: the file is not in any foreign form.
var errOwn = errors.New("a roster in our own columns")

// maxPages is how deep pages may lie in lists: one list of pages is what
// "jq -s" makes.
const maxPages = 3

// jsonReader keeps the place in the text, for errors.
type jsonReader struct {
	name    string
	src     []byte
	dec     *json.Decoder
	line    int // of src[counted]
	counted int
	product *product
	entries []*entry

	paged    bool
	pageLine int
	last     bool // a page names no further one
	total    int  // users there are, as the pages say; 0 where they do not
}

func (r *jsonReader) all() error {
	for {
		if err := r.item(0); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// item reads an object or a list.
func (r *jsonReader) item(depth int) error {
	line := r.here()
	token, err := r.dec.Token()
	if errors.Is(err, io.EOF) && depth == 0 {
		return io.EOF
	}
	if err != nil {
		return r.fault(err)
	}
	if depth > maxPages {
		return mistake(r.name, nil, rowAt(line), "lists nested too deeply: hint: a roster is a list of users or of pages of them")
	}
	switch token {
	case json.Delim('['):
		return r.list(depth)
	case json.Delim('{'):
		return r.object(line, depth)
	}
	if r.product == nil {
		return errOwn
	}
	return mistake(r.name, nil, rowAt(line), "not an object: hint: a roster is a list of users")
}

// list reads the items of a list whose bracket is read.
func (r *jsonReader) list(depth int) error {
	for r.dec.More() {
		if err := r.item(depth + 1); err != nil {
			return err
		}
	}
	if _, err := r.dec.Token(); err != nil {
		return r.fault(err)
	}
	return nil
}

// object reads a user, or a page: an object with a list of users under "value"
// (OData JSON Format 4.01 section 12) or "Resources" (RFC 7644 section 3.4.2).
func (r *jsonReader) object(line, depth int) error {
	attrs, page := make(map[string]any), false
	for r.dec.More() {
		token, err := r.dec.Token()
		if err != nil {
			return r.fault(err)
		}
		name, _ := token.(string)
		name = strings.ToLower(name)
		if (name == "value" || name == "resources") && r.ahead() == '[' {
			page = true
			if err := r.item(depth + 1); err != nil {
				return err
			}
			continue
		}
		var value any
		if err := r.dec.Decode(&value); err != nil {
			return r.fault(err)
		}
		attrs[name] = lowerNames(value, 1)
	}
	if _, err := r.dec.Token(); err != nil {
		return r.fault(err)
	}
	e := &entry{line, attrs}
	if page {
		r.paged, r.pageLine = true, line
		r.last = r.last || e.first("@odata.nextlink") == ""
		if total, err := strconv.Atoi(e.first("totalresults")); err == nil {
			r.total = max(r.total, total)
		}
		return nil
	}
	return r.user(e)
}

func (r *jsonReader) user(e *entry) error {
	p := productOf(e)
	switch {
	case r.product == nil && p == nil:
		return errOwn
	case r.product == nil:
		r.product = p
	case p != r.product:
		return mistake(r.name, nil, rowAt(e.line), "not a %s, as the first one is: hint: one file holds the users of one directory", r.product.name)
	}
	r.entries = append(r.entries, e)
	return nil
}

// complete refuses a roster that says itself that it is only a part: whoever
// is missing would be a stranger.
func (r *jsonReader) complete() error {
	if r.paged && !r.last {
		return mistake(r.name, nil, rowAt(r.pageLine), "every page names a further one: hint: append the pages that follow")
	}
	if r.total > len(r.entries) {
		return mistake(r.name, nil, rowAt(r.pageLine), "%d of %d users: hint: append the pages that follow", len(r.entries), r.total)
	}
	return nil
}

// ahead gives the next byte that is no space and no punctuation between values.
func (r *jsonReader) ahead() byte {
	rest := bytes.TrimLeft(r.src[r.dec.InputOffset():], " \t\r\n,:")
	if len(rest) == 0 {
		return 0
	}
	return rest[0]
}

// here gives the line of the next value.
func (r *jsonReader) here() int {
	rest := r.src[r.dec.InputOffset():]
	return r.lineAt(len(r.src) - len(bytes.TrimLeft(rest, " \t\r\n,:")))
}

func (r *jsonReader) lineAt(offset int) int {
	if offset > r.counted {
		r.line += bytes.Count(r.src[r.counted:offset], []byte("\n"))
		r.counted = offset
	}
	return r.line
}

// fault says where the value begins that is no JSON, and nothing of what
// stands there.
func (r *jsonReader) fault(err error) error {
	line := r.here()
	switch {
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return mistake(r.name, nil, rowAt(line), "the text ends inside a value: hint: is the file complete?")
	case r.product == nil: // our own YAML may begin with a bracket; its reader says what is wrong
		return errOwn
	}
	return mistake(r.name, nil, rowAt(line), "not JSON")
}
