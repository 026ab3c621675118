package generate

// Violations of the checks on secrets that depend on the account.
var dependentPlants = []plant{}
