package formats

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// userFormat loads tables from a folder beside the bundled ones and gives the one called mine.
func userFormat(t *testing.T, tables map[string]string) *Format {
	t.Helper()
	dir := t.TempDir()
	for id, text := range tables {
		if err := os.WriteFile(filepath.Join(dir, id+".yaml"), []byte("id: "+id+"\n"+text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	set, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return set.Get("mine")
}

const wrapped = `framing: {kind: [json, csv], inside: [Data, data]}
sniff: [{t: ['*']}, {data: [data]}]
type: a
time: {from: [t], layouts: [{as: rfc3339}]}
events: [{kind: reset.executed, fields: {account: {name: u}}}]
`

// A record may stand as text in a cell or in a member of another; whichever of
// them breaks, the record says which.
func TestRecordsInsideRecords(t *testing.T) {
	f := userFormat(t, map[string]string{"mine": wrapped})
	inner := `{"t":"2026-03-02T09:00:00Z","u":"ann"}`
	cell := `"` + strings.ReplaceAll(inner, `"`, `""`) + `"`
	for _, c := range []struct{ name, stream, want string }{
		{"in a cell", "when,data\n1," + cell + "\n", "ann"},
		{"in a member", `{"Data":` + fmt.Sprintf("%q", inner) + "}\n", "ann"},
		{"bare", inner + "\n", "ann"},
		{"an empty cell", "when,data\n1,\n", "no Data: the row lacks the record itself"},
		{"cells shifted by one", "when,data\n" + cell + ",1\n", "Data: not a JSON object"},
		{"a cell too many", "when,data\n1,2," + cell + "\n", "row has 3 cells, the header 2"},
		{"cut off", "when,data\n1,\"{\"\"t\"\":\"\"2026\"\n", "Data: JSON breaks off before its end"},
		{"two in one cell", "when,data\n1," + strings.TrimSuffix(cell, `"`) + "{}\"\n", "Data: not valid JSON"},
	} {
		recs := records(t, f, c.stream, exampleOptions())
		got := recs[0].Malformed
		if got == "" {
			got = recs[0].Events[0].Account.Name
		}
		got = strings.ReplaceAll(got, "data:", "Data:")
		if len(recs) != 1 || got != c.want {
			t.Errorf("%s: %d records, got %q, want %q", c.name, len(recs), got, c.want)
		}
	}
}

// What a table can take out of a value, and out of an array.
func TestValuesWithinValues(t *testing.T) {
	for _, c := range []struct{ value, record, want string }{
		{`{path: v, after: "User_"}`, `"v":"User_7"`, "7"},
		{`{path: v, after: "User_"}`, `"v":"Group_7"`, ""},
		{`{path: v, after: "id=", until: ","}`, `"v":"[x,id=7,y]"`, "7"},
		{`{path: v, until: ","}`, `"v":"7,8"`, "7"},
		{`{path: v, unquote: true}`, `"v":"\"the \\\"one\\\"\""`, `the "one"`},
		{`{path: v, unquote: true}`, `"v":"plain"`, "plain"},
		{`{path: v, unquote: true}`, `"v":"\""`, `"`},
		{`"l[ID=User_*].ID"`, `"l":[{"ID":"App_1"},{"ID":"User_7"},{"ID":"User_8"}]`, "User_7"},
		{`"l[ID=User_*].ID"`, `"l":[{"ID":"Use"}]`, ""},
		{`"l[].m[k=x].v"`, `"l":[{"m":[]},{"m":[{"k":"y","v":"1"},{"k":"x","v":"7"}]}]`, "7"},
	} {
		f := userFormat(t, map[string]string{"mine": "framing: {kind: json}\nsniff: {t: ['*']}\ntime: {from: [t], layouts: [{as: rfc3339}]}\nevents: [{kind: reset.executed, fields: {role: " + c.value + "}}]\n"})
		rec := records(t, f, `{"t":"2026-03-02T09:00:00Z",`+c.record+`}`, exampleOptions())[0]
		if rec.Malformed != "" || rec.Events[0].Role != c.want {
			t.Errorf("%s of %s: got %q (%s), want %q", c.value, c.record, rec.Events[0].Role, rec.Malformed, c.want)
		}
	}
}

// A table may stand on several: the first one named has the first word.
func TestTableOnSeveral(t *testing.T) {
	const base = "abstract: true\nframing: {kind: json}\nsniff: {t: ['*']}\ntime: {from: [t], layouts: [{as: rfc3339}]}\ntype: a\n"
	f := userFormat(t, map[string]string{
		"mine":  "extends: [one, two]\n",
		"one":   base + "system: first\nmaps: {m: [{is: [x], to: one}]}\nevents: [{match: [one], kind: reset.executed, fields: {role: {path: a, map: m}}}]\n",
		"two":   base + "system: second\nretention_days: 7\nmaps: {n: [{is: ['*'], to: two}]}\nevents: [{match: ['*'], kind: mfa.reset, fields: {role: {path: a, map: n}}}]\n",
		"three": base + "events: [{kind: other}]\n",
	})
	recs := records(t, f, `{"t":"2026-03-02T09:00:00Z","a":"one"}{"t":"2026-03-02T09:00:00Z","a":"other"}`, exampleOptions())
	got := fmt.Sprint(f.Table().RetentionDays)
	for _, r := range recs {
		got += fmt.Sprintf(" %s %s %s;", r.Events[0].Kind, r.Events[0].System, r.Events[0].Role)
	}
	if want := "7 reset.executed first one; mfa.reset first two;"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestAddressesInBrackets(t *testing.T) {
	for text, want := range map[string]string{"[2001:db8::1]:52903": "2001:db8::1", "[2001:db8::1]": "2001:db8::1", "]": "", "[": "", "[x]:1": "", "a]": ""} {
		if got := string(address([]byte(text))); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}
