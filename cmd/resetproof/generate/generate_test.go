package generate

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestSameSeedSameBytes(t *testing.T) {
	read := func(seed uint64) map[string][]byte {
		dir := filepath.Join(t.TempDir(), "org")
		if _, err := Write(Options{Dir: dir, Seed: seed, Shuffled: true, Duplicates: 20, Signins: 30}); err != nil {
			t.Fatal(err)
		}
		files := map[string][]byte{}
		err := fs.WalkDir(os.DirFS(dir), ".", func(name string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			files[name], err = os.ReadFile(filepath.Join(dir, name))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return files
	}
	first, second, third := read(3), read(3), read(4)
	for _, name := range sortedKeys(first) {
		if !bytes.Equal(first[name], second[name]) {
			t.Errorf("%s differs between two runs of one seed", name)
		}
	}
	if bytes.Equal(first["truth.jsonl"], third["truth.jsonl"]) {
		t.Error("another seed gives the same truth")
	}
}

// The truth is worth nothing if it comes from the code that is measured by it.
func TestSharesNoCodeWithTheChecks(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, pkg := range strings.Fields(string(out)) {
		if strings.HasPrefix(pkg, "resetproof/") && pkg != "resetproof/cmd/resetproof/generate" {
			t.Errorf("imports %s", pkg)
		}
	}
}

func TestRefusesWhatItCannotDo(t *testing.T) {
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "notes.txt"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		o    Options
		want string
	}{
		{Options{Dir: full}, "is not empty"},
		{Options{Dir: filepath.Join(t.TempDir(), "a"), Check: "late-aproval"}, "nothing plants"},
		{Options{Dir: filepath.Join(t.TempDir(), "b"), System: "nowhere"}, "nothing is planted"},
	} {
		if _, err := Write(c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.o, err, c.want)
		}
	}
}
