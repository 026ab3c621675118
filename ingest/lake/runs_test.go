package lake

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// store stores a run that consists of one file.
func store(t *testing.T, lk *Lake, id string) error {
	t.Helper()
	r, err := lk.BeginRun(ctx, id)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(r.Dir, "found"), []byte(id), 0o600); err != nil {
		t.Fatal(err)
	}
	return r.Commit()
}

func runIDs(t *testing.T, dir string) (ids []string) {
	t.Helper()
	runs, err := Runs(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range runs {
		found, err := os.ReadFile(filepath.Join(r.Dir, "found"))
		if err != nil || string(found) != r.ID {
			t.Errorf("run %s holds %q, %v", r.ID, found, err)
		}
		ids = append(ids, r.ID)
	}
	return ids
}

func TestRunsAreKeptInOrderAndBounded(t *testing.T) {
	dir := t.TempDir()
	lk := open(t, dir, Options{})
	if got := runIDs(t, filepath.Join(dir, "absent")); got != nil {
		t.Errorf("a lake that is not there holds runs %q", got)
	}
	var want []string
	for i := range KeptRuns + 3 {
		id := fmt.Sprintf("%x", 900-i) // later ones sort first by id
		if err := store(t, lk, id); err != nil {
			t.Fatal(err)
		}
		want = append(want, id)
	}
	if got := runIDs(t, dir); !slices.Equal(got, want[3:]) {
		t.Errorf("the lake keeps runs %q, want %q", got, want[3:])
	}
	if err := lk.Check(ctx); err != nil {
		t.Errorf("the check stumbles over runs: %v", err)
	}
	if err := open(t, dir, Options{}).Check(ctx); err != nil {
		t.Errorf("the check stumbles over runs: %v", err)
	}
}

// TestKilledRunsAreNotSeen kills the storing of a run at every point: it is
// there whole or not at all, and the next run clears up.
func TestKilledRunsAreNotSeen(t *testing.T) {
	for _, point := range RunPoints {
		dir := t.TempDir()
		if err := store(t, open(t, dir, Options{}), "aa"); err != nil {
			t.Fatal(err)
		}
		killed := open(t, dir, Options{FailAt: func(p string) error {
			if p == point {
				return errors.New("killed")
			}
			return nil
		}})
		if err := store(t, killed, "bb"); err == nil {
			t.Fatalf("%s: the run was not killed", point)
		}
		want := []string{"aa"}
		if point == "run stored" {
			want = append(want, "bb")
		}
		if got := runIDs(t, dir); !slices.Equal(got, want) {
			t.Errorf("killed at %q: the lake holds runs %q, want %q", point, got, want)
		}
		if err := store(t, open(t, dir, Options{}), "cc"); err != nil {
			t.Fatalf("killed at %q: the next run: %v", point, err)
		}
		if got := runIDs(t, dir); !slices.Equal(got, append(want, "cc")) {
			t.Errorf("after a kill at %q the lake holds runs %q", point, got)
		}
		left, err := filepath.Glob(filepath.Join(dir, "runs", ".*"))
		if err != nil || left != nil {
			t.Errorf("killed at %q: left %q, %v", point, left, err)
		}
	}
}
