// The Go part of samba-ad: addresses, the system's own SID, and the bits of
// userAccountControl. Everything else stands in samba-ad.yaml.
package formats

import (
	"strconv"
	"strings"

	"resetproof/ingest/event"
)

const (
	uacBefore = "dsdbChange.attributes.userAccountControl.actions[action=delete].values[0].value"
	uacAfter  = "dsdbChange.attributes.userAccountControl.actions[action=replace|add].values[0].value"
	// uacDisabled is ADS_UF_ACCOUNTDISABLE (Microsoft Open Specifications,
	// MS-ADTS 2.2.16).
	uacDisabled = 0x2
)

// sambaRemote is where each type of record has its peer.
const sambaRemote = ".remoteAddress"

func init() {
	hooks["samba-ad"] = &Hook{
		Paths: []string{uacBefore, uacAfter,
			"Authentication" + sambaRemote, "Authorization" + sambaRemote,
			"passwordChange" + sambaRemote, "groupChange" + sambaRemote, "dsdbChange" + sambaRemote},
		Adjust: adjustSamba,
	}
}

func adjustSamba(get func(string) string, rec *Record) {
	ip := sambaAddress(get(rec.Type + sambaRemote))
	for i := range rec.Events {
		e := &rec.Events[i]
		e.IP = ip
		settleParty(&e.Actor)
		if e.Kind == event.StateObserved && e.Category == "userAccountControl" {
			e.Kind = uacKind(get(uacBefore), get(uacAfter))
		}
	}
}

// uacKind says what a change of userAccountControl did. Without the value
// before, an account that is not disabled may never have been.
func uacKind(before, after string) event.Kind {
	now, err := strconv.ParseUint(after, 10, 32)
	if err != nil {
		return event.StateObserved
	}
	was, err := strconv.ParseUint(before, 10, 32)
	known := err == nil
	switch {
	case now&uacDisabled != 0 && (!known || was&uacDisabled == 0):
		return event.AccountDisabled
	case now&uacDisabled == 0 && known && was&uacDisabled != 0:
		return event.AccountEnabled
	}
	return event.StateObserved
}

// sambaAddress gives the IP address of a peer as Samba writes it:
// ipv4:198.51.100.7:47110, ipv6:2001:db8::7:389, or unix: for a local socket.
func sambaAddress(peer string) string {
	family, rest, _ := strings.Cut(peer, ":")
	port := strings.LastIndexByte(rest, ':')
	if !strings.HasPrefix(family, "ipv") || port < 0 {
		return ""
	}
	return string(address([]byte(rest[:port])))
}
