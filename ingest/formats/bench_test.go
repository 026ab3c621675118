package formats

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/valyala/fastjson"
)

// benchLines is a stretch of System Log as a tenant writes it: about 1.6 KB a
// line, most of them sign-ins, one reset in a hundred.
func benchLines() []byte {
	var b bytes.Buffer
	for i := range 5000 {
		typ := "user.authentication.sso"
		if i%100 == 0 {
			typ = "user.account.reset_password"
		}
		fmt.Fprintf(&b, `{"uuid":"%08x-0000-4000-8000-000000000000","published":"2026-03-01T09:%02d:%02d.123Z","eventType":"%s","version":"0","severity":"INFO","legacyEventType":"core.user","displayMessage":"an act of a user","actor":{"id":"00u%017d","type":"User","alternateId":"user%d@acme.example","displayName":"User %d","detailEntry":null},"client":{"userAgent":{"rawUserAgent":"Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0","os":"Linux","browser":"FIREFOX"},"zone":"null","device":"Computer","id":null,"ipAddress":"198.51.100.%d","geographicalContext":{"city":"Wels","state":"Upper Austria","country":"Austria","postalCode":"4600","geolocation":{"lat":48.16,"lon":14.02}}},"device":null,"authenticationContext":{"authenticationProvider":null,"credentialProvider":null,"credentialType":null,"issuer":null,"interface":null,"authenticationStep":0,"externalSessionId":"10p%d"},"outcome":{"result":"SUCCESS","reason":null},"target":[{"id":"0oa%d","type":"AppInstance","alternateId":"app","displayName":"App","detailEntry":null},{"id":"00u%017d","type":"User","alternateId":"user%d@acme.example","displayName":"User %d","detailEntry":null}],"transaction":{"type":"WEB","id":"t%d","detail":{}},"debugContext":{"debugData":{"requestId":"r%d","requestUri":"/api/v1/authn","url":"/api/v1/authn?"}},"securityContext":{"asNumber":64512,"asOrg":"example carrier","isp":"example carrier","domain":".","isProxy":false},"request":{"ipChain":[{"ip":"198.51.100.7","geographicalContext":{"city":"Wels","state":"Upper Austria","country":"Austria","postalCode":"4600","geolocation":{"lat":48.16,"lon":14.02}},"version":"V4","source":null}]}}`+"\n",
			i, i/60%60, i%60, typ, i%300, i%300, i%300, i%250, i, i%40, i%300, i%300, i%300, i, i)
	}
	return b.Bytes()
}

func benchFormat(b *testing.B) *Format {
	b.Helper()
	set, err := Load()
	if err != nil {
		b.Fatal(err)
	}
	return set.Get("okta-system-log")
}

// BenchmarkDecode is the whole way from bytes to events, hashes included.
func BenchmarkDecode(b *testing.B) {
	lines, f := benchLines(), benchFormat(b)
	d := f.NewDecoder(Options{Now: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC), Source: "okta"})
	b.SetBytes(int64(len(lines)))
	b.ReportAllocs()
	for b.Loop() {
		if err := d.Decode(context.Background(), bytes.NewReader(lines), "x", func(*Record) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkScan and BenchmarkFastjson find the same values in the same lines:
// ours strictly, fastjson without checking texts.
func BenchmarkScan(b *testing.B) {
	lines, f := benchLines(), benchFormat(b)
	s := newScanner(f.trie)
	b.SetBytes(int64(len(lines)))
	b.ReportAllocs()
	for b.Loop() {
		for line := range bytes.Lines(lines) {
			if _, why := s.scan(line); why != "" {
				b.Fatal(why)
			}
		}
	}
}

func BenchmarkFastjson(b *testing.B) {
	lines, f := benchLines(), benchFormat(b)
	var paths [][]string
	var picks []*pick
	for p := range f.trie.slots {
		steps, err := parsePath(p)
		if err != nil {
			b.Fatal(err)
		}
		keys, pk := []string{}, (*pick)(nil)
		for _, st := range steps {
			keys = append(keys, st.key)
			if st.pick != nil {
				pk = st.pick
			}
		}
		paths, picks = append(paths, keys), append(picks, pk)
	}
	var p fastjson.Parser
	b.SetBytes(int64(len(lines)))
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		for line := range bytes.Lines(lines) {
			v, err := p.ParseBytes(line)
			if err != nil {
				b.Fatal(err)
			}
			for i, keys := range paths {
				n += len(fastjsonGet(v, keys, picks[i]))
			}
		}
	}
	_, _ = io.WriteString(io.Discard, strings.Repeat("x", n%2))
}

func fastjsonGet(v *fastjson.Value, keys []string, p *pick) []byte {
	if p == nil {
		return v.GetStringBytes(keys...)
	}
	for _, e := range v.GetArray(keys[0]) {
		typ := string(e.GetStringBytes(p.key))
		for _, is := range p.is {
			if is == typ {
				return e.GetStringBytes(keys[1:]...)
			}
		}
	}
	return nil
}
