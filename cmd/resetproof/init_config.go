package main

import (
	"cmp"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"resetproof/ingest"
	"resetproof/ingest/event"
)

// sourceFound is one entry of the drafted config: a folder or file that holds
// logs, and what init saw in it.
type sourceFound struct {
	name, uri   string
	formats     []string
	instances   []string
	first, last int64 // UTC nanoseconds; 0 where no record has a time
	zoneless    int64 // records that were malformed, some for want of a zone
}

// maxInstances is how many instances the config names as seen.
const maxInstances = 3

// sourcesFound groups the files that were recognised. A SOURCE with logs
// directly in it is one source, since they may be parts of one log; else each
// of its folders is one.
func sourcesFound(args []string, result ingest.Result) []sourceFound {
	flat := map[string]bool{} // SOURCEs with logs directly in them
	for _, f := range result.Feeds {
		for _, file := range f.Files {
			if arg, rest := under(args, file.URI); !strings.ContainsRune(rest, filepath.Separator) {
				flat[arg] = true
			}
		}
	}
	byURI := map[string]*sourceFound{}
	for _, f := range result.Feeds {
		for _, file := range f.Files {
			arg, rest := under(args, file.URI)
			uri := filepath.Clean(arg)
			if !flat[arg] {
				child, _, _ := strings.Cut(rest, string(filepath.Separator))
				uri = filepath.Join(arg, child)
			}
			if !utf8.ValidString(uri) {
				continue // YAML cannot name it
			}
			s := byURI[uri]
			if s == nil {
				s = &sourceFound{uri: uri}
				byURI[uri] = s
			}
			s.add(f)
		}
	}
	var all []sourceFound
	for _, s := range byURI {
		slices.Sort(s.formats)
		slices.Sort(s.instances)
		all = append(all, *s)
	}
	slices.SortFunc(all, func(a, b sourceFound) int { return strings.Compare(a.uri, b.uri) })
	taken := map[string]bool{}
	for i := range all {
		all[i].name = freeName(all[i].uri, taken)
	}
	return all
}

// add notes a feed that has a file in the source, once for each file.
func (s *sourceFound) add(f event.Feed) {
	if !slices.Contains(s.formats, f.Format) {
		s.formats = append(s.formats, f.Format)
	}
	if !slices.Contains(s.instances, f.Instance) {
		s.instances = append(s.instances, f.Instance)
		for _, m := range f.MalformedFirst {
			if strings.Contains(m.Reason, "without zone") {
				s.zoneless += f.Malformed
				break
			}
		}
	}
	if f.First != 0 && (s.first == 0 || f.First < s.first) {
		s.first = f.First
	}
	s.last = max(s.last, f.Last)
}

// under finds the SOURCE a file lies in and its path from there, "" where the
// SOURCE is the file.
func under(args []string, uri string) (arg, rest string) {
	for _, a := range args {
		rel, err := filepath.Rel(a, uri)
		if err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
			if rel == "." {
				rel = ""
			}
			return a, rel
		}
	}
	return uri, ""
}

// freeName makes a source's name of the last part of its path, with a number
// where another has it already.
func freeName(uri string, taken map[string]bool) string {
	base := filepath.Base(uri)
	if base == "." || base == string(filepath.Separator) {
		base = "logs"
	}
	name := base
	for n := 2; taken[name]; n++ {
		name = fmt.Sprintf("%s-%d", base, n)
	}
	taken[name] = true
	return name
}

// configDraft writes resetproof.yaml.
func configDraft(found []sourceFound, people *seen, unread []event.Unrecognised) []byte {
	var b strings.Builder
	b.WriteString("# The logs resetproof reads, drafted by resetproof init from what it found.\n" +
		"# Paths are relative to this file. Lines that begin with # are off: take the #\n" +
		"# away where you know better than the logs tell.\n\nsources:\n")
	for _, s := range found {
		fmt.Fprintf(&b, "  - name: %s\n    type: file\n    uri: %s\n", quoted(s.name), quoted(s.uri))
		fmt.Fprintf(&b, "    # format: %s   # told from the content\n", strings.Join(s.formats, " and "))
		if s.zoneless > 0 {
			fmt.Fprintf(&b, "    # zone: Europe/Paris   # needed: of %d records the times tell no zone\n", s.zoneless)
		} else {
			b.WriteString("    # zone: Europe/Paris   # for local times that tell no zone\n")
		}
		fmt.Fprintf(&b, "    # instance: %s   # tenant, organisation or host, as seen\n", instances(s))
		if s.first != 0 {
			fmt.Fprintf(&b, "    # covers: [%s, %s]   # records seen; state it if these logs are whole in between\n",
				event.When(s.first).Format("2006-01-02T15:04:05Z"), event.When(s.last).Format("2006-01-02T15:04:05Z"))
		}
		b.WriteString("    # history: full   # if nothing older is left at the source\n")
		b.WriteString("    # expect: [reset.executed]   # kinds these logs must show, see resetproof sources list\n")
	}
	for i, u := range unread {
		if i == maxUnread {
			fmt.Fprintf(&b, "# and %d more\n", len(unread)-i)
			break
		}
		if i == 0 {
			b.WriteString("\n# Not read, and so in no source above or without use in it:\n")
		}
		fmt.Fprintf(&b, "# %s: %s\n", quoted(u.URI), quoted(u.Reason))
	}
	b.WriteString("\n# Links of the chain of which your organisation keeps no record at all.\n# sources_absent: [reviewed]\n")
	b.WriteString("\n# Who is who: a draft, one row for each identity the logs name.\nidentities: " + draftRoster + "\n")
	b.WriteString("# What resets are judged by.\npolicy: " + draftPolicy + "\n")
	b.WriteString("\n# What else you can tell it, see the README.\n" +
		"# secrets: secrets.csv\n# exceptions: exceptions.yaml\n# incidents: incidents.csv\n# state: state.csv\n# reviews: reviews.csv\n# topology: topology.csv\n" +
		"\n# Keep events between runs.\n# lake: lake\n")
	b.WriteString("\n# A Windows domain and the mail suffix of the same logins: they make\n# DOMAIN\\ann and ann@suffix one identity.\n")
	fmt.Fprintf(&b, "# Windows domains seen: %s\n# mail suffixes seen: %s\n# domains:\n#   - {netbios: ACME, dns: ad.acme.example, upn_suffixes: [acme.example]}\n",
		someOf(people.netbios), someOf(people.suffixes))
	return []byte(b.String())
}

// instances lists the first instances seen, as a comment may hold them.
func instances(s sourceFound) string {
	var words []string
	for _, i := range s.instances[:min(len(s.instances), maxInstances)] {
		words = append(words, quoted(i))
	}
	if len(s.instances) > maxInstances {
		words = append(words, fmt.Sprintf("%d more", len(s.instances)-maxInstances))
	}
	return strings.Join(words, ", ")
}

// maxUnread is how many files that were not read the config names.
const maxUnread = 20

// maxDomains is how many domains and suffixes the config names as seen.
const maxDomains = 5

// someOf lists the most frequent of what was counted.
func someOf(counted map[string]int) string {
	var names []string
	for name := range counted {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(counted[b], counted[a]), strings.Compare(a, b)) })
	if len(names) == 0 {
		return "none"
	}
	for i := range names {
		names[i] = quoted(names[i])
	}
	return strings.Join(names[:min(len(names), maxDomains)], ", ")
}

// simple is text that is the same in YAML with and without quotes.
var simple = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9._/-]*$`)

// quoted writes text from a log or a file's name as a YAML scalar of one line.
func quoted(s string) string {
	switch strings.ToLower(s) {
	case "true", "false", "null", "yes", "no", "on", "off", "y", "n":
	default:
		if simple.MatchString(s) {
			return s
		}
	}
	return strconv.Quote(s)
}
