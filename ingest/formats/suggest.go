// Guessing what a misspelt kind was meant to be.
package formats

import (
	"cmp"
	"maps"
	"slices"

	"github.com/agnivade/levenshtein"

	"resetproof/ingest/event"
)

// maxGuess is the longest word a guess is made for, and maxEdits how far from
// it a kind may lie.
const (
	maxGuess = 40
	maxEdits = 4
)

// didYouMean is `, did you mean "reset.executed"?` for a near miss of a kind,
// else empty.
func didYouMean(word string) string {
	if len(word) > maxGuess {
		return ""
	}
	best := slices.MinFunc(event.Kinds(), func(a, b event.Kind) int {
		return cmp.Or(cmp.Compare(levenshtein.ComputeDistance(word, a.String()), levenshtein.ComputeDistance(word, b.String())), cmp.Compare(a.String(), b.String()))
	})
	if levenshtein.ComputeDistance(word, best.String()) > maxEdits {
		return ""
	}
	return `, did you mean "` + best.String() + `"?`
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
