package generate

// Violations of the checks on what had to end or come back after a reset.
var closurePlants = []plant{}
