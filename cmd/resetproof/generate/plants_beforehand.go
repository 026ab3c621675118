package generate

// Violations of the checks on what led up to a reset.
var beforehandPlants = []plant{}
