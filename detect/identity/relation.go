package identity

import "slices"

// At gives the roster's row for an identity at a time: the one in force (of
// several the one that began last), else the latest before, else the first.
// A row not in force (InForce is false) still tells name, kind and manager but
// no roles and no groups. Nil for an identity no roster knows.
func (r *Resolver) At(id string, t int64) *Identity {
	i, ok := r.roster.index[id]
	if !ok {
		return nil
	}
	history := r.roster.rows[r.roster.spans[i]:r.roster.spans[i+1]]
	nearest := &history[0]
	for k := len(history) - 1; k >= 0; k-- {
		switch row := &history[k]; {
		case row.holds(t):
			return row
		case row.from() <= t && nearest == &history[0]:
			nearest = row
		}
	}
	lapsed := *nearest
	lapsed.Roles, lapsed.Groups, lapsed.InForce = nil, nil, false
	return &lapsed
}

// Name is how to call an identity: the roster's name for it, a login where no
// roster knows it, else its id.
func (r *Resolver) Name(id string) string {
	if i, ok := r.roster.index[id]; ok {
		last := r.roster.rows[r.roster.spans[i+1]-1]
		if last.Name != "" {
			return last.Name
		}
		return id
	}
	c, ok := r.cluster(id)
	if !ok {
		return id
	}
	for _, m := range r.of(c) {
		if l := &r.literals[m.literal]; !l.stable() {
			return l.raw()
		}
	}
	return id
}

// Relation is what the roster may say somebody is to an identity.
type Relation string

// The relations.
const (
	Manager  Relation = "manager"
	Owner    Relation = "owner"
	Sponsor  Relation = "sponsor"
	Delegate Relation = "delegate"
)

// Related tells whether, at a time, the roster names somebody (an identity id)
// as the manager, owner, sponsor or a delegate of an identity. Somebody whose
// own rows have all ended by then is nothing to anybody.
func (r *Resolver) Related(somebody string, as Relation, id string, t int64) bool {
	row := r.At(id, t)
	if row == nil || somebody == "" {
		return false
	}
	if own := r.At(somebody, t); own != nil && !own.InForce {
		return false
	}
	var named []string
	switch as {
	case Manager:
		named = []string{row.Manager}
	case Owner:
		named = []string{row.Owner}
	case Sponsor:
		named = []string{row.Sponsor}
	case Delegate:
		named = row.Delegates
	}
	return slices.ContainsFunc(named, func(ref string) bool {
		return ref != "" && r.Lookup(ref, t).ID == somebody
	})
}
