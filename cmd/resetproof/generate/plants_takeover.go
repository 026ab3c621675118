package generate

// Violations of the checks on what an attacker does around a reset.
var takeoverPlants = []plant{}
