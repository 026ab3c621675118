package custody

import (
	"fmt"
	"testing"
	"time"

	"resetproof/ingest/event"
)

// at gives a time so many days into March 2026.
func at(days int) int64 {
	return time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, days).UnixNano()
}

func TestFamiliar(t *testing.T) {
	var h habits
	for _, day := range []int{0, 3, 6, 9, 12} {
		h.learn(&event.Event{Kind: event.SigninSucceeded, System: "okta", Place: "Oslo, Norway", Device: "Computer/Linux", IP: "192.0.2.1", Time: at(day)}, 5)
	}
	for _, try := range []struct {
		name  string
		trait trait
		day   int
		want  Familiarity
	}{
		{"seen before", trait{"place", "okta", "oslo, norway"}, 20, Familiar},
		{"seen before in another system", trait{"place", "entra", "Oslo, Norway"}, 20, Familiar},
		{"never seen, enough known", trait{"place", "okta", "Lagos, Nigeria"}, 20, Unfamiliar},
		{"never seen, nothing known of that system", trait{"place", "entra", "Lagos, Nigeria"}, 20, Untold},
		{"never seen, five sign-ins but not a fortnight", trait{"place", "okta", "Lagos, Nigeria"}, 13, Untold},
		{"never seen, not five sign-ins yet", trait{"place", "okta", "Lagos, Nigeria"}, 11, Untold},
		{"not stated", trait{"device", "okta", ""}, 20, Untold},
		{"seen only later", trait{"place", "okta", "Oslo, Norway"}, 0, Untold},
	} {
		if got := h.familiar(try.trait, at(try.day), 5, 14*24*time.Hour); got != try.want {
			t.Errorf("%s: %d, want %d", try.name, got, try.want)
		}
	}
}

// A session and its second factor are one sign-in; so are not two sign-ins a day
// apart that a long session holds.
func TestRecordsOfOneSigninCountOnce(t *testing.T) {
	signin := func(h *habits, day int, session string, after time.Duration) {
		h.learn(&event.Event{Kind: event.SigninSucceeded, System: "okta", Place: "Oslo, Norway", Session: session, Time: at(day) + int64(after)}, 5)
	}
	far := trait{"place", "okta", "Lagos, Nigeria"}
	var three, six habits
	for _, day := range []int{0, 3, 6} {
		signin(&three, day, fmt.Sprint("s", day), 0)
		signin(&three, day, fmt.Sprint("s", day), 9*time.Second)
		signin(&six, day, "long", 0)
		signin(&six, day+1, "long", 0)
	}
	if got := three.familiar(far, at(20), 5, 14*24*time.Hour); got != Untold {
		t.Errorf("three sign-ins of two records each: %d, want untold", got)
	}
	if got := six.familiar(far, at(20), 5, 14*24*time.Hour); got != Unfamiliar {
		t.Errorf("six sign-ins in one long session: %d, want unfamiliar", got)
	}
}

// Windows writes one sign-in as a ticket without a session and as log-ons with
// one each; two people's places, or two moments, are two.
func TestRecordsOfOneMomentCountOnce(t *testing.T) {
	first := &event.Event{System: "ad", IP: "192.0.2.10", Time: at(1)}
	for _, try := range []struct {
		name string
		next event.Event
		want bool
	}{
		{"the log-on that the ticket opens", event.Event{Session: "dc1/0x1", IP: "192.0.2.10", Time: at(1) + int64(40*time.Millisecond)}, true},
		{"a log-on that states no address", event.Event{Session: "pc7/0x1", IP: "127.0.0.1", Device: "PC7", Time: at(1) + int64(2*time.Second)}, true},
		{"one from another address", event.Event{Session: "dc1/0x1", IP: "192.0.2.11", Time: at(1) + int64(time.Second)}, false},
		{"one a minute later", event.Event{Session: "dc1/0x1", IP: "192.0.2.10", Time: at(1) + int64(time.Minute)}, false},
	} {
		if got := countedOf(first, "").again(countedOf(&try.next, "")); got != try.want {
			t.Errorf("%s: again is %v", try.name, got)
		}
	}
	ticket, logon := countedOf(first, ""), countedOf(&event.Event{Session: "dc1/0x1", Time: at(1) + 1}, "")
	if later := countedOf(&event.Event{Session: "dc1/0x1", Time: at(1) + int64(9*time.Minute)}, ""); !ticket.with(logon).again(later) || ticket.again(later) {
		t.Error("the session is not known from the log-on that followed the ticket")
	}
	if countedOf(first, "web").again(countedOf(first, "etl")) {
		t.Error("two programs that read a secret at once are one")
	}
}

// Beyond its bound the memory calls nothing unfamiliar.
func TestHabitsAreBounded(t *testing.T) {
	var h habits
	for i := range maxHabits + 10 {
		h.learn(&event.Event{System: "okta", Place: fmt.Sprintf("place %d", i), Time: at(i % 28)}, 5)
	}
	if len(h.first) > maxHabits {
		t.Errorf("%d places remembered, the bound is %d", len(h.first), maxHabits)
	}
	if got := h.familiar(trait{"place", "okta", "elsewhere"}, at(60), 5, 14*24*time.Hour); got != Untold {
		t.Errorf("elsewhere: %d, want untold", got)
	}
}
