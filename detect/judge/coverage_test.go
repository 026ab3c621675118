package judge

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"resetproof/ingest/event"
)

// start is hour 0 of these tests.
var start = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC).UnixNano()

const hour = int64(time.Hour)

// feedAt makes a feed with a record at each of the hours, given as "0-48/6"
// (every six hours from 0 to 48) or single numbers.
func feedAt(t *testing.T, hours string) event.Feed {
	t.Helper()
	f := event.Feed{Name: "f", Minutes: map[int64][]byte{}}
	add := func(h float64) {
		at := start + int64(h*float64(hour))
		if f.First == 0 || at < f.First {
			f.First = at
		}
		f.Last = max(f.Last, at)
		d, m := at/day, at%day/minute
		if f.Minutes[d] == nil {
			f.Minutes[d] = make([]byte, minutesADay/8)
		}
		f.Minutes[d][m/8] |= 1 << (m % 8)
		f.Records++
	}
	for _, part := range strings.Fields(hours) {
		var from, to, step float64
		if n, _ := fmt.Sscanf(part, "%f-%f/%f", &from, &to, &step); n == 3 {
			for h := from; h <= to; h += step {
				add(h)
			}
			continue
		}
		h, err := strconv.ParseFloat(part, 64)
		if err != nil {
			t.Fatalf("hours %q: %v", part, err)
		}
		add(h)
	}
	return f
}

// spans prints intervals in hours, rounded.
func spans(list [][2]int64) string {
	var out []string
	for _, i := range list {
		out = append(out, fmt.Sprintf("%.0f..%.0f", float64(i[0]-start)/float64(hour), float64(i[1]-start)/float64(hour)))
	}
	return strings.Join(out, " ")
}

func TestKnown(t *testing.T) {
	feed := func(name string, intervals ...[2]int64) FeedCoverage {
		return FeedCoverage{Feed: event.Feed{Name: name, System: name, Shows: []string{"secret.accessed"}, Last: 100 * day}, Intervals: intervals}
	}
	c := NewCoverage([]FeedCoverage{feed("aws", [2]int64{0, 10 * day}, [2]int64{12 * day, 100 * day}), feed("vault", [2]int64{15 * day, 100 * day})}, 100*day, nil, nil, nil)
	for _, ask := range []struct {
		system string
		want   time.Duration
	}{{"aws", 18 * 24 * time.Hour}, {"vault", 5 * 24 * time.Hour}, {"", 5 * 24 * time.Hour}, {"entra", 0}} {
		if got := c.Known(Ask{Kind: "secret.accessed", System: ask.system, From: 0, To: 20 * day}); got != ask.want {
			t.Errorf("%q is known for %v, want %v", ask.system, got, ask.want)
		}
	}
}

func TestWhatAFeedCovers(t *testing.T) {
	for _, c := range []struct {
		name   string
		hours  string
		lags   map[int64]int64
		covers [2]int64 // hours
		want   string
	}{
		{"from the first to the last record", "0-240/6", nil, [2]int64{}, "0..240"},
		{"one record covers its own moment", "5", nil, [2]int64{}, "5..5"},
		{"nothing covers nothing", "", nil, [2]int64{}, ""},
		{"a day of silence is no gap", "0-240/6 264.0166667", nil, [2]int64{}, "0..264"},
		{"two minutes more are one", "0-240/6 264.05 270", nil, [2]int64{}, "0..240 264..270"},
		{"three times the longest silence before is no gap", "0-120/12 155", nil, [2]int64{}, "0..155"},
		{"more than that is", "0-120/12 157", nil, [2]int64{}, "0..120 157..157"},
		{"the longest silence counts for fourteen days", "0 12-360/6 395", nil, [2]int64{}, "0..360 395..395"},
		{"and while it does the same silence is none", "0 12-300/6 335", nil, [2]int64{}, "0..335"},
		{"the first day has no rate to go by", "0-12/6 90", nil, [2]int64{}, "0..90"},
		{"but a silence beyond its fortnight is one", "0-12/6 360", nil, [2]int64{}, "0..12 360..360"},
		{"two gaps leave three intervals", "0-48/6 100-148/6 200-248/6", nil, [2]int64{}, "0..48 100..148 200..248"},
		{"the lag of the slowest in a hundred is taken off the end", "0-240/6", map[int64]int64{0: 98, 3600: 1, 36000: 1}, [2]int64{}, "0..239"},
		{"and off the end alone", "0-48/6 100-148/6", map[int64]int64{3600: 100}, [2]int64{}, "0..48 100..147"},
		{"what the config covers, in spite of silence", "0-48/6 300", nil, [2]int64{-10, 400}, "-10..400"},
		{"but not of a feed with records on one day", "0-12/6", nil, [2]int64{-10, 400}, "0..12"},
	} {
		f := feedAt(t, c.hours)
		f.Lags = c.lags
		if c.covers != [2]int64{} {
			f.Covers = [2]int64{start + c.covers[0]*hour, start + c.covers[1]*hour}
		}
		if got := spans(Cover(f).Intervals); got != c.want {
			t.Errorf("%s: covers %s, want %s", c.name, got, c.want)
		}
	}
}

func TestLagQuantiles(t *testing.T) {
	c := Cover(event.Feed{Lags: map[int64]int64{1: 50, 2: 48, 9: 1, 60: 1}})
	if *c.LagP50 != 1 || *c.LagP99 != 9 {
		t.Errorf("lag p50 %v p99 %v, want 1 and 9", *c.LagP50, *c.LagP99)
	}
	if c = Cover(event.Feed{}); c.LagP50 != nil || c.LagP99 != nil {
		t.Error("a feed without a time of writing has a lag")
	}
}

// readFeed reads "name system=okta shows=a;b for=c only=a seen=a expect=a from=0 to=100 gap=10-20 lag=60",
// from and to in hours; for are the kinds shown for self-service only, only
// those that need a setting, seen those that were seen.
func readFeed(t *testing.T, line string) FeedCoverage {
	t.Helper()
	words := strings.Fields(line)
	f := FeedCoverage{Feed: event.Feed{Name: words[0], Source: words[0], Kinds: map[string]int64{}, ShowsFor: map[string][]string{}}}
	at := func(s string) int64 {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		return start + n*hour
	}
	var gap [2]int64
	for _, w := range words[1:] {
		key, value, _ := strings.Cut(w, "=")
		kinds := strings.Split(value, ";")
		switch key {
		case "system":
			f.System = value
		case "shows":
			f.Shows = kinds
		case "for":
			f.ShowsFor["self-service"] = kinds
		case "only":
			f.NeedsSetting = kinds
		case "seen":
			f.Kinds[value] = 1
		case "expect":
			f.Expect = kinds
		case "always":
			f.Always = kinds
		case "from":
			f.First = at(value)
		case "to":
			f.Last = at(value)
		case "gap":
			a, b, _ := strings.Cut(value, "-")
			gap = [2]int64{at(a), at(b)}
		case "lag":
			secs := int64(at(value)-start) / int64(hour)
			f.LagP99 = &secs
		default:
			t.Fatalf("%s: unknown key %q", line, key)
		}
	}
	f.Intervals = [][2]int64{{f.First, f.Last}}
	if gap != [2]int64{} {
		f.Intervals = [][2]int64{{f.First, gap[0]}, {gap[1], f.Last}}
	}
	return f
}

var stateNames = map[State]string{Covered: "covered", Open: "open", NotCovered: "not-covered"}

// Each row: the feeds, the question (kind, system, path, hours), the answer and
// the feeds that were searched.
func TestWindows(t *testing.T) {
	const approvals = "snow shows=reset.approved from=0 to=100"
	for _, c := range []struct {
		name  string
		feeds []string
		ask   string
		want  string
	}{
		{"a feed that shows it, all the time", []string{approvals}, "reset.approved ad assisted 10-20", "covered snow"},
		{"up to its last moment", []string{approvals}, "reset.approved ad assisted 90-100", "covered snow"},
		{"past its end the window is open", []string{approvals}, "reset.approved ad assisted 90-101", "open snow"},
		{"before its beginning nothing is covered", []string{approvals}, "reset.approved ad assisted -1-20", "not-covered snow"},
		{"no feed that shows it", []string{"okta system=okta shows=session.revoked from=0 to=100"}, "reset.approved ad assisted 10-20", "not-covered -"},
		{"no feed at all", nil, "reset.approved ad assisted 10-20", "not-covered -"},
		{"a gap inside", []string{approvals + " gap=12-40"}, "reset.approved ad assisted 10-20", "not-covered snow"},
		{"a gap beside", []string{approvals + " gap=40-70"}, "reset.approved ad assisted 10-20", "covered snow"},

		{"every feed of it must cover", []string{approvals, "jira shows=reset.approved from=15 to=100"}, "reset.approved ad assisted 10-20", "not-covered jira,snow"},
		{"one that ended earlier leaves it open", []string{approvals, "jira shows=reset.approved from=-50 to=15"}, "reset.approved ad assisted 10-20", "open jira,snow"},
		{"unless the config expects it of others", []string{approvals + " expect=reset.approved", "jira shows=reset.approved from=15 to=100"}, "reset.approved ad assisted 10-20", "covered snow"},
		{"an expectation of another kind changes nothing", []string{approvals + " expect=reset.requested", "jira shows=reset.approved from=15 to=100"}, "reset.approved ad assisted 10-20", "not-covered jira,snow"},
		{"records of less than a day make no feed to expect", []string{approvals, "jira shows=reset.approved from=15 to=38"}, "reset.approved ad assisted 10-20", "covered snow"},
		{"a day does", []string{approvals, "jira shows=reset.approved from=15 to=39"}, "reset.approved ad assisted 10-20", "not-covered jira,snow"},

		{"the log of another system does not show it", []string{"okta system=okta shows=session.revoked from=0 to=100"}, "session.revoked ad assisted 10-20", "not-covered -"},
		{"that of the system does", []string{"okta system=okta shows=session.revoked from=0 to=100"}, "session.revoked okta assisted 10-20", "covered okta"},
		{"a feed of no one system shows it for all", []string{"steps shows=session.revoked from=0 to=100"}, "session.revoked ad assisted 10-20", "covered steps"},
		{"the process is logged where it is kept", []string{"snow system=servicenow shows=reset.approved from=0 to=100"}, "reset.approved ad assisted 10-20", "covered snow"},
		{"asked of no system all count", []string{"okta system=okta shows=privilege.granted from=0 to=100", "dc system=ad shows=privilege.granted from=-50 to=15"}, "privilege.granted - assisted 10-20", "open dc,okta"},

		{"another product's flow", []string{"entra system=entra for=reset.requested from=0 to=100"}, "reset.requested aws self-service 10-20", "not-covered -"},
		{"shown for self-service only", []string{"entra system=entra for=identity.verified from=0 to=100"}, "identity.verified entra self-service 10-20", "covered entra"},
		{"and so not for the service desk", []string{"entra system=entra for=identity.verified from=0 to=100"}, "identity.verified entra assisted 10-20", "not-covered -"},

		{"what needs a setting proves nothing unseen", []string{approvals + " only=reset.approved"}, "reset.approved ad assisted 10-20", "not-covered -"},
		{"once seen it does", []string{approvals + " only=reset.approved seen=reset.approved"}, "reset.approved ad assisted 10-20", "covered snow"},
		{"another kind seen is not enough", []string{approvals + " only=reset.approved seen=reset.requested"}, "reset.approved ad assisted 10-20", "not-covered -"},
		{"or declared", []string{approvals + " only=reset.approved expect=reset.approved"}, "reset.approved ad assisted 10-20", "covered snow"},
	} {
		var feeds []FeedCoverage
		for _, line := range c.feeds {
			feeds = append(feeds, readFeed(t, line))
		}
		sortFeeds(feeds)
		if got := window(t, NewCoverage(feeds, start+1000*hour, nil, nil, nil), c.ask); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func window(t *testing.T, c *Coverage, ask string) string {
	t.Helper()
	words := strings.Fields(ask)
	var from, to int64
	if _, err := fmt.Sscanf(words[3], "%d-%d", &from, &to); err != nil {
		t.Fatalf("%s: %v", ask, err)
	}
	state, feeds := c.Window(Ask{Kind: words[0], System: strings.Trim(words[1], "-"), Path: words[2], From: start + from*hour, To: start + to*hour})
	var names []string
	for _, f := range feeds {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	if names == nil {
		names = []string{"-"}
	}
	return stateNames[state] + " " + strings.Join(names, ",")
}

// A window is judged against the earlier of now and the coverage.
func TestNowBoundsTheWindow(t *testing.T) {
	feeds := []FeedCoverage{readFeed(t, "snow shows=reset.approved from=0 to=100")}
	for _, c := range []struct {
		now  int64
		want string
	}{{15, "open snow"}, {20, "covered snow"}, {500, "covered snow"}} {
		if got := window(t, NewCoverage(feeds, start+c.now*hour, nil, nil, nil), "reset.approved ad assisted 10-20"); got != c.want {
			t.Errorf("at hour %d: %s, want %s", c.now, got, c.want)
		}
	}
}

// A source that was expected to show a kind and gave no record at all leaves
// everything of that kind open to doubt.
func TestUnreadSourceCoversNothing(t *testing.T) {
	feeds := []FeedCoverage{readFeed(t, "snow shows=reset.approved from=0 to=100")}
	feeds[0].AlsoFrom = []string{"snow-archive"}
	for source, want := range map[string]string{"snow": "covered snow", "snow-archive": "covered snow", "jira": "not-covered snow"} {
		c := NewCoverage(feeds, start+1000*hour, nil, map[string][]string{source: {"reset.approved"}}, nil)
		if got := window(t, c, "reset.approved ad assisted 10-20"); got != want {
			t.Errorf("expected of %s: %s, want %s", source, got, want)
		}
	}
}

// sources_absent is the organisation's statement that no such record exists:
// silence proves as much as it ever can, and the statement is cited.
func TestStatedAbsenceIsCovered(t *testing.T) {
	c := NewCoverage(nil, start+50*hour, []event.Kind{event.ResetApproved}, nil, nil)
	for ask, want := range map[string]string{
		"reset.approved ad assisted 10-20":  "covered sources_absent",
		"reset.approved ad assisted 40-60":  "open sources_absent",
		"reset.requested ad assisted 10-20": "not-covered -",
	} {
		if got := window(t, c, ask); got != want {
			t.Errorf("%s: %s, want %s", ask, got, want)
		}
	}
}

func TestLagAndAlways(t *testing.T) {
	c := NewCoverage([]FeedCoverage{
		readFeed(t, "dc system=ad shows=session.revoked from=0 to=100 lag=60"),
		readFeed(t, "okta system=okta shows=session.revoked always=session.revoked from=0 to=100 lag=5"),
	}, start+1000*hour, nil, nil, nil)
	if got := c.Lag(Ask{Kind: "session.revoked"}); got != time.Minute {
		t.Errorf("lag over all systems %v, want that of the slowest", got)
	}
	if got := c.Lag(Ask{Kind: "session.revoked", System: "okta"}); got != 5*time.Second {
		t.Errorf("lag of okta %v, want its own", got)
	}
	if !c.Always("session.revoked", "okta") || c.Always("session.revoked", "ad") || c.Always("token.revoked", "okta") {
		t.Error("a kind is always logged where no format says so, or not where one does")
	}
}

// A system that the config binds to sources is covered by those alone, and by
// none while one of them gave no record.
func TestSystemsAreCoveredByTheirSources(t *testing.T) {
	dc, spare := readFeed(t, "dc system=ad shows=reset.executed from=0 to=100"), readFeed(t, "spare system=ad shows=reset.executed from=0 to=30")
	dc.Source, dc.AlsoFrom, spare.Source = "archive", []string{"dc"}, "spare"
	ask := Ask{Kind: "reset.executed", System: "ad", From: start + 40*hour, To: start + 50*hour}
	for name, c := range map[string]struct {
		systems map[string][]string
		want    State
	}{
		"every feed of it":           {nil, Open}, // the spare one ended before
		"the one that counts":        {map[string][]string{"ad": {"dc"}}, Covered},
		"one that was never read":    {map[string][]string{"ad": {"dc", "dc2"}}, NotCovered},
		"another system's statement": {map[string][]string{"okta": {"okta"}}, Open},
	} {
		feeds := []FeedCoverage{dc, spare}
		if got, _ := NewCoverage(feeds, start+1000*hour, nil, nil, c.systems).Window(ask); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// A feed that is silent every other minute has half a million silences in two
// years; each is compared with the longest before it, not with every one.
func TestGapsOfBusyFeed(t *testing.T) {
	f := event.Feed{Minutes: map[int64][]byte{}}
	const first, days = 20000, 60
	for d := int64(first); d < first+days; d++ {
		f.Minutes[d] = bytes.Repeat([]byte{0x55}, minutesADay/8)
	}
	delete(f.Minutes, first+30)
	delete(f.Minutes, first+31)
	want := [][2]int64{{(first+30)*day - minute, (first + 32) * day}}
	if got := gaps(f); !slices.Equal(got, want) {
		t.Errorf("gaps %v, want %v", got, want)
	}
	// The same two days are no gap where the feed was silent for 21 hours
	// within the fortnight before, and are one where that lies further back.
	for silent, want := range map[int64]int{first + 20: 0, first + 10: 1} {
		whole := f.Minutes[silent]
		f.Minutes[silent] = whole[:180/8]
		if got := gaps(f); len(got) != want {
			t.Errorf("silent on day %d: gaps %v, want %d", silent-first, got, want)
		}
		f.Minutes[silent] = whole
	}
}
