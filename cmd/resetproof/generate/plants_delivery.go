package generate

// Violations of the checks on how the new credential reached its owner.
var deliveryPlants = []plant{}
