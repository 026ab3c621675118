package detect

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"resetproof/detect/custody"
	"resetproof/detect/identity"
	"resetproof/ingest/event"
)

// arrangeStates lays out the rows of the state file by whose account and which
// directory they speak of.
func (r *run) arrangeStates() {
	r.snapshots = custody.NewSnapshots(r.world)
	rows := slices.Clone(r.Context.States)
	slices.SortStableFunc(rows, func(a, b identity.State) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Account), strings.ToLower(b.Account)), cmp.Compare(a.ObservedAt, b.ObservedAt), cmp.Compare(a.Line, b.Line))
	})
	for _, s := range rows {
		if s.ObservedAt == 0 {
			r.undated++
			continue
		}
		if !r.resolver.Seen(s.Account) {
			r.unseen++
		}
		row := &custody.Snapshot{Identity: r.identify(s.Account), State: s, Directory: r.directoryOf(s.Account)}
		row.Sole = row.Directory != "" && r.resolver.AccountsIn(row.Identity, row.Directory) == 1
		r.snapshots.Add(row)
	}
}

// directoryOf is the one directory that an account is of, "" if there are
// several or none.
func (r *run) directoryOf(account string) string {
	one := ""
	for _, system := range r.resolver.SystemsOf(account) {
		switch d := identity.DirectoryOf(system); {
		case one == "":
			one = d
		case one != d:
			return ""
		}
	}
	return one
}

// stated adds what a record says of an account's password, if that was long
// before: the record is a snapshot of its own.
func (r *run) stated(e *event.Event) {
	before, ok := e.StatedPassword()
	id := r.resolve(e.Account, e.Time)
	if !ok || id == "" || e.Outcome == event.Failure || e.Account.Type == "machine" {
		return
	}
	r.snapshots.AddRecord(&custody.Snapshot{
		Identity: id, Directory: identity.DirectoryOf(e.System), Record: custody.Mark{Time: e.Time, ID: e.ID, Kind: e.Kind},
		State: identity.State{Account: cmp.Or(e.Account.Name, e.Account.ID), ObservedAt: e.Time, PasswordLastSet: before},
	})
}

// recordStates fetches the records that findings on states cite.
func (r *run) recordStates(ctx context.Context) error {
	want := r.bench.StateRecords()
	if len(want) == 0 {
		return nil
	}
	return r.Lake.Custody(ctx, func(e *event.Event) error {
		if want[e.ID] {
			kept := *e
			r.bench.StateRecord(&kept)
		}
		return nil
	})
}
