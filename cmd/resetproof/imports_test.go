package main

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// layers are our packages, each of which may import what stands before it in
// its row. rows and their order are those of the README's "How it works".
var layers = [][]string{
	{"ingest/event", "rules", "detect/identity", "detect/custody", "detect/judge", "detect/survey", "detect", "report", "cmd/resetproof"},
	{"ingest/event", "rules", "ingest", "cmd/resetproof"},
}

// network packages may be imported by sources and network outputs alone.
var network = []string{"net", "net/http", "github.com/elastic/go-elasticsearch", "gocloud.dev", "github.com/Azure/azure-sdk-for-go/sdk/azidentity", "github.com/hashicorp/go-retryablehttp"}

var mayUseNetwork = []string{"ingest/source", "report/elastic", "report/timestamp"}

// listed is what go list says of one of our packages.
type listed struct {
	ImportPath string
	Imports    []string
}

// ours gives a package's place in the module, without the module's name.
func ours(path string) (string, bool) { return strings.CutPrefix(path, "resetproof/") }

// place finds a package in a row; what lies under ingest/ beside event counts
// as ingest, so that formats, source and lake may import each other's siblings.
func place(row []string, pkg string) int {
	for {
		if i := slices.Index(row, pkg); i >= 0 {
			return i
		}
		i := strings.LastIndexByte(pkg, '/')
		if i < 0 {
			return -1
		}
		pkg = pkg[:i]
	}
}

// forbidden says why from may not import to, "" if it may.
func forbidden(from, to string) string {
	target, isOurs := ours(to)
	if !isOurs {
		for _, n := range network {
			inside := slices.ContainsFunc(mayUseNetwork, func(p string) bool { return from == p || strings.HasPrefix(from, p+"/") })
			if (to == n || n != "net" && strings.HasPrefix(to, n+"/")) && !inside {
				return "only " + strings.Join(mayUseNetwork, ", ") + " may use the network"
			}
		}
		return ""
	}
	for _, row := range layers {
		f, t := place(row, from), place(row, target)
		if f >= 0 && t >= 0 {
			if f == 0 || t > f {
				return "it stands to its right"
			}
			return ""
		}
	}
	return "they stand in no row together"
}

func TestImportsPointOneWay(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "resetproof/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := 0
	for d := json.NewDecoder(strings.NewReader(string(out))); d.More(); {
		var p listed
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		seen++
		from, _ := ours(p.ImportPath)
		for _, to := range p.Imports {
			if why := forbidden(from, to); why != "" {
				t.Errorf("%s imports %s: %s", from, to, why)
			}
		}
	}
	if seen < len(layers[0])-1 {
		t.Errorf("go list knows %d packages only", seen)
	}
}

// TestForbiddenImports holds the rule itself to examples.
func TestForbiddenImports(t *testing.T) {
	for _, c := range []struct {
		from, to string
		allowed  bool
	}{
		{"detect", "resetproof/rules", true},
		{"rules", "resetproof/detect", false},
		{"detect/judge", "resetproof/detect/custody", true},
		{"detect/custody", "resetproof/detect/judge", false},
		{"detect", "resetproof/ingest/lake", false},
		{"ingest/lake", "resetproof/detect", false},
		{"ingest/event", "resetproof/rules", false},
		{"ingest/formats", "resetproof/ingest/event", true},
		{"report", "resetproof/detect/judge", true},
		{"cmd/resetproof", "resetproof/ingest/lake", true},
		{"report", "net/http", false},
		{"report/elastic", "net/http", true},
		{"ingest/formats", "net/netip", true},
		{"ingest/lake", "net/http/httptrace", false},
	} {
		if got := forbidden(c.from, c.to) == ""; got != c.allowed {
			t.Errorf("%s importing %s: allowed %v, want %v", c.from, c.to, got, c.allowed)
		}
	}
}
