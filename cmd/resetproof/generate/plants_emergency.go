package generate

// Violations of the checks on emergencies and waivers.
var emergencyPlants = []plant{}
