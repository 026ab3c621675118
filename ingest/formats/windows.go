// The Go part of the Windows formats: what a party's id is, and the clock of
// NXLog's local times. Everything else stands in windows-security.yaml.
package formats

import (
	"strings"
	"time"

	"resetproof/ingest/event"
)

func init() {
	hooks["windows-security"] = &Hook{Paths: []string{passwordLastSet}, Adjust: adjustWindows}
	hooks["windows-security-xml"] = &Hook{Extract: extractEventXML, Paths: []string{passwordLastSet}, Adjust: adjustWindows}
	hooks["windows-security-nxlog"] = &Hook{
		Paths:  []string{"EventReceivedTime", "@timestamp", passwordLastSet},
		Zone:   nxlogZone,
		Adjust: adjustWindows,
	}
}

// wellKnown are the accounts of the system, the same on every computer. The
// computer's own name, which its records give them, would make one account of
// all computers; and a collector that renders SIDs writes the name for the SID.
// Source: Microsoft Learn, "Security identifiers", well-known SIDs.
var wellKnown = []struct{ sid, name string }{
	{"S-1-5-18", `NT AUTHORITY\SYSTEM`},
	{"S-1-5-19", `NT AUTHORITY\LOCAL SERVICE`},
	{"S-1-5-20", `NT AUTHORITY\NETWORK SERVICE`},
	{"S-1-5-7", `NT AUTHORITY\ANONYMOUS LOGON`},
}

// sidTypes says what kind of account stands behind a SID or a family of SIDs,
// same source: window managers and font driver hosts belong to the system,
// NT SERVICE and application pools are services.
var sidTypes = []struct{ prefix, kind string }{
	{"S-1-5-90-", "system"},
	{"S-1-5-96-", "system"},
	{"S-1-5-80-", "service"},
	{"S-1-5-82-", "service"},
}

// adjustWindows settles the parties of a record, and lets only the Security log
// speak for when it was recorded: records of other channels in the same stream
// would pass for coverage of it.
func adjustWindows(get func(string) string, rec *Record) {
	markSetBack(get, rec)
	if strings.Contains(rec.Type, "/") {
		rec.Time, rec.Written = 0, 0
	}
	for i := range rec.Events {
		settleParty(&rec.Events[i].Account)
		settleParty(&rec.Events[i].Actor)
	}
}

func settleParty(p *event.Party) {
	if p.ID == "" {
		return
	}
	for _, w := range wellKnown {
		if p.ID == w.sid || strings.EqualFold(p.ID, w.name) || strings.EqualFold(p.ID, strings.TrimPrefix(w.name, `NT AUTHORITY\`)) {
			p.ID, p.Name, p.Type = w.sid, w.name, "system"
			return
		}
	}
	if !strings.HasPrefix(p.ID, "S-1-") {
		// A collector wrote the name where the SID belongs.
		if p.Name == "" {
			p.Name = p.ID
		}
		p.ID = ""
		return
	}
	for _, s := range sidTypes {
		if strings.HasPrefix(p.ID, s.prefix) {
			p.Type = s.kind
		}
	}
}

const (
	// zoneStep is the unit of the world's time zones: all offsets now in use are
	// whole quarters of an hour.
	zoneStep = 15 * time.Minute
	// zoneSlack is how long after EventReceivedTime, cut to seconds, a record may
	// reach Logstash for the two to count as one instant. Measured on the 12,278
	// records of OTRF's Security-Datasets dump: 0.0 to 1.0 s.
	zoneSlack = 5 * time.Second
	// zoneFarthest is the largest offset in use (Kiribati, +14:00).
	zoneFarthest = 14 * time.Hour
)

// nxlogZone reads a record's zone from the record: EventReceivedTime is local,
// and the @timestamp that Logstash adds on receipt is the same instant in UTC.
// If they do not lie a whole number of quarter hours apart, give or take
// zoneSlack, the record waited on its way and tells no zone.
func nxlogZone(get func(string) string) *time.Location {
	local, err := time.Parse("2006-01-02 15:04:05", get("EventReceivedTime"))
	if err != nil {
		return nil
	}
	utc, err := time.Parse(time.RFC3339Nano, get("@timestamp"))
	if err != nil {
		return nil
	}
	behind := utc.Sub(local)
	if behind < -zoneFarthest || behind > zoneFarthest {
		return nil
	}
	offset := behind.Round(zoneStep)
	if late := behind - offset; late < 0 || late > zoneSlack {
		return nil
	}
	return time.FixedZone("", -int(offset/time.Second))
}
