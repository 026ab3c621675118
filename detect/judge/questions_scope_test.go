package judge

import (
	"testing"
	"time"

	"resetproof/rules"
)

// A shift is judged in its own zone, summer and winter; one that passes midnight
// belongs to the day it begins on.
func TestOnShift(t *testing.T) {
	weekdays := []string{"mon", "tue", "wed", "thu", "fri"}
	day := rules.Shift{Zone: "Europe/Stockholm", Days: weekdays, From: "08:00", To: "18:00"}
	night := rules.Shift{Zone: "Europe/Stockholm", Days: []string{"fri"}, From: "22:00", To: "06:00"}
	round := rules.Shift{Zone: "Europe/Stockholm", Days: []string{"sat"}, From: "00:00", To: "00:00"}
	for _, c := range []struct {
		shift rules.Shift
		at    string
		want  bool
	}{
		{day, "2026-03-02T07:30:00Z", true},  // 08:30, a Monday in winter
		{day, "2026-03-02T06:30:00Z", false}, // 07:30
		{day, "2026-06-01T06:30:00Z", true},  // 08:30, a Monday in summer
		{day, "2026-06-01T16:04:00Z", true},  // 18:04: clocks differ
		{day, "2026-06-01T16:06:00Z", false},
		{day, "2026-06-06T10:00:00Z", false},   // Saturday
		{night, "2026-06-05T21:00:00Z", true},  // Friday 23:00
		{night, "2026-06-06T03:00:00Z", true},  // Saturday 05:00, of Friday's shift
		{night, "2026-06-06T21:00:00Z", false}, // Saturday 23:00
		{night, "2026-06-05T03:00:00Z", false}, // Friday 05:00, of Thursday's
		{night, "2026-03-29T00:30:00Z", false}, // the night the clocks go forward, of Saturday's
		{round, "2026-06-06T10:00:00Z", true},  // all of Saturday
		{round, "2026-06-07T10:00:00Z", false},
	} {
		zone, err := time.LoadLocation(c.shift.Zone)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := onShift(c.shift, at.In(zone), 5*time.Minute); got != c.want {
			t.Errorf("%s %s to %s at %s: on shift %v", c.shift.Days, c.shift.From, c.shift.To, at.In(zone), got)
		}
	}
}
