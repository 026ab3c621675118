package identity

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// A column that nothing reads is kept as a tag; one that was meant to be read
// says nothing and changes verdicts.
func TestMisspeltColumns(t *testing.T) {
	for _, c := range []struct {
		head string
		want []string
	}{
		{"id,kind,acounts", []string{`people.csv: nothing reads the column "acounts", it is kept as a tag: did you mean accounts?`}},
		{"id,kind,vaild_until", []string{`people.csv: nothing reads the column "vaild_until", it is kept as a tag: did you mean valid_until?`}},
		{"id,kind,workload_idenity", []string{`people.csv: nothing reads the column "workload_idenity", it is kept as a tag: did you mean workload_identity?`}},
		{"id,kind,accounts", nil},
		{"id,kind,cost_centre", nil},
		{"id,kind,notes", nil},
		{"id,roles,role", nil}, // the column it may be is there
	} {
		name := filepath.Join(t.TempDir(), "people.csv")
		if err := os.WriteFile(name, []byte(c.head+"\nann,person,x\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		ctx, err := Load(Paths{Identities: name})
		if err != nil {
			t.Fatal(err)
		}
		if got := ctx.Doubts(nil); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.head, got, c.want)
		}
	}
}
