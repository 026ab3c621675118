package custody

import (
	"slices"
	"strings"
)

// Bounds of what is learned from the reading of secrets. They are spread over
// the identities: one that reads thousands takes nothing from the others.
const (
	// maxSecretsRead is how many secrets are followed for one identity, the first
	// by name: programs read a handful.
	maxSecretsRead = 128
	// maxReaders is how many identities with resets may read one secret: what more
	// read is nobody's own, and following it would compare all with all.
	maxReaders = 64
)

// Uses is the side table of who reads which secrets around his resets. It is
// built from activity before any fold and read-only after Seal. A nil table
// knows nothing.
type Uses struct {
	places  map[string]int32 // secret in lower case -> place in names
	names   []string
	of      map[string][]int32 // identity -> secrets, sorted by name
	readers map[int32][]string // secret -> identities, sorted, from Seal on
	more    map[string]bool    // identities that read more than is followed
}

// NewUses makes an empty table.
func NewUses() *Uses {
	return &Uses{places: map[string]int32{}, of: map[string][]int32{}, more: map[string]bool{}}
}

// Note learns that an identity read a secret. The order of calls means nothing.
func (u *Uses) Note(id, secret string) {
	secret = strings.ToLower(secret)
	place, known := u.places[secret]
	if !known {
		place = int32(len(u.names))
		u.places[secret] = place
		u.names = append(u.names, secret)
	}
	list := u.of[id]
	at, found := slices.BinarySearchFunc(list, secret, func(p int32, s string) int { return strings.Compare(u.names[p], s) })
	if found {
		return
	}
	if list = slices.Insert(list, at, place); len(list) > maxSecretsRead {
		list = list[:maxSecretsRead]
		u.more[id] = true
	}
	u.of[id] = list
}

// Seal readies the table for questions; call it once after the last Note.
func (u *Uses) Seal() {
	u.readers = map[int32][]string{}
	for id, list := range u.of {
		for _, p := range list {
			u.readers[p] = append(u.readers[p], id)
		}
	}
	for p, ids := range u.readers {
		if len(ids) > maxReaders {
			delete(u.readers, p)
			continue
		}
		slices.Sort(ids)
	}
}

// Readers lists the identities that read a secret around their resets, sorted;
// none where too many did.
func (u *Uses) Readers(secret string) []string {
	if u == nil {
		return nil
	}
	place, known := u.places[strings.ToLower(secret)]
	if !known {
		return nil
	}
	return u.readers[place]
}

// Reads tells whether an identity is one of them.
func (u *Uses) Reads(id, secret string) bool {
	_, found := slices.BinarySearch(u.Readers(secret), id)
	return found
}

// More tells whether an identity read more secrets than are followed.
func (u *Uses) More(id string) bool { return u != nil && u.more[id] }
