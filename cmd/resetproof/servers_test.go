//go:build servers

package main

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf16"
)

// Passwords of invented people in a directory that lives as long as the test.
const (
	adminPassword    = "Adm1n-Start-Pass"
	helpdeskPassword = "Help-Desk-1-Pass"
	bobPassword      = "Bob-Start-1-Pass"
)

// pastCreation is more than the two seconds in which a first password is taken
// for a part of the account's creation (design, section 3.2).
const pastCreation = 3 * time.Second

// TestServerSamba sets up a real directory, resets passwords in it as a
// helpdesk and as an administrator, raises one of the accounts, and scans what
// the directory logged of it: those cases and no others.
func TestServerSamba(t *testing.T) {
	d := startSamba(t)
	for _, user := range [][2]string{{"ann", "Ann-Start-1-Pass"}, {"bob", bobPassword}, {"svc-backup", "Svc-Start-1-Pass"}, {"helpdesk1", helpdeskPassword}} {
		d.admin(t, "user", "create", user[0], user[1])
	}
	d.admin(t, "group", "addmembers", "Account Operators", "helpdesk1")
	time.Sleep(pastCreation)

	// A colleague's password is refused to whom it does not concern, and one's
	// own is no reset.
	if err := d.tool("bob", bobPassword, "user", "setpassword", "ann", "--newpassword=Not-Allowed-9"); err == nil {
		t.Error("anybody may reset ann")
	}
	d.changeOwn(t, "bob", bobPassword, "Bob-His-Own-2")
	d.must(t, "helpdesk1", helpdeskPassword, "user", "setpassword", "ann", "--newpassword=Ann-Reset-2-Pass")
	d.admin(t, "user", "setpassword", "svc-backup", "--newpassword=Svc-Reset-2-Pass")
	d.admin(t, "group", "addmembers", "Domain Admins", "svc-backup")
	// bob joins the same group and was never reset.
	d.admin(t, "group", "addmembers", "Domain Admins", "bob")
	d.must(t, "svc-backup", "Svc-Reset-2-Pass", "user", "list") // signs in
	d.stop(t)

	s := scanInto(t, t.TempDir(), d.logs)
	var got []string
	for _, c := range s.cases {
		got = append(got, fmt.Sprintf("%s %s %s of %s by %s", *c.Class, *c.Path, c.Acts[0].Credential, s.login(c.Identity), s.login(*c.Operator)))
		if len(c.Acts) != 1 {
			t.Errorf("%s: %d acts, want 1", c.Identity, len(c.Acts))
		}
		if at, err := time.Parse(time.RFC3339Nano, c.Time); err != nil || at.Before(d.started) || at.After(time.Now()) {
			t.Errorf("%s: the reset is dated %s, the directory ran from %s", c.Identity, c.Time, d.started.UTC().Format(time.RFC3339))
		}
	}
	same(t, "cases", got, []string{
		"recovery assisted password of ann by helpdesk1",
		"recovery assisted password of svc-backup by Administrator",
	})
	if want := map[string]int{"first-password": 4, "routine-change": 1, "failed": 1}; !maps.Equal(s.not, want) {
		t.Errorf("not cases: got %v, want %v", s.not, want)
	}
	var raised []string
	for _, f := range s.findings {
		if slices.Contains(followed, f.Check) {
			raised = append(raised, f.Check+" "+s.login(*f.Identity)+": "+f.Message)
		}
	}
	if len(raised) != 1 || !strings.HasPrefix(raised[0], "reset-then-privilege svc-backup: ") || !strings.Contains(raised[0], "Domain Admins") {
		t.Errorf("findings on what followed: got %q, want Domain Admins for svc-backup", raised)
	}
}

// login gives the login of an identity that no roster names.
func (s *scanned) login(identity string) string {
	if dn, ok := strings.CutPrefix(identity, "ad:CN="); ok {
		name, _, _ := strings.Cut(dn, ",")
		return name
	}
	for _, e := range s.events {
		if e.Actor.System+":"+e.Actor.ID == identity && e.Actor.Name != "" {
			name, _, _ := strings.Cut(e.Actor.Name[strings.LastIndex(e.Actor.Name, `\`)+1:], "@")
			return name
		}
	}
	return identity
}

// directory is a Samba domain controller on loopback.
type directory struct {
	dir, conf, logs string
	within          []string // what runs a command in the directory's network
	server          *exec.Cmd
	started         time.Time
	ended           chan error
}

// adPorts are those that a domain controller cannot do without.
var adPorts = []int{88, 135, 389, 464}

func startSamba(t *testing.T) *directory {
	t.Helper()
	for _, program := range []string{"samba", "samba-tool", "ldbmodify"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Fatalf("%v: make test-servers installs it", err)
		}
	}
	// Not t.TempDir: the server's sockets lie here, whose paths must be short.
	dir, err := os.MkdirTemp("", "rp-ad")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	d := &directory{dir: dir, conf: filepath.Join(dir, "etc", "smb.conf"), logs: filepath.Join(dir, "log"), ended: make(chan error, 1)}
	d.findNetwork(t)
	d.provision(t)
	d.serve(t)
	return d
}

// findNetwork keeps to this machine's loopback if the ports are free there, and
// else takes a network of its own.
func (d *directory) findNetwork(t *testing.T) {
	t.Helper()
	taken := takenPort()
	if taken == 0 {
		return
	}
	holder := exec.Command("unshare", "--net", "sh", "-c", "ip link set lo up && echo up && exec sleep 600")
	up, err := holder.StdoutPipe()
	if err == nil {
		err = holder.Start()
	}
	if err != nil {
		t.Fatalf("port %d is taken, and there is no network of our own to be had: %v", taken, err)
	}
	t.Cleanup(func() {
		if err := errors.Join(holder.Process.Kill(), ignoreExit(holder.Wait())); err != nil {
			t.Error(err)
		}
	})
	if n, err := up.Read(make([]byte, 8)); n == 0 {
		t.Fatalf("port %d is taken, and a network of our own does not come up: %v", taken, err)
	}
	d.within = []string{"nsenter", "--net=/proc/" + strconv.Itoa(holder.Process.Pid) + "/ns/net"}
}

// takenPort is the first port of a domain controller that is not free, 0 if all are.
func takenPort() int {
	for _, port := range adPorts {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			err = l.Close()
		}
		if err != nil {
			return port
		}
	}
	return 0
}

func ignoreExit(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil
	}
	return err
}

// provision makes the domain, and has it log the audit in JSON.
func (d *directory) provision(t *testing.T) {
	t.Helper()
	out, err := d.command("samba-tool", "domain", "provision", "--realm=CORP.EXAMPLE", "--domain=CORP", "--server-role=dc", "--dns-backend=NONE",
		"--adminpass="+adminPassword, "--host-name=dc1", "--host-ip=127.0.0.1", "--targetdir="+d.dir,
		"--option=interfaces=lo", "--option=bind interfaces only=yes", "--option=vfs objects=dfs_samba4").CombinedOutput()
	if err != nil {
		t.Fatalf("provisioning: %v\n%s", err, out)
	}
	if err := os.Mkdir(d.logs, 0o700); err != nil {
		t.Fatal(err)
	}
	conf, err := os.ReadFile(d.conf)
	if err != nil {
		t.Fatal(err)
	}
	audit := "log level = 1"
	for _, l := range [][2]string{{"auth_json_audit", "auth"}, {"dsdb_json_audit", "dsdb"}, {"dsdb_password_json_audit", "password"}, {"dsdb_group_json_audit", "group"}} {
		audit += " " + l[0] + ":5@" + filepath.Join(d.logs, l[1]+".log")
	}
	settings := strings.Join([]string{"[global]", audit, "logging = file", "log file = " + filepath.Join(d.dir, "samba.log"), "max log size = 0",
		"server services = rpc, ldap, cldap, kdc, winbindd", "ldap server require strong auth = no", "tls enabled = no", "disable netbios = yes",
		"pid directory = " + d.dir, "ncalrpc dir = " + filepath.Join(d.dir, "ncalrpc"), "lock directory = " + filepath.Join(d.dir, "lock"),
		"winbindd socket directory = " + filepath.Join(d.dir, "winbindd"), "ntp signd socket directory = " + filepath.Join(d.dir, "ntp_signd")}, "\n\t")
	if err := os.WriteFile(d.conf, []byte(strings.Replace(string(conf), "[global]", settings, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// serve starts the server and waits until it answers.
func (d *directory) serve(t *testing.T) {
	t.Helper()
	d.started = time.Now()
	d.server = d.command("samba", "-F", "--no-process-group", "-M", "single", "-s", d.conf)
	d.server.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // with it end the helpers that it starts
	if err := d.server.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { d.ended <- d.server.Wait() }()
	t.Cleanup(func() { d.stop(t) })
	var last error
	for range 120 {
		if last = d.tool("Administrator", adminPassword, "domain", "passwordsettings", "set", "--min-pwd-age=0"); last == nil {
			return
		}
		select {
		case err := <-d.ended:
			d.server = nil
			t.Fatalf("the server ended: %v\n%s", err, d.said())
		case <-time.After(time.Second):
		}
	}
	t.Fatalf("the server does not answer within minutes: %v\n%s", last, d.said())
}

// said is the end of the server's own log.
func (d *directory) said() string {
	text, err := os.ReadFile(filepath.Join(d.dir, "samba.log"))
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-2000):])
}

// stop ends the server and what it started, and waits for all of them.
func (d *directory) stop(t *testing.T) {
	t.Helper()
	if d.server == nil {
		return
	}
	group := -d.server.Process.Pid
	d.server = nil
	if err := syscall.Kill(group, syscall.SIGTERM); err != nil {
		t.Errorf("stopping the server: %v", err)
	}
	for range 300 {
		if !running(t, -group) {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Errorf("the server does not end; killing it: %v", syscall.Kill(group, syscall.SIGKILL))
}

// running tells whether a process of the group still runs. A zombie does not:
// where nobody collects orphans, as in many containers, it stays one.
func running(t *testing.T, group int) bool {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range all {
		stat, err := os.ReadFile(name)
		if err != nil {
			continue // it ended meanwhile
		}
		// "pid (name) state ppid pgrp …", proc(5); a name may hold anything.
		rest := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		if len(rest) > 2 && rest[2] == strconv.Itoa(group) && rest[0] != "Z" {
			return true
		}
	}
	return false
}

// command runs a program in the directory's network.
func (d *directory) command(name string, args ...string) *exec.Cmd {
	words := append(append(slices.Clone(d.within), name), args...)
	return exec.Command(words[0], words[1:]...)
}

// tool runs samba-tool over LDAP as a user of the directory.
func (d *directory) tool(user, password string, args ...string) error {
	args = append(args, "-H", "ldap://127.0.0.1", "-U"+user+"%"+password, "-s", d.conf)
	if out, err := d.command("samba-tool", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("samba-tool %s %s as %s: %w\n%s", args[0], args[1], user, err, out)
	}
	return nil
}

// changeOwn changes a user's password as its owner does, who knows the old one:
// a delete and an add in one step (Microsoft Open Specifications, MS-ADTS
// 3.1.1.3.1.5.1).
func (d *directory) changeOwn(t *testing.T, user, before, after string) {
	t.Helper()
	quoted := func(password string) string {
		var b []byte
		for _, unit := range utf16.Encode([]rune(`"` + password + `"`)) {
			b = binary.LittleEndian.AppendUint16(b, unit)
		}
		return base64.StdEncoding.EncodeToString(b)
	}
	change := d.command("ldbmodify", "-H", "ldap://127.0.0.1", "-U"+user+"%"+before, "--configfile="+d.conf)
	change.Stdin = strings.NewReader(fmt.Sprintf("dn: CN=%s,CN=Users,DC=corp,DC=example\nchangetype: modify\ndelete: unicodePwd\nunicodePwd:: %s\nadd: unicodePwd\nunicodePwd:: %s\n", user, quoted(before), quoted(after)))
	if out, err := change.CombinedOutput(); err != nil {
		t.Fatalf("%s changes the own password: %v\n%s", user, err, out)
	}
}

func (d *directory) must(t *testing.T, user, password string, args ...string) {
	t.Helper()
	if err := d.tool(user, password, args...); err != nil {
		t.Fatal(err)
	}
}

func (d *directory) admin(t *testing.T, args ...string) {
	t.Helper()
	d.must(t, "Administrator", adminPassword, args...)
}
