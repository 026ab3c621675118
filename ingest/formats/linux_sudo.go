// What the lines of one syslog stream say about those that follow: passwd and
// chpasswd do not name who ran them, the line of sudo before them does, while
// its session is open.
package formats

import (
	"bytes"
	"path"
	"slices"
)

const (
	// maxElevations bounds the sudo sessions held open at a time; beyond it the
	// oldest is forgotten, and what it runs has no operator.
	maxElevations = 256
	// maxLogins bounds the accounts whose open sessions are counted.
	maxLogins = 4096
)

// elevation is one command run through sudo.
type elevation struct {
	host, operator, pid string
	program             string
	names               []string // of a shadow tool: words of its arguments that are no options
	open                bool     // its session was opened, so its end will be told
}

type login struct{ host, account string }

type sudoWatch struct {
	elevations []elevation
	logins     map[login]int
}

func newSudoWatch() *sudoWatch { return &sudoWatch{logins: map[login]int{}} }

// maxNames bounds the words kept of a command's arguments.
const maxNames = 16

// shadowTools are the programs whose lines may be traced to the sudo that ran
// them.
var shadowTools = []string{"passwd", "chpasswd", "newusers", "chage", "useradd", "adduser", "usermod", "userdel", "gpasswd"}

// ran notes a command. Arguments are kept of the shadow tools only, to be
// compared with the account that a later line names.
func (w *sudoWatch) ran(host, operator, pid string, command []byte) {
	words := bytes.Fields(command)
	if len(words) == 0 {
		return
	}
	e := elevation{host: host, operator: operator, pid: pid, program: path.Base(string(words[0]))}
	for _, word := range words[1:min(len(words), maxNames)] {
		if word[0] != '-' && slices.Contains(shadowTools, e.program) {
			e.names = append(e.names, string(word))
		}
	}
	if len(w.elevations) == maxElevations {
		w.elevations = slices.Delete(w.elevations, 0, 1)
	}
	w.elevations = append(w.elevations, e)
}

// signIns are the services whose sessions are people's own.
var signIns = []string{"sshd", "login", "gdm-password", "gdm-fingerprint", "lightdm", "sddm", "xdm", "xrdp-sesman", "remote", "cockpit"}

func (w *sudoWatch) opened(host, service, account, pid string) {
	switch {
	case service == "sudo" || service == "sudo-i":
		for i := len(w.elevations) - 1; i >= 0; i-- {
			if e := &w.elevations[i]; e.host == host && e.pid == pid && !e.open {
				e.open = true
				return
			}
		}
	case slices.Contains(signIns, service) && len(w.logins) < maxLogins:
		w.logins[login{host, account}]++
	}
}

// closed ends a session. Where sudo writes no process id and several are open,
// it is not known which one ended: unless one person runs them all, none of
// them vouches for anybody any more.
func (w *sudoWatch) closed(host, service, account, pid string) {
	if slices.Contains(signIns, service) {
		if k := (login{host, account}); w.logins[k] > 1 {
			w.logins[k]--
		} else {
			delete(w.logins, k)
		}
		return
	}
	if service != "sudo" && service != "sudo-i" {
		return
	}
	mine := func(e elevation) bool { return e.host == host && e.pid == pid && e.open }
	first := slices.IndexFunc(w.elevations, mine)
	if first < 0 {
		return
	}
	operator := w.elevations[first].operator
	if pid == "" && slices.ContainsFunc(w.elevations, func(e elevation) bool { return mine(e) && e.operator != operator }) {
		w.elevations = slices.DeleteFunc(w.elevations, mine)
		return
	}
	w.elevations = slices.Delete(w.elevations, first, first+1)
}

// fromInput are the programs that read from their input whose passwords to set.
var fromInput = []string{"chpasswd", "newusers"}

// operator is who ran the program that now speaks about the account, "" if that
// is not known or could be two people.
func (w *sudoWatch) operator(host, program, account string) (who string) {
	for i := range w.elevations {
		e := &w.elevations[i]
		if e.host != host || !e.open || e.program != program || !slices.Contains(fromInput, program) && !slices.Contains(e.names, account) {
			continue
		}
		if who != "" && who != e.operator {
			return ""
		}
		who = e.operator
	}
	return who
}

// passwordChange tells a reset from an owner's change, which pam_unix writes in
// the same words. At sign-in and through su it is the owner's, who had to give
// the old one; passwd run through sudo is a reset; passwd run otherwise is the
// owner's if a session of the account is open on the host, else root's.
func (w *sudoWatch) passwordChange(host, service, account string) string {
	const changed, reset = "password-changed", "password-reset"
	switch {
	case slices.Contains(signIns, service) || service == "su" || service == "su-l" || service == "sudo":
		return changed
	case service != "passwd" || w.operator(host, service, account) != "" || w.logins[login{host, account}] == 0:
		return reset
	}
	return changed
}
