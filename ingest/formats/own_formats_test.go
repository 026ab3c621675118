package formats

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Formats of one's own, for a home-made CSV and a home-made JSON log, as
// --formats-dir adds them: testdata/formats-dir is the example to copy.
func TestOwnFormats(t *testing.T) {
	const dir = "../../testdata/formats-dir"
	set, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if bundled, err := Load(); err != nil || len(set.All()) != len(bundled.All())+2 {
		t.Errorf("%d formats, %v", len(set.All()), err)
	}
	for _, c := range []struct{ file, format, want string }{
		{"sheet.csv", "front-desk", `
2 2026-03-02T09:00:00Z reset.requested account=ad:(ACME\ann) actor=ad:(ACME\ann) ticket=D-1 reason=stated system=desk feed=front-desk/lobby
3 2026-03-02T09:05:00Z identity.verified account=ad:(ACME\ann) actor=:(bob@acme.example) ticket=D-1 method=call-back reason=empty system=desk feed=front-desk/lobby
4 2026-03-02T09:10:00Z reset.executed account=ad:(ACME\ann) actor=:(bob@acme.example) ticket=D-1 credential=password reason=stated system=desk feed=front-desk/lobby
4 2026-03-02T09:10:00Z credential.delivered account=ad:(ACME\ann) actor=:(bob@acme.example) ticket=D-1 credential=password channel=in person reason=stated system=desk feed=front-desk/lobby
5 2026-03-02T09:20:00Z reset.executed FAILED account=ad:(ACME\dan) actor=:(bob@acme.example) ticket=D-2 credential=password reason=empty system=desk feed=front-desk/lobby
6 unmapped: coffee 2026-03-02T09:30:00Z
7 malformed: time is in a form this format does not read: give UTC, or a clear local form with zone in the source's config
8 malformed: no whose account
9 malformed: row has 4 cells, the header 11
`},
		{"page.jsonl", "door-log", `
1 2026-03-02T09:00:00Z reset.requested account=ad:(ACME\ann) actor=ad:(ACME\ann) correlation=v-1 ip=198.51.100.7 system=ad feed=door-log/example
2 2026-03-02T09:00:30Z identity.verification_failed FAILED account=ad:(ACME\ann) actor=ad:(ACME\ann) correlation=v-1 method=sms system=ad feed=door-log/example
3 2026-03-02T09:01:00Z identity.verified account=ad:(ACME\ann) actor=ad:(ACME\ann) correlation=v-1 method=sms system=ad feed=door-log/example
4 2026-03-02T09:01:30Z reset.executed account=ad:(ACME\ann) actor=ad:(ACME\ann) correlation=v-1 credential=password system=ad feed=door-log/example
5 malformed: no login
6 malformed: time is in a form this format does not read
`},
	} {
		content, err := os.ReadFile(filepath.Join(dir, "logs", c.file))
		if err != nil {
			t.Fatal(err)
		}
		f, why := set.Sniff(content)
		if f == nil || f.Table().ID != c.format {
			t.Fatalf("%s is recognised as %v, %s", c.file, f, why)
		}
		opt := exampleOptions()
		opt.Zone = time.FixedZone("CET", 3600)
		diff(t, decode(t, f, content, opt), strings.TrimPrefix(c.want, "\n"))
	}
}
