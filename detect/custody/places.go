package custody

import (
	"net/netip"
	"slices"
	"strings"

	"resetproof/ingest/event"
)

// placesOf lists where a credential was used from, as one record states it: the
// computer by its short name, for a service or a batch job the one that wrote
// the record if it names no other, and the address.
func placesOf(e *event.Event) []string {
	var out []string
	if name := computer(e.Device); name != "" && e.Kind != event.CredentialUsed {
		out = append(out, name) // of the use of another's password (4648) it is where to
	}
	if len(out) == 0 && slices.Contains(localLogons, e.Method) {
		if name := computer(e.Host); name != "" {
			out = append(out, name)
		}
	}
	if a, err := netip.ParseAddr(e.IP); err == nil && !a.IsLoopback() && !a.IsUnspecified() {
		out = append(out, a.Unmap().String())
	}
	return out
}

// localLogons are those of batch jobs and services, which Windows logs on the
// computer that runs them without an address (Microsoft Learn, "4624", logon
// types 4 and 5).
var localLogons = []string{"logon-type-4", "logon-type-5"}

// computer is a computer's name without its domain, in lower case. What has a
// blank or slash describes a device and is no name.
func computer(name string) string {
	name = strings.ToLower(name)
	if strings.ContainsAny(name, " /;(") {
		return ""
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return ""
	}
	name, _, _ = strings.Cut(name, ".")
	return strings.TrimPrefix(name, `\\`)
}

// network is the network of an address, which one program may share with its
// copies: 24 bits of IPv4, 64 of IPv6. A name is itself.
func network(place string) string {
	a, err := netip.ParseAddr(place)
	if err != nil {
		return place
	}
	bits := 24
	if a.Is6() {
		bits = 64
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return place
	}
	return p.String()
}
