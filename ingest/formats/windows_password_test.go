package formats

import (
	"testing"
	"time"

	"resetproof/ingest/event"
)

// A day is believed in whichever language it can be read, and of several
// readings the latest.
func TestLatestDay(t *testing.T) {
	for text, want := range map[string]string{
		"5/7/2020 1:39:46 PM":   "2020-07-05", // 5 July or 7 May
		"1/24/2022 5:03:25 PM":  "2022-01-24",
		"06.05.2024 11:38:15":   "2024-06-05",
		"24.01.2022 17:03:25":   "2022-01-24",
		"2024-05-06 11:38:15":   "2024-05-06",
		"2021/12/4":             "2021-12-04",
		"13/13/2020 1:00":       "",
		"2/30/2020 1:00":        "",
		"%%1794":                "",
		"-":                     "",
		"":                      "",
		"1/2":                   "",
		"1/1/1601 1:00:00 AM":   "1601-01-01",
		"99999999999999999/1/1": "",
	} {
		day, ok := latestDay(text)
		got := ""
		if ok {
			got = day.Format(time.DateOnly)
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestAPasswordTimeThatWentBack(t *testing.T) {
	at := time.Date(2022, 1, 24, 17, 3, 25, 0, time.UTC)
	for text, want := range map[string]string{
		"1/24/2022 6:03:25 PM": "",                               // now, an hour east
		"1/23/2022 3:03:25 AM": "",                               // now, and a computer far behind
		"1/20/2022 3:03:25 AM": "password set before 2022-01-22", // four days back
		"5/7/2020 1:39:46 PM":  "password set before 2020-07-07",
		"1/2/2022 1:39:46 PM":  "", // 2 January or, ahead of its record, 1 February: may be wrong, is not told
	} {
		rec := &Record{Events: []event.Event{
			{Kind: event.StateObserved, Credential: "password", Time: at.UnixNano()},
			{Kind: event.StateObserved, Credential: "password", Time: at.UnixNano(), Method: "change-at-next-signin"},
			{Kind: event.ResetExecuted, Credential: "password", Time: at.UnixNano()},
		}}
		markSetBack(func(string) string { return text }, rec)
		if got := rec.Events[0].Method; got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
		if rec.Events[1].Method != "change-at-next-signin" || rec.Events[2].Method != "" {
			t.Errorf("%q: others were marked", text)
		}
		before, ok := rec.Events[0].StatedPassword()
		if ok != (want != "") || ok && event.When(before).Format(time.DateOnly) != want[len(want)-10:] {
			t.Errorf("%q: read back as %v, %v", text, event.When(before), ok)
		}
	}
}
