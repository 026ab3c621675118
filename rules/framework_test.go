package rules

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// standards says of each bundled framework where it may be emitted, whether
// testdata/standards holds the official list of its ids, whether its licence
// lets titles be repeated, and which ids must be refused: withdrawn ones, and
// those of other editions and of other spellings.
var standards = []struct {
	id, only     string
	list, titled bool
	refused      []string
}{
	{"aicpa-tsc-2017-rev2022", "", false, false, []string{"CC10.1", "6.1", "CC6"}},
	{"cis-controls-8.1", "", false, false, []string{"19.1", "6", "CSC 6.1"}},
	{"dora", "", false, true, []string{"Art.9(4)(c)", "DORA 9(4)(c)", "RTS-2024/1772 Art.21(b)"}},
	{"hipaa-security-rule", "", false, true, []string{"164.404(a)", "164.308", "164.308(A)(3)"}},
	{"iso-27001-2022-annex-a", "", false, false, []string{"A.9.2.4", "A.9.2", "5.17"}},
	{"mitre-attack-v19.1", "", true, true, []string{"T1562.008", "T1562.002", "T1562.001", "T1562", "T1070.001", "T1656"}},
	{"mitre-d3fend", "", true, true, []string{"D3-XYZ"}},
	{"nist-800-53r5", "", true, true, []string{"AU-8(1)", "AU-8(2)", "AC-2(10)", "AC-13"}},
	{"nist-800-63b-4", "", true, true, []string{"6.1.2.3", "5.1.1.2"}},
	{"nist-ai-rmf-1.0", "automated", true, true, []string{"GOVERN 1.8", "GV-1.3"}},
	{"nist-csf-2.0", "", true, true, []string{"PR.AC-01", "DE.CM-04", "RS.RP-01"}},
	{"owasp-nhi-2025", "non-human", true, true, []string{"NHI-03", "NHI3"}},
	{"pci-dss-4.0.1", "", false, false, []string{"8.2", "13.1.1", "Req 8.3.3"}},
}

// official reads an id list of testdata/standards: id -> status and title.
func official(t *testing.T, framework string) map[string][2]string {
	t.Helper()
	src, err := os.ReadFile("testdata/standards/" + framework + ".tsv")
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string][2]string{}
	for line := range strings.Lines(string(src)) {
		if f := strings.Split(strings.TrimSuffix(line, "\n"), "\t"); len(f) == 3 {
			ids[f[0]] = [2]string{f[1], f[2]}
		}
	}
	return ids
}

// knows tells whether an id may stand in a framework, by its form and, where
// there is one, its list.
func knows(f *Framework, list map[string][2]string, id string) bool {
	form := f.IDs == "" || regexp.MustCompile("^(?:"+f.IDs+")$").MatchString(id)
	return form && (list == nil || list[id][0] == "active")
}

func TestFrameworksNameOfficialControls(t *testing.T) {
	frameworks, err := LoadFrameworks(bundledChecks(t))
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for i, f := range frameworks {
		ids = append(ids, f.ID)
		want := standards[min(i, len(standards)-1)]
		if f.ID != want.id {
			t.Errorf("%s is not in the table of standards", f.ID)
			continue
		}
		var list map[string][2]string
		if want.list {
			list = official(t, f.ID)
		}
		if f.Only != want.only {
			t.Errorf("%s is emitted for %q only, want %q", f.ID, f.Only, want.only)
		}
		if !want.list && f.IDs == "" {
			t.Errorf("%s has neither a list of ids nor their form", f.ID)
		}
		for _, c := range f.Controls {
			if !knows(f, list, c.ID) {
				t.Errorf("%s:%d: %s is no active id of %s", f.File, c.Line, c.ID, f.Title)
			}
			if want.titled != (c.Title != "") {
				t.Errorf("%s:%d: %s: title %q, titles allowed %v", f.File, c.Line, c.ID, c.Title, want.titled)
			} else if title := list[c.ID][1]; want.list && title != c.Title {
				t.Errorf("%s:%d: %s is titled %q, the standard says %q", f.File, c.Line, c.ID, c.Title, title)
			}
			if len(c.Checks) == 0 {
				t.Errorf("%s:%d: no check speaks of %s", f.File, c.Line, c.ID)
			}
		}
		for _, id := range want.refused {
			if knows(f, list, id) {
				t.Errorf("%s takes %s for an id", f.File, id)
			}
		}
		if !want.titled && !strings.Contains(f.Licence, "ids only") {
			t.Errorf("%s: the licence does not say why there are no titles: %s", f.File, f.Licence)
		}
		for _, l := range f.Labels {
			if knows(f, list, l.Label) || slices.Contains(l.Nearest, l.IsNot) {
				t.Errorf("%s: label %s passes for an official id", f.File, l.Label)
			}
			for _, id := range append(l.Nearest, l.IsNot) {
				if id != "" && !knows(f, list, id) {
					t.Errorf("%s: label %s names %s, no active id", f.File, l.Label, id)
				}
			}
		}
	}
	if len(ids) != len(standards) {
		t.Errorf("%d frameworks, want %d: %s", len(ids), len(standards), strings.Join(ids, " "))
	}
}

// Ids that everybody knows and that the newest edition withdrew stand in the
// lists as such, so that it is the list that refuses them.
func TestListsTellWithdrawnIDs(t *testing.T) {
	for framework, id := range map[string]string{"nist-csf-2.0": "PR.AC-01", "mitre-attack-v19.1": "T1562.008", "nist-800-53r5": "AU-8(1)"} {
		if got := official(t, framework)[id][0]; got != "withdrawn" {
			t.Errorf("%s: %s is %q in the list, want withdrawn", framework, id, got)
		}
	}
}

func TestFrameworksOfUsersStateTheFormOfTheirIDs(t *testing.T) {
	dir := t.TempDir()
	load := func(ids, control string) error {
		src := "id: ours\ntitle: Ours\nversion: \"1\"\nsource: a page\nlicence: ours\n" + ids + "controls:\n  - id: " + control + "\n    sure: [no-request]\n"
		if err := os.WriteFile(filepath.Join(dir, "ours.yaml"), []byte(src), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := LoadFrameworks(bundledChecks(t), dir)
		return err
	}
	if err := load("", "anything"); err != nil {
		t.Errorf("neither form nor title is demanded: %v", err)
	}
	if err := load("ids: 'R-\\d+'\n", "R-12"); err != nil {
		t.Errorf("an id of the form: %v", err)
	}
	for ids, want := range map[string]string{
		"ids: 'R-\\d+'\n": "ours.yaml:8:1: control \"R-12b\" has not the form of an id of Ours",
		"ids: 'R-('\n":    "ours.yaml:6:1: ids is no regular expression",
	} {
		var e *Error
		if err := load(ids, "R-12b"); !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", ids, err, want)
		}
	}
}

func TestEveryCheckNeedsAPlaceInEachFramework(t *testing.T) {
	_, err := LoadFrameworks(append(bundledChecks(t), &Check{ID: "new-check", Bundled: true}))
	if err == nil || !strings.Contains(err.Error(), `check "new-check" is neither mapped nor listed as unmapped`) {
		t.Errorf("error %v", err)
	}
	if _, err := LoadFrameworks(append(bundledChecks(t), &Check{ID: "users-check"})); err != nil {
		t.Errorf("a user's check needs no place: %v", err)
	}
	_, err = LoadFrameworks(bundledChecks(t)[1:])
	if err == nil || !strings.Contains(err.Error(), "unknown check") {
		t.Errorf("a framework that names a check that is not there: error %v", err)
	}
}
