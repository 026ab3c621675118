package lake

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

// The ledger is precisely tlog's, however many batches it was written in, and
// its stored hashes give proofs of inclusion.
func TestLedgerIsAnRFC6962Tree(t *testing.T) {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var all []tlog.Hash
		for _, i := range indexes {
			all = append(all, stored[i])
		}
		return all, nil
	})
	lk := open(t, t.TempDir(), Options{})
	n := int64(0)
	for _, size := range []int{0, 1, 6, 1, 100, 0, 29} {
		b, err := lk.Begin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for i := range size {
			sha := sha256.Sum256(fmt.Appendf(nil, "record %d", n))
			if err := b.Leaf(int64(i), sha); err != nil {
				t.Fatal(err)
			}
			more, err := tlog.StoredHashes(n, sha[:], reader)
			if err != nil {
				t.Fatal(err)
			}
			stored = append(stored, more...)
			n++
		}
		m, err := b.Commit(nil)
		if err != nil {
			t.Fatal(err)
		}
		root, err := tlog.TreeHash(n, reader)
		if err != nil {
			t.Fatal(err)
		}
		if m.Ledger.Size != n || m.Ledger.Root != hex.EncodeToString(root[:]) {
			t.Errorf("after %d records the root is %s, want %x", n, m.Ledger.Root, root)
		}
	}
	for i, want := range stored {
		if got, err := lk.storedHash(int64(i)); err != nil || got != want {
			t.Fatalf("stored hash %d is %v, %v", i, got, err)
		}
	}
	if err := lk.Check(ctx); err != nil {
		t.Error(err)
	}
}

func TestLeavesMustComeInOrder(t *testing.T) {
	b, err := open(t, t.TempDir(), Options{}).Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Abort()
	var got []bool
	for _, seq := range []int64{0, 3, 3, 2, 4} {
		got = append(got, b.Leaf(seq, [32]byte{}) == nil)
	}
	if !slices.Equal(got, []bool{true, true, false, false, true}) {
		t.Errorf("leaves 0 3 3 2 4 are taken as %v", got)
	}
}
