package survey

import (
	"fmt"
	"testing"
	"time"
)

// A desk works on by people who have done too little to be charted themselves:
// its last weeks are past those of every operator who is.
func TestDeskOutlastsItsOperators(t *testing.T) {
	var o organisation
	for day := range 70 {
		at := opening.AddDate(0, 0, day).Add(9 * time.Hour)
		if day < 49 {
			for n := range 3 {
				o.reset(fmt.Sprintf("op%d", n), at.Add(time.Duration(n)*time.Hour)).Desk = "north"
			}
		} else if day%3 == 0 {
			o.reset(fmt.Sprintf("late%d", day%2), at).Desk = "north"
		}
	}
	if got := o.survey(t, [2]int64{}); got.Lacks["operator-drift"] != "" {
		t.Errorf("not judged: %s", got.Lacks["operator-drift"])
	}
}
