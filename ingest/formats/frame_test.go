package formats

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/text/encoding/unicode"
)

// frames tells every frame of a stream: "offset+length line: text" or the reason.
func frames(t *testing.T, fr framer) string {
	t.Helper()
	var out []string
	for {
		f, err := fr.next()
		if err == io.EOF {
			return strings.Join(out, "\n")
		}
		if err != nil {
			return strings.Join(append(out, "error: "+err.Error()), "\n")
		}
		text := string(f.b)
		if f.why != "" {
			text = "(" + f.why + ")"
		}
		out = append(out, fmt.Sprintf("%d+%d line %d: %s", f.offset, f.length, f.line, text))
	}
}

func TestJSONFrames(t *testing.T) {
	for _, c := range []struct{ name, stream, want string }{
		{"lines", "{\"a\":1}\r\n\n{\"a\":2}", "0+7 line 1: {\"a\":1}\n10+7 line 3: {\"a\":2}"},
		{"a byte order mark", "\xef\xbb\xbf{\"a\":1}\n", "3+7 line 1: {\"a\":1}"},
		{"a broken line costs itself only", "{\"a\":1}\n{\"a\":\n{\"a\":3}\n", "0+7 line 1: {\"a\":1}\n8+5 line 2: {\"a\":\n14+7 line 3: {\"a\":3}"},
		{"a broken first line costs itself only", "{\"a\":1,\n{\"a\":2}\n", "0+7 line 1: {\"a\":1,\n8+7 line 2: {\"a\":2}"},
		{"a first line broken inside a text", "{\"a\":\"x\n{\"a\":2}\n", "0+7 line 1: {\"a\":\"x\n8+7 line 2: {\"a\":2}"},
		{"an array among lines is a line", "{\"a\":1}\n[1,2]\n", "0+7 line 1: {\"a\":1}\n8+5 line 2: [1,2]"},
		{"objects over several lines", "{\n \"a\": \"}\"\n}\n{\n \"b\": 2\n}\n", "0+13 line 1: {\n \"a\": \"}\"\n}\n14+11 line 4: {\n \"b\": 2\n}"},
		{"objects over several lines, the last cut off", "{\n \"a\": 1\n}\n{\n \"b\": 2", "0+11 line 1: {\n \"a\": 1\n}\n12+9 line 4: (JSON breaks off before its end)"},
		{"an array", "[ {\"a\":\"],\\\"\"},\n{\"b\":[1]} ]\n", "2+12 line 1: {\"a\":\"],\\\"\"}\n16+9 line 2: {\"b\":[1]}"},
		{"an array cut off", "[{\"a\":1},{\"b\":", "1+7 line 1: {\"a\":1}\n9+5 line 1: (JSON breaks off before its end)"},
		{"an array without its end", "[{\"a\":1}", "1+7 line 1: {\"a\":1}\n8+0 line 1: (the array of records breaks off before its end)"},
		{"an array under a key", "{\"next\":\"x\",\"result\":[{\"a\":1},{\"b\":2}],\"more\":{}}", "22+7 line 1: {\"a\":1}\n30+7 line 1: {\"b\":2}"},
		{"one page after the other", "{\"result\":[{\"a\":1}]}\n{\"result\":[{\"b\":2}]}\n", "11+7 line 1: {\"a\":1}\n32+7 line 2: {\"b\":2}"},
		{"an empty page", "{\"result\":[]}", ""},
		{"pages in an array", "[{\"result\":[{\"a\":1}],\"n\":[{}]},\n{\"result\":[]},{\"result\":[{\"b\":2}]}]\n", "12+7 line 1: {\"a\":1}\n57+7 line 2: {\"b\":2}"},
		{"pages in an array, the last cut off", "[{\"result\":[{\"a\":1}]},{\"result\":[{\"b\":", "12+7 line 1: {\"a\":1}\n33+5 line 1: (JSON breaks off before its end)"},
		{"records in an array are no pages, whatever they hold", "[{\"a\":1},{\"result\":[{\"b\":2}]}]", "1+7 line 1: {\"a\":1}\n9+20 line 1: {\"result\":[{\"b\":2}]}"},
		{"a record that has such a key itself", "{\"a\":1,\"result\":\"x\"}\n", "0+20 line 1: {\"a\":1,\"result\":\"x\"}"},
		{"nothing", "\n \n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			newFramer := func(r io.Reader) framer { return &jsonFramer{w: newWindow(r), keys: []string{"result"}} }
			if got := frames(t, newFramer(strings.NewReader(c.stream))); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
			if got := frames(t, newFramer(iotest.OneByteReader(strings.NewReader(c.stream)))); got != c.want {
				t.Errorf("byte by byte\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestXMLFrames(t *testing.T) {
	for _, c := range []struct{ name, stream, want string }{
		{"in a wrapper", "<?xml version='1.0'?>\n<Events><!-- <Event> -->\n<Event a='1'><EventData/></Event>\n<Event><b/></Event ></Events>",
			"47+33 line 3: <Event a='1'><EventData/></Event>\n81+20 line 4: <Event><b/></Event >"},
		{"text outside", "<Events>lost<Event>x</Event></Events>", "8+4 line 1: (text outside an element)\n12+16 line 1: <Event>x</Event>"},
		{"no end tag", "<Event>one\n<Event>two</Event>", "0+11 line 1: (element without an end tag)\n11+18 line 2: <Event>two</Event>"},
		{"cut off", "<Event>one</Event>\n<Event>tw", "0+18 line 1: <Event>one</Event>\n19+9 line 2: (element breaks off before its end tag)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := frames(t, newXMLFramer(newWindow(strings.NewReader(c.stream)), "Event")); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
			if got := frames(t, newXMLFramer(newWindow(iotest.OneByteReader(strings.NewReader(c.stream))), "Event")); got != c.want {
				t.Errorf("byte by byte\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestUTF16IsReadAsUTF8(t *testing.T) {
	text := "<Event>grüße</Event>"
	for _, order := range []unicode.Endianness{unicode.LittleEndian, unicode.BigEndian} {
		wide, err := unicode.UTF16(order, unicode.UseBOM).NewEncoder().String(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := frames(t, newXMLFramer(newWindow(strings.NewReader(wide)), "Event")), "0+22 line 1: "+text; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestCSVFrames(t *testing.T) {
	for _, c := range []struct{ name, stream, want string }{
		{"rows", "a,b\r\n1,2\r\n\r\n3,4", "5+3 line 2: 1,2\n12+3 line 4: 3,4"},
		{"a line end in a cell", "a,b\n\"1\n,\"\"\",2\n3,4\n", "4+9 line 2: \"1\n,\"\"\",2\n14+3 line 4: 3,4"},
		{"a quote never closed costs its own line", "a,b\n\"1,2\n3,4\n", "4+4 line 2: \"1,2\n9+3 line 3: 3,4"},
		{"header only", "a,b\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := &csvFramer{w: newWindow(strings.NewReader(c.stream))}
			f.header()
			if got := frames(t, f); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// What encoding/csv makes of a row, we make of it.
func TestSplitRowAgreesWithEncodingCSV(t *testing.T) {
	for _, row := range []string{`a,b,c`, `,,`, `"a,b",c`, `"say ""hi""",x`, `"",""`, "\"two\nlines\",x", `a b, c `, `x`} {
		want, err := csv.NewReader(strings.NewReader(row)).Read()
		if err != nil {
			t.Fatal(err)
		}
		cells, open := splitRow(nil, []byte(row), ',')
		var got []string
		for _, c := range cells {
			got = append(got, string(c))
		}
		if open || fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
			t.Errorf("%q: got %q, want %q", row, got, want)
		}
	}
}

// A record beyond the limit is dropped without being held, and the next is read.
func TestLongRecords(t *testing.T) {
	long := strings.Repeat("x", 50<<20)
	for _, c := range []struct {
		name, stream string
		framer       func(w *window) framer
	}{
		{"line", `{"a":1}` + "\n" + `{"a":"` + long + `"}` + "\n" + `{"a":2}` + "\n", func(w *window) framer { return &jsonFramer{w: w} }},
		{"array element", `[{"a":1},{"a":"` + long + `"},{"a":2}]`, func(w *window) framer { return &jsonFramer{w: w} }},
		{"element", `<E>1</E><E>` + long + `</E><E>2</E>`, func(w *window) framer { return newXMLFramer(w, "E") }},
		{"row", "a\n1\n" + long + "\n2\n", func(w *window) framer { f := &csvFramer{w: w}; f.header(); return f }},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWindow(strings.NewReader(c.stream))
			fr := c.framer(w)
			var whys []string
			for {
				f, err := fr.next()
				if err != nil {
					break
				}
				whys = append(whys, f.why)
				if f.why != "" && f.length < 50<<20 {
					t.Errorf("the dropped record is said to have %d bytes", f.length)
				}
			}
			if fmt.Sprintf("%q", whys) != fmt.Sprintf("%q", []string{"", whyTooLong, ""}) {
				t.Errorf("got %q", whys)
			}
			if len(w.buf) > maxWindow {
				t.Errorf("the window grew to %d bytes", len(w.buf))
			}
		})
	}
}

func TestStreamErrorComesAfterTheRecords(t *testing.T) {
	broken := errors.New("gzip breaks off")
	r := io.MultiReader(strings.NewReader("{\"a\":1}\n{\"a\":2}\n{\"a\""), iotest.ErrReader(broken))
	fr := &jsonFramer{w: newWindow(r)}
	if got, want := frames(t, fr), "0+7 line 1: {\"a\":1}\n8+7 line 2: {\"a\":2}\n16+4 line 3: {\"a\"\nerror: gzip breaks off"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestWindowKeepsBytesWhenItMoves(t *testing.T) {
	var b bytes.Buffer
	for i := range 30000 {
		fmt.Fprintf(&b, "{\"n\":%d,\"pad\":%q}\n", i, strings.Repeat("p", i%97))
	}
	fr := &jsonFramer{w: newWindow(iotest.HalfReader(bytes.NewReader(b.Bytes())))}
	for i := 0; ; i++ {
		f, err := fr.next()
		if err != nil {
			if i != 30000 {
				t.Errorf("%d records", i)
			}
			return
		}
		if want := b.Bytes()[f.offset : f.offset+f.length]; !bytes.Equal(f.b, want) || f.line != int64(i+1) {
			t.Fatalf("record %d on line %d is %q, the stream has %q", i, f.line, f.b, want)
		}
	}
}
