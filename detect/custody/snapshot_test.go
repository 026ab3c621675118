package custody

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"
	"unsafe"

	"resetproof/detect/identity"
	"resetproof/ingest/event"
)

// A row costs no more than an account may.
func TestSnapshotsAreSmall(t *testing.T) {
	if size := unsafe.Sizeof(Snapshot{}); size > 512 {
		t.Errorf("a row takes %d bytes", size)
	}
}

// What a row comes to know does not hang on the order of the events.
func TestSnapshotsInAnyOrder(t *testing.T) {
	day := func(n int) int64 { return firstDay.AddDate(0, 0, n-1).Add(9 * time.Hour).UnixNano() }
	at := func(kind event.Kind, n int, more func(*event.Event)) *event.Event {
		e := &event.Event{Kind: kind, Time: day(n), System: "okta", Account: event.Party{System: "okta", Name: "ann"}, ID: event.Hash(kind.String(), fmt.Sprint(n))}
		if more != nil {
			more(e)
		}
		return e
	}
	key := func(e *event.Event) { e.CredentialID, e.Credential, e.Method = "K1", "key", "deleted" }
	events := []*event.Event{
		at(event.AccountCreated, 1, nil), at(event.MFAEnrolled, 2, nil), at(event.CredentialChanged, 3, nil), at(event.CredentialChanged, 5, nil),
		at(event.MFAReset, 6, nil), at(event.MFAEnrolled, 6, func(e *event.Event) { e.Method = "access-pass" }), at(event.AccountDisabled, 7, nil), at(event.AccountEnabled, 8, nil),
		at(event.SecretCreated, 8, key), at(event.CredentialRevoked, 9, key),
		at(event.ResetExecuted, 9, nil), // in Okta it sets nothing yet
		at(event.CredentialChanged, 10, func(e *event.Event) { e.Outcome = event.Failure }),
		at(event.CredentialChanged, 30, nil), // after the export
		at(event.AccountDisabled, 11, func(e *event.Event) { e.Account.Name = "adm-ann" }),
		at(event.AccountDisabled, 11, func(e *event.Event) { e.System = "ad" }),
	}
	world := (&play{}).world(t)
	row := func(shuffle bool) *Snapshot {
		table := NewSnapshots(world)
		table.Add(&Snapshot{Identity: "ann", Directory: "okta", State: identity.State{Account: "okta:ANN", ObservedAt: day(20), PasswordLastSet: day(4), Keys: []string{"k1"}}})
		list := append([]*event.Event{}, events...)
		if shuffle {
			rand.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		}
		for _, e := range list {
			table.Note(e, "ann")
		}
		return table.All()[0]
	}
	want := row(false)
	for name, c := range map[string]struct {
		got Mark
		day int
	}{
		"made": {want.Made, 1}, "enrolled": {want.Enrolled, 2}, "taken": {want.TakenAll, 6}, "switched": {want.Switched, 8}, "later": {want.Later, 5},
		"key made": {want.Keys["k1"].Made, 8}, "key deleted": {want.Keys["k1"].Deleted, 9}, "last set": {want.LastSet, 9},
	} {
		if c.got.Time != day(c.day) {
			t.Errorf("%s: %s, want day %d", name, event.When(c.got.Time), c.day)
		}
	}
	if want.Explained {
		t.Error("a change the day before explains a password")
	}
	for range 20 {
		if got := row(true); !reflect.DeepEqual(got, want) {
			t.Fatalf("shuffled: %+v, want %+v", got, want)
		}
	}
}

// Of records that say a password went back the first about an account stands,
// however many there are and in whatever order they come.
func TestSnapshotsFromRecordsAreBounded(t *testing.T) {
	world := (&play{}).world(t)
	table := NewSnapshots(world)
	add := func(account string, at time.Time) {
		table.AddRecord(&Snapshot{Identity: "ann", Directory: "ad", Record: Mark{at.UnixNano(), event.Hash(account, at.String()), event.StateObserved},
			State: identity.State{Account: account, ObservedAt: at.UnixNano(), PasswordLastSet: 1}})
	}
	add("ad:ann", firstDay.Add(time.Hour))
	add("ad:ann", firstDay)
	add("ad:ann", firstDay.Add(2*time.Hour))
	if rows := table.All(); len(rows) != 1 || rows[0].Record.Time != firstDay.UnixNano() {
		t.Errorf("%d rows, the first of %s", len(rows), event.When(rows[0].Record.Time))
	}
	for i := range 10 * maxRecorded {
		add(fmt.Sprintf("ad:ann%d", i), firstDay)
	}
	if n := len(table.All()); n != maxRecorded {
		t.Errorf("%d rows, want %d", n, maxRecorded)
	}
}
