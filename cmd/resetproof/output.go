package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"resetproof/ingest/event"
	"resetproof/ingest/lake"
	"resetproof/report"
	"resetproof/rules"
)

// output is a report under way.
type output struct {
	dir, summary string
	page         bool // whether report.html is among the outputs
	writer       *report.Writer
	run          report.Run
	failOn       rules.Severity
	fails        bool            // false for --fail-on none
	first        bool            // nothing but logs was given
	next         string          // what to run then
	kept         *lake.RunFolder // what the run found, beside the lake; nil for nowhere
}

// begin checks the output flags and makes sure that --out may be written,
// before any work. Of finish and abandon one must follow.
func (f *outputFlags) begin(a *app, s settings, j *judging, started time.Time) (*output, error) {
	o := &output{dir: outDir(f.out, s), summary: f.summary, page: len(f.write) == 0 || slices.Contains(f.write, "html")}
	var err error
	if o.failOn, o.fails, err = f.threshold(); err != nil {
		return nil, err
	}
	o.run = newRun(a.args, s, j, started)
	if j.baseline != nil && j.baseline.Earlier != nil {
		if how := j.baseline.Earlier.JudgedOtherwise(o.run); how != "" {
			a.log.warn("the run it is compared with was judged %s: findings may be new or gone for that alone", how)
		}
	}
	o.run.ChangedSinceLast = changes(lastFolder(o.dir, s.lakeDir), o.run.Hashes)
	opt := report.Options{Write: f.write, Checks: j.Checks, Frameworks: j.Frameworks}
	if o.first = isFirst(s, j); o.first {
		o.next = nextCommand(s.given)
		if opt.Logs, err = addable(); err != nil {
			return nil, err
		}
	}
	o.writer, err = report.New(o.dir, opt)
	if err != nil {
		return nil, usage(err, "")
	}
	return o, nil
}

func outDir(flag string, s settings) string { return cmp.Or(flag, s.Out, defaultOut) }

// abandon gives up the report; an older one stays as it is.
func (o *output) abandon(err error) error { return errors.Join(err, o.writer.Abort()) }

// exitCode follows from the findings so far; an incomplete input outranks them.
func (o *output) exitCode(incomplete bool) int {
	switch {
	case incomplete:
		o.run.Exit = exitIncomplete
	case o.fails && o.writer.Summary().Failing(o.failOn) > 0:
		o.run.Exit = exitFindings
	}
	return o.run.Exit
}

// finish puts the report in place and prints the summary.
func (o *output) finish(a *app, c report.Coverage) error {
	summary, err := o.writer.Finish(c, o.run)
	if err != nil {
		if o.kept != nil {
			err = errors.Join(err, o.kept.Abort())
		}
		return err
	}
	if o.kept != nil {
		if err := o.kept.Commit(); err != nil {
			return fmt.Errorf("the report is written, but not kept beside the lake: %w", err)
		}
	}
	page := ""
	if o.page {
		page = filepath.Join(o.dir, report.PageFile)
	}
	return printSummary(a, o.summary, func(w *bytes.Buffer, style report.Style) error {
		if o.first {
			return o.printFirst(w, style, summary, c, page)
		}
		return summary.Print(w, style, o.run, c, page)
	})
}

// keep has what the run found kept beside the lake, for diff and the baseline of
// later runs. A lake that may only be read is judged without.
func (o *output) keep(ctx context.Context, a *app, l *lake.Lake, j report.Judged) (err error) {
	o.kept, err = l.BeginRun(ctx, o.run.Run)
	if errors.Is(err, fs.ErrPermission) {
		a.log.warn("what this run finds is not kept beside the lake, which may not be written")
		return nil
	}
	if err != nil {
		return fmt.Errorf("keeping what the run found beside the lake: %w", err)
	}
	o.writer.KeepIn(o.kept.Dir, j)
	return nil
}

// printSummary writes the summary to standard output and, in plain text, to
// the file that --summary names.
func printSummary(a *app, file string, print func(*bytes.Buffer, report.Style) error) error {
	var screen bytes.Buffer
	if err := print(&screen, report.StyleOf(a.out, os.Getenv("NO_COLOR") != "")); err != nil {
		return err
	}
	if _, err := a.out.Write(screen.Bytes()); err != nil {
		return fmt.Errorf("writing the summary: %w", err)
	}
	if file == "" {
		return nil
	}
	var plain bytes.Buffer
	if err := print(&plain, report.StyleOf(&plain, true)); err != nil {
		return err
	}
	return writeFile(file, plain.Bytes())
}

// writeFile writes aside and renames, so that nobody reads half a file.
func writeFile(file string, content []byte) error {
	aside := file + ".partial-" + strconv.Itoa(os.Getpid())
	if err := os.WriteFile(aside, content, 0o644); err != nil {
		return fmt.Errorf("--summary: %w", err)
	}
	if err := os.Rename(aside, file); err != nil {
		return errors.Join(fmt.Errorf("--summary: %w", err), os.Remove(aside))
	}
	return nil
}

// newRun fills run.json but for the exit code.
func newRun(args []string, s settings, j *judging, started time.Time) report.Run {
	b := thisBuild()
	r := report.Run{
		Started: started, Now: s.now, Arguments: args, Hashes: hashes(j),
		Tool: report.Tool{Version: b.Version, Go: b.Go},
	}
	if b.Commit != "" {
		r.Tool.Commit = &b.Commit
	}
	if u, err := user.Current(); err == nil {
		r.User = u.Username
	}
	if host, err := os.Hostname(); err == nil {
		r.Host = host
	}
	if period := j.Period; !period[0].IsZero() {
		r.Period = &period
	}
	r.Run = event.Hash("run", started.UTC().Format(time.RFC3339Nano), r.Host, strconv.Itoa(os.Getpid())).String()
	return r
}

// hashes are the SHA-256 of what the run was judged by.
func hashes(j *judging) map[string]*string {
	all := map[string]*string{"baseline": nil}
	if j.baseline != nil {
		all["baseline"] = &j.baseline.SHA256
	}
	for _, role := range []string{"identities", "secrets", "exceptions", "state", "incidents", "reviews", "topology"} {
		all[role] = nil
	}
	for i := range j.Context.Files {
		f := &j.Context.Files[i]
		all[f.Role] = &f.SHA256
	}
	var versions []string
	for _, p := range j.Policies.Versions {
		versions = append(versions, p.SHA256)
	}
	checks := slices.Clone(j.Checks)
	for i, c := range checks {
		bare := *c
		bare.File, bare.Lines = "", nil // where a check lies changes no verdict
		checks[i] = &bare
	}
	all["policy"], all["rules"] = hashOf(versions), hashOf(checks)
	if len(versions) == 1 {
		all["policy"] = &versions[0] // as findings cite it
	}
	return all
}

func hashOf(v any) *string {
	src, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	sum := sha256.Sum256(src)
	text := hex.EncodeToString(sum[:])
	return &text
}

// lastFolder is where run.json of the last run lies: the last one stored in the
// lake, else the report that is about to be replaced.
func lastFolder(out, lakeDir string) string {
	if lakeDir == "" {
		return out
	}
	if runs, err := lake.Runs(lakeDir); err == nil && len(runs) > 0 {
		return runs[len(runs)-1].Dir
	}
	return out
}

// changes says which of the hashes differ from those of the last run; nothing if
// there is none that can be read. A baseline is given anew each time.
func changes(dir string, now map[string]*string) []string {
	src, err := os.ReadFile(filepath.Join(dir, report.RunFile))
	if err != nil {
		return nil
	}
	var last struct {
		Hashes map[string]*string `json:"hashes"`
	}
	if json.Unmarshal(src, &last) != nil {
		return nil
	}
	var changed []string
	for what, hash := range now {
		old := last.Hashes[what]
		switch {
		case what == "baseline":
		case old == nil && hash != nil:
			changed = append(changed, what+" was not given")
		case old != nil && hash == nil:
			changed = append(changed, what+" is not given any more")
		case old != nil && *old != *hash:
			changed = append(changed, what+" has changed")
		}
	}
	slices.Sort(changed)
	return changed
}
