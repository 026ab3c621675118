// What the two Linux formats share: the header of a syslog line, and what makes
// an account of a Linux host one account.
package formats

import (
	"bytes"
	"errors"

	"resetproof/ingest/event"
)

var (
	errNotSyslog = errors.New("not a syslog line: no time and host")
	errText      = errors.New(whyUTF8)
)

// syslogLine is a line of syslog taken apart. Its parts alias the line.
type syslogLine struct {
	stamp, host, app, pid, text []byte
}

// parseSyslog reads RFC 5424, and RFC 3164 as daemons write it to files: with
// or without <PRI>, and with an RFC 3339 time in place of the old one (rsyslog's
// RSYSLOG_FileFormat, journalctl -o short-iso).
func parseSyslog(line []byte) (l syslogLine, ok bool) {
	if len(line) > 0 && line[0] == '<' {
		n := bytes.IndexByte(line, '>')
		if n < 0 || n > len("<191") {
			return l, false
		}
		line = line[n+1:]
		if rest, is := bytes.CutPrefix(line, []byte("1 ")); is {
			return parseRFC5424(rest)
		}
	}
	if l.stamp, line, ok = cutStamp(line); !ok {
		return l, false
	}
	if l.host, line, ok = bytes.Cut(line, []byte{' '}); !ok || len(l.host) == 0 {
		return l, false
	}
	tag, text, ok := bytes.Cut(line, []byte{':'})
	if !ok || len(tag) == 0 || bytes.IndexByte(tag, ' ') >= 0 {
		l.text = line // "last message repeated 3 times"
		return l, true
	}
	if n := bytes.IndexByte(tag, '['); n > 0 && tag[len(tag)-1] == ']' {
		tag, l.pid = tag[:n], tag[n+1:len(tag)-1]
	}
	l.app, l.text = tag, bytes.TrimSpace(text)
	return l, true
}

// cutStamp takes the time a line begins with.
func cutStamp(line []byte) (stamp, rest []byte, ok bool) {
	const old = len("Jan _2 15:04:05")
	if len(line) > old && line[old] == ' ' && line[3] == ' ' && line[9] == ':' && line[12] == ':' && month(line[:3]) > 0 {
		return line[:old], line[old+1:], true
	}
	stamp, rest, ok = bytes.Cut(line, []byte{' '})
	ok = ok && len(stamp) >= len("2006-01-02T15:04:05") && stamp[4] == '-' && stamp[10] == 'T'
	return stamp, rest, ok
}

const months = "JanFebMarAprMayJunJulAugSepOctNovDec"

// month is the number of a month by its English name, 0 if it is none.
func month(name []byte) int {
	n := bytes.Index([]byte(months), name)
	if n < 0 || n%3 != 0 {
		return 0
	}
	return n/3 + 1
}

// parseRFC5424 reads what follows the version: time, host, program, process,
// message id, structured data, message (section 6).
func parseRFC5424(line []byte) (l syslogLine, ok bool) {
	var id []byte
	for _, part := range []*[]byte{&l.stamp, &l.host, &l.app, &l.pid, &id} {
		if *part, line, ok = bytes.Cut(line, []byte{' '}); !ok {
			return l, false
		}
		if string(*part) == "-" {
			*part = nil
		}
	}
	if len(line) > 0 && line[0] == '[' {
		n := structuredData(line)
		if n < 0 {
			return l, false
		}
		line = line[n:]
	} else {
		line = bytes.TrimPrefix(line, []byte{'-'})
	}
	l.text = bytes.TrimPrefix(bytes.TrimSpace(line), []byte("\ufeff"))
	return l, true
}

// structuredData is the length of the elements b begins with, -1 if it ends
// within one.
func structuredData(b []byte) int {
	quoted := false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && c == ']' && (i+1 == len(b) || b[i+1] != '['):
			return i + 1
		}
	}
	return -1
}

// superuser exists on every host, and is another account on each.
const superuser = "root"

// adjustLinux ties to their host what is unique on it only: numbers of users
// and sessions, and root. Other names stay as written: hosts mostly share their
// users, and a record does not tell.
func adjustLinux(_ func(string) string, rec *Record) {
	for i := range rec.Events {
		e := &rec.Events[i]
		for _, p := range []*event.Party{&e.Account, &e.Actor} {
			if p.ID != "" {
				p.ID = rec.Instance + "/" + p.ID
			}
			if p.Name == superuser {
				p.Name = rec.Instance + "/" + superuser
			}
		}
		if e.Session != "" {
			e.Session = rec.Instance + "/" + e.Session
		}
	}
}
