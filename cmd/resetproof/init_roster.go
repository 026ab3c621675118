package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"math"
	"slices"
	"strings"
	"unicode"

	"resetproof/detect/identity"
	"resetproof/ingest/event"
	"resetproof/ingest/lake"
)

// seen is every identity that the logs name, for the draft of the roster.
type seen struct {
	rows      []draftRow // by id
	left      int        // accounts that a row cannot hold
	computers int        // identities left out: a row would say that they are none
	// netbios and suffixes count the accounts of a Windows domain and of a mail
	// suffix.
	netbios, suffixes map[string]int
}

// draftRow is one identity as far as records tell.
type draftRow struct {
	id, kind string
	accounts []string
	alike    []string // ids of rows whose logins look alike
}

// rosterColumns are the drafted columns. possible_alias is a question to the
// reader: while it names another row, nothing takes the two for different people.
var rosterColumns = []string{"id", "kind", "name", "accounts", "tier", "roles", "manager", "owner", "unit", "valid_from", "valid_until", "possible_alias"}

// kindOf turns what records say an account is into a kind of the roster. What
// an account is called never decides.
var kindOf = map[string]string{"person": identity.Person, "service": identity.Service, "machine": computer, "app": identity.Workload}

// computer stands for a computer's account, which is nobody's to reset. One that
// is listed in a roster counts as a user's.
const computer = "computer"

// identitiesSeen reads every account of the lake, as detection does without a
// roster.
func identitiesSeen(ctx context.Context, l *lake.Lake) (*seen, error) {
	b := identity.NewBuilder(nil, nil)
	if err := parties(ctx, l, b.See); err != nil {
		return nil, err
	}
	who := b.Build()
	kinds := map[string]map[string]bool{} // identity -> kinds that records state
	err := parties(ctx, l, func(p event.Party, t int64) {
		if p.Type == "system" {
			return
		}
		id := who.Resolve(p, t).ID
		if id == "" {
			return
		}
		if kinds[id] == nil {
			kinds[id] = map[string]bool{}
		}
		if kind := kindOf[p.Type]; kind != "" {
			kinds[id][kind] = true
		}
	})
	if err != nil {
		return nil, err
	}
	return draft(who, kinds), nil
}

// parties shows every account of the lake with the time of the record.
func parties(ctx context.Context, l *lake.Lake, see func(event.Party, int64)) error {
	err := l.Custody(ctx, func(e *event.Event) error {
		see(e.Account, e.Time)
		see(e.Actor, e.Time)
		see(e.Assigned, e.Time)
		return nil
	})
	if err != nil {
		return err
	}
	return l.Select(ctx, 0, math.MaxInt64, func(_ event.Kind, t int64, account event.Party) bool {
		see(account, t)
		return false
	}, func(*event.Event) error { return nil })
}

// draft makes the rows.
func draft(who *identity.Resolver, kinds map[string]map[string]bool) *seen {
	out := &seen{netbios: map[string]int{}, suffixes: map[string]int{}}
	owners := map[string]int{} // account or its bare value, folded -> identities
	for id := range kinds {
		words := map[string]bool{}
		for _, account := range who.Accounts(id) {
			words[strings.ToLower(account)] = true
			words[strings.ToLower(identity.ParseAccount(account).Value)] = true
		}
		for w := range words {
			owners[w]++
		}
	}
	ids := map[string]string{} // resolver's id -> row's
	for id := range kinds {
		ids[id] = id
		if name := who.Name(id); owners[strings.ToLower(name)] == 1 && holds(name) {
			ids[id] = name
		}
	}
	for id := range kinds {
		if kinds[id][computer] || strings.HasSuffix(who.Name(id), "$") {
			out.computers++
			continue
		}
		row := draftRow{id: ids[id]}
		for _, account := range who.Accounts(id) {
			out.count(account)
			if owners[strings.ToLower(account)] > 1 || !holds(account) {
				out.left++
				continue
			}
			row.accounts = append(row.accounts, account)
		}
		if len(row.accounts) == 0 || !holds(row.id) {
			continue
		}
		if len(kinds[id]) == 1 {
			for kind := range kinds[id] {
				row.kind = kind
			}
		}
		for _, other := range who.PossibleAliases(id) {
			if alias, ok := ids[other]; ok && holds(alias) {
				row.alike = append(row.alike, alias)
			}
		}
		slices.Sort(row.alike)
		out.rows = append(out.rows, row)
	}
	slices.SortFunc(out.rows, func(a, b draftRow) int {
		return cmp.Or(strings.Compare(a.id, b.id), slices.Compare(a.accounts, b.accounts))
	})
	return out
}

// count notes the domain or suffix of an account.
func (s *seen) count(account string) {
	value := identity.ParseAccount(account).Value
	if domain, _, ok := strings.Cut(value, `\`); ok {
		s.netbios[domain]++
	} else if _, suffix, ok := strings.Cut(value, "@"); ok && suffix != "" {
		s.suffixes[strings.ToLower(suffix)]++
	}
}

// holds tells whether a cell can hold the text: one value of a list, plain, and
// nothing that a spreadsheet would run as a formula.
func holds(s string) bool {
	return s != "" && s == strings.TrimSpace(s) && !strings.ContainsAny(s[:1], "=+-@") &&
		!strings.ContainsFunc(s, func(r rune) bool { return r == ';' || r == unicode.ReplacementChar || !unicode.IsPrint(r) })
}

// csv writes the roster.
func (s *seen) csv() []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	write := func(cells []string) { _ = w.Write(cells) } // a buffer takes all
	write(rosterColumns)
	for _, r := range s.rows {
		write([]string{r.id, r.kind, "", strings.Join(r.accounts, ";"), "", "", "", "", "", "", "", strings.Join(r.alike, ";")})
	}
	w.Flush()
	return b.Bytes()
}
