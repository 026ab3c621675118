package detect

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"resetproof/detect/identity"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// play is a scenario, read: a lake of a few events with its context files.
type play struct {
	events  []event.Event
	feed    event.Feed
	context *identity.Context
	until   time.Time
}

// read turns a scenario's lines into events and context.
//
//	TIME KIND [?]ACCOUNT [by [?]ACTOR] [system=… ticket=… method=… channel=… session=… id=… role="…" reason=… credential=… outcome=… expires=TIME uses=N leak=… expires=TIME uses=N leak=… ip=… place="…" device=…]
//
// A name behind ? is left out of the roster; record=… makes lines share a record;
// times=N writes the line N times, an hour apart or as every=DURATION after it
// says, %n in it being the number of each; feed=… names the feed that a record is of.
func read(s rules.Scenario) (*play, error) {
	p := &play{context: &identity.Context{}}
	var first, last int64
	people := map[string]bool{}
	log, err := repeated(s.Log)
	if err != nil {
		return nil, err
	}
	for i, line := range log {
		e, err := readLine(line, i)
		if err != nil {
			return nil, fmt.Errorf("log line %d: %w", i+1, err)
		}
		if first == 0 || e.Time < first {
			first = e.Time
		}
		last = max(last, e.Time)
		for _, p := range []*event.Party{&e.Account, &e.Actor} {
			if name, stranger := strings.CutPrefix(p.Name, "?"); stranger {
				p.Name = name
			} else {
				people[name] = true
			}
		}
		p.events = append(p.events, e)
	}
	p.until = s.Until
	if p.until.IsZero() {
		p.until = event.When(last).Add(margin)
	}
	p.feed = feedOf(s, first-int64(margin), p.until.UnixNano(), p.events)
	if err := number(&p.feed, s.Numbers); err != nil {
		return nil, err
	}
	return p, p.readContext(s, people)
}

func readLine(line string, n int) (event.Event, error) {
	words, err := fields(line)
	if err != nil {
		return event.Event{}, err
	}
	if len(words) < 3 {
		return event.Event{}, fmt.Errorf("want TIME KIND ACCOUNT [by ACTOR] key=value …")
	}
	at, err := time.Parse(time.RFC3339, words[0])
	if err != nil {
		return event.Event{}, fmt.Errorf("%q is no RFC 3339 time", words[0])
	}
	kind, ok := event.ParseKind(words[1])
	if !ok {
		return event.Event{}, fmt.Errorf("unknown kind %q", words[1])
	}
	e := event.Event{
		ID: event.Hash("scenario", line, strconv.Itoa(n)), Kind: kind, Time: at.UnixNano(), Feed: "scenario", Format: "scenario",
		Origin: event.Origin{URI: "scenario", Line: int64(n + 1), SHA256: sha256.Sum256([]byte(strconv.Itoa(n) + line))},
	}
	rest := words[2:]
	if rest[0] != "by" && !strings.Contains(rest[0], "=") {
		e.Account, rest = event.Party{Name: rest[0]}, rest[1:]
	}
	if len(rest) >= 2 && rest[0] == "by" {
		e.Actor, rest = event.Party{Name: rest[1]}, rest[2:]
	}
	for _, w := range rest {
		key, value, _ := strings.Cut(w, "=")
		if err := set(&e, key, value); err != nil {
			return event.Event{}, err
		}
	}
	return e, nil
}

// textFields are the keys of a log line that fill a text of the event.
var textFields = map[string]func(*event.Event) *string{
	"system":      func(e *event.Event) *string { return &e.System },
	"ticket":      func(e *event.Event) *string { return &e.Ticket },
	"alias":       func(e *event.Event) *string { return &e.TicketAlias }, // the ticket system's own records have one
	"correlation": func(e *event.Event) *string { return &e.Correlation },
	"session":     func(e *event.Event) *string { return &e.Session },
	"credential":  func(e *event.Event) *string { return &e.Credential },
	"id":          func(e *event.Event) *string { return &e.CredentialID },
	"method":      func(e *event.Event) *string { return &e.Method },
	"channel":     func(e *event.Event) *string { return &e.Channel },
	"role":        func(e *event.Event) *string { return &e.Role },
	"category":    func(e *event.Event) *string { return &e.Category },
	"app":         func(e *event.Event) *string { return &e.App },
	"host":        func(e *event.Event) *string { return &e.Host },
	"leak":        func(e *event.Event) *string { return &e.Leak },
	"ip":          func(e *event.Event) *string { return &e.IP },
	"place":       func(e *event.Event) *string { return &e.Place },
	"feed":        func(e *event.Event) *string { return &e.Feed },
	"device":      func(e *event.Event) *string { return &e.Device },
	"actor-type":  func(e *event.Event) *string { return &e.Actor.Type },
	"owner-type":  func(e *event.Event) *string { return &e.Account.Type },
}

func set(e *event.Event, key, value string) error {
	if at, ok := textFields[key]; ok {
		*at(e) = value
		return nil
	}
	switch key {
	case "expires":
		e.Expires = stamp(value)
	case "uses":
		n, err := strconv.ParseInt(value, 10, 32)
		if err != nil {
			return fmt.Errorf("uses: %q is no number", value)
		}
		e.Uses = int32(n)
	case "record":
		e.Origin.SHA256 = sha256.Sum256([]byte(value))
	case "reason":
		e.Reason = event.ParseReason(value)
	case "outcome":
		if value == "failure" {
			e.Outcome = event.Failure
		}
	default:
		return fmt.Errorf("unknown key %q", key)
	}
	return nil
}

// readContext reads the roster, secrets, incidents and waivers of a scenario.
// Whoever the log names and the roster does not is a person of the roster too.
func (p *play) readContext(s rules.Scenario, people map[string]bool) error {
	var rows []identity.Identity
	lines, err := several(s.Roster)
	if err != nil {
		return err
	}
	for _, line := range lines {
		row, err := readRow(line)
		if err != nil {
			return err
		}
		rows = append(rows, row)
		for _, a := range append(row.Accounts, row.ID) {
			delete(people, a)
		}
	}
	for name := range people {
		if name != "" {
			rows = append(rows, identity.Identity{ID: name, Kind: identity.Person, Name: name, Accounts: []string{name}})
		}
	}
	roster, err := identity.NewRoster(rows)
	if err != nil {
		return err
	}
	p.context.Roster = roster
	return p.readLists(s)
}

// given notes which context files the scenario stands for having been given.
func (p *play) given(s rules.Scenario) {
	lines := map[string]int{
		"identities": 1, "secrets": 1, "incidents": len(s.Incidents), "exceptions": len(s.Waivers),
		"state": len(s.State), "reviews": len(s.Reviews), "topology": len(s.Topology),
	}
	for _, role := range identity.Roles() {
		if lines[role] > 0 && !slices.Contains(s.Lacks, role) {
			p.context.Files = append(p.context.Files, identity.File{Role: role, Rows: lines[role]})
		}
	}
}

func (p *play) readLists(s rules.Scenario) error {
	p.given(s)
	for _, line := range s.Secrets {
		id, kv, err := pairs(line)
		if err != nil {
			return err
		}
		p.context.Secrets = append(p.context.Secrets, identity.Secret{
			ID: id, Kind: kv["kind"], System: kv["system"], Owner: kv["owner"], UsedBy: list(kv["used_by"]),
			MintedBy: kv["minted_by"], Rotator: kv["rotator"], RotatedAt: stamp(kv["rotated_at"]), Shared: kv["shared"] == "true",
			MaxAge: duration(kv["max_age"]), Cadence: duration(kv["cadence"]),
		})
	}
	for _, line := range s.Incidents {
		id, kv, err := pairs(line)
		if err != nil {
			return err
		}
		p.context.Incidents = append(p.context.Incidents, identity.Incident{
			ID: id, Kind: kv["kind"], DeclaredAt: stamp(kv["declared_at"]), ClosedAt: stamp(kv["closed_at"]), DeclaredBy: kv["declared_by"],
			Accounts: list(kv["accounts"]), Systems: list(kv["systems"]),
		})
	}
	for _, line := range s.Waivers {
		id, kv, err := pairs(line)
		if err != nil {
			return err
		}
		w := identity.Waiver{
			ID: id, Checks: list(kv["checks"]), Selector: kv["selector"], Reason: kv["reason"], Owner: kv["owner"], Ticket: kv["ticket"],
			ApprovedBy: kv["approved_by"], ValidFrom: stamp(kv["valid_from"]), ValidUntil: stamp(kv["valid_until"]),
		}
		if who := kv["identity"]; who != "" {
			w.Selector = fmt.Sprintf("identity.id == %q", who)
		}
		w.Examine()
		p.context.Waivers = append(p.context.Waivers, w)
	}
	return p.readObserved(s)
}

// readObserved reads what others say of accounts, cases and directories.
func (p *play) readObserved(s rules.Scenario) error {
	for _, line := range s.State {
		id, kv, err := pairs(line)
		if err != nil {
			return err
		}
		p.context.States = append(p.context.States, identity.State{
			Account: id, ObservedAt: stamp(kv["observed_at"]), PasswordLastSet: stamp(kv["password_last_set"]), MFAMethods: list(kv["mfa_methods"]),
			Enabled: kv["enabled"] == "true", EnabledStated: kv["enabled"] != "", Keys: list(kv["keys"]),
		})
	}
	for _, line := range s.Reviews {
		id, kv, err := pairs(line)
		if err != nil {
			return err
		}
		p.context.Reviews = append(p.context.Reviews, identity.Review{
			CaseOrFinding: id, Reviewer: kv["reviewer"], Time: stamp(kv["time"]), Decision: kv["decision"], Until: stamp(kv["until"]),
		})
	}
	for _, line := range s.Topology {
		id, kv, err := pairs(line)
		if err != nil {
			return err
		}
		p.context.Directories = append(p.context.Directories, identity.Directory{
			Directory: id, Authority: kv["authority"], Mechanism: kv["mechanism"], Deadline: duration(kv["deadline"]),
		})
	}
	return nil
}

func readRow(line string) (identity.Identity, error) {
	id, kv, err := pairs(line)
	if err != nil {
		return identity.Identity{}, err
	}
	row := identity.Identity{
		ID: id, Kind: kv["kind"], Name: id, Accounts: list(kv["accounts"]), Tier: kv["tier"], Groups: list(kv["groups"]), Roles: list(kv["roles"]),
		Manager: kv["manager"], Owner: kv["owner"], Sponsor: kv["sponsor"], Delegates: list(kv["delegates"]), Unit: kv["unit"], Employment: kv["employment"], DataAccess: list(kv["data_access"]),
		HomePlaces: list(kv["home_places"]), Devices: list(kv["devices"]), Employer: kv["employer"], LegalHold: kv["legal_hold"] == "true",
		ValidFrom: stamp(kv["valid_from"]), ValidUntil: stamp(kv["valid_until"]),
	}
	for _, column := range []string{"spn", "workload_identity"} {
		if kv[column] != "" {
			row.Tags = map[string]string{column: kv[column]}
		}
	}
	if row.Kind == "" {
		row.Kind = identity.Person
	}
	if len(row.Accounts) == 0 {
		row.Accounts = []string{id}
	}
	return row, nil
}

// pairs reads "id: key=value key=value"; the id may be an account, ad:ann.
func pairs(line string) (id string, kv map[string]string, err error) {
	id, rest, ok := strings.Cut(line+" ", ": ")
	if !ok {
		return "", nil, fmt.Errorf("%q: want id: key=value …", line)
	}
	words, err := fields(rest)
	if err != nil {
		return "", nil, err
	}
	kv = map[string]string{}
	for _, w := range words {
		k, v, ok := strings.Cut(w, "=")
		if !ok {
			return "", nil, fmt.Errorf("%s: %q is not key=value", id, w)
		}
		kv[k] = v
	}
	return strings.TrimSpace(id), kv, nil
}

func list(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ";")
}

// duration reads one such as 30d, 0 where there is none.
func duration(s string) time.Duration {
	d, err := rules.ParseDuration(s)
	if err != nil {
		return 0
	}
	return d
}

// stamp reads an RFC 3339 time, 0 where there is none.
func stamp(s string) int64 {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return 0
	}
	return t.UnixNano()
}

// fields splits at blanks; double quotes keep blanks together.
func fields(line string) ([]string, error) {
	var out []string
	var word strings.Builder
	quoted, open := false, false
	for _, r := range line {
		switch {
		case r == '"':
			quoted, open = !quoted, true
		case r == ' ' && !quoted:
			if open {
				out = append(out, word.String())
				word.Reset()
				open = false
			}
		default:
			word.WriteRune(r)
			open = true
		}
	}
	if quoted {
		return nil, fmt.Errorf("a quote is not closed")
	}
	if open {
		out = append(out, word.String())
	}
	return out, nil
}
