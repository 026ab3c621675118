package custody

import (
	"fmt"
	"slices"
	"testing"

	"resetproof/ingest/event"
)

// A record about one of very many accounts on a ticket is held up to none of
// the others; a record of the caller, or one that names nobody, to all.
func TestTicketOfVeryMany(t *testing.T) {
	for _, n := range []int{maxShared - 1, 2 * maxShared} {
		tickets := NewTickets(map[string][]string{"C-1": {"zoe", "ann"}})
		tickets.Note(&event.Event{Kind: event.TicketOpened, Time: 1, Ticket: "CHG-1", TicketAlias: "0f3c"}, "lea")
		for i := range n {
			tickets.Note(&event.Event{Kind: event.ResetExecuted, Time: int64(n - i), Ticket: "chg-1"}, fmt.Sprint("user", i))
		}
		tickets.Seal()
		all := tickets.Subjects("chg-1")
		if len(all) != n+1 || !slices.IsSorted(all) {
			t.Fatalf("%d subjects, want %d, sorted", len(all), n+1)
		}
		alone := 0
		if n < maxShared {
			alone = n + 1
		}
		verified := &event.Event{Kind: event.IdentityVerified, Ticket: "CHG-1"}
		for named, want := range map[string]int{"user7": alone, "lea": n + 1, "": n + 1} {
			if got := len(tickets.Shared(verified, "chg-1", named)); got != want {
				t.Errorf("of %d, a verification that names %q is held up to %d, want %d", n, named, got, want)
			}
		}
		if got := tickets.Subjects("c-1"); !slices.Equal(got, []string{"ann", "zoe"}) {
			t.Errorf("the campaign's subjects are %v", got)
		}
	}
}
