package identity

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Values that Active Directory writes in its own way.

// binaryValue undoes the X'…' in which csvde writes octets.
func binaryValue(text string) string {
	if inner, ok := strings.CutPrefix(text, "X'"); ok {
		if octets, err := hex.DecodeString(strings.TrimSuffix(inner, "'")); err == nil {
			return string(octets)
		}
	}
	return text
}

// maxSubAuthorities of a SID (MS-DTYP section 2.4.2).
const maxSubAuthorities = 15

// sidText gives a SID in its text form, from that or from its octets (MS-DTYP
// section 2.4.2.2); "" for what is none.
func sidText(value string) string {
	value = binaryValue(value)
	if strings.HasPrefix(strings.ToUpper(value), "S-1-") {
		return strings.ToUpper(value)
	}
	octets := []byte(value)
	if len(octets) < 8 || octets[0] != 1 || octets[1] > maxSubAuthorities || len(octets) != 8+4*int(octets[1]) {
		return ""
	}
	var text strings.Builder
	fmt.Fprintf(&text, "S-1-%d", binary.BigEndian.Uint64(append([]byte{0, 0}, octets[2:8]...)))
	for rest := octets[8:]; len(rest) > 0; rest = rest[4:] {
		fmt.Fprintf(&text, "-%d", binary.LittleEndian.Uint32(rest))
	}
	return text.String()
}

// guidText gives a GUID in its text form, from that or from its octets, whose
// first three fields are little-endian (MS-DTYP section 2.3.4.2); "" for what
// is none.
func guidText(value string) string {
	value = binaryValue(value)
	if text := strings.ToLower(strings.Trim(value, "{}")); isUUID(text) {
		return text
	}
	if len(value) != 16 {
		return ""
	}
	b := []byte(value)
	return fmt.Sprintf("%08x-%04x-%04x-%x-%x", binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint16(b[4:]), binary.LittleEndian.Uint16(b[6:]), b[8:10], b[10:])
}

// dnsDomain is the domain that a distinguished name lies in: its DC parts
// (RFC 2247 section 2).
func dnsDomain(dn string) string {
	var labels []string
	for part := range strings.SplitSeq(dn, ",") {
		part = strings.TrimSpace(part)
		if len(part) > 3 && strings.EqualFold(part[:3], "dc=") {
			labels = append(labels, strings.ToLower(part[3:]))
		}
	}
	return strings.Join(labels, ".")
}

// ticksBefore1970 are the seconds from 1601-01-01, where FILETIME begins.
const ticksBefore1970 = 11_644_473_600

// expiry gives the end of an account, "" for one that never ends: 0 or the
// greatest number ("Account-Expires attribute").
func expiry(e *entry, f *faults) string {
	if text := e.first("accountexpires"); text != "" {
		ticks, err := strconv.ParseInt(text, 10, 64)
		switch {
		case strings.EqualFold(text, "never"):
			return ""
		case err != nil:
			// csvde and ldifde write the number; a date in a local order of day
			// and month is not believed
			return day(e, f, "accountexpires", text)
		case ticks == 0 || ticks == math.MaxInt64:
			return ""
		}
		return ending(e, f, "accountexpires", time.Unix(ticks/10_000_000-ticksBefore1970, ticks%10_000_000*100))
	}
	if text := e.first("accountexpirationdate"); text != "" {
		return day(e, f, "accountexpirationdate", text)
	}
	return ""
}

// day reads an end that is written as a date.
func day(e *entry, f *faults, path, text string) string {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05", time.DateOnly, "20060102150405.0Z", "20060102150405Z"} {
		if t, err := time.Parse(layout, text); err == nil {
			return ending(e, f, path, t)
		}
	}
	f.add(e.line, "%s is not a date that can be told: hint: export accountExpires as a number, other dates as 2026-03-01T09:00:00Z", path)
	return ""
}

// ending writes an end as our own columns do. The year 1, .NET's empty date, is
// none.
func ending(e *entry, f *faults, path string, t time.Time) string {
	switch {
	case t.Year() <= 1:
		return ""
	case t.Unix() <= 0:
		f.add(e.line, "%s lies before 1970", path)
		return ""
	case t.After(latest):
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
