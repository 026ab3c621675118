package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"resetproof/detect/judge"
	"resetproof/rules"
)

// FirstContact is what a run over nothing but logs says to somebody who has
// never run it before (design.md, section 5, "First contact"): what was read,
// what resets there are, which to look at, which ways are weak, what cannot be
// said and which logs would change that. Every list is in the order to show it.
type FirstContact struct {
	From, To   string // first and last time of any record, RFC 3339 UTC; "" without one
	Formats    []Count
	Feeds      int
	Records    int64
	Mapped     int64
	Duplicates int64
	Unmapped   int64
	Malformed  int64
	Unread     []string // inputs no format claims or that broke off: folder and name
	// UnknownAccounts is how many accounts the records name, since no roster
	// knows one.
	UnknownAccounts int64

	Cases       int
	Classes     []Count // recovery, binding, …
	Credentials []Count // of the act that names a case
	Paths       []Count
	Systems     []Count // of the act that names a case
	Weeks       []Count // by the Monday a week begins with, gaps filled, in order of time
	// Operators carried out resets of others, most first; at most maxOperators.
	Operators     []Count
	MoreOperators int
	NotCases      []Count // what looked like a reset and is none
	// Findings counts what is not met by severity.
	Findings [rules.Critical + 1]int

	Look     []LookAt // at most maxFirstLook, what followed a reset first
	MoreLook int      // further cases with a finding
	// Logs are checks on the logs themselves and on the whole set that are not met.
	Logs []CheckCount
	Weak []Way // at most maxWeak

	// Asked are all verdicts but not-applicable ones, Unsaid those that cannot be
	// given, Blind those of them for want of a log rather than of a roster, of a
	// name in a record, or of a whole time.
	Asked, Unsaid, Blind int
	Add                  []Addition
}

// Count is how often something occurs.
type Count struct {
	Name  string
	Count int
}

// Way is how resets go on one path in one system, as far as the logs show it.
type Way struct {
	Path, System string
	Cases        int
	// Check fails most often on this way: Failed of the Of cases in which it
	// could be judged. "" where none fails.
	Check, Title string
	Failed, Of   int
	// Proven cases have a verification whose strength is known; Weakest is the
	// least of these strengths (0 to 4), in WeakestCases cases.
	Proven, Weakest, WeakestCases int
}

// The lengths of the lists of a FirstContact.
const (
	maxFirstLook = 10
	maxOperators = 4
	maxWeak      = 3
)

// firstContact puts together what the first screen says, once all cases and
// findings are in.
func (w *Writer) firstContact(c coverageFile) (FirstContact, error) {
	s := &w.summary
	f := FirstContact{Feeds: len(c.Feeds), UnknownAccounts: c.UnknownAccounts, Cases: s.Cases, Findings: s.Findings}
	f.From, f.To = reach(c)
	records := map[string]int{}
	for _, feed := range c.Feeds {
		records[feed.Format] += int(feed.Records)
		f.Records += feed.Records
		f.Mapped += feed.Mapped
		f.Duplicates += feed.Duplicates
		f.Unmapped += feed.Unmapped
		f.Malformed += feed.Malformed
	}
	f.Formats = mostFirst(records)
	for _, u := range c.Unrecognised {
		f.Unread = append(f.Unread, lastTwo(u.URI))
	}
	s.survey.describe(&f)
	f.Classes, f.Paths = mostFirst(s.ByClass), mostFirst(s.ByPath)
	not := map[string]int{}
	for why, n := range c.NotCases {
		not[why] = int(n)
	}
	f.NotCases = mostFirst(not)
	for v, n := range s.Verdicts {
		if v != judge.NotApplicable {
			f.Asked += n
		}
	}
	f.Unsaid = s.Verdicts[judge.NotAssessable]
	f.Weak = w.weakWays()
	f.Blind, f.Add = s.survey.blind, s.survey.additions(w.options.Logs)
	for _, check := range s.Checks {
		if n := s.survey.logs[check.ID]; n > 0 {
			check.Count = n
			f.Logs = append(f.Logs, check)
		}
	}
	var err error
	f.Look, f.MoreLook, err = w.firstLook()
	return f, err
}

// lastTwo is a file's folder and name.
func lastTwo(uri string) string {
	parts := strings.Split(uri, "/")
	return strings.Join(parts[max(0, len(parts)-2):], "/")
}

// mostFirst orders counts: most first, then by name.
func mostFirst(of map[string]int) []Count {
	list := make([]Count, 0, len(of))
	for name, n := range of {
		if n > 0 {
			list = append(list, Count{name, n})
		}
	}
	slices.SortFunc(list, mostThenName)
	return list
}

func mostThenName(a, b Count) int {
	return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Name, b.Name))
}

// firstLook picks the cases to look at: those after which something was done
// with the account before all others, then the gravest; one of each check
// before a second of the same. Findings of a control that is not in operation
// say nothing of one case and are left to the weak ways.
func (w *Writer) firstLook() (list []LookAt, more int, err error) {
	var all []*standing
	for _, c := range w.summary.cases {
		if c.after != nil || !w.findings.design[c.lead.offset] {
			all = append(all, c)
		}
	}
	followed := func(c *standing) int {
		if c.after != nil {
			return 0
		}
		return 1
	}
	slices.SortFunc(all, func(a, b *standing) int {
		return cmp.Or(cmp.Compare(followed(a), followed(b)), cmp.Compare(b.first().rank, a.first().rank), cmp.Compare(b.findings, a.findings),
			graver(&standing{lead: a.first()}, &standing{lead: b.first()}))
	})
	turn := map[*standing]int{}
	seen := map[[3]int32]int{}
	for _, c := range all {
		key := [3]int32{int32(followed(c)), int32(c.first().rank), c.first().check}
		turn[c] = seen[key]
		seen[key]++
	}
	slices.SortStableFunc(all, func(a, b *standing) int {
		return cmp.Or(cmp.Compare(followed(a), followed(b)), cmp.Compare(b.first().rank, a.first().rank), cmp.Compare(turn[a], turn[b]))
	})
	shown := min(len(all), maxFirstLook)
	for _, c := range all[:shown] {
		look, err := w.lookAt(c, c.first())
		if err != nil {
			return nil, 0, err
		}
		list = append(list, look)
	}
	return list, len(all) - shown, nil
}

// lookAt reads back the finding that speaks for a case.
func (w *Writer) lookAt(c *standing, lead line) (LookAt, error) {
	text, err := w.findings.read(lead)
	if err != nil {
		return LookAt{}, err
	}
	var f judge.Finding
	if err := json.Unmarshal(text, &f); err != nil {
		return LookAt{}, fmt.Errorf("reading back a finding: %w", err)
	}
	look := LookAt{Check: f.Check, Subject: f.Subject, Message: f.Message, Severity: rules.Severity(lead.rank), Findings: c.findings}
	if f.Case != nil {
		look.Case = *f.Case
	}
	if f.Identity != nil {
		look.Subject = *f.Identity
	}
	if f.Time != nil {
		look.Time = *f.Time
	}
	return look, nil
}

// weakWays lists the ways on which checks of the chain fail or verifications
// are on record, those with most failures first, then the weakest.
func (w *Writer) weakWays() []Way {
	ways := w.summary.survey.ways
	r := w.rollup
	type key struct {
		way   wayKey
		check string
	}
	sum := map[key]tally{}
	for g, t := range r.groups {
		check := w.checks[r.table[g.check]]
		if check == nil || !check.Chain || t.failed == 0 {
			continue
		}
		k := key{wayKey{r.table[g.path], r.table[g.system]}, check.ID}
		sum[k] = tally{}
	}
	for g, t := range r.groups {
		k := key{wayKey{r.table[g.path], r.table[g.system]}, r.table[g.check]}
		if was, ok := sum[k]; ok {
			sum[k] = tally{was.failed + t.failed, was.assessable + t.assessable}
		}
	}
	var list []Way
	for way, shown := range ways {
		one := Way{Path: way.path, System: way.system, Cases: shown.cases}
		for strength, n := range shown.strength {
			if one.Proven == 0 && n > 0 {
				one.Weakest, one.WeakestCases = strength, n
			}
			one.Proven += n
		}
		for k, t := range sum {
			if k.way == way && (t.failed > one.Failed || t.failed == one.Failed && k.check < one.Check) {
				one.Check, one.Title, one.Failed, one.Of = k.check, w.checks[k.check].Title, t.failed, t.assessable
			}
		}
		if one.Failed > 0 || one.Proven > 0 {
			list = append(list, one)
		}
	}
	slices.SortFunc(list, func(a, b Way) int {
		return cmp.Or(cmp.Compare(b.Failed, a.Failed), cmp.Compare(a.Weakest, b.Weakest), cmp.Compare(b.Cases, a.Cases),
			strings.Compare(a.Path, b.Path), strings.Compare(a.System, b.System))
	})
	return list[:min(len(list), maxWeak)]
}
