package report

import (
	"fmt"
	"testing"
)

func TestWaiversAreListedWithTheirUses(t *testing.T) {
	rows := waiverRows(sampleCoverage().file())
	if len(rows) != 2 {
		t.Fatalf("%d rows, want 2", len(rows))
	}
	got := ""
	for _, r := range rows {
		got += fmt.Sprintf("%s (%s) %s; %s %s; %d uses and %d more; %q; owner %s, in its place %s\n", r.ID, r.Checks, r.Life, r.Used, r.Months, len(r.Uses), r.More, r.Defects, r.Signed[0].Value, r.Stated[1].Value)
	}
	want := "W-7 (missing-approval) 2026-03-01 00:00 to 2026-04-01 00:00; 2 cases, 3 checks [needed after its end by 1 case 2026-03: 5 % of 40 cases]; 2 uses and 1 more; []; owner p-ruth, in its place call-back\n" +
		"W-8 () always to no end; never []; 0 uses and 0 more; [\"states no end and no owner, and so covers nothing\"]; owner not stated, in its place not stated\n"
	if got != want {
		t.Errorf("the waivers are\n%swant\n%s", got, want)
	}
}
