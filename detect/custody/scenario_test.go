package custody

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"resetproof/detect/identity"
)

const scenarios = "../../testdata/scenarios/custody"

// readPlays reads a file of examples: "= name", the log, "->", the cases.
func readPlays(t testing.TB, path string) []*play {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var plays []*play
	var p *play
	expecting := false
	for i, line := range strings.Split(string(text), "\n") {
		line = strings.TrimRight(line, " ")
		switch {
		case strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "= "):
			p = &play{name: line[2:], line: i + 1, campaigns: map[string][]string{}, rows: map[string]*identity.Identity{}}
			plays, expecting = append(plays, p), false
		case line == "->":
			expecting = true
		case line == "" || p == nil:
		case expecting:
			p.want += line + "\n"
		default:
			if err := p.read(strings.Fields(line), i+1); err != nil {
				t.Fatalf("%s:%d: %v", path, i+1, err)
			}
		}
	}
	return plays
}

func (p *play) read(words []string, line int) error {
	switch words[0] {
	case "roster":
		row := &identity.Identity{ID: words[1], Kind: identity.Person, InForce: true}
		for _, w := range words[2:] {
			switch key, value, _ := strings.Cut(w, "="); key {
			case "kind":
				row.Kind = value
			case "tier":
				row.Tier = value
			default:
				return fmt.Errorf("unknown column %q", key)
			}
		}
		p.rows[row.ID] = row
	case "campaign":
		p.campaigns[words[1]] = words[2:]
	case "incident":
		p.incidents = words[1:]
	case "dependent":
		p.depends = append(p.depends, [2]string{words[1], words[2]})
	case "scheduled":
		p.scheduled = words[1:]
	case "topology":
		p.topology = append(p.topology, identity.Directory{Directory: words[1], Authority: words[2], Mechanism: words[3]})
	case "tool":
		p.tools = words[1:]
	default:
		e, err := readEvent(words, line-p.line)
		if err != nil {
			return err
		}
		p.events = append(p.events, e)
	}
	return nil
}

func allPlays(t testing.TB) map[string][]*play {
	t.Helper()
	files, err := filepath.Glob(scenarios + "/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples in %s: %v", scenarios, err)
	}
	all := map[string][]*play{}
	for _, f := range files {
		all[f] = readPlays(t, f)
	}
	return all
}

func (p *play) outcome(t testing.TB) string {
	t.Helper()
	cases, not := p.fold(t)
	var b strings.Builder
	for _, c := range cases {
		b.WriteString(render(c))
	}
	for _, why := range slices.Sorted(maps.Keys(not)) {
		fmt.Fprintf(&b, "not %s %d\n", why, not[why])
	}
	return b.String()
}

func TestCases(t *testing.T) {
	for file, plays := range allPlays(t) {
		for _, p := range plays {
			if got := p.outcome(t); got != p.want {
				t.Errorf("%s:%d: %s\nwant\n%sgot\n%s", filepath.Base(file), p.line, p.name, p.want, got)
			}
		}
	}
}

// A fold is pure, and the order in which a log was written means nothing.
func TestFoldIsPure(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for file, plays := range allPlays(t) {
		for _, p := range plays {
			first, not := p.fold(t)
			for range 5 {
				rng.Shuffle(len(p.events), func(i, j int) { p.events[i], p.events[j] = p.events[j], p.events[i] })
				again, notAgain := p.fold(t)
				if !reflect.DeepEqual(first, again) || !maps.Equal(not, notAgain) {
					t.Fatalf("%s:%d: %s: a shuffled log gives other cases", filepath.Base(file), p.line, p.name)
				}
			}
		}
	}
}

// Above the largest component links are made in time order, and say so.
func TestManyResetsOfOneIdentityAreAmbiguous(t *testing.T) {
	for _, c := range []struct {
		resets int
		want   Link
	}{{maxComponent / 2, Window}, {maxComponent/2 + 1, Ambiguous}} {
		p := &play{}
		for i := range c.resets {
			// An hour apart: every approval fits every later reset of the week.
			for _, line := range []string{
				fmt.Sprintf("%dd%02d:00 reset.approved ann by lea", 1+i/24, i%24),
				fmt.Sprintf("%dd%02d:10 reset.executed ann by sam system=okta", 1+i/24, i%24),
			} {
				if err := p.read(strings.Fields(line), i); err != nil {
					t.Fatal(err)
				}
			}
		}
		cases, _ := p.fold(t)
		if len(cases) != c.resets {
			t.Fatalf("%d cases, want %d", len(cases), c.resets)
		}
		for _, got := range cases {
			steps := got.Steps[Approved]
			if len(steps) != 1 || steps[0].Link != c.want {
				t.Fatalf("%d resets: %s", c.resets, render(got))
			}
		}
	}
}
