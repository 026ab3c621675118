// Times as logs write them.
package formats

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"resetproof/ingest/event"
)

const (
	layoutRFC3339 = "rfc3339"
	layoutEpochS  = "epoch-s"
	layoutEpochMS = "epoch-ms"
	layoutRFC3164 = "rfc3164"
	zoneConfig    = "config"
	zoneUTC       = "utc"
)

// compactOffset is RFC 3339 with an offset without colon, as Samba and Jira
// write it.
const compactOffset = "2006-01-02T15:04:05Z0700"

// Reasons why a time is not one. They name no text from the record.
const (
	whyNoTime     = "no time"
	whyTimeForm   = "time is in a form this format does not read"
	hintTimeZone  = ": give UTC, or a clear local form with zone in the source's config"
	whyNoZone     = "local time without zone: set zone in the source's config"
	whyTimeBefore = "time %04d-%02d-%02d lies before 2000"
	whyTimeAhead  = "time %04d-%02d-%02d lies more than 48 hours after the run's now"
)

// parse reads b in the layout. zone is asked for only by a layout whose zone is
// config, now is for times without a year.
func (l Layout) parse(b []byte, zone func() *time.Location, now time.Time) (t time.Time, why string) {
	switch l.As {
	case layoutRFC3339:
		if t.UnmarshalText(b) == nil {
			return t, ""
		}
		if t, err := time.Parse(compactOffset, string(b)); err == nil {
			return t, ""
		}
		return t, whyTimeForm
	case layoutEpochS, layoutEpochMS:
		return epoch(b, l.As == layoutEpochMS)
	}
	form := l.As
	if form == layoutRFC3164 {
		form = time.Stamp
	}
	loc := time.UTC
	t, err := time.Parse(form, string(b))
	if err != nil {
		return t, whyTimeForm
	}
	if l.Zone == zoneConfig {
		if loc = zone(); loc == nil {
			return t, whyNoZone
		}
	}
	if l.As == layoutRFC3164 {
		return latest(t, loc, now)
	}
	if t, err = time.ParseInLocation(form, string(b), loc); err != nil {
		return t, whyTimeForm
	}
	return t, ""
}

// clockAhead is how far ahead of the run's now a time without a year may lie
// and still be of the current year: the clock tolerance between feeds.
const clockAhead = 5 * time.Minute

// leapReach is how many years back a year is looked for that has the day: 29
// February is missing for eight years around 1900 and 2100.
const leapReach = 8

// latest gives a time without year the latest year in which it has come about.
func latest(t time.Time, loc *time.Location, now time.Time) (time.Time, string) {
	_, month, day := t.Date()
	for year := now.In(loc).Year(); year >= now.Year()-leapReach; year-- {
		at := time.Date(year, month, day, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), loc)
		if at.Day() == day && !at.After(now.Add(clockAhead)) {
			return at, ""
		}
	}
	return t, whyTimeForm
}

// epoch reads seconds or milliseconds since 1970, seconds with up to nine decimals.
func epoch(b []byte, milli bool) (t time.Time, why string) {
	whole, frac, _ := strings.Cut(string(b), ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || len(frac) > 9 || milli && frac != "" {
		return t, whyTimeForm
	}
	if milli {
		return time.UnixMilli(n), ""
	}
	ns, err := strconv.ParseUint((frac + "000000000")[:9], 10, 32)
	if err != nil {
		return t, whyTimeForm
	}
	return time.Unix(n, int64(ns)), ""
}

// latestTime is the last that nanoseconds since 1970 can hold.
var latestTime = event.When(math.MaxInt64)

// ahead gives a time too far after now, UTC nanoseconds; 0 for one that is not
// and for one that no run will ever come near.
func ahead(at, now time.Time) int64 {
	if !at.After(now.Add(event.LatestAhead)) || at.After(latestTime) {
		return 0
	}
	return at.UnixNano()
}

// bounds tells why t is not believed, "" if it is.
func bounds(t, now time.Time) string {
	t = t.UTC()
	y, m, d := t.Date()
	switch {
	case t.Before(event.When(event.EarliestTime)):
		return fmt.Sprintf(whyTimeBefore, y, m, d)
	case t.After(now.Add(event.LatestAhead)):
		return fmt.Sprintf(whyTimeAhead, y, m, d)
	}
	return ""
}
