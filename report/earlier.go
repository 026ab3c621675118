package report

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"

	"resetproof/detect/judge"
	"resetproof/ingest/event"
	"resetproof/rules"
)

// Earlier is what an earlier run found, read back from its report, from its
// findings.jsonl alone, or from what it left in the lake.
type Earlier struct {
	// Name is what it is called in sentences: the path, or the word and id of a run.
	Name string
	// Run is what its run.json says of it: id, now, hashes, period and tool; nil for
	// findings.jsonl alone.
	Run *Run

	findings string   // path of its findings
	cases    string   // path of its cases, "" where they are not known
	reading  *reading // nil where nothing is known of it
}

// reading is what a run knows beside its cases and findings, as it is stored
// beside the lake.
type reading struct {
	Feeds  []feedSpan `json:"feeds"`
	Checks []string   `json:"checks"` // ids of those it judged by; null where not known
	// Needs gives, of the checks that cannot do without them, the context files.
	Needs map[string][]string `json:"needs,omitempty"`
}

// feedSpan is the time a feed had records of.
type feedSpan struct {
	Feed  string  `json:"feed"`
	First *string `json:"first"`
	Last  *string `json:"last"`
}

// savedFinding is a finding read back, with what only stored runs know of it.
type savedFinding struct {
	judge.Finding
	Key      string `json:"key"`
	Reviewed string `json:"reviewed"` // who had decided on it by then, and what; "" for nobody
}

// savedCase is what is kept of a case to tell what became of its findings.
type savedCase struct {
	ID          string                   `json:"id"`
	CaseAliases []string                 `json:"case_aliases"`
	Identity    string                   `json:"identity"`
	Tier        *string                  `json:"tier"`
	Acts        []savedAct               `json:"acts"`
	Time        string                   `json:"time"`
	Operator    *string                  `json:"operator"`
	Policy      *judge.PolicyRef         `json:"policy"`
	Verdicts    map[string]judge.Verdict `json:"verdicts"`
	Custody     judge.Custody            `json:"custody"`
	Notes       []string                 `json:"notes"`
	Elements    []judge.Element          `json:"elements"`
}

// savedAct is what is kept of an act.
type savedAct struct {
	System string `json:"system"`
	Event  string `json:"event"`
}

// system is that of the act that names the case.
func (r *savedCase) system() string {
	for _, a := range r.Acts {
		if event.Hash(a.Event).String() == r.ID {
			return a.System
		}
	}
	return ""
}

// OpenEarlier finds out what path holds: a report, findings.jsonl, or a run
// stored in the lake. Nothing is read but its head.
func OpenEarlier(path string) (*Earlier, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	e := &Earlier{Name: path, findings: path}
	if !info.IsDir() {
		return e, nil
	}
	if e.Run, err = readRun(path); err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(path, storedFindings)); err == nil {
		e.findings, e.cases = filepath.Join(path, storedFindings), filepath.Join(path, storedCases)
		e.reading = &reading{}
		return e, readLoosely(filepath.Join(path, storedReading), e.reading)
	}
	e.findings = filepath.Join(path, FindingsFile)
	if _, err := os.Stat(e.findings); err != nil {
		return nil, fmt.Errorf("%s: a report without %s", path, FindingsFile)
	}
	if _, err := os.Stat(filepath.Join(path, CasesFile)); err == nil {
		e.cases = filepath.Join(path, CasesFile)
	}
	e.reading = &reading{}
	if err := readLoosely(filepath.Join(path, CoverageFile), e.reading); err != nil {
		e.reading = nil // what it covers is not known then
	}
	return e, nil
}

// readRun takes from run.json what a comparison needs, so that other keys may
// differ between versions.
func readRun(folder string) (*Run, error) {
	var r struct {
		Run    string             `json:"run"`
		Now    time.Time          `json:"now"`
		Hashes map[string]*string `json:"hashes"`
		Period *[2]time.Time      `json:"period"`
		Tool   Tool               `json:"tool"`
	}
	err := readLoosely(filepath.Join(folder, RunFile), &r)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: not a report: it holds no %s", folder, RunFile)
	}
	return &Run{Run: r.Run, Now: r.Now, Hashes: r.Hashes, Period: r.Period, Tool: r.Tool}, err
}

// maxSmallFile bounds run.json and coverage.json, in bytes.
const maxSmallFile = 256 << 20

// readLoosely reads a JSON file of another version, too: keys it does not know
// are passed over.
func readLoosely(path string, into any) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := json.NewDecoder(io.LimitReader(f, maxSmallFile)).Decode(into); err != nil {
		return fmt.Errorf("%s: not as resetproof writes it", path)
	}
	return nil
}

// maxEarlier bounds the findings of an earlier run that are compared.
const maxEarlier = 2_000_000

// eachFinding reads the findings in the order of the file, numbered from 0, and
// gives the SHA-256 of their lines.
func (e *Earlier) eachFinding(take func(n int, f *savedFinding) error) (sha string, err error) {
	return eachLine(e.findings, func(n int, line []byte) error {
		f := &savedFinding{}
		if n >= maxEarlier {
			return fmt.Errorf("more than %d findings", maxEarlier)
		}
		if json.Unmarshal(line, f) != nil || f.valid() != nil {
			return errNoFinding
		}
		return take(n, f)
	})
}

// errNoFinding tells a file that is something else than a list of findings.
var errNoFinding = errors.New("not a finding")

// IsNoFinding tells that a line read as a finding is none.
func IsNoFinding(err error) bool { return errors.Is(err, errNoFinding) }

// valid holds what is compared to its form.
func (f *savedFinding) valid() error {
	_, err := parseID("finding", f.ID)
	if f.Case != nil {
		_, bad := parseID("case", *f.Case)
		err = errors.Join(err, bad)
	}
	for _, a := range f.CaseAliases {
		_, bad := parseID("case", a)
		err = errors.Join(err, bad)
	}
	_, bad := parseTime("finding", f.Time)
	if _, ok := rules.ParseSeverity(f.Severity); !ok || f.Check == "" {
		bad = errors.Join(bad, errNoFinding)
	}
	return errors.Join(err, bad)
}

// Validate reads the findings through and gives the SHA-256 of their lines.
func (e *Earlier) Validate() (sha string, err error) {
	return e.eachFinding(func(int, *savedFinding) error { return nil })
}

func (e *Earlier) eachCase(take func(*savedCase) error) error {
	_, err := eachLine(e.cases, func(_ int, line []byte) error {
		c := &savedCase{}
		if json.Unmarshal(line, c) != nil {
			return errors.New("not a case")
		}
		return take(c)
	})
	return err
}

// eachLine gives the lines of a file, decompressed if its name ends in .zst,
// and the SHA-256 of all of them.
func eachLine(path string, take func(n int, line []byte) error) (sha string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	var in io.Reader = f
	if strings.HasSuffix(path, ".zst") {
		z, err := zstd.NewReader(f, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true))
		if err != nil {
			return "", err
		}
		defer z.Close()
		in = z
	}
	sum := sha256.New()
	lines := bufio.NewScanner(io.TeeReader(in, sum))
	lines.Buffer(make([]byte, 64<<10), maxLine)
	n := 0
	for ; lines.Scan(); n++ {
		if err := take(n, lines.Bytes()); err != nil {
			return "", fmt.Errorf("%s:%d: %w", path, n+1, err)
		}
	}
	if err := lines.Err(); err != nil {
		return "", fmt.Errorf("%s:%d: %w", path, n+1, err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
