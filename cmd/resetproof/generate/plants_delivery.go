package generate

import "time"

// knowsPlaces: the directory says where its people sign in.
func knowsPlaces(c *chain) bool { return c.dir.places }

// Violations of the checks on how the new credential reached its owner.
var deliveryPlants = []plant{
	{check: "no-forced-change", what: "the owner never replaced it", do: func(c *chain) { c.changed = time.Time{} }},
	{check: "no-forced-change", what: "the logs end before the deadline", twin: true, do: func(c *chain) {
		c.beforeTheEnd(20 * time.Minute)
		c.changed = time.Time{}
		c.verdict("no-forced-change", notDue)
	}},
	{check: "redeemed-elsewhere", what: "first used at an unknown place and machine", on: knowsPlaces, do: func(c *chain) {
		c.since = c.g.elsewhere()
		if !c.restored.IsZero() {
			c.expect("reset-then-new-factor") // the lost factor comes back there as well
		}
	}},
}
