package generate

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Truth is one line of truth.jsonl: a reset that took place, or a finding about
// the whole set.
type Truth struct {
	// Identity and Time name the case: the roster's id, and its first successful act.
	Identity string    `json:"identity,omitempty"`
	Time     time.Time `json:"time,omitzero"`
	System   string    `json:"system,omitempty"` // of the act
	Tier     string    `json:"tier,omitempty"`
	Class    string    `json:"class,omitempty"`
	Path     string    `json:"path,omitempty"`
	// Plant says what was done: "check/what", or "clean".
	Plant string `json:"plant"`
	Twin  bool   `json:"twin"` // innocent: looks like it and is not
	// Verdicts are those that were planted. Of every other check the case must
	// not be not-met.
	Verdicts map[string]string `json:"verdicts,omitempty"`
	// Severities are those of findings whose severity depends on the case.
	Severities map[string]string `json:"severities,omitempty"`
	// Check and Subject name a finding about the whole set; where Subject is
	// empty, Identity says whom it is about.
	Check   string `json:"check,omitempty"`
	Subject string `json:"subject,omitempty"`
}

func (g *org) writeTruth() {
	slices.SortStableFunc(g.truth, func(a, b Truth) int {
		if c := a.Time.Compare(b.Time); c != 0 {
			return c
		}
		return strings.Compare(a.Identity+a.Check+a.Subject, b.Identity+b.Check+b.Subject)
	})
	var b bytes.Buffer
	for _, t := range g.truth {
		raw, err := json.Marshal(t)
		if err != nil {
			panic(err)
		}
		b.Write(raw)
		b.WriteByte('\n')
	}
	g.files["truth.jsonl"] = b.Bytes()
}
