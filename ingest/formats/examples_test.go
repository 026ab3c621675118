// The examples: what each format's records in testdata/formats become.
package formats

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"resetproof/ingest/event"
)

var update = flag.Bool("update", false, "write the events the examples give as the expected ones")

const examples = "../../testdata/formats"

var exampleNow = time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)

func exampleOptions() Options { return Options{Now: exampleNow, Source: "example"} }

func mustGet(t testing.TB, id string) *Format {
	t.Helper()
	set, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	f := set.Get(id)
	if f == nil {
		t.Fatalf("no format is called %s", id)
	}
	return f
}

// decode gives one line for a record that gave no event, and one for each event.
func decode(t testing.TB, f *Format, content []byte, opt Options) string {
	t.Helper()
	var b strings.Builder
	err := f.NewDecoder(opt).Decode(t.Context(), bytes.NewReader(content), "x", func(rec *Record) error {
		at := fmt.Sprintf("%d", rec.Origin.Line)
		if o := rec.Origin; !bytes.Equal(content[o.Offset:o.Offset+o.Length], rec.Raw) {
			t.Errorf("line %d: offset %d and length %d do not lead to the record", o.Line, o.Offset, o.Length)
		}
		switch {
		case rec.Malformed != "":
			fmt.Fprintf(&b, "%s malformed: %s\n", at, rec.Malformed)
		case rec.Unmapped:
			fmt.Fprintf(&b, "%s unmapped: %s %s\n", at, rec.Type, event.RFC3339(rec.Time))
		}
		for i := range rec.Events {
			fmt.Fprintf(&b, "%s %s\n", at, describe(&rec.Events[i]))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// describe is an event in a line: everything in it but its id and origin.
func describe(e *event.Event) string {
	out := []string{event.RFC3339(e.Time), e.Kind.String()}
	add := func(name, v string) {
		if v != "" {
			out = append(out, name+"="+v)
		}
	}
	if e.Outcome == event.Failure {
		out = append(out, "FAILED")
	}
	party := func(name string, p event.Party) {
		if !p.IsZero() {
			add(name, strings.TrimSuffix(fmt.Sprintf("%s:%s(%s)%s", p.System, p.ID, p.Name, p.Type), "()"))
		}
	}
	party("account", e.Account)
	party("actor", e.Actor)
	party("assigned", e.Assigned)
	add("ticket", e.Ticket)
	add("alias", e.TicketAlias)
	add("correlation", e.Correlation)
	add("session", e.Session)
	add("credential", e.Credential)
	add("credential-id", e.CredentialID)
	add("method", e.Method)
	add("channel", e.Channel)
	add("expires", event.RFC3339(e.Expires))
	if e.Uses > 0 {
		add("uses", fmt.Sprint(e.Uses))
	}
	add("role", e.Role)
	add("category", e.Category)
	add("product", e.Product)
	add("reason", e.Reason.String())
	add("leak", e.Leak)
	add("ip", e.IP)
	add("place", e.Place)
	add("device", e.Device)
	add("host", e.Host)
	add("app", e.App)
	add("system", e.System)
	if e.Written != 0 {
		add("lag", time.Duration(e.Written-e.Time).String())
	}
	add("feed", e.Feed)
	return strings.Join(out, " ")
}

// Every records file stands beside the events it must give: records-plain.json
// beside events-plain.json.txt. (The Windows formats have their own test.)
func TestExamples(t *testing.T) {
	files, err := filepath.Glob(examples + "/*/records*")
	if err != nil || len(files) == 0 {
		t.Fatal("no examples", err)
	}
	set, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		id := filepath.Base(filepath.Dir(file))
		if strings.HasPrefix(id, "windows") {
			continue
		}
		t.Run(id+"/"+filepath.Base(file), func(t *testing.T) {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if f, why := set.Sniff(content[:min(len(content), SniffLen)]); f == nil || f.Table().ID != id {
				t.Errorf("recognised as %v, %s", f, why)
			}
			got := decode(t, set.Get(id), content, exampleOptions())
			golden := filepath.Join(filepath.Dir(file), strings.Replace(filepath.Base(file), "records", "events", 1)+".txt")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			diff(t, got, string(want))
		})
	}
}

func diff(t *testing.T, got, want string) {
	t.Helper()
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		a, b := "", ""
		if i < len(g) {
			a = g[i]
		}
		if i < len(w) {
			b = w[i]
		}
		if a != b {
			t.Errorf("line %d\n got %s\nwant %s", i+1, a, b)
		}
	}
}

// Each format has an example of each way its records can come, and each example
// a format.
func TestEveryFormatHasExamples(t *testing.T) {
	set, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	var ids, folders []string
	for _, f := range set.All() {
		ids = append(ids, f.Table().ID)
	}
	entries, err := os.ReadDir(examples)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		folders = append(folders, e.Name())
	}
	diff(t, strings.Join(folders, "\n"), strings.Join(ids, "\n"))
}
