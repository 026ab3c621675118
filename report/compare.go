package report

import (
	"cmp"
	"slices"
	"time"

	"resetproof/detect/judge"
	"resetproof/rules"
)

// side is the later one of two runs that are compared: the run under way, or
// one that is read back.
type side struct {
	now      time.Time // zero where not known, as are the rest of run.json
	period   *[2]time.Time
	hashes   map[string]*string
	reading  *reading // nil where not known
	findings func(take func(ref int64, f *savedFinding) error) error
	cases    func(take func(*savedCase) error) error // nil where not known
}

func (e *Earlier) side() side {
	s := side{reading: e.reading, findings: func(take func(int64, *savedFinding) error) error {
		_, err := e.eachFinding(func(n int, f *savedFinding) error { return take(int64(n), f) })
		return err
	}}
	if e.cases != "" {
		s.cases = e.eachCase
	}
	if e.Run != nil {
		s.now, s.period, s.hashes = e.Run.Now, e.Run.Period, e.Run.Hashes
	}
	return s
}

// standing of a finding against an earlier run.
type against uint8

const (
	isNew    against = iota
	isKnown          // it was there, and is no graver
	isGraver         // it was there, less grave or excepted
	isMilder         // it was there, graver or not excepted
)

// comparison is what became of the findings of an earlier run.
type comparison struct {
	old      *Earlier
	matcher  *matcher
	sha256   string            // of the earlier findings
	standing map[int64]against // finding of the later run, by its ref
	was      map[int64]int32   // of those that were there but differ: the earlier one
	fates    map[int32]fate    // of earlier findings whose case is still there
	newer    side
	since    string // what else has changed since, in words, "" for nothing known
	policies map[string]bool
	resets   map[string]bool // "system|tier" of the later run's cases
}

// compare holds the findings of a later run against those of an earlier one.
func compare(old *Earlier, newer side) (*comparison, error) {
	c := &comparison{old: old, newer: newer, standing: map[int64]against{}, was: map[int64]int32{}, fates: map[int32]fate{}, policies: map[string]bool{}, resets: map[string]bool{}}
	var err error
	if c.matcher, c.sha256, err = newMatcher(old); err != nil {
		return nil, err
	}
	if old.Run != nil {
		c.since = changedWords(old.Run.Hashes, newer.hashes)
	}
	over := map[instead][]string{}
	err = newer.findings(func(ref int64, f *savedFinding) error {
		c.policies[policyOf(f.Policy)] = true
		c.stand(ref, f)
		for _, check := range f.Supersedes {
			for _, id := range caseIDs(&f.Finding) {
				if _, asked := c.matcher.cases[id]; asked {
					over[instead{id, check}] = append(over[instead{id, check}], f.ID)
				}
			}
		}
		return nil
	})
	if err != nil || newer.cases == nil {
		return c, err
	}
	return c, newer.cases(func(r *savedCase) error {
		c.policies[policyOf(r.Policy)] = true
		c.resets[r.system()+"|"+orUnknown(r.Tier)] = true
		for _, id := range r.ids() {
			for _, at := range c.matcher.cases[id] {
				if e := &c.matcher.list[at]; !e.here {
					c.fates[at] = c.fateIn(r, e, over[instead{id, c.matcher.table[e.check]}])
				}
			}
		}
		return nil
	})
}

// instead names a check on a case that another finding stands in the place of.
type instead struct {
	about [16]byte
	check string
}

// stand finds the standing of one finding.
func (c *comparison) stand(ref int64, f *savedFinding) {
	c.standing[ref] = isNew
	sev, _ := rules.ParseSeverity(f.Severity)
	excepted := f.Verdict == judge.Excepted
	for i, at := range c.matcher.find(f) {
		e := &c.matcher.list[at]
		e.here, e.decided = true, f.Reviewed
		// Where it was several, it is known if one of them was as grave.
		to := weigh(sev, excepted, e.severity, e.excepted)
		if i > 0 && to == isGraver {
			continue
		}
		c.standing[ref] = to
		delete(c.was, ref)
		if sev != e.severity || excepted != e.excepted {
			c.was[ref] = at
		}
	}
}

// weigh compares a finding with what it was: excepted counts below everything.
func weigh(now rules.Severity, excepted bool, was rules.Severity, wasExcepted bool) against {
	rank := func(sev rules.Severity, excepted bool) int {
		if excepted {
			return -1
		}
		return int(sev)
	}
	switch cmp.Compare(rank(now, excepted), rank(was, wasExcepted)) {
	case 1:
		return isGraver
	case -1:
		return isMilder
	}
	return isKnown
}

func (r *savedCase) ids() [][16]byte {
	ids := [][16]byte{idOf(r.ID)}
	for _, a := range r.CaseAliases {
		if id := idOf(a); !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// changedWords lists the inputs whose hashes differ, "" where none does or one
// of the runs does not state them.
func changedWords(was, is map[string]*string) string {
	var names []string
	if was == nil || is == nil {
		return ""
	}
	for name, hash := range is {
		if old, stated := was[name]; stated && name != "baseline" && !sameHash(old, hash) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return enumerate(names)
}

// JudgedOtherwise says in what an earlier run was judged otherwise than another,
// as far as that alone makes findings new or gone: "for another period and by other
// rules". "" where nothing is known to differ.
func (e *Earlier) JudgedOtherwise(than Run) string {
	if e.Run == nil {
		return ""
	}
	var words []string
	if !samePeriod(e.Run, &than) {
		words = append(words, "for another period")
	}
	for _, input := range []struct{ name, words string }{{"policy", "by another policy"}, {"rules", "by other rules"}} {
		was, stated := e.Run.Hashes[input.name]
		if is, known := than.Hashes[input.name]; stated && known && !sameHash(was, is) {
			words = append(words, input.words)
		}
	}
	if was, is := e.Run.Tool, than.Tool; was.Version != "" && (was.Version != is.Version || !sameHash(was.Commit, is.Commit)) {
		words = append(words, "by another build of resetproof")
	}
	return enumerate(words)
}

func sameHash(a, b *string) bool { return a == b || a != nil && b != nil && *a == *b }
