package lake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
)

// Check reads every committed file again and compares it with its manifest,
// recomputes the ledger from its leaves, and sees to it that the manifests
// follow one another. It names every file that is missing or changed.
func (lk *Lake) Check(ctx context.Context) error {
	if _, _, err := loadManifests(lk.dir); err != nil {
		return err
	}
	var errs []error
	for i := range lk.manifests {
		m := &lk.manifests[i]
		for _, p := range m.pieces() {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if lk.taken(p.Path) {
				continue
			}
			if err := checkPiece(lk.locate(p.Path), p); err != nil {
				errs = append(errs, err)
			}
		}
	}
	return errors.Join(append(errs, lk.checkLedger())...)
}

// taken tells whether a later batch took the file's rows over.
func (lk *Lake) taken(path string) bool {
	_, ok := lk.replaced[path]
	return ok
}

func checkPiece(path string, p Piece) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	sum := sha256.New()
	n, err := io.Copy(sum, f)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if n != p.Bytes || hex.EncodeToString(sum.Sum(nil)) != p.SHA256 {
		return fmt.Errorf("%s: not as it was committed: %d bytes where %d are expected, or their hash differs", path, n, p.Bytes)
	}
	return nil
}
