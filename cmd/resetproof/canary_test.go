package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"resetproof/ingest/event"
	"resetproof/ingest/lake"
)

// canary stands wherever a log may hold a password, a token or somebody's words.
const canary = "canary-8861-Pa55word"

// wordy are the fields of the examples that hold free text; planted are added
// to every object of a record.
var (
	wordy   = []string{"detail", "description", "short_description", "comments", "work_notes", "close_notes", "additional_comments", "message", "rawUserAgent"}
	planted = []string{"password", "newPassword", "temporaryPassword", "passCode", "accessToken", "sessionToken", "privateKey", "CommandLine"}
)

// TestNoSecretLeavesTheRawRecord scans the examples of every format with a
// marker in each place where a secret may stand, and in records that cannot be
// read, and looks for it in everything that is written.
func TestNoSecretLeavesTheRawRecord(t *testing.T) {
	examples, err := filepath.Glob("../../testdata/formats/*/records*")
	if err != nil || len(examples) < 6 {
		t.Fatalf("%d examples, %v", len(examples), err)
	}
	for _, file := range examples {
		t.Run(filepath.Base(filepath.Dir(file))+"/"+filepath.Base(file), func(t *testing.T) {
			home := t.TempDir()
			lakeDir := filepath.Join(home, "lake")
			scanPlanted(t, home, plantedIn(t, file))
			walk(t, home, func(path string, content []byte) {
				isRaw := strings.HasPrefix(path, filepath.Join(lakeDir, "raw")+string(filepath.Separator))
				if !isRaw && bytes.Contains(content, []byte(canary)) {
					t.Errorf("%s holds it", path)
				}
			})
			if marked := markedRecords(t, lakeDir); marked == 0 {
				t.Error("no record in the lake held the marker: the test proves nothing")
			}
		})
	}
}

// scanPlanted scans one log into home/lake and home/out.
func scanPlanted(t *testing.T, home string, log []byte) {
	dir := t.TempDir() // the log itself holds the marker, of course
	config := filepath.Join(dir, "resetproof.yaml")
	if err := os.WriteFile(config, []byte("now: 2027-01-01\nsources: [{name: logs, uri: log, zone: UTC}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "log"), log, 0o600); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	code := run([]string{"scan", "--config", config, "--max-malformed", "100%", "--summary", filepath.Join(home, "summary.txt"),
		"--lake", filepath.Join(home, "lake"), "--out", filepath.Join(home, "out")}, nil, &said, &said)
	if code != 0 && code != exitFindings {
		t.Fatalf("exit code %d:\n%s", code, said.String())
	}
	if strings.Contains(said.String(), canary) {
		t.Errorf("the terminal shows it:\n%s", said.String())
	}
}

// markedRecords holds every event of a lake to be free of the marker and
// counts the raw records that have it.
func markedRecords(t *testing.T, dir string) (marked int) {
	l, err := lake.Open(dir, lake.Options{})
	if err != nil {
		t.Fatal(err)
	}
	look := func(e *event.Event) error {
		if strings.Contains(fmt.Sprintf("%+v", *e), canary) {
			t.Errorf("the event of line %d holds it: %s", e.Origin.Line, e.Kind)
		}
		if e.Kind.Class() == event.Activity {
			return nil
		}
		record, err := l.Raw(t.Context(), e.ID)
		if bytes.Contains(record, []byte(canary)) {
			marked++
		}
		return err
	}
	if err := l.Custody(t.Context(), look); err != nil {
		t.Fatal(err)
	}
	every := func(event.Kind, int64, event.Party) bool { return true }
	if err := (events{l}).Activity(t.Context(), 0, 1<<62, every, look); err != nil {
		t.Fatal(err)
	}
	return marked
}

// plantedIn gives a file of examples with markers in it.
func plantedIn(t *testing.T, file string) []byte {
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	switch filepath.Ext(file) {
	case ".csv":
		return plantCSV(t, src)
	case ".log":
		return plantText(src)
	case ".xml":
		return bytes.ReplaceAll(src, []byte("</EventData>"), []byte(`<Data Name="CommandLine">`+canary+`</Data><Data Name="Password">`+canary+`</Data></EventData>`))
	}
	return plantJSON(t, src)
}

func plantCSV(t *testing.T, src []byte) []byte {
	r := csv.NewReader(bytes.NewReader(src))
	r.FieldsPerRecord, r.LazyQuotes = -1, true // some examples are broken on purpose
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range rows[0] {
		for _, row := range rows[1:] {
			switch {
			case i >= len(row):
			case slices.Contains(wordy, name):
				row[i] = canary
			case strings.HasPrefix(row[i], "{") && json.Valid([]byte(row[i])): // a record inside a cell
				marked, _, _ := bytes.Cut(plantJSON(t, []byte(row[i])), []byte("\n"))
				row[i] = string(marked)
			}
		}
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// plantText marks what syslog and auditd quote of commands, homes and process
// titles, and adds a line that breaks off.
func plantText(src []byte) []byte {
	for _, pair := range [][2]string{
		{"COMMAND=", "COMMAND=/usr/sbin/usermod -p " + canary + " "},
		{" shell=", " home=/" + canary + ", shell="},
		{" exe=", ` cmd="` + canary + `" exe=`},
		{"proctitle=", "proctitle=" + canary},
		{"invalid user ", "invalid user " + canary + " "},
	} {
		src = bytes.ReplaceAll(src, []byte(pair[0]), []byte(pair[1]))
	}
	return fmt.Appendf(src, "type=USER_CMD msg=audit(1772442000.1:1): msg='cmd=\"%s\nMar  2 09:00:00 vm sudo: bob : COMMAND=%[1]s\n", canary)
}

// plantJSON marks every record and adds one that breaks off.
func plantJSON(t *testing.T, src []byte) []byte {
	whole := [][]byte{src}
	if !json.Valid(src) {
		whole = bytes.Split(src, []byte("\n"))
	}
	var b bytes.Buffer
	for _, text := range whole {
		var v any
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		if d.Decode(&v) == nil { // what is broken on purpose stays so
			marked, err := json.Marshal(plant(v))
			if err != nil {
				t.Fatal(err)
			}
			text = marked
		}
		b.Write(append(text, '\n'))
	}
	b.WriteString(`{"password":"` + canary + `","comments":"` + canary + "\n")
	return b.Bytes()
}

func plant(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, inner := range v {
			switch inner := inner.(type) {
			case string:
				switch {
				case !slices.Contains(wordy, k):
				case strings.Contains(inner, `="`): // a record inside a message
					v[k] = inner + `, password="` + canary + `", error="` + canary + `"`
				default:
					v[k] = canary
				}
			case map[string]any:
				if slices.Contains(wordy, k) {
					v[k] = map[string]any{"display_value": canary, "value": canary}
					continue
				}
				v[k] = plant(inner)
			default:
				v[k] = plant(inner)
			}
		}
		if _, leaf := v["display_value"]; !leaf {
			for _, k := range planted {
				v[k] = canary
			}
		}
	case []any:
		for i := range v {
			v[i] = plant(v[i])
		}
	}
	return v
}

// walk shows every file below dir to look.
func walk(t *testing.T, dir string, look func(path string, content []byte)) {
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		look(path, content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
