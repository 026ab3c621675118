package rules

import (
	"strings"
	"testing"
	"time"
)

// shape has one field of each sort that the files of other packages use.
type shape struct {
	Line   int               `yaml:",line"`
	Lines  map[string]int    `yaml:",lines"`
	Name   string            `yaml:"name,required"`
	Text   string            `yaml:"text"`
	Covers *[2]time.Time     `yaml:"covers"`
	Wait   time.Duration     `yaml:"wait"`
	Share  float64           `yaml:"share"`
	Count  int               `yaml:"count" max:"9"`
	On     bool              `yaml:"on"`
	Colour string            `yaml:"colour" in:"red|green"`
	Kinds  []string          `yaml:"kinds" in:"kind"`
	Tags   map[string]string `yaml:"tags"`
	Parts  []struct {
		ID string `yaml:"id,required"`
	} `yaml:"parts"`
}

func TestDecode(t *testing.T) {
	src := `# a comment first
name: 1.10
text: |
  one
  two
covers: [2026-01-01, 2026-01-02T10:00:00+01:00]
wait: 7d
share: 0.05
count: 3
on: true
colour: green
kinds: [reset.executed]
tags: {a: b}
parts:
  - id: x
`
	var s shape
	if err := Decode("f.yaml", []byte(src), &s); err != nil {
		t.Fatal(err)
	}
	if s.Name != "1.10" || s.Text != "one\ntwo\n" || s.Wait != 168*time.Hour || s.Share != 0.05 || s.Count != 3 || !s.On ||
		s.Colour != "green" || len(s.Kinds) != 1 || s.Tags["a"] != "b" || s.Parts[0].ID != "x" {
		t.Errorf("read %+v", s)
	}
	if got := s.Covers[1].Format(time.RFC3339); got != "2026-01-02T09:00:00Z" {
		t.Errorf("a time with an offset is %s, want it in UTC", got)
	}
	if s.Line != 2 || s.Lines["text"] != 4 || s.Lines["wait"] != 7 {
		t.Errorf("the mapping is on line %d, text on %d, wait on %d; want 2, 4, 7", s.Line, s.Lines["text"], s.Lines["wait"])
	}
}

func TestDecodeMistakes(t *testing.T) {
	for src, want := range map[string]string{
		"":                                   `f.yaml: key "name" is missing`,
		"text: a\n":                          `f.yaml:1:1: key "name" is missing`,
		"name:\n":                            `f.yaml:1:7: name is empty`,
		"name: a\ntxt: b\n":                  `f.yaml:2:1: unknown key "txt" (did you mean text?)`,
		"name: [a]\n":                        `f.yaml:1:7: name wants text, is a list`,
		"name: true\n":                       `f.yaml:1:7: name wants text, is true or false`,
		"name: a\nwait: 10\n":                `f.yaml:2:7: wait "10": not a duration such as 10m, 72h or 7d`,
		"name: a\nwait: 9999999999999d\n":    `not a duration`,
		"name: a\ncovers: [2026-01-01]\n":    `f.yaml:2:9: covers wants 2 items, has 1`,
		"name: a\ncovers: [2026-13-01, x]\n": `not a time such as 2026-03-01T09:00:00Z or a date`,
		"name: a\ncount: 10\n":               `f.yaml:2:8: count "10": above 9`,
		"name: a\ncount: -1\n":               `not a whole number of 0 or more`,
		"name: a\nshare: 1.5\n":              `not a share between 0 and 1`,
		"name: a\nshare: nan\n":              `not a share between 0 and 1`,
		"name: a\non: maybe\n":               `f.yaml:2:5: on wants true or false, is text`,
		"name: a\ncolour: blue\n":            `f.yaml:2:9: unknown colour "blue" (known here: green, red)`,
		"name: a\nkinds: [reset.exceuted]\n": `f.yaml:2:9: unknown kinds "reset.exceuted" (did you mean reset.executed?)`,
		"name: a\nparts: [{}]\n":             `f.yaml:2:9: key "id" is missing`,
		"name: a\nparts: {id: x}\n":          `f.yaml:2:8: parts wants a list, is a mapping`,
		"name: a\nname: b\n":                 `f.yaml:2:1: `,
		"name: a\n---\nname: b\n":            `f.yaml:3:1: a second document; this file holds one`,
		"name: !!str a\n":                    `name is a tag, which this file may not use`,
		"- a\n":                              `f.yaml:1:1: this wants a mapping, is a list`,
	} {
		var s shape
		if err := Decode("f.yaml", []byte(src), &s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v\nwant one with %s", src, err, want)
		}
	}
}
