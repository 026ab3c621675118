package report

import (
	"maps"
	"slices"
	"strings"

	"resetproof/detect/judge"
)

// Log is a kind of log somebody could add, and what it shows.
type Log struct {
	// Format is the format's id.
	Format string
	// System the log speaks of; "" for one that speaks of any.
	System string
	// Kinds it can show on every path; Native tells the form in which anything
	// can be kept by hand, the last resort.
	Kinds  []string
	Native bool
	// Records gives, by kind, the vendor's one record type that shows it.
	Records map[string]string
}

// Addition is logs that would let checks be judged, any one of Logs.
type Addition struct {
	Logs []string // format, and the vendor's record type where one alone shows it
	// Kinds are what they would show and no log given does.
	Kinds []string
	// Cases could then be judged, or more of them, by Checks checks which these
	// logs and those of the additions before make assessable.
	Cases, Checks int
}

const (
	maxAdditions = 3
	// maxLacking bounds how many different sets of missing kinds are told apart.
	// A case beyond it is not counted: the numbers are then too low.
	maxLacking = 10_000
)

// lacking is what a number of cases lack alike.
type lacking struct {
	cases  int
	checks map[string][]judge.Lack
}

// lack counts a case by what its checks lack.
func (s *survey) lack(blind map[string][]judge.Lack) {
	if len(blind) == 0 {
		return
	}
	s.blind += len(blind)
	var key strings.Builder
	for _, check := range slices.Sorted(maps.Keys(blind)) {
		key.WriteString(check)
		for _, l := range blind[check] {
			key.WriteString("\x00" + l.Kind + "\x01" + l.System)
		}
		key.WriteByte('\n')
	}
	have := s.lacks[key.String()]
	if have == nil {
		if len(s.lacks) >= maxLacking {
			return
		}
		have = &lacking{checks: blind}
		s.lacks[key.String()] = have
	}
	have.cases++
}

// candidate is one or more logs that show the same of what is missing.
type candidate struct {
	logs  []Log
	shows map[judge.Lack]bool
}

// additions proposes logs, each the one that makes most verdicts possible given
// those before. What is kept by hand comes last: it could show everything.
func (s *survey) additions(logs []Log) []Addition {
	have := map[judge.Lack]bool{}
	var out []Addition
	for _, native := range []bool{false, true} {
		all := s.candidates(logs, native)
		for len(out) < maxAdditions {
			best, found := -1, Addition{}
			gained := 0
			for i, c := range all {
				a, verdicts := s.gain(have, c)
				if verdicts > gained {
					best, found, gained = i, a, verdicts
				}
			}
			if best < 0 {
				break
			}
			out = append(out, found)
			for l := range all[best].shows {
				have[l] = true
			}
		}
	}
	return out
}

// candidates groups logs by what they show of the missing kinds, in the order of
// their names.
func (s *survey) candidates(logs []Log, native bool) []candidate {
	var missing []judge.Lack
	for _, l := range s.lacks {
		for _, lacks := range l.checks {
			for _, one := range lacks {
				if at, ok := slices.BinarySearchFunc(missing, one, judge.Lack.Compare); !ok {
					missing = slices.Insert(missing, at, one)
				}
			}
		}
	}
	var all []candidate
	for _, log := range slices.SortedFunc(slices.Values(logs), func(a, b Log) int { return strings.Compare(a.Format, b.Format) }) {
		if log.Native != native {
			continue
		}
		c := candidate{logs: []Log{log}, shows: map[judge.Lack]bool{}}
		for _, l := range missing {
			if slices.Contains(log.Kinds, l.Kind) && (l.System == "" || log.System == "" || l.System == log.System) {
				c.shows[l] = true
			}
		}
		same := slices.IndexFunc(all, func(o candidate) bool { return maps.Equal(o.shows, c.shows) })
		if same < 0 {
			all = append(all, c)
		} else {
			all[same].logs = append(all[same].logs, log)
		}
	}
	return all
}

// gain tells what adding one candidate makes assessable, given what would be
// shown already, and how many verdicts that is.
func (s *survey) gain(have map[judge.Lack]bool, c candidate) (a Addition, verdicts int) {
	checks, kinds := map[string]bool{}, map[string]bool{}
	for _, l := range s.lacks {
		able := 0
		for check, lacks := range l.checks {
			var new []string
			if !slices.ContainsFunc(lacks, func(one judge.Lack) bool { return !have[one] && !c.shows[one] }) {
				for _, one := range lacks {
					if !have[one] {
						new = append(new, one.Kind)
					}
				}
			}
			if len(new) == 0 {
				continue
			}
			able++
			checks[check] = true
			for _, kind := range new {
				kinds[kind] = true
			}
		}
		if able > 0 {
			a.Cases += l.cases
			verdicts += able * l.cases
		}
	}
	a.Checks = len(checks)
	a.Kinds = slices.Sorted(maps.Keys(kinds))
	for _, log := range c.logs {
		a.Logs = append(a.Logs, log.called(a.Kinds))
	}
	return a, verdicts
}

// called names a log for somebody who has to go and fetch it: the format, and
// the record type of the kinds it is wanted for, if it is one.
func (l Log) called(kinds []string) string {
	var records []string
	for _, kind := range kinds {
		if one := l.Records[kind]; one != "" && !slices.Contains(records, one) {
			records = append(records, one)
		}
	}
	if len(records) != 1 {
		return l.Format
	}
	return l.Format + " " + records[0]
}
