package identity

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"resetproof/ingest/event"
	"resetproof/rules"
)

// The kinds of identities. A row without one is a person.
const (
	Person     = "person"
	Service    = "service"
	Shared     = "shared"
	Workload   = "workload"
	BreakGlass = "break-glass"
)

var employments = []string{"employee", "contractor", "vendor"}

var kinds = []string{Person, Service, Shared, Workload, BreakGlass}

// Identity is what the roster says of one person, service, shared mailbox or
// workload for a span of time. Several rows of one id are its history.
type Identity struct {
	ID       string
	Kind     string
	Name     string
	Accounts []string // as written; see ParseAccount
	Tier     string   // "" where the roster does not say
	Groups   []string
	Roles    []string
	// Manager, Owner, Sponsor and Delegates are identity ids or accounts; they
	// may name somebody the roster does not know.
	Manager    string
	Owner      string
	Sponsor    string
	Delegates  []string
	Unit       string
	Employer   string
	Employment string // employee, contractor or vendor
	DataAccess []string
	LegalHold  bool
	Devices    []string
	HomePlaces []string
	// ValidFrom and ValidUntil bound the row, half-open, in UTC nanoseconds; 0
	// is without bound.
	ValidFrom  int64
	ValidUntil int64
	Tags       map[string]string
	// InForce is set by Resolver.At: whether the row's span holds the time that
	// was asked for. A row that is not in force gives no roles and no groups.
	InForce bool
	Line    int // in the context file; 0 if made otherwise
}

// holds tells whether the row's span holds a time.
func (i *Identity) holds(t int64) bool {
	return t >= i.from() && t < i.until()
}

func (i *Identity) from() int64 {
	if i.ValidFrom == 0 {
		return math.MinInt64
	}
	return i.ValidFrom
}

func (i *Identity) until() int64 {
	if i.ValidUntil == 0 {
		return math.MaxInt64
	}
	return i.ValidUntil
}

// claim is the roster's word that an account is an identity's.
type claim struct {
	owner       int32 // index into Roster.ids
	from, until int64 // from its first row that lists the account to the last
	literal     string
}

// Roster is the organisation's list of identities. The zero Roster is empty.
type Roster struct {
	rows   []Identity // by id, then time
	ids    []string   // sorted
	spans  []int      // rows[spans[i]:spans[i+1]] are those of ids[i]
	index  map[string]int32
	claims map[string][]claim // by account key, in order of time
	// scoped holds the folded values that some row writes with a system, as in
	// "okta:ann@acme.example": they are then told apart by system everywhere.
	scoped map[string]bool
}

// NewRoster orders the rows into histories and checks them: two identities
// must not claim one account at one time, and of two rows of one identity one
// must be the later.
func NewRoster(rows []Identity) (*Roster, error) {
	f := &faults{name: "roster"}
	r := newRoster(rows, f)
	return r, f.err()
}

func newRoster(rows []Identity, f *faults) *Roster {
	r := &Roster{
		rows:   slices.Clone(rows),
		index:  make(map[string]int32),
		claims: make(map[string][]claim),
		scoped: make(map[string]bool),
	}
	slices.SortStableFunc(r.rows, func(a, b Identity) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.from(), b.from()), cmp.Compare(a.until(), b.until()))
	})
	for i := range r.rows {
		row := &r.rows[i]
		row.InForce = true
		if i == 0 || row.ID != r.rows[i-1].ID {
			r.index[row.ID] = int32(len(r.ids))
			r.ids = append(r.ids, row.ID)
			r.spans = append(r.spans, i)
		} else if row.from() == r.rows[i-1].from() {
			f.add(max(row.Line, r.rows[i-1].Line), "%s has two rows that begin at one time: hint: a history needs a different valid_from in each row", row.ID)
		}
		r.claim(row, int32(len(r.ids)-1))
	}
	r.spans = append(r.spans, len(r.rows))
	r.checkClaims(f)
	return r
}

func (r *Roster) claim(row *Identity, owner int32) {
	for _, literal := range row.Accounts {
		system, value := normal("", literal)
		form := shapeOf(value)
		if form.unique {
			system = form.system
		} else if system != "" {
			r.scoped[string(appendKey(nil, "", value))] = true
		}
		key := string(appendKey(nil, system, value))
		r.claims[key] = append(r.claims[key], claim{owner, row.from(), row.until(), literal})
	}
}

// checkClaims joins the claims of one identity on an account and refuses those
// of two that overlap in time.
func (r *Roster) checkClaims(f *faults) {
	keys := make([]string, 0, len(r.claims))
	for key := range r.claims {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		claims := r.claims[key]
		slices.SortStableFunc(claims, func(a, b claim) int {
			return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.until, b.until), cmp.Compare(a.owner, b.owner))
		})
		var joined []claim
		for _, c := range claims {
			last := len(joined) - 1
			switch {
			case last >= 0 && joined[last].owner == c.owner:
				joined[last].until = max(joined[last].until, c.until)
				continue
			case last >= 0 && c.from < joined[last].until:
				f.add(r.line(c), "account %s is claimed by %s and %s %s", c.literal, r.ids[joined[last].owner], r.ids[c.owner],
					span(c.from, min(c.until, joined[last].until)))
				continue
			}
			joined = append(joined, c)
		}
		r.claims[key] = joined
	}
}

// line finds the row that a claim comes from.
func (r *Roster) line(c claim) int {
	for _, row := range r.rows[r.spans[c.owner]:r.spans[c.owner+1]] {
		if row.from() == c.from && slices.Contains(row.Accounts, c.literal) {
			return row.Line
		}
	}
	return 0
}

// span says a time span in words.
func span(from, until int64) string {
	day := func(t int64) string {
		if at := event.When(t); !at.Equal(at.Truncate(24 * time.Hour)) {
			return at.Format(time.RFC3339)
		}
		return event.When(t).Format(time.DateOnly)
	}
	switch {
	case from == math.MinInt64 && until == math.MaxInt64:
		return "at all times"
	case from == math.MinInt64:
		return "until " + day(until)
	case until == math.MaxInt64:
		return "from " + day(from) + " on"
	}
	return fmt.Sprintf("between %s and %s", day(from), day(until))
}

// IDs lists the identities of the roster, sorted.
func (r *Roster) IDs() []string { return r.ids }

// Rows lists every row, by id, then time. The slice is the roster's own.
func (r *Roster) Rows() []Identity { return r.rows }

var tierNames = func() []string {
	var names []string
	for _, t := range rules.Tiers() {
		names = append(names, string(t))
	}
	return names
}()

func identityFrom(r *record) Identity {
	hold, _ := r.truth("legal_hold")
	i := Identity{
		ID: r.id("id"), Kind: r.oneOf("kind", kinds...), Name: r.text("name"), Accounts: r.list("accounts"),
		Tier: r.oneOf("tier", tierNames...), Groups: r.list("groups"), Roles: r.list("roles"),
		Manager: r.text("manager"), Owner: r.text("owner"), Sponsor: r.text("sponsor"), Delegates: r.list("delegates"),
		Unit: r.text("unit"), Employer: r.text("employer"),
		Employment: r.oneOf("employment", employments...),
		DataAccess: r.list("data_access"), LegalHold: hold, Devices: r.list("devices"), HomePlaces: r.list("home_places"),
		ValidFrom: r.date("valid_from"), ValidUntil: r.end("valid_until"), Tags: r.tags(), Line: r.line,
	}
	if i.Kind == "" {
		i.Kind = Person
	}
	if i.ValidUntil != 0 && i.ValidUntil <= i.ValidFrom {
		r.fault("valid_until", "valid_until is not after valid_from")
	}
	return i
}
