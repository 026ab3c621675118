// Guessing what a misspelt kind was meant to be.
package formats

import (
	"cmp"
	"maps"
	"slices"

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
		return cmp.Or(cmp.Compare(edits(word, a.String()), edits(word, b.String())), cmp.Compare(a.String(), b.String()))
	})
	if edits(word, best.String()) > maxEdits {
		return ""
	}
	return `, did you mean "` + best.String() + `"?`
}

// edits is the Levenshtein distance of two short words, in bytes.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
