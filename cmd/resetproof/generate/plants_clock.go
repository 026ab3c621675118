package generate

import (
	"bytes"
	"time"
)

// clockPlants are about the clock of the domain controller. Winlogbeat's own is
// another computer's: it takes an event in after it happened, if clocks agree.
var clockPlants = []setPlant{
	{check: "clock-skew", what: "the domain controller's clock is twenty minutes ahead", do: func(g *org) []string {
		g.takenIn(-20 * time.Minute)
		return []string{"windows-security-winlogbeat/norrvik"}
	}},
	{check: "clock-skew", what: "within the tolerance of the clocks", twin: true, do: func(g *org) []string {
		g.takenIn(-4 * time.Minute)
		return nil
	}},
	{check: "clock-skew", what: "the forwarder is three hours behind", twin: true, do: func(g *org) []string {
		g.takenIn(3 * time.Hour)
		return nil
	}},
}

// takenIn has every record of the domain controller taken in so long after it
// was written.
func (g *org) takenIn(after time.Duration) {
	const form = "2006-01-02T15:04:05.000Z"
	mark := []byte(`"created":"`)
	for i := range g.windows.records {
		r := &g.windows.records[i]
		at := bytes.Index(r.raw, mark) + len(mark)
		r.raw = append(append(bytes.Clone(r.raw[:at]), r.at.Add(after).UTC().Format(form)...), r.raw[at+len(form):]...)
	}
}
