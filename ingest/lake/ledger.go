package lake

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"os"

	"golang.org/x/mod/sumdb/tlog"
)

// The ledger is the RFC 6962 tree whose leaves are the SHA-256 of every record
// that was read, in order. What tlog calls the stored hashes, leaves and inner
// nodes in tlog's order, is kept in full, one file a batch, so that proofs of
// inclusion can be made at any time.

// tree is the right edge of the ledger: for each level, the last complete
// subtree that has no parent yet. It is all that appending needs.
type tree struct {
	size int64
	edge [64]tlog.Hash
}

// append adds a leaf and gives the stored hashes it completes to out.
func (t *tree) append(record [32]byte, out func(tlog.Hash)) {
	h := tlog.RecordHash(record[:])
	out(h)
	level := 0
	for ; t.size>>level&1 == 1; level++ {
		h = tlog.NodeHash(t.edge[level], h)
		out(h)
	}
	t.edge[level] = h
	t.size++
}

// ReadHashes gives tlog the hashes it asks for when it computes the root:
// those of the right edge.
func (t *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		level, _ := tlog.SplitStoredHashIndex(x)
		hashes[i] = t.edge[level]
	}
	return hashes, nil
}

func (t *tree) root() (string, error) {
	h, err := tlog.TreeHash(t.size, t)
	return hex.EncodeToString(h[:]), err
}

// tree restores the ledger's right edge as of the last committed batch.
func (lk *Lake) tree() (*tree, error) {
	t := &tree{}
	if len(lk.manifests) == 0 {
		return t, nil
	}
	last := &lk.manifests[len(lk.manifests)-1].Ledger
	t.size = last.Size
	for rest := uint64(t.size); rest != 0; rest &= rest - 1 {
		level := bits.TrailingZeros64(rest)
		h, err := lk.storedHash(tlog.StoredHashIndex(level, t.size>>level-1))
		if err != nil {
			return nil, err
		}
		t.edge[level] = h
	}
	root, err := t.root()
	if err == nil && root != last.Root {
		err = fmt.Errorf("%s: the ledger's hashes do not give the root in the manifest", lk.locate(last.Hashes.Path))
	}
	return t, err
}

// storedHash reads one stored hash from the file of the batch that wrote it.
func (lk *Lake) storedHash(index int64) (h tlog.Hash, err error) {
	for i := range lk.manifests {
		l := &lk.manifests[i].Ledger
		first := tlog.StoredHashCount(l.From)
		if index < first || index >= tlog.StoredHashCount(l.Size) {
			continue
		}
		f, err := os.Open(lk.locate(l.Hashes.Path))
		if err != nil {
			return h, err
		}
		_, err = f.ReadAt(h[:], (index-first)*tlog.HashSize)
		return h, errors.Join(err, f.Close())
	}
	return h, fmt.Errorf("the ledger has no hash %d", index)
}

// checkLedger recomputes the whole tree from its leaves and compares every
// stored hash and every batch's root.
func (lk *Lake) checkLedger() error {
	t := &tree{}
	for i := range lk.manifests {
		l := &lk.manifests[i].Ledger
		path := lk.locate(l.Hashes.Path)
		if root, err := t.root(); err != nil || t.size != l.From || root != l.PreviousRoot {
			return errors.Join(fmt.Errorf("%s: the ledger does not go on from the batch before", manifestPath(lk.manifests[i].Batch)), err)
		}
		if err := t.replay(path, l.Size); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if root, err := t.root(); err != nil || root != l.Root {
			return errors.Join(fmt.Errorf("%s: the ledger's hashes do not give the root in the manifest", path), err)
		}
	}
	return nil
}

// replay appends the leaves that a file of stored hashes holds.
func (t *tree) replay(path string, size int64) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, runBuffer)
	for t.size < size {
		var h tlog.Hash
		if _, err := io.ReadFull(in, h[:]); err != nil {
			return fmt.Errorf("the ledger ends before leaf %d: %w", t.size, err)
		}
		level := 0
		for ; t.size>>level&1 == 1; level++ {
			h = tlog.NodeHash(t.edge[level], h)
			var stored tlog.Hash
			if _, err := io.ReadFull(in, stored[:]); err != nil || stored != h {
				return errors.Join(fmt.Errorf("the ledger is not consistent at leaf %d", t.size), err)
			}
		}
		t.edge[level] = h
		t.size++
	}
	if _, err := in.ReadByte(); err != io.EOF {
		return fmt.Errorf("the ledger has more hashes than its %d leaves give", size)
	}
	return nil
}
