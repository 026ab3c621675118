package event

// EvidenceField is a field of events that a chain of custody hangs on.
type EvidenceField struct {
	Name   string
	Filled func(*Event) bool
}

// EvidenceFields lists them. Feed.Filled counts by their names.
func EvidenceFields() []EvidenceField { return evidenceFields }

// AnyKind stands in Feed.Fills for the kinds that a format's records name
// themselves.
const AnyKind = "*"

// FilledOf stands in Feed.Filled beside the fields, for the number of events over
// which they were counted.
const FilledOf = "events"

var evidenceFields = []EvidenceField{
	{"actor", func(e *Event) bool { return !e.Actor.IsZero() }},
	// Some products name the ticket by its internal id only.
	{"ticket", func(e *Event) bool { return e.Ticket != "" || e.TicketAlias != "" }},
	{"session", func(e *Event) bool { return e.Session != "" }},
	{"method", func(e *Event) bool { return e.Method != "" }},
	{"channel", func(e *Event) bool { return e.Channel != "" }},
	{"ip", func(e *Event) bool { return e.IP != "" }},
	{"place", func(e *Event) bool { return e.Place != "" }},
	{"device", func(e *Event) bool { return e.Device != "" }},
	{"correlation", func(e *Event) bool { return e.Correlation != "" }},
	{"credential id", func(e *Event) bool { return e.CredentialID != "" }},
}
