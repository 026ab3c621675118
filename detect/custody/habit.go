package custody

import (
	"slices"
	"strings"
	"time"

	"resetproof/detect/identity"
	"resetproof/ingest/event"
)

// Familiarity says whether the owner of an account was seen in a place, or with
// a device, before.
type Familiarity uint8

// What can be said of a place or device.
const (
	Untold     Familiarity = iota // the record does not state it, or too little is known of the owner
	Familiar                      // the owner signed in from there before, or the roster lists it
	Unfamiliar                    // enough is known of the owner, and nothing from there
)

// Sighting is a step with how familiar its place and device were by then.
type Sighting struct {
	Step
	PlaceKnown, DeviceKnown Familiarity
}

// maxHabits bounds the places, devices and addresses remembered per identity.
// People have a few dozen; what goes beyond is not called unfamiliar.
const maxHabits = 4096

// habits is what the sign-ins of one identity tell of where its owner works.
// What was seen in one system is known in all. To call something unfamiliar
// takes a history in its own system, since vendors spell places and devices
// differently.
type habits struct {
	first map[string]int64   // what was seen -> first sign-in from there, UTC nanoseconds
	early map[string][]int64 // kind and system -> the first sign-ins that state it, in order
	last  map[string]counted // kind and system -> the sign-in counted last
	// where is the place of an address by system and address, as the owner's
	// sign-ins from it state it; "" where they do not agree.
	where map[string]string
	full  bool
}

// trait is one thing a record states of where somebody is.
type trait struct{ kind, system, value string }

func (t trait) key() string { return t.kind + "|" + strings.ToLower(t.value) }

func placeOf(e *event.Event) trait  { return trait{"place", e.System, e.Place} }
func deviceOf(e *event.Event) trait { return trait{"device", e.System, e.Device} }
func addressOf(e *event.Event) trait {
	return trait{"address", "", e.IP}
}

// learn takes a sign-in of the owner; enough is how many sign-ins make a
// history. Sign-ins come in order of time.
func (h *habits) learn(e *event.Event, enough int) {
	if h.first == nil {
		h.first, h.early, h.where = map[string]int64{}, map[string][]int64{}, map[string]string{}
		h.last = map[string]counted{}
	}
	if at := e.System + "|" + e.IP; e.IP != "" && e.Place != "" {
		if had, known := h.where[at]; known && had != e.Place {
			h.where[at] = ""
		} else if known || len(h.where) < maxHabits {
			h.where[at] = e.Place
		}
	}
	for _, t := range []trait{placeOf(e), deviceOf(e), addressOf(e)} {
		if t.value == "" {
			continue
		}
		if _, known := h.first[t.key()]; !known {
			if len(h.first) >= maxHabits {
				h.full = true
				continue
			}
			h.first[t.key()] = e.Time
		}
		of := t.kind + "|" + t.system
		if len(h.early[of]) >= enough || len(h.early) >= maxHabits {
			continue
		}
		now := countedOf(e, "")
		if last, any := h.last[of]; any && last.again(now) {
			h.last[of] = last.with(now)
			continue
		}
		h.early[of], h.last[of] = append(h.early[of], e.Time), now
	}
}

// familiar tells whether a trait was seen before a time, given how many
// sign-ins over how long make a history (policy.md, "unknown place or device").
func (h *habits) familiar(t trait, before int64, enough int, over time.Duration) Familiarity {
	if t.value == "" {
		return Untold
	}
	if at, ok := h.first[t.key()]; ok && at < before {
		return Familiar
	}
	seen := h.early[t.kind+"|"+t.system]
	if h.full || enough == 0 || len(seen) < enough || seen[enough-1] >= before || seen[0] > before-int64(over) {
		return Untold
	}
	return Unfamiliar
}

// placed gives a step that states an address and no place the place of the
// owner's sign-ins from that address: Entra's audit log knows addresses alone.
func (h *habits) placed(s Step) Step {
	if place := h.where[s.System+"|"+s.IP]; s.Place == "" && s.IP != "" && place != "" {
		e := *s.Event
		e.Place = place
		s.Event = &e
	}
	return s
}

// sight tells how familiar a step's place and device were at a time.
func (f *Fold) sight(s Step, at int64) Sighting {
	s = f.habits.placed(s)
	l := f.w.Policy(at).Limits
	look := func(t trait) Familiarity {
		return f.habits.familiar(t, at, l.UnknownPlaceSignins, l.UnknownPlaceHistory)
	}
	out := Sighting{Step: s, PlaceKnown: look(placeOf(s.Event)), DeviceKnown: look(deviceOf(s.Event))}
	// An address that is known is a known place, whatever the vendor makes of it.
	if look(addressOf(s.Event)) == Familiar {
		out.PlaceKnown = Familiar
	}
	if row := f.w.Row(f.id, at); row != nil {
		if listedPlace(row, s.Place) {
			out.PlaceKnown = Familiar
		}
		if s.Device != "" && slices.ContainsFunc(row.Devices, func(d string) bool { return strings.EqualFold(d, s.Device) }) {
			out.DeviceKnown = Familiar
		}
	}
	return out
}

// listedPlace: the roster names the place, or the city before its comma.
func listedPlace(row *identity.Identity, place string) bool {
	city, _, _ := strings.Cut(place, ",")
	return place != "" && slices.ContainsFunc(row.HomePlaces, func(home string) bool {
		return strings.EqualFold(home, place) || strings.EqualFold(home, strings.TrimSpace(city))
	})
}
