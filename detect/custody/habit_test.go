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
