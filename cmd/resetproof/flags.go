package main

import (
	"cmp"
	"runtime"
	"time"

	"github.com/spf13/pflag"

	"resetproof/ingest"
	"resetproof/ingest/formats"
	"resetproof/rules"
)

// The defaults of flags that a config cannot set.
const (
	defaultOut          = "resetproof-report"
	defaultPolicy       = "baseline"
	defaultFailOn       = "high"
	defaultMaxMalformed = "0.1%"
	// defaultMemory is what ingest and detection keep within.
	defaultMemory = "256MiB"
)

// commonFlags are those of every stage.
type commonFlags struct {
	config, lake, now, memory, profile string
	jobs                               int
}

func (f *commonFlags) register(s *pflag.FlagSet) {
	s.StringVar(&f.config, "config", "", "read this config `FILE` (default resetproof.yaml, if it is there)")
	s.StringVar(&f.lake, "lake", "", "keep events in this `DIR`; scan uses a temporary one without it")
	s.StringVar(&f.now, "now", "", "judge deadlines as of this `TIME`, 2026-03-01T08:00:00Z or a date (default the clock)")
	s.StringVar(&f.memory, "memory", defaultMemory, "keep within this much memory, a `SIZE` such as 512MiB")
	s.IntVar(&f.jobs, "jobs", runtime.GOMAXPROCS(0), "work on `N` files at once; results do not depend on it")
	s.StringVar(&f.profile, "profile", "", "write CPU and heap profiles into this `DIR`")
}

// inputFlags are those of the commands that read logs.
type inputFlags struct {
	format, since, until, maxMalformed string
	formatDirs                         []string
}

func (f *inputFlags) register(s *pflag.FlagSet) {
	f.registerFormats(s)
	s.StringVar(&f.since, "since", "", "leave out records before this `TIME`, a date or a duration such as 30d")
	s.StringVar(&f.until, "until", "", "leave out records at or after this `TIME`, a date or a duration such as 1d")
	s.StringVar(&f.maxMalformed, "max-malformed", defaultMaxMalformed, "call the run incomplete if a larger `SHARE` of a feed's records is malformed (10 always may be)")
}

func (f *inputFlags) registerFormats(s *pflag.FlagSet) {
	s.StringVar(&f.format, "input-format", "", "take all sources for this `FORMAT` without looking at the content")
	s.StringArrayVar(&f.formatDirs, "formats-dir", nil, "add the log formats of this `DIR`; may be repeated")
}

// judgeFlags are those of the commands that judge.
type judgeFlags struct {
	identities, secrets, exceptions, state, incidents, reviews, topology string
	policy, period, baseline                                             string
	ruleDirs, frameworkDirs                                              []string
}

func (f *judgeFlags) register(s *pflag.FlagSet) {
	s.StringVar(&f.identities, "identities", "", "read the roster from this `FILE`: who is who, in which role, when")
	s.StringVar(&f.secrets, "secrets", "", "read the inventory of secrets from this `FILE`")
	s.StringVar(&f.exceptions, "exceptions", "", "read waivers from this `FILE`")
	s.StringVar(&f.state, "state", "", "read observed account states from this `FILE`")
	s.StringVar(&f.incidents, "incidents", "", "read declared incidents from this `FILE`")
	s.StringVar(&f.reviews, "reviews", "", "read reviews of cases from this `FILE`")
	s.StringVar(&f.topology, "topology", "", "read how directories depend on each other from this `FILE`")
	s.StringVar(&f.policy, "policy", "", "judge by this `POLICY`: baseline, strict or a file, with profiles behind it as in baseline+pci (default baseline)")
	s.StringVar(&f.baseline, "baseline", "", "let only what is new since this `FILE|last` fail the run: findings.jsonl of an earlier run, a list of accepted findings, or the last run stored in the lake")
	s.StringVar(&f.period, "period", "", "judge the resets carried out in `FROM/TO`; evidence before and after is read")
	f.registerRules(s)
}

func (f *judgeFlags) registerRules(s *pflag.FlagSet) {
	s.StringArrayVar(&f.ruleDirs, "rules", nil, "add the checks of this `DIR`; may be repeated")
	s.StringArrayVar(&f.frameworkDirs, "frameworks", nil, "add the control frameworks of this `DIR`; may be repeated")
}

// outputFlags are those of the commands that write a report.
type outputFlags struct {
	out, summary, failOn string
	write                []string
}

func (f *outputFlags) register(s *pflag.FlagSet) {
	f.registerOut(s)
	s.StringSliceVar(&f.write, "write", nil, "write only these outputs, `html,json` (default all)")
	s.StringVar(&f.failOn, "fail-on", defaultFailOn, "exit with 1 on a finding of this `SEVERITY` or above: none, low, medium, high, critical")
}

func (f *outputFlags) registerOut(s *pflag.FlagSet) {
	s.StringVar(&f.out, "out", "", "write the report into this `DIR` (default "+defaultOut+")")
	s.StringVar(&f.summary, "summary", "", "write the summary to this `FILE` as well")
}

// settings are what flags and config together say of every stage.
type settings struct {
	*config
	lakeDir string
	// now is what deadlines are judged against: the flag's, the config's, or the clock's.
	now    time.Time
	memory int64
	jobs   int
	given  []string // SOURCE arguments
}

// read settles the config and what all stages share. A flag goes before the
// config. clock is the time when nobody names one.
func (f *commonFlags) read(clock time.Time) (s settings, err error) {
	if s.config, err = readConfig(f.config); err != nil {
		return s, err
	}
	s.lakeDir = cmp.Or(f.lake, s.config.Lake)
	s.now = clock
	if !s.config.Now.IsZero() {
		s.now = s.config.Now
	}
	if f.now != "" {
		if s.now, err = parseTime(f.now); err != nil {
			return s, usagef(timeHint, "--now: %w", err)
		}
	}
	if s.memory, err = parseSize(f.memory); err != nil {
		return s, err
	}
	if s.jobs = f.jobs; s.jobs < 1 {
		return s, usagef("", "--jobs: %d is less than 1", f.jobs)
	}
	return s, nil
}

// options turns the flags into what ingest wants.
func (f *inputFlags) options(s settings, args []string) (ingest.Options, error) {
	opt := ingest.Options{Format: f.format, Now: s.now, Jobs: s.jobs, Exclude: append(s.own(), s.lakeDir)}
	var err error
	if opt.Formats, err = loadFormats(f.formatDirs); err != nil {
		return opt, err
	}
	if f.format != "" && opt.Formats.Get(f.format) == nil {
		return opt, usagef("resetproof sources list names the formats", "--input-format: no format is called %q", f.format)
	}
	if opt.Since, err = parseBefore("--since", f.since, s.now); err != nil {
		return opt, err
	}
	if opt.Until, err = parseBefore("--until", f.until, s.now); err != nil {
		return opt, err
	}
	if opt.Since != 0 && opt.Until != 0 && opt.Since >= opt.Until {
		return opt, usagef("", "--since does not lie before --until")
	}
	if opt.MaxMalformed, err = parseShare("--max-malformed", f.maxMalformed); err != nil {
		return opt, err
	}
	if opt.Sources, err = s.config.sources(args, opt.Formats); err != nil {
		return opt, err
	}
	if len(opt.Sources) == 0 {
		return opt, usagef("name a file or folder of logs, e.g. resetproof scan logs/, or list sources in "+defaultConfig, "nothing to read")
	}
	return opt, nil
}

func loadFormats(dirs []string) (*formats.Set, error) {
	set, err := formats.Load(dirs...)
	if err != nil {
		return nil, usage(err, "")
	}
	return set, nil
}

// threshold is the severity from which findings fail the run; ok is false for none.
func (f *outputFlags) threshold() (sev rules.Severity, ok bool, err error) {
	if f.failOn == "none" {
		return 0, false, nil
	}
	sev, known := rules.ParseSeverity(f.failOn)
	if !known {
		return 0, false, usagef("--fail-on none, low, medium, high or critical", "--fail-on: %q is no severity", f.failOn)
	}
	return sev, true, nil
}
