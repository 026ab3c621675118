// The Go part of linux-auth: the sentences that login programs and the shadow
// tools write to syslog's auth facility. Sources: the programs' own texts
// (OpenSSH auth.c, auth2.c and sshd.c; shadow-utils usermod.c, useradd.c,
// gpasswd.c, chage.c, passwd.c; Linux-PAM pam_unix, pam_faillock; util-linux
// su-common.c) and records of Debian 12.
package formats

import (
	"bytes"
	"fmt"
	"regexp"
)

func init() {
	hooks["linux-auth"] = &Hook{
		Stream: func() *Hook {
			a := &authReader{watch: newSudoWatch()}
			return &Hook{Extract: a.extract, Adjust: adjustLinux}
		},
	}
}

// sentence is one form of message. The names of its groups are the paths that
// a table reads; act is the record's type. What begins with pam_ is written by
// a PAM module inside any program: its app is *.
type sentence struct {
	apps []string
	act  string
	form *regexp.Regexp
}

// What ssh clients choose themselves (names) is matched greedily up to what
// sshd writes behind it, so that a name cannot pass for an address.
var sentences = []sentence{
	{[]string{"*"}, "pam-password-changed", regexp.MustCompile(`^pam_unix\((?P<service>[^:)]+):chauthtok\): password changed for (?P<account>\S+)$`)},
	{[]string{"*"}, "pam-session-opened", regexp.MustCompile(`^pam_unix\((?P<service>[^:)]+):session\): session opened for user (?P<account>[^\s(]+)`)},
	{[]string{"*"}, "pam-session-closed", regexp.MustCompile(`^pam_unix\((?P<service>[^:)]+):session\): session closed for user (?P<account>\S+)`)},
	{[]string{"*"}, "pam-locked", regexp.MustCompile(`^pam_faillock\([^)]*\): Consecutive login failures for user (?P<account>\S+) account temporarily locked`)},
	{[]string{"*"}, "pam-locked", regexp.MustCompile(`^pam_tally2?\([^)]*\): user (?P<account>\S+) \(\d+\) tally \d+, deny \d+`)},

	{[]string{"sshd", "sshd-session"}, "ssh-accepted", regexp.MustCompile(`^Accepted (?P<method>\S+) for (?P<account>.+) from (?P<ip>\S+) port \d+(?: ssh2)?(?:: \S+ (?P<fingerprint>SHA256:\S+))?`)},
	{[]string{"sshd", "sshd-session"}, "ssh-failed-nobody", regexp.MustCompile(`^Failed (?P<method>\S+) for invalid user .* from (?P<ip>\S+) port \d+(?: ssh2)?$`)},
	{[]string{"sshd", "sshd-session"}, "ssh-failed", regexp.MustCompile(`^Failed (?P<method>\S+) for (?P<account>.+) from (?P<ip>\S+) port \d+(?: ssh2)?$`)},
	{[]string{"sshd", "sshd-session"}, "ssh-failed-nobody", regexp.MustCompile(`^(?:error: )?maximum authentication attempts exceeded for invalid user .* from (?P<ip>\S+) port \d+ ssh2`)},
	{[]string{"sshd", "sshd-session"}, "ssh-attempts-exceeded", regexp.MustCompile(`^(?:error: )?maximum authentication attempts exceeded for (?P<account>.+) from (?P<ip>\S+) port \d+ ssh2`)},
	{[]string{"sshd", "sshd-session"}, "ssh-attempts-exceeded", regexp.MustCompile(`^Disconnecting (?:invalid|authenticating) user .* (?P<ip>\S+) port \d+: Too many authentication failures`)},
	{[]string{"sshd", "sshd-session"}, "pam-more-failures", regexp.MustCompile(`^PAM \d+ more authentication failures?;.* rhost=(?P<ip>\S*)\s+user=(?P<account>\S+)$`)},

	{[]string{"passwd"}, "passwd-state", regexp.MustCompile(`^password for '(?P<account>[^']+)' changed by '(?P<actor>[^']+)'$`)},
	{[]string{"chage"}, "password-expiry", regexp.MustCompile(`^changed password expiry for (?P<account>\S+)$`)},
	{[]string{"usermod"}, "usermod-locked", regexp.MustCompile("^lock user ['`](?P<account>[^']+)' password$")},
	{[]string{"usermod"}, "usermod-unlocked", regexp.MustCompile("^unlock user ['`](?P<account>[^']+)' password$")},
	{[]string{"usermod"}, "usermod-password", regexp.MustCompile("^change user ['`](?P<account>[^']+)' password$")},
	{[]string{"useradd", "usermod"}, "group-added", regexp.MustCompile("^add ['`](?P<account>[^']+)' to group ['`](?P<role>[^']+)'$")},
	{[]string{"userdel", "usermod"}, "group-removed", regexp.MustCompile("^delete ['`](?P<account>[^']+)' from group ['`](?P<role>[^']+)'$")},
	{[]string{"gpasswd"}, "group-added", regexp.MustCompile(`^user (?P<account>\S+) added by (?P<actor>\S+) to group (?P<role>\S+)$`)},
	{[]string{"gpasswd"}, "group-removed", regexp.MustCompile(`^user (?P<account>\S+) removed by (?P<actor>\S+) from group (?P<role>\S+)$`)},
	{[]string{"useradd", "adduser"}, "user-added", regexp.MustCompile(`^new user: name=(?P<account>[^,]+), UID=`)},
	{[]string{"userdel"}, "user-deleted", regexp.MustCompile("^delete user ['`](?P<account>[^']+)'$")},

	{[]string{"su"}, "su-ran", regexp.MustCompile(`^\(to (?P<role>\S+)\) (?P<actor>\S+) on \S+$`)},
	{[]string{"su"}, "su-failed", regexp.MustCompile(`^FAILED SU \(to (?P<role>\S+)\) (?P<actor>\S+) on \S+$`)},
	{[]string{"rsyslogd"}, "syslog-stopped", regexp.MustCompile(`\] exiting on signal \d+\.?$`)},
}

// byApp lists the sentences of each program.
var byApp = func() map[string][]*sentence {
	m := map[string][]*sentence{}
	for i := range sentences {
		for _, app := range sentences[i].apps {
			m[app] = append(m[app], &sentences[i])
		}
	}
	return m
}()

// repeated is how rsyslog writes a message that came several times.
var repeated = regexp.MustCompile(`^message repeated \d+ times: \[ ?(.*)\]$`)

// authReader reads one stream; see sudoWatch for what it remembers of it.
type authReader struct{ watch *sudoWatch }

// extract puts time, host, app, pid and key, the type of what is said and the
// groups of its sentence; a line that no sentence fits has its program as type,
// if it names one.
func (a *authReader) extract(raw []byte, put func(path string, value []byte)) error {
	if !validText(raw) {
		return errText
	}
	l, ok := parseSyslog(raw)
	if !ok {
		return errNotSyslog
	}
	l.app = l.app[bytes.LastIndexByte(l.app, '/')+1:]
	if bytes.HasPrefix(l.text, []byte("message repeated ")) {
		if m := repeated.FindSubmatch(l.text); m != nil {
			l.text = m[1]
		}
	}
	put("time", l.stamp)
	put("host", l.host)
	put("app", l.app)
	put("pid", l.pid)
	if put("type", l.app); len(l.app) == 0 {
		put("type", []byte("no program"))
	}
	put("key", l.key())
	host, app := string(l.host), string(l.app)
	if app == "sudo" && a.sudo(host, &l, put) {
		return nil
	}
	list := byApp[app]
	if bytes.HasPrefix(l.text, []byte("pam_")) {
		list = byApp["*"]
	}
	for _, s := range list {
		if m := s.form.FindSubmatch(l.text); m != nil {
			a.say(s, m, host, &l, put)
			return nil
		}
	}
	return nil
}

// key is the same for the encodings of one line: as a daemon writes it with the
// old time and with the new one (both in the host's clock), and in RFC 5424.
func (l *syslogLine) key() []byte {
	day, clock := fmt.Sprintf("%02d-%s", month(l.stamp[:min(3, len(l.stamp))]), bytes.TrimSpace(l.stamp[min(4, len(l.stamp)):min(6, len(l.stamp))])), l.stamp[min(7, len(l.stamp)):]
	if bytes.IndexByte(l.stamp, 'T') == 10 && len(l.stamp) >= 19 {
		day, clock = string(l.stamp[5:7])+"-"+string(bytes.TrimLeft(l.stamp[8:10], "0")), l.stamp[11:19]
	}
	return fmt.Appendf(nil, "%s %s %s %s %s %s", day, clock, l.host, l.app, l.pid, l.text)
}

// say puts what a sentence tells, and what the lines before it add: who ran the
// program, and whether a password was changed by its owner.
func (a *authReader) say(s *sentence, m [][]byte, host string, l *syslogLine, put func(string, []byte)) {
	said := map[string]string{}
	for i, name := range s.form.SubexpNames() {
		if name != "" && len(m[i]) > 0 {
			put(name, m[i])
			said[name] = string(m[i])
		}
	}
	act, account, service := s.act, said["account"], said["service"]
	switch act {
	case "pam-session-opened":
		a.watch.opened(host, service, account, string(l.pid))
	case "pam-session-closed":
		a.watch.closed(host, service, account, string(l.pid))
	case "pam-password-changed":
		act = a.watch.passwordChange(host, service, account)
	}
	put("type", []byte(act))
	if operator := a.watch.operator(host, string(l.app), account); operator != "" {
		put("operator", []byte(operator))
	}
}

// sudo reads "ann : TTY=pts/0 ; PWD=/home/ann ; USER=root ; COMMAND=/bin/x y",
// with what was refused before the first of these; false if it is none.
func (a *authReader) sudo(host string, l *syslogLine, put func(string, []byte)) bool {
	who, rest, ok := bytes.Cut(l.text, []byte(" : "))
	if !ok || bytes.IndexByte(who, ' ') >= 0 {
		return false
	}
	rest, command, ok := bytes.Cut(rest, []byte("COMMAND="))
	if !ok {
		return false
	}
	refused := false
	for i, part := range bytes.Split(rest, []byte(" ; ")) {
		name, v, is := bytes.Cut(part, []byte{'='})
		refused = refused || i == 0 && !is
		if is && string(name) == "USER" {
			put("role", v)
		}
	}
	put("actor", who)
	put("type", []byte("sudo-ran"))
	if refused {
		put("type", []byte("sudo-refused"))
		return true
	}
	a.watch.ran(host, string(who), string(l.pid), command)
	return true
}
