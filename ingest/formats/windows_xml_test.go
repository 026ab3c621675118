// The XML scanner by cases, and against encoding/xml.
package formats

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
)

func eventXML(raw string) (map[string]string, error) {
	got := map[string]string{}
	err := extractEventXML([]byte(raw), func(path string, value []byte) { got[path] = string(value) })
	return got, err
}

func listing(m map[string]string) string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(m)) {
		fmt.Fprintf(&b, "%s=%q\n", k, m[k])
	}
	return b.String()
}

func TestEventXMLValues(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"header", `<Event><System><Provider Name='P' Guid='{1}'/><EventID Qualifiers=''>4724</EventID><TimeCreated SystemTime='2026-03-02T09:10:11.1234567Z'/><EventRecordID>7</EventRecordID><Channel>Security</Channel><Computer>DC1</Computer></System></Event>`,
			`sys.channel="Security"
sys.computer_name="DC1"
sys.event_id="4724"
sys.provider_name="P"
sys.record_id="7"
sys.time_created="2026-03-02T09:10:11.1234567Z"
`},
		{"double quotes, spaces, prefix", "<e:Event\n xmlns:e = \"x\" ><e:EventData>\n<e:Data  Name = \"A\" >1</e:Data ><e:Data Name='B'/></e:EventData></e:Event>",
			"data.A=\"1\"\ndata.B=\"\"\n"},
		{"entities", `<Event><EventData><Data Name='A&amp;B'>x &lt;&#65;&#x42;&gt; &quot;&apos; y</Data></EventData></Event>`,
			"data.A&B=\"x <AB> \\\"' y\"\n"},
		{"text in pieces", `<Event><EventData><Data Name='A'>a<!-- c -->b<![CDATA[<&>]]>&amp;d</Data></EventData></Event>`,
			"data.A=\"ab<&>&d\"\n"},
		{"user data", `<Event><UserData><LogFileCleared xmlns='m'><SubjectUserName>ann</SubjectUserName></LogFileCleared></UserData></Event>`,
			"user.SubjectUserName=\"ann\"\n"},
		{"rendering left out", `<Event><RenderingInfo><Keywords><Keyword>Audit Failure</Keyword></Keywords></RenderingInfo></Event>`, ""},
		{"nested and nameless data left out", `<Event><EventData><Data>1</Data><Data Name='A'>x<b>2</b>y</Data></EventData></Event>`, ""},
	} {
		got, err := eventXML(c.in)
		if err != nil || listing(got) != c.want {
			t.Errorf("%s: got %v\n%swant\n%s", c.name, err, listing(got), c.want)
		}
	}
}

func TestEventXMLRefuses(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"half a record", `<Event><EventData><Data Name='A'>x`, "XML breaks off before </Event>"},
		{"wrong end", `<Event><System><Le>0</Level></System></Event>`, "XML end tag does not match its start"},
		{"document type", `<!DOCTYPE Event [<!ENTITY a SYSTEM "file:///etc/hostname">]><Event/>`, "XML declares a document type"},
		{"own entity", `<Event><EventData><Data Name='A'>&a;</Data></EventData></Event>`, "XML entity that the record does not define"},
		{"no quotes", `<Event a=b></Event>`, "XML attribute without quotes"},
		{"control character", "<Event>\x00</Event>", "XML holds a control character"},
		{"control reference", "<Event>&#0;</Event>", "XML character reference to no character"},
		{"bad utf-8", "<Event>\xff</Event>", "not valid UTF-8"},
		{"two elements", "<Event/><Event/>", "more than one XML element in a record"},
		{"too deep", strings.Repeat("<a>", 65), "XML nested deeper than 64"},
		{"open comment", "<Event><!-- x</Event>", "XML comment without end"},
	} {
		if _, err := eventXML(c.in); err == nil || err.Error() != c.want {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
	}
}

// A text of a million pieces must not be copied a million times.
func TestEventXMLManyPieces(t *testing.T) {
	const pieces = 1 << 20
	got, err := eventXML("<Event><EventData><Data Name='A'>" + strings.Repeat("a<!---->", pieces) + "</Data></EventData></Event>")
	if err != nil || len(got["data.A"]) != pieces {
		t.Errorf("got %d bytes, %v", len(got["data.A"]), err)
	}
}

// oracleXML reads the same values by encoding/xml.
func oracleXML(raw []byte) (map[string]string, error) {
	dec := xml.NewDecoder(bytes.NewReader(raw))
	got := map[string]string{}
	type element struct {
		name, data string
		text       []byte
		leaf       bool
	}
	var open []element
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return got, nil
		}
		if err != nil {
			return nil, err
		}
		switch x := token.(type) {
		case xml.Directive:
			return nil, errors.New("directive")
		case xml.StartElement:
			if len(open) > 0 {
				open[len(open)-1].leaf = false
			}
			e := element{name: x.Name.Local, leaf: true}
			for _, a := range x.Attr {
				if len(open) != 2 {
					break
				}
				if path, ok := systemPaths[e.name+" "+a.Name.Local]; ok && open[1].name == "System" {
					got[path] = a.Value
				}
				if open[1].name == "EventData" && e.name == "Data" && a.Name.Local == "Name" {
					e.data = a.Value
				}
			}
			open = append(open, e)
		case xml.CharData:
			if len(open) > 0 {
				open[len(open)-1].text = append(open[len(open)-1].text, x...)
			}
		case xml.EndElement:
			e, depth := open[len(open)-1], len(open)
			open = open[:depth-1]
			path, ok := systemPaths[e.name]
			switch {
			case !e.leaf:
			case depth == 3 && open[1].name == "System" && ok:
				got[path] = string(e.text)
			case depth == 3 && open[1].name == "EventData" && e.data != "":
				got["data."+e.data] = string(e.text)
			case depth == 4 && open[1].name == "UserData":
				got["user."+e.name] = string(e.text)
			}
		}
	}
}

// FuzzEventXML holds that no input panics, and that what both this scanner and
// encoding/xml accept gives the same values.
func FuzzEventXML(f *testing.F) {
	f.Add(`<Event xmlns='a'><System><Provider Name="P"/><EventID>1</EventID></System><EventData><Data Name='A'>x&amp;y</Data></EventData></Event>`)
	f.Add(`<Event><UserData><X><B>1<!-- c -->2</B></X></UserData></Event>`)
	f.Fuzz(func(t *testing.T, raw string) {
		got, err := eventXML(raw)
		if err != nil || strings.Contains(raw, "\r") { // encoding/xml turns \r\n into \n
			return
		}
		want, err := oracleXML([]byte(raw))
		if err != nil {
			return
		}
		if len(raw) < maxXMLPath && listing(got) != listing(want) {
			t.Errorf("got\n%swant\n%s", listing(got), listing(want))
		}
	})
}

func BenchmarkEventXML(b *testing.B) {
	raw := []byte(`<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Microsoft-Windows-Security-Auditing' Guid='{54849625-5478-4994-a5ba-3e3b0328c30d}'/><EventID>4724</EventID><Version>0</Version><Level>0</Level><Task>13824</Task><Opcode>0</Opcode><Keywords>0x8020000000000000</Keywords><TimeCreated SystemTime='2026-02-09T11:15:33.492902000Z'/><EventRecordID>402681</EventRecordID><Correlation/><Execution ProcessID='684' ThreadID='1824'/><Channel>Security</Channel><Computer>DC02.acme.example</Computer><Security/></System><EventData><Data Name='TargetUserName'>ann</Data><Data Name='TargetDomainName'>ACME</Data><Data Name='TargetSid'>S-1-5-21-1-2-3-1220</Data><Data Name='SubjectUserSid'>S-1-5-21-1-2-3-1100</Data><Data Name='SubjectUserName'>bob</Data><Data Name='SubjectDomainName'>ACME</Data><Data Name='SubjectLogonId'>0x3e7a</Data></EventData></Event>`)
	b.Run("own", func(b *testing.B) {
		b.SetBytes(int64(len(raw)))
		b.ReportAllocs()
		for b.Loop() {
			_ = extractEventXML(raw, func(string, []byte) {})
		}
	})
	b.Run("encoding/xml", func(b *testing.B) {
		b.SetBytes(int64(len(raw)))
		b.ReportAllocs()
		for b.Loop() {
			dec := xml.NewDecoder(bytes.NewReader(raw))
			for {
				if _, err := dec.Token(); err != nil {
					break
				}
			}
		}
	})
}
