package generate

// Violations of the checks on how a reset was carried out.
var executionPlants = []plant{}
