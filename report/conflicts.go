package report

import "fmt"

// maxConflicts bounds the conflicts and the look-alikes that are listed, and
// maxShownConflicts those on the page.
const (
	maxConflicts      = 1_000
	maxShownConflicts = 50
)

// Conflict is a record that names an account by an id and by a login name which
// belong to two identities. The id is believed.
type Conflict struct {
	ID, Name     string
	ByID, ByName string // identities
	First        int64  // when a record first said so, UTC nanoseconds
}

// People is what records and roster leave open about who is who.
type People struct {
	// Conflicts are records that state an id and a name which the roster gives to
	// two identities; LookAlikes pairs of identities that may be one person.
	Conflicts  []Conflict
	LookAlikes [][2]string
}

// peopleRecord is the same in coverage.json.
type peopleRecord struct {
	Conflicts  []conflictRecord `json:"identity_conflicts"`
	LookAlikes [][2]string      `json:"possible_aliases"`
}

// conflictRecord is one of identity_conflicts in coverage.json.
type conflictRecord struct {
	ID     string  `json:"id"`
	Name   string  `json:"name"`
	ByID   string  `json:"identity_by_id"`
	ByName string  `json:"identity_by_name"`
	First  *string `json:"first"`
}

func (p People) record() peopleRecord {
	out := peopleRecord{Conflicts: []conflictRecord{}, LookAlikes: [][2]string{}}
	out.LookAlikes = append(out.LookAlikes, p.LookAlikes[:min(len(p.LookAlikes), maxConflicts)]...)
	for _, c := range p.Conflicts[:min(len(p.Conflicts), maxConflicts)] {
		out.Conflicts = append(out.Conflicts, conflictRecord{c.ID, c.Name, c.ByID, c.ByName, written(c.First)})
	}
	return out
}

// conflictLists are the sentences of the page on who is who.
func conflictLists(c coverageFile) []itemList {
	var conflicts, alike []string
	for _, x := range c.Conflicts {
		since := ""
		if x.First != nil {
			since = " since " + *x.First
		}
		conflicts = append(conflicts, fmt.Sprintf("Records%s name %s together with %s: the one belongs to %s, the other to %s. The id is believed.",
			since, visible(x.ID, maxShownText), visible(x.Name, maxShownText), visible(x.ByID, maxShownText), visible(x.ByName, maxShownText)))
	}
	for _, pair := range c.LookAlikes {
		alike = append(alike, fmt.Sprintf("%s and %s", visible(pair[0], maxShownText), visible(pair[1], maxShownText)))
	}
	var lists []itemList
	for _, l := range []itemList{{"Identity conflicts: records that contradict the roster", conflicts}, {"Possibly one person: the roster does not say", alike}} {
		if n := len(l.Items); n > maxShownConflicts {
			l.Items = append(l.Items[:maxShownConflicts], fmt.Sprintf("and %d more, in coverage.json", n-maxShownConflicts))
		}
		if len(l.Items) > 0 {
			lists = append(lists, l)
		}
	}
	return lists
}
