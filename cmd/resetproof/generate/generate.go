// Package generate invents organisations: people, their accounts, months of
// logs in the vendors' own forms, context files and a config, with planted
// violations of every check, their innocent twins and noise, and truth.jsonl,
// which says what was planted. It plants from the words of the policy and of the
// checks and shares no code with what judges them: it imports nothing of ours,
// and its numbers are its own reading of the baseline policy.
//
// The same options give the same bytes.
package generate

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Options of one organisation. The zero value of each of the filters plants
// everything.
type Options struct {
	// Dir is the folder to write, which must not exist or be empty.
	Dir  string
	Seed uint64
	// Set plants one defect of the whole set, a key of Sets, in an organisation
	// whose resets are all sound.
	Set string
	// Check plants violations of one check only; Tier, Class, Path and System
	// only on chains of that kind.
	Check, Tier, Class, Path, System string
	// Each is how often each violation is planted, 1 where 0.
	Each int
	// Signins are further sign-ins of people whom nothing happens to.
	Signins int
	// Shuffled writes lines and files in no order; Duplicates is how many in a
	// thousand of the records are delivered twice.
	Shuffled   bool
	Duplicates int
}

// Summary says what was written.
type Summary struct {
	People, Records, Cases, Planted int
}

// Write invents the organisation and writes it.
func Write(o Options) (Summary, error) {
	if entries, err := os.ReadDir(o.Dir); err == nil && len(entries) > 0 {
		return Summary{}, fmt.Errorf("%s is not empty", o.Dir)
	}
	if o.Check != "" && !slices.Contains(Checks(), o.Check) {
		return Summary{}, fmt.Errorf("nothing plants %q", o.Check)
	}
	if o.Set != "" && !slices.Contains(Sets(), o.Set) {
		return Summary{}, fmt.Errorf("nothing plants %q in a whole set", o.Set)
	}
	for i := range setPlants {
		if p := &setPlants[i]; p.key() == o.Set {
			o.Each, o.Tier = cmp.Or(p.each, o.Each), cmp.Or(p.tier, o.Tier)
		}
	}
	g := newOrg(o)
	g.plantAll()
	if len(g.truth) == 0 {
		return Summary{}, fmt.Errorf("nothing is planted with these filters")
	}
	g.noise()
	g.plantSet()
	if err := g.write(); err != nil {
		return Summary{}, err
	}
	return g.summary(), nil
}

// The days that the logs cover, all UTC. Resets are planted in the middle, so
// that habits lie before and deadlines after.
var (
	logsFrom   = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	plantFrom  = logsFrom.AddDate(0, 0, 42)
	plantUntil = logsFrom.AddDate(0, 0, 98)
	logsUntil  = logsFrom.AddDate(0, 0, 140)
)

// org is an organisation being made.
type org struct {
	Options
	rng    *rand.Rand
	people []*person
	staff  staff
	logs   []*log
	// Every log has its file; what belongs to none is a context file.
	okta, servicenow, steps     *log
	windows, forms              *log
	cloudtrail, vault           *log
	entraAudits, entraSignins   *log
	jiraRequests, jiraApprovals *log
	more                        map[string]*log
	files                       map[string][]byte
	secrets                     []secret
	incidents                   []incident
	waivers                     []waiver
	states                      []state
	chains                      []*chain
	activations                 []activation
	truth                       []Truth
	tickets                     int // given out so far
	planted                     int
	rids                        int    // accounts of the domain made so far
	tightened                   string // YAML of what the policy asks of administrators beside the baseline
	streamed                    int    // records that were written and not kept
}

func newOrg(o Options) *org {
	g := &org{Options: o, rng: rand.New(rand.NewPCG(o.Seed, 1)), files: map[string][]byte{}, more: map[string]*log{}}
	g.Each = max(g.Each, 1)
	g.okta = g.newLog("okta", "okta-system-log", "logs/okta/system-log.jsonl", lines)
	g.servicenow = g.newLog("servicenow", "servicenow", "logs/servicenow/tables.json", results)
	g.steps = g.newLog("steps", "resetproof-steps", "logs/steps/steps.csv", lines)
	g.steps.head, g.steps.expect = stepsHead, kindsKept
	g.servicenow.expect = asked
	g.windows = g.newLog("windows", "windows-security-winlogbeat", "logs/windows/DC01.winlogbeat.ndjson", lines)
	g.windows.number = adNumber
	g.windows.expect = []string{"reset.executed", "credential.changed", "account.created", "privilege.granted", "signin.succeeded"}
	g.entraAudits = g.newLog("entra-audit", "entra-audit", "logs/entra/directoryAudits.json", values)
	g.entraSignins = g.newLog("entra-signin", "entra-signin", "logs/entra/signIns.json", values)
	// Requests and their approvals come from two addresses of one desk.
	g.jiraRequests = g.newLog("jira", "jira-service-management", "logs/jira/requests.json", pages)
	g.jiraApprovals = g.newLog("jira", "jira-service-management", "logs/jira/approvals.json", pages)
	g.jiraRequests.expect = asked
	g.programLogs()
	g.forms = g.newLog("forms", "helpdesk-form", "logs/forms/forms.jsonl", lines)
	g.files["formats/helpdesk-form.yaml"] = []byte(formFormat)
	g.hireStaff()
	return g
}

func (g *org) write() error {
	g.endActivations()
	for _, l := range g.logs {
		if len(l.records) > 0 {
			g.files[l.file] = l.bytes(g)
		}
	}
	g.contextFiles()
	for _, name := range sortedKeys(g.files) {
		to := filepath.Join(g.Dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(to, g.files[name], 0o644); err != nil {
			return err
		}
	}
	if g.Signins <= 0 {
		return nil
	}
	f, err := os.Create(filepath.Join(g.Dir, filepath.FromSlash(signinsFile)))
	if err != nil {
		return err
	}
	to := bufio.NewWriterSize(f, 1<<20)
	return errors.Join(g.writeSignins(to), to.Flush(), f.Close())
}

func (g *org) summary() Summary {
	s := Summary{People: len(g.people), Cases: len(g.truth), Planted: g.planted, Records: g.streamed}
	for _, l := range g.logs {
		s.Records += len(l.records)
	}
	return s
}
