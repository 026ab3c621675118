package report

import (
	"fmt"
	"testing"

	"resetproof/detect/judge"
)

// What became of old ways in is counted from the notes of cases, by class and
// kind; other notes say nothing of it.
func TestRevocationsByClassAndKind(t *testing.T) {
	recovery, rotation := "recovery", "rotation"
	tallies := newTallies()
	for _, c := range []*judge.CaseRecord{
		{Class: &rotation, Notes: []string{"old key, late: AKIA1 in aws (known by log), ended at 2026-03-04 10:00:00 UTC, used after the reset until 2026-03-04 09:00:00 UTC, from 1 of the 3 places that used it before"}},
		{Class: &recovery, Notes: []string{
			"old access in use after the reset: 1 session(s) in ad",
			"old key, never: AKIA2 in aws (known by use)",
			"old secret, in time: db in vault (known by inventory), ended at 2026-03-02 10:00:00 UTC",
			"old secret, in time: queue in vault (known by use), ended at 2026-03-02 10:00:00 UTC",
			"old secret, forged: x", "old boots, never: x", "new key, late: x",
		}},
		{Class: &recovery, Notes: []string{"old secret, unknown: \": never: old key, late: in vault (known by use)"}},
	} {
		tallies.addClosures(c)
	}
	got := ""
	for _, r := range tallies.revocations() {
		got += fmt.Sprintf("%s %s %v used %d\n", r.Class, r.What, r.Counts, r.Used)
	}
	want := "recovery key [0 0 1 0 0] used 0\nrecovery secret [2 0 0 0 1] used 0\nrotation key [0 1 0 0 0] used 1\n"
	if got != want {
		t.Errorf("revocations are\n%swant\n%s", got, want)
	}
	if got, want := revokedText(tallies.revocations()), "Of 5 old ways in that the resets had to end, 2 ended in time on record."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
