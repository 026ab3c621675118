package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"resetproof/detect/identity"
	"resetproof/ingest"
	"resetproof/ingest/formats"
	"resetproof/rules"
)

// defaultConfig is read if it lies in the working directory and --config names
// no other.
const defaultConfig = "resetproof.yaml"

// maxConfig bounds a config file, in bytes.
const maxConfig = 1 << 20

// config is resetproof.yaml. Paths in it are relative to its folder until
// readConfig has joined them. A key that is not here is an error.
type config struct {
	Sources []configSource `yaml:"sources"`
	// SourcesAbsent are links of the chain of which the organisation states that
	// it keeps no record.
	SourcesAbsent []string `yaml:"sources_absent" in:"link"`

	Lake string `yaml:"lake"`
	Out  string `yaml:"out"`

	Identities string `yaml:"identities"`
	Secrets    string `yaml:"secrets"`
	Exceptions string `yaml:"exceptions"`
	State      string `yaml:"state"`
	Incidents  string `yaml:"incidents"`
	Reviews    string `yaml:"reviews"`
	Topology   string `yaml:"topology"`

	// Policy is baseline, strict or a file, with profiles behind it (baseline+pci).
	Policy string `yaml:"policy"`
	// Now is the time deadlines are judged against; zero if not stated.
	Now time.Time `yaml:"now"`

	Domains []identity.Domain `yaml:"domains"`
	Systems []configSystem    `yaml:"systems"`

	file string // as given; "" without a config
}

// configSource is one entry of sources.
type configSource struct {
	Line     int           `yaml:",line"`
	Name     string        `yaml:"name,required"`
	Type     string        `yaml:"type" in:"file|bucket|elastic|okta|graph|github|servicenow|jira|keycloak|rt"`
	URI      string        `yaml:"uri,required"`
	Format   string        `yaml:"format"`
	Zone     zone          `yaml:"zone"`     // IANA name, such as Europe/Paris
	Instance string        `yaml:"instance"` // tenant, organisation or host
	Covers   *[2]time.Time `yaml:"covers"`   // [from, to], half-open
	Expect   []string      `yaml:"expect" in:"kind"`
	// History is full if the logs are all that the source still held when they
	// were taken: its oldest record then tells how long it keeps them.
	History string `yaml:"history" in:"full"`
}

// zone is a time zone that a config names.
type zone struct{ *time.Location }

// UnmarshalText takes an IANA name.
func (z *zone) UnmarshalText(name []byte) (err error) {
	if z.Location, err = time.LoadLocation(string(name)); err != nil {
		return errors.New("no time zone such as Europe/Paris")
	}
	return nil
}

// configSystem says which sources speak of a system.
type configSystem struct {
	Line      int      `yaml:",line"`
	Name      string   `yaml:"name,required"`
	Directory string   `yaml:"directory"`
	Expect    []string `yaml:"expect"` // names of sources
}

// readConfig reads the file that --config names, or the default one if it is
// there.
func readConfig(file string) (*config, error) {
	given := file != ""
	if !given {
		file = defaultConfig
	}
	src, err := readBounded(file)
	if errors.Is(err, fs.ErrNotExist) && !given {
		return &config{}, nil
	}
	if err != nil {
		return nil, usage(fmt.Errorf("config: %w", err), "")
	}
	c := config{file: file}
	if err := rules.Decode(file, src, &c); err != nil {
		return nil, usage(err, "")
	}
	dir := filepath.Dir(file)
	paths := []*string{&c.Lake, &c.Out, &c.Identities, &c.Secrets, &c.Exceptions, &c.State, &c.Incidents, &c.Reviews, &c.Topology}
	for i := range c.Sources {
		paths = append(paths, &c.Sources[i].URI)
	}
	if _, ok := rules.PolicyFile(c.Policy); ok {
		paths = append(paths, &c.Policy)
	}
	for _, p := range paths {
		if *p != "" && *p != "-" && !isURL(*p) && !filepath.IsAbs(*p) {
			*p = filepath.Join(dir, *p)
		}
	}
	return &c, nil
}

// own lists what the config names beside logs, and itself: no walk takes them
// for logs.
func (c *config) own() []string {
	own := []string{c.file, c.Lake, c.Out, c.Identities, c.Secrets, c.Exceptions, c.State, c.Incidents, c.Reviews, c.Topology}
	if file, ok := rules.PolicyFile(c.Policy); ok {
		own = append(own, file)
	}
	return own
}

func readBounded(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	src, err := io.ReadAll(io.LimitReader(f, maxConfig+1))
	if err == nil && len(src) > maxConfig {
		err = fmt.Errorf("%s: longer than %d bytes", file, maxConfig)
	}
	return src, err
}

func isURL(uri string) bool { return strings.Contains(uri, "://") }

// sources turns the arguments of a command, or without any the config's list,
// into what ingest reads. An argument is a path, a name from the config, or -.
func (c *config) sources(args []string, set *formats.Set) ([]ingest.Source, error) {
	all, err := c.allSources(set)
	if err != nil || len(args) == 0 {
		return all, err
	}
	var out []ingest.Source
	for _, arg := range args {
		if isURL(arg) {
			return nil, usagef("give a file, a folder or -", "%s: such sources are not available in this version", arg)
		}
		i := slices.IndexFunc(all, func(s ingest.Source) bool { return s.Name == arg })
		_, err := os.Lstat(arg)
		switch {
		case err == nil || arg == "-":
			out = append(out, ingest.Source{Name: arg, URI: arg})
		case i >= 0:
			out = append(out, all[i])
		default:
			if hint := nearSource(arg, all); hint != "" {
				return nil, usagef(hint, "%s: no such file or folder, and no source of the config has that name", arg)
			}
			out = append(out, ingest.Source{Name: arg, URI: arg}) // reading it says what is wrong
		}
	}
	return out, nil
}

// nearSource guesses which source of the config was meant, "" if none.
func nearSource(arg string, all []ingest.Source) string {
	names := make([]string, len(all))
	for i, s := range all {
		names[i] = s.Name
	}
	if hint := rules.Meant(arg, names); strings.HasPrefix(hint, "did you mean") {
		return hint
	}
	return ""
}

func (c *config) allSources(set *formats.Set) ([]ingest.Source, error) {
	var out []ingest.Source
	for _, s := range c.Sources {
		if slices.ContainsFunc(out, func(o ingest.Source) bool { return o.Name == s.Name }) {
			return nil, usagef("", "%s:%d: another source is called %s", c.file, s.Line, s.Name)
		}
		made, err := s.source(set)
		if err != nil {
			return nil, usage(fmt.Errorf("%s:%d: source %s: %w", c.file, s.Line, s.Name, err), "")
		}
		out = append(out, made)
	}
	for _, s := range c.Systems {
		for _, name := range s.Expect {
			if !slices.ContainsFunc(out, func(o ingest.Source) bool { return o.Name == name }) {
				return nil, usagef("", "%s:%d: system %s: no source is called %q", c.file, s.Line, s.Name, name)
			}
		}
	}
	return out, nil
}

func (s *configSource) source(set *formats.Set) (ingest.Source, error) {
	out := ingest.Source{Name: s.Name, URI: s.URI, Format: s.Format, Zone: s.Zone.Location, Instance: s.Instance, Expect: s.Expect, History: s.History}
	switch {
	case s.Type != "" && s.Type != "file":
		return out, fmt.Errorf("type %s is not available in this version; file is", s.Type)
	case isURL(s.URI):
		return out, errors.New("a URL is not available in this version; a file or folder is")
	case s.Format != "" && set.Get(s.Format) == nil:
		return out, fmt.Errorf("no format is called %q; resetproof sources list names them", s.Format)
	}
	if s.Covers != nil {
		from, to := s.Covers[0], s.Covers[1]
		if !from.Before(to) {
			return out, errors.New("covers does not end after it begins")
		}
		out.Covers = [2]int64{from.UnixNano(), to.UnixNano()}
	}
	return out, nil
}

// expected gives the kinds that each source of the config must show, and the
// sources that speak of each system. Sources on the command line take the place
// of the config's, which then expects nothing.
func (s settings) expected() (kinds, systems map[string][]string) {
	kinds, systems = map[string][]string{}, map[string][]string{}
	if len(s.given) > 0 {
		return kinds, systems
	}
	for _, source := range s.Sources {
		if len(source.Expect) > 0 {
			kinds[source.Name] = source.Expect
		}
	}
	for _, system := range s.config.Systems {
		if len(system.Expect) > 0 {
			systems[system.Name] = system.Expect
		}
	}
	return kinds, systems
}
