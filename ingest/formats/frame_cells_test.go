package formats

import (
	"fmt"
	"strings"
	"testing"
)

// Cells of an export hold objects as JSON or as Presto prints them; what cannot
// be told for certain is not guessed.
func TestCellsThatHoldObjects(t *testing.T) {
	f := userFormat(t, map[string]string{"mine": `framing: {kind: [csv, json]}
sniff: {t: [t]}
time: {from: [t], layouts: [{as: rfc3339}]}
events:
  - kind: reset.executed
    fields: {role: Who.userName, ticket: Who.Session.Made, category: "list.names[0]"}
`})
	for _, c := range []struct{ cell, want string }{
		{`{userName=ann}`, "ann"},
		{`{username=ann, session={made=x, by={}}}`, "ann x"},
		{`{session={made=x}, userName=ann}`, "ann x"},
		{`{userName=ann, session=null}`, "ann"},
		{`{userName=a,b, session={made=x, y, z}}`, "a,b x, y, z"},
		{`{policy={"Version":"2012","Statement":[{"Effect":"Allow"}]}, userName=ann}`, "ann"},
		{`{"userName":"ann","session":{"made":7}}`, "ann 7"},
		{`{"userName":"a\"b"}`, `a"b`},
		{`{"userName":"eve","userName":"ann"}`, "ann"},
		{`{description=x, userName=eve, userName=ann}`, whyCellTwice},
		{`{userName=ann`, whyCell},
		{`{userName=ann}}`, whyCell},
		{`{=}`, whyCell},
		{`{a={a={a`, whyCell},
		{`ann`, ""},
		{``, ""},
		{strings.Repeat("{a=", MaxDepth+1) + strings.Repeat("}", MaxDepth+1), whyCellDeep},
		{strings.Repeat(`{"a":`, MaxDepth+1) + "1" + strings.Repeat("}", MaxDepth+1), whyCellDeep},
	} {
		row := fmt.Sprintf("T,WHO,List\n2026-03-02T09:00:00Z,\"%s\",\n", strings.ReplaceAll(c.cell, `"`, `""`))
		recs := records(t, f, row, exampleOptions())
		got := recs[0].Malformed
		if got == "" {
			got = strings.TrimSpace(recs[0].Events[0].Role + " " + recs[0].Events[0].Ticket)
		}
		if len(recs) != 1 || got != c.want {
			t.Errorf("%s: got %q, want %q", c.cell, got, c.want)
		}
	}
	list := records(t, f, "t,list\n2026-03-02T09:00:00Z,\"{names=[one, two], x=1}\"\n", exampleOptions())
	if got := list[0].Events[0].Category; got != "one" {
		t.Errorf("the first of Presto's list is %q", got)
	}
	list = records(t, f, "t,list\n2026-03-02T09:00:00Z,\"{\"\"names\"\":[\"\"one\"\",\"\"two\"\"]}\"\n", exampleOptions())
	if got := list[0].Events[0].Category; got != "one" {
		t.Errorf("the first of a list is %q", got)
	}
}
