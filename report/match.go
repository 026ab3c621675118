package report

import (
	"hash/fnv"
	"slices"

	"resetproof/detect/judge"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// matcher knows the findings of an earlier run and tells which of them a finding
// of this run is: the one of the same id, or of the id it would have under
// another name of its case (design.md, section 6).
type matcher struct {
	list  []earlierFinding // in the order of the file
	byID  map[[16]byte]int32
	cases map[[16]byte][]int32 // case, by any of its ids -> places in list
	names map[string]int32
	table []string
}

// earlierFinding is what is kept in memory of a finding: about 100 bytes.
type earlierFinding struct {
	id, about [16]byte // its case's id, zero for none
	check     int32
	policy    int32  // SHA-256 of the policy that judged, in the table
	text      uint64 // tells two sentences apart
	severity  rules.Severity
	excepted  bool
	reviewed  bool
	here      bool   // this run has it too
	decided   string // who has decided on it since, and what; of diff only
}

func newMatcher(e *Earlier) (m *matcher, sha string, err error) {
	m = &matcher{byID: map[[16]byte]int32{}, cases: map[[16]byte][]int32{}, names: map[string]int32{}}
	sha, err = e.eachFinding(func(_ int, f *savedFinding) error {
		m.add(f)
		return nil
	})
	return m, sha, err
}

func (m *matcher) name(text string) int32 {
	at, ok := m.names[text]
	if !ok {
		at = int32(len(m.table))
		m.names[text], m.table = at, append(m.table, text)
	}
	return at
}

func (m *matcher) add(f *savedFinding) {
	at := int32(len(m.list))
	e := earlierFinding{id: idOf(f.ID), check: m.name(f.Check), policy: m.name(policyOf(f.Policy)), text: textOf(f.Message),
		excepted: f.Verdict == judge.Excepted, reviewed: f.Reviewed != ""}
	e.severity, _ = rules.ParseSeverity(f.Severity)
	if f.Case != nil {
		e.about = idOf(*f.Case)
	}
	m.list, m.byID[e.id] = append(m.list, e), at
	for _, c := range caseIDs(&f.Finding) {
		m.cases[c] = append(m.cases[c], at)
	}
}

// find gives the places of the finding in the earlier run, none if it is new:
// several where several cases have become one.
func (m *matcher) find(f *savedFinding) (places []int32) {
	if at, ok := m.byID[idOf(f.ID)]; ok {
		places = append(places, at)
	}
	check, known := m.names[f.Check]
	if f.Case == nil || !known {
		return places
	}
	// Its case has other ids now, or had: the earlier id follows from the earlier
	// case and the key. Where the key is not known, the sentence must do.
	var alike []int32
	for _, c := range caseIDs(&f.Finding) {
		for _, at := range m.cases[c] {
			switch e := &m.list[at]; {
			case e.check != check || slices.Contains(places, at) || slices.Contains(alike, at):
			case event.Hash(f.Check, event.ID(e.about).String(), f.Key) == event.ID(e.id):
				places = append(places, at)
			case e.about != idOf(*f.Case) && e.text == textOf(f.Message):
				alike = append(alike, at)
			}
		}
	}
	if places == nil {
		return alike
	}
	return places
}

// caseIDs are all ids that a finding's case goes by.
func caseIDs(f *judge.Finding) [][16]byte {
	if f.Case == nil {
		return nil
	}
	ids := [][16]byte{idOf(*f.Case)}
	for _, a := range f.CaseAliases {
		if id := idOf(a); !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// idOf reads an id that was held to its form before.
func idOf(text string) [16]byte {
	id, _ := parseID("", text)
	return id
}

func policyOf(p *judge.PolicyRef) string {
	if p == nil {
		return ""
	}
	return p.SHA256
}

func textOf(s string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(s)) //nolint:errcheck // it never fails
	return h.Sum64()
}
