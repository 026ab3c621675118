// When a Windows record says that a password had been set.
package formats

import (
	"strconv"
	"strings"
	"time"

	"resetproof/ingest/event"
)

// passwordLastSet is where 4738 states the new value of the attribute, as local
// time in the computer's language ("1/24/2022 5:03:25 PM", "24.01.2022 …").
const passwordLastSet = "data.PasswordLastSet"

// setBackAfter is how long before its record a password must have been set, by
// every reading of the day, to say that the attribute went back: a password
// set now is of now, in whatever zone the computer lives.
const setBackAfter = 48 * time.Hour

// markSetBack notes in records of a changed attribute that it went back. A
// record is written only where the attribute changed (Microsoft Learn, "4738(S):
// A user account was changed": of unchanged ones it says "-").
func markSetBack(get func(string) string, rec *Record) {
	for i := range rec.Events {
		e := &rec.Events[i]
		if e.Kind != event.StateObserved || e.Credential != "password" || e.Method != "" || e.Time == 0 {
			continue
		}
		day, ok := latestDay(get(passwordLastSet))
		if ok && day.Add(24*time.Hour+setBackAfter).UnixNano() < e.Time {
			e.Method = event.PasswordSetBefore(day.Add(setBackAfter))
		}
	}
}

// latestDay is the latest day, 00:00 UTC, that the date at the beginning of a
// text may mean: which of its numbers are day and month hangs on the language.
func latestDay(text string) (latest time.Time, ok bool) {
	text, _, _ = strings.Cut(strings.TrimSpace(text), " ")
	parts := strings.FieldsFunc(text, func(r rune) bool { return r < '0' || r > '9' })
	if len(parts) < 3 {
		return latest, false
	}
	var n [3]int
	for i := range n {
		v, err := strconv.Atoi(parts[i])
		if err != nil {
			return latest, false
		}
		n[i] = v
	}
	for _, order := range [][3]int{{n[0], n[1], n[2]}, {n[2], n[0], n[1]}, {n[2], n[1], n[0]}} { // year, month, day
		day := time.Date(order[0], time.Month(order[1]), order[2], 0, 0, 0, 0, time.UTC)
		if order[0] < 1601 || order[0] > 9999 || day.Year() != order[0] || int(day.Month()) != order[1] || day.Day() != order[2] {
			continue // no such day
		}
		if !ok || day.After(latest) {
			latest, ok = day, true
		}
	}
	return latest, ok
}
