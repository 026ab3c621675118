package custody

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"resetproof/detect/identity"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// firstDay is day 1 of every play.
var firstDay = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

// play is one example of testdata/scenarios/custody: the log of a few people
// and the cases it must give. Its lines are
//
//	roster ann kind=person tier=privileged          (people need no line)
//	campaign MI-1 ann bob · incident ann · dependent ann key-1 · scheduled key-1 · tool pwm
//	topology entra ad hash-sync          (a directory, its authority, how it takes the password)
//	[DAY]TIME KIND [ACCOUNT] [by ACTOR] [key=value …]
//
// An account is a name; ann@x and ACME\ann are accounts of the identity ann.
type play struct {
	name      string
	line      int
	events    []*event.Event
	campaigns map[string][]string
	rows      map[string]*identity.Identity
	incidents []string
	depends   [][2]string
	scheduled []string
	tools     []string
	topology  []identity.Directory
	want      string
}

// identityOf stands for the resolver: the name without domain and suffix.
func identityOf(p event.Party) string {
	name := p.Name
	if _, after, ok := strings.Cut(name, `\`); ok {
		name = after
	}
	name, _, _ = strings.Cut(name, "@")
	return strings.ToLower(name)
}

var baseline = sync.OnceValues(func() (*rules.PolicySet, error) { return rules.LoadPolicy("baseline") })

func (p *play) world(t testing.TB) *World {
	t.Helper()
	set, err := baseline()
	if err != nil {
		t.Fatal(err)
	}
	tickets := NewTickets(p.campaigns)
	for _, e := range p.events {
		tickets.Alias(e)
		tickets.Elevate(e, identityOf(e.Account))
	}
	for _, e := range p.events {
		tickets.Note(e, identityOf(e.Account))
	}
	tickets.Seal()
	uses := NewUses()
	for _, e := range p.events {
		if e.Kind == event.SecretAccessed {
			uses.Note(identityOf(e.Actor), e.CredentialID)
		}
	}
	uses.Seal()
	return &World{
		Uses:        uses,
		Topology:    p.shares(),
		Resolve:     func(p event.Party, _ int64) string { return identityOf(p) },
		Row:         func(id string, _ int64) *identity.Identity { return p.rows[id] },
		Policy:      func(t int64) *rules.Policy { return set.At(event.When(t)) },
		Tickets:     tickets,
		Controllers: map[string]bool{"dc01": true},
		Compromised: func(id string, _ int64) bool { return slices.Contains(p.incidents, id) },
		DependsOn: func(secret string) (ids []string) {
			for _, d := range p.depends {
				if d[1] == secret {
					ids = append(ids, d[0])
				}
			}
			return ids
		},
		Scheduled: func(secret, _ string, _ int64) bool { return slices.Contains(p.scheduled, secret) },
		ResetTool: func(q event.Party, _ int64) bool { return slices.Contains(p.tools, q.Name) },
	}
}

// shares is the topology of the play, nil where it has none.
func (p *play) shares() *identity.Topology {
	if len(p.topology) == 0 {
		return nil
	}
	return identity.NewTopology(p.topology)
}

// about tells whether an event reaches an identity's fold, as the route does it.
func (p *play) about(w *World, e *event.Event, id string) bool {
	named := identityOf(e.Account)
	if named == id || named != id && identityOf(e.Actor) == id && (IsAct(e) || e.Kind == event.PrivilegeGranted) {
		return true
	}
	if slices.Contains(p.depends, [2]string{id, e.CredentialID}) || w.Uses.Reads(id, e.CredentialID) {
		return true
	}
	if named == "" && slices.ContainsFunc(p.events, func(m *event.Event) bool {
		return slices.Contains(makers, m.Kind) && m.CredentialID == e.CredentialID && e.CredentialID != "" && identityOf(m.Account) == id
	}) {
		return true
	}
	process := e.Kind == event.TicketClosed || before(e.Kind)
	return (process || named == "") && slices.Contains(w.Tickets.Subjects(w.Tickets.Key(e)), id)
}

// fold plays the events in the given order and gives every case, by identity.
func (p *play) fold(t testing.TB) ([]*Case, NotCases) {
	t.Helper()
	w := p.world(t)
	var ids []string
	for _, e := range p.events {
		if id := identityOf(e.Account); id != "" {
			ids = insert(ids, id)
		}
	}
	sorted := slices.Clone(p.events)
	slices.SortFunc(sorted, func(a, b *event.Event) int {
		return cmp.Or(cmp.Compare(a.Kind.Class(), b.Kind.Class()), cmp.Compare(a.Time, b.Time), slices.Compare(a.ID[:], b.ID[:]))
	})
	f := NewFold(w)
	var all []*Case
	not := NotCases{}
	for _, id := range ids {
		f.Begin(id)
		for _, class := range []event.Class{event.Custody, event.Activity} {
			for _, e := range sorted {
				if e.Kind.Class() == class && p.about(w, e, id) {
					f.Add(e)
				}
			}
		}
		cases, why := f.End()
		all = append(all, cases...)
		for k, n := range why {
			not[k] += n
		}
	}
	return all, not
}

// texts are the keys of a log line that fill a text of the event.
var texts = map[string]func(*event.Event) *string{
	"system": func(e *event.Event) *string { return &e.System }, "ticket": func(e *event.Event) *string { return &e.Ticket },
	"alias": func(e *event.Event) *string { return &e.TicketAlias }, "correlation": func(e *event.Event) *string { return &e.Correlation },
	"session": func(e *event.Event) *string { return &e.Session }, "credential": func(e *event.Event) *string { return &e.Credential },
	"id": func(e *event.Event) *string { return &e.CredentialID }, "role": func(e *event.Event) *string { return &e.Role },
	"ip": func(e *event.Event) *string { return &e.IP }, "device": func(e *event.Event) *string { return &e.Device },
	"category": func(e *event.Event) *string { return &e.Category }, "host": func(e *event.Event) *string { return &e.Host },
	"account-id": func(e *event.Event) *string { return &e.Account.ID },
	"type":       func(e *event.Event) *string { return &e.Account.Type }, "actor-type": func(e *event.Event) *string { return &e.Actor.Type },
	"assigned": func(e *event.Event) *string { return &e.Assigned.Name }, "method": func(e *event.Event) *string { return &e.Method },
}

func readEvent(words []string, line int) (*event.Event, error) {
	at, err := readTime(words[0])
	if err != nil {
		return nil, err
	}
	if len(words) < 2 {
		return nil, fmt.Errorf("no kind")
	}
	kind, ok := event.ParseKind(words[1])
	if !ok {
		return nil, fmt.Errorf("unknown kind %q", words[1])
	}
	e := &event.Event{Kind: kind, Time: at, ID: event.Hash("play", strconv.Itoa(line), strings.Join(words, " "))}
	rest := words[2:]
	if len(rest) > 0 && rest[0] != "by" && !strings.Contains(rest[0], "=") {
		e.Account.Name, rest = rest[0], rest[1:]
	}
	if len(rest) > 1 && rest[0] == "by" {
		e.Actor.Name, rest = rest[1], rest[2:]
	}
	for _, w := range rest {
		key, value, _ := strings.Cut(w, "=")
		into, ok := texts[key]
		switch {
		case ok:
			*into(e) = strings.ReplaceAll(value, "_", " ")
		case key == "outcome":
			e.Outcome = event.Failure
		default:
			return nil, fmt.Errorf("unknown key %q", key)
		}
	}
	// A log names its own system's accounts.
	e.Account.System = e.System
	return e, nil
}

// readTime reads 09:10, 09:10:02 or 2d09:10 (on day 2).
func readTime(s string) (int64, error) {
	day := 1
	if d, rest, ok := strings.Cut(s, "d"); ok {
		n, err := strconv.Atoi(d)
		if err != nil {
			return 0, err
		}
		day, s = n, rest
	}
	if strings.Count(s, ":") == 1 {
		s += ":00"
	}
	clock, err := time.Parse("15:04:05", s)
	if err != nil {
		return 0, err
	}
	return firstDay.AddDate(0, 0, day-1).UnixNano() + int64(clock.Sub(clock.Truncate(24*time.Hour))), nil
}

// show prints a time as a play writes it.
func show(t int64) string {
	at := event.When(t)
	s := at.Format("15:04:05")
	s = strings.TrimSuffix(s, ":00")
	if d := int(at.Sub(firstDay)/(24*time.Hour)) + 1; d != 1 {
		s = fmt.Sprintf("%dd%s", d, s)
	}
	return s
}

// render writes a case down as plays expect it: a line for the case, and one
// for each step that is not an act.
func render(c *Case) string {
	var b strings.Builder
	var acts []string
	for _, a := range c.Steps[Executed] {
		act := cmp.Or(a.System, "?")
		if a.Event.ID == c.Primary.Event.ID && len(c.Steps[Executed]) > 1 {
			act += "*"
		}
		acts = append(acts, act)
	}
	fmt.Fprintf(&b, "%s %s %s %s %s by %s [%s]\n", c.Identity, show(c.Time), c.Class, c.Path, c.Cause, cmp.Or(c.Operator, "nobody"), strings.Join(acts, " "))
	step := func(word string, s Step) {
		fmt.Fprintf(&b, "  %s %s", word, show(s.Time))
		for _, part := range []string{s.ActorID, cmp.Or(s.Ticket, s.Cites), s.Link.String()} {
			if part != "" {
				b.WriteString(" " + part)
			}
		}
		b.WriteByte('\n')
	}
	for _, n := range Names() {
		if n == Executed {
			continue
		}
		for _, s := range c.Steps[n] {
			step(n.String(), s)
		}
	}
	for _, list := range []struct {
		word  string
		steps []Step
	}{{"refused", c.Refused}, {"reused", c.Reused}, {"grant", c.Grants}, {"use", c.Uses}, {"turned-away", c.TurnedAway}} {
		for _, s := range list.steps {
			step(list.word, s)
		}
	}
	for _, s := range c.Alive {
		fmt.Fprintf(&b, "  alive %s %s %s\n", show(s.Seen), s.System, s.ID)
	}
	for _, a := range c.Tokens {
		fmt.Fprintf(&b, "  token %s %s %s\n", show(a.Since), a.System, a.ID)
	}
	for _, l := range c.Learned {
		fmt.Fprintf(&b, "  learned %s %s %s\n", show(l.Last.Time), l.System, l.ID)
	}
	for _, h := range c.Holders {
		told := "untold"
		if h.Told {
			told = "told"
		}
		fmt.Fprintf(&b, "  holder %s %s %s\n", show(h.Use.Time), cmp.Or(h.Principal, h.Place), told)
	}
	for _, k := range c.Consumers {
		if k.Failures > 0 {
			fmt.Fprintf(&b, "  fails %d %s\n", k.Failures, strings.Join(k.Places, " "))
		}
	}
	for _, s := range c.Revivals {
		fmt.Fprintf(&b, "  revived %s %s\n", show(s.Time), s.CredentialID)
	}
	for _, seen := range []struct {
		word string
		at   int64
	}{{"acted-privileged", c.ActedPrivileged}, {"reset-others", c.ResetOthers}} {
		if seen.at != 0 {
			fmt.Fprintf(&b, "  %s %s\n", seen.word, show(seen.at))
		}
	}
	if len(c.Rivals) > 0 {
		fmt.Fprintf(&b, "  rivals %d\n", len(c.Rivals))
	}
	return b.String()
}
