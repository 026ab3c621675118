package formats

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

var scanPaths = []string{"a", "b.c", "b.c.d", "'x.y'.z", "t[type=User].id", "t[type=User|App].name", "t[].id", "t[1].id", "t[type=User].m[k=v].w", "l[]", "l[0]"}

// oracle finds a path's value in what encoding/json decodes.
func oracle(v any, steps []step) (text string, ok bool) {
	if len(steps) == 0 {
		switch v := v.(type) {
		case string:
			return v, true
		case json.Number:
			return v.String(), true
		case bool:
			if v {
				return "true", true
			}
			return "false", true
		}
		return "", false
	}
	m, isMap := v.(map[string]any)
	if !isMap {
		return "", false
	}
	next := m[steps[0].key]
	p := steps[0].pick
	if p == nil {
		return oracle(next, steps[1:])
	}
	list, _ := next.([]any)
	for i, e := range list {
		if p.index >= 0 && p.index != i {
			continue
		}
		if p.key != "" {
			if v, ok := oracle(e, []step{{key: p.key}}); !ok || !slices.Contains(p.is, v) {
				continue
			}
		}
		text, ok := oracle(e, steps[1:])
		if p.index >= 0 || p.key != "" || text != "" {
			return text, ok
		}
	}
	return "", false
}

// depth is how deep brackets nest in sound JSON.
func depth(b []byte) (deepest int) {
	d, text := 0, false
	for i := 0; i < len(b); i++ {
		switch {
		case text && b[i] == '\\':
			i++
		case b[i] == '"':
			text = !text
		case !text && (b[i] == '{' || b[i] == '['):
			d++
			deepest = max(deepest, d)
		case !text && (b[i] == '}' || b[i] == ']'):
			d--
		}
	}
	return deepest
}

// checkScan holds the scanner against encoding/json: what it accepts, what it
// rejects, and every value.
func checkScan(t *testing.T, tr *trie, b []byte) {
	t.Helper()
	s := newScanner(tr)
	n, why := s.scan(b)
	var decoded map[string]any
	dec := json.NewDecoder(strings.NewReader(string(b)))
	dec.UseNumber()
	sound := json.Valid(b) && dec.Decode(&decoded) == nil && decoded != nil
	if sound && utf8.Valid(b) && depth(b) <= MaxDepth {
		if why != "" || n != len(b) {
			t.Errorf("%q: sound, but %s after %d bytes", b, why, n)
		}
	} else if why == "" && n == len(b) {
		t.Errorf("%q: not sound, but accepted", b)
	}
	if why != "" || !sound {
		return
	}
	for path, slot := range tr.slots {
		steps, err := parsePath(path)
		if err != nil {
			t.Fatal(err)
		}
		want, _ := oracle(decoded, steps)
		if got := string(s.get(slot)); got != want {
			t.Errorf("%q: %s is %q, encoding/json has %q", b, path, got, want)
		}
	}
}

func TestScanAgreesWithEncodingJSON(t *testing.T) {
	tr, err := newTrie(scanPaths, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		`{"a":"x","b":{"c":"y"}}`, `{"a":1.50e+3,"b":{"c":true}}`, `{"a":null,"b":{"c":{"d":"z"}}}`,
		`{"a":"first","a":"second"}`, `{"b":{"c":"gone"},"b":{}}`, `{"b":{"c":"gone"},"b":7}`, `{"b":{"c":1},"b":{"c":{"d":2}}}`,
		`{"\u0061":"escaped key"}`, `{"a":"q\" b\\ s\/ \b\f\n\r\t \u00fc \ud83d\ude00 \ud83d x \udE00"}`, `{"a":"grüße"}`,
		`{"x.y":{"z":"dotted"}}`, `{"t":[{"type":"App","id":"1","name":"app"},{"id":"2","type":"User","name":"ann","m":[{"k":"u","w":"no"},{"w":"yes","k":"v"}]}]}`,
		`{"t":[{"type":"User","id":"1"},{"type":"User","id":"2"}]}`, `{"t":[{"type":"User"},{"type":"User","id":"2"}]}`, `{"t":[{"id":""},{"id":"2"}]}`,
		`{"t":[{"type":"Us\u0065r","id":"1"}]}`, `{"t":[{"type":"User","id":"1"}],"t":[{"id":"3"}]}`, `{"t":[{"id":"1","type":"User","type":"App"}]}`,
		`{"t":[{"m":[{"k":"v","w":"of another"}]},{"type":"User"}]}`, `{"t":{"id":"no array"}}`, `{"t":[1,"x",[{"id":"deep"}],{"id":"4"}]}`,
		`{"l":["one","two"]}`, `{"l":[]}`, `{"l":["","two"]}`, ` { "a" : [ ] , "b" : { } } `, `{}`, `{"a":-0}`, `{"a":0.0e-1}`,
		``, `x`, `[]`, `"a"`, `{`, `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `{"a":1,}`, `{"a":[1,]}`, `{"a":01}`, `{"a":+1}`, `{"a":1.}`, `{"a":.5}`, `{"a":1e}`, `{"a":-}`,
		`{"a":tru}`, `{"a":"x}`, `{"a":"\x"}`, `{"a":"\u12g4"}`, `{"a":"\`, `{a:1}`, `{"a" 1}`, `{"a":1 "b":2}`, `{"a":1}}`, `{"a":1} x`, `{"a":nul}`, "{\"a\":\"\x01\"}", "{\"a\":\"\xff\"}",
		`{"a":` + strings.Repeat("[", MaxDepth-1) + strings.Repeat("]", MaxDepth-1) + `}`, `{"a":` + strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth) + `}`,
	} {
		checkScan(t, tr, []byte(text))
	}
}

func TestPathErrors(t *testing.T) {
	for _, p := range []string{"", ".a", "a.", "a..b", "a[", "a[x].b", "a[-1]", "'a", "a[0]b"} {
		if _, err := parsePath(p); err == nil {
			t.Errorf("path %q is accepted", p)
		}
	}
}
