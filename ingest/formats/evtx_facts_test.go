// Real Windows event logs: what a reading of them by hand established
// (facts.json of the shared data) and the sequences they are named for, on the
// level of events. How they are judged is tested elsewhere.
package formats

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"resetproof/ingest/event"
)

// evtxEvents gives a file's events as lines, time first.
func evtxEvents(t *testing.T, path string) (lines []string) {
	t.Helper()
	o := Options{Now: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), Source: "test"}
	eachWindows(t, evtxFormat, string(sharedFile(t, path)), o, func(rec *Record) {
		for i := range rec.Events {
			e := &rec.Events[i]
			lines = append(lines, fmt.Sprintf("%s %s %s", event.When(e.Time).Format("2006-01-02T15:04:05.000Z"), e.Host, describeWindowsEvent(e)))
		}
	})
	return lines
}

const (
	offsec  = "S-1-5-21-4230534742-2542757381-3142984815"
	admmig  = " actor=[" + offsec + `-1111 OFFSEC\admmig]`
	hacker2 = " account=[" + offsec + `-1242 OFFSEC\hacker2]`
	fsHost  = "fs03vuln.offsec.lan"
	hidden  = " account=[S-1-5-21-2721507831-1374043488-2540227515-1008 "
	inFS    = " session=" + fsHost + "/0x14f509e2"
	byHack1 = " actor=[" + offsec + `-1234 OFFSEC\hack1]`
	honey   = "privilege.granted account=[" + offsec + "-1159 ] actor=[" + offsec + `-1158 OFFSEC\lambda-user] session=rootdc1.offsec.lan/0x80e25b9 role=`
	ownPC   = "S-1-5-21-2603537626-3982775912-406486804"
	fsir    = " account=[" + ownPC + `-1000 WIN-03DLIIOFRRA\fsir]`
	byFsir  = " actor=[" + ownPC + `-1000 WIN-03DLIIOFRRA\fsir] session=win-03dliiofrra/0x1cde9`
)

// evtxFacts are the events that each fact about an EVTX file speaks of. counts
// are how many of a kind the file has in all, so that nothing is made up either.
var evtxFacts = []struct {
	id, file string
	events   []string
	counts   map[string]int
}{
	{"D01", "ID4724-5145-password_reset_with_setNTLM_Mimikatz_.evtx", []string{
		"2021-12-04T22:09:13.666Z rootdc1.offsec.lan signin.succeeded account=[" + offsec + `-1111 OFFSEC.LAN\admmig] actor=[` + offsec + `-1111 OFFSEC.LAN\admmig] session=rootdc1.offsec.lan/0x10e6e8ef8 method=logon-type-3 ip=10.23.23.9`,
		"2021-12-04T22:09:13.680Z rootdc1.offsec.lan reset.executed" + hacker2 + admmig + " credential=password session=rootdc1.offsec.lan/0x10e6e8ef8",
		// The 4738 beside it is a state, no second reset.
		"2021-12-04T22:09:13.680Z rootdc1.offsec.lan state.observed" + hacker2 + admmig + " credential=password session=rootdc1.offsec.lan/0x10e6e8ef8",
	}, map[string]int{"reset.executed": 1, "credential.changed": 0}},
	{"D02", "ID4723-5145-password_reset_with_changeNTLM_Mimikatz_.evtx", []string{
		"2021-12-04T22:47:47.872Z rootdc1.offsec.lan credential.changed failure" + hacker2 + admmig + " credential=password session=rootdc1.offsec.lan/0x10e7c4430",
	}, map[string]int{"reset.executed": 0, "credential.changed": 1}},
	{"D03", "ID472_4728_Hidden_user_creation.evtx", []string{
		"2022-01-24T17:03:24.224Z " + fsHost + " log.cleared" + admmig + inFS + " product=Security",
		"2022-01-24T17:03:25.002Z " + fsHost + " account.created" + hidden + `FS03VULN\3teamssixf$]` + admmig + inFS,
		"2022-01-24T17:03:25.002Z " + fsHost + " reset.executed" + hidden + `FS03VULN\3teamssixf$]` + admmig + " credential=password" + inFS,
		"2022-01-24T17:03:25.004Z " + fsHost + " privilege.granted" + hidden + "]" + admmig + inFS + " role=Administrators",
		"2022-01-24T17:03:25.009Z " + fsHost + " account.deleted" + hidden + `FS03VULN\3teamssixf$]` + admmig + inFS,
	}, map[string]int{"reset.executed": 1, "log.cleared": 1, "account.created": 1}},
	{"D04", "ID472_4728_Hidden_user_creation.evtx", []string{
		// After the account was deleted.
		"2022-01-24T17:03:25.035Z " + fsHost + " state.observed" + hidden + `FS03VULN\3teamssixf$]` + admmig + " credential=password" + inFS + " method=password set before 2020-07-07",
	}, map[string]int{"state.observed": 2}},
	{"D05", "ID4794-4688-DSRM_password_set_with_NTDSutil.evtx", []string{
		`2020-07-13T08:34:33.915Z rootdc1.offsec.lan reset.executed account=[ rootdc1.offsec.lan\DSRM Administrator]` + admmig + " credential=dsrm session=rootdc1.offsec.lan/0x8ea64a3 device=ROOTDC1",
	}, map[string]int{"reset.executed": 1}},
	{"D06", "ID47x_4661-4662_5136_4688_4697-SAM_the_admin_CVE-2021-42287_.evtx", []string{
		"2021-12-14T14:42:48.817Z rootdc1.offsec.lan account.created account=[" + offsec + `-1296 OFFSEC\compnay-88$]machine` + byHack1 + " session=rootdc1.offsec.lan/0x308fb82ad",
		"2021-12-14T14:42:48.825Z rootdc1.offsec.lan reset.executed account=[" + offsec + `-1296 OFFSEC\compnay-88$]` + byHack1 + " credential=password session=rootdc1.offsec.lan/0x308fb82ad",
		// The ticket of the computer under the name of a domain controller.
		"2021-12-14T14:42:49.222Z rootdc1.offsec.lan signin.succeeded account=[" + offsec + `-1296 OFFSEC\rootdc1] actor=[` + offsec + `-1296 OFFSEC\rootdc1] ip=10.23.123.11`,
		"2021-12-14T14:42:49.886Z rootdc1.offsec.lan signin.succeeded account=[" + offsec + `-1243 offsec\admmhorvath] actor=[` + offsec + `-1243 offsec\admmhorvath] session=rootdc1.offsec.lan/0x308fd3169 method=logon-type-3 ip=10.23.123.11`,
	}, map[string]int{"reset.executed": 1, "account.created": 1}},
	{"D07", "ID4728-Member_adding_to_a_group_by_the_same_account.evtx", []string{
		"2020-07-12T05:17:23.107Z rootdc1.offsec.lan privilege.granted account=[" + offsec + "-1158 ] actor=[" + offsec + `-1158 OFFSEC\lambda-user] session=rootdc1.offsec.lan/0x807afcb role=Group02`,
	}, map[string]int{"privilege.granted": 1}},
	{"D08", "ID4728-4756-Member_added_to_sensitive_domain_groups.evtx", []string{
		"2020-07-12T06:01:13.758Z rootdc1.offsec.lan " + honey + "Domain Admins",
		"2020-07-12T06:01:13.765Z rootdc1.offsec.lan " + honey + "Enterprise Admins",
		"2020-07-12T06:01:13.767Z rootdc1.offsec.lan " + honey + "Enterprise Key Admins",
		"2020-07-12T06:01:13.769Z rootdc1.offsec.lan " + honey + "Schema Admins",
	}, map[string]int{"privilege.granted": 4, "reset.executed": 0}},
	{"D09", "ID104-1102-Event_log_cleared.evtx", []string{
		"2021-10-25T18:09:51.875Z fs03.offsec.lan log.cleared" + admmig + " session=fs03.offsec.lan/0x123550 product=Security",
		`2021-10-25T18:04:30.334Z fs03.offsec.lan log.cleared actor=[ OFFSEC\admmig] product=System`,
	}, map[string]int{"log.cleared": 91}},
	{"D10", "ID4719-Audit_policy_deactivation.evtx", []string{
		"2021-10-25T18:30:36.515Z fs03.offsec.lan policy.changed" + admmig + " session=fs03.offsec.lan/0x123550 method=auditing removed category=audit-policy",
	}, map[string]int{"policy.changed": 30}},
	{"D11", "security.evtx", []string{
		"2016-07-08T18:15:23.398Z win-03dliiofrra account.created" + fsir + system,
		"2016-07-08T18:15:23.429Z win-03dliiofrra reset.executed" + fsir + system + " credential=password",
	}, map[string]int{"reset.executed": 1, "log.stopped": 36, "log.cleared": 0}},
	{"D12", "security.evtx", []string{
		"2016-07-09T22:25:47.620Z win-03dliiofrra privilege.granted account=[" + ownPC + "-1001 ]" + byFsir + " role=Administrators",
		"2016-07-09T22:26:10.077Z win-03dliiofrra credential.changed" + fsir + strings.Replace(byFsir, "] session", "] credential=password session", 1),
	}, map[string]int{"credential.changed": 1}},
}

func TestEVTXFacts(t *testing.T) {
	files := map[string]string{}
	for _, path := range sharedFiles(t, "real/windows-evtx/*/*.evtx") {
		files[filepath.Base(path)] = path
	}
	told := map[string]bool{}
	for _, f := range evtxFacts {
		told[f.id] = true
		got := evtxEvents(t, files[f.file])
		for _, want := range f.events {
			if !slices.Contains(got, want) {
				t.Errorf("%s: no event %s", f.id, want)
			}
		}
		for kind, want := range f.counts {
			n := 0
			for _, line := range got {
				if strings.Fields(line)[2] == kind {
					n++
				}
			}
			if n != want {
				t.Errorf("%s: %d events %s, want %d", f.id, n, kind, want)
			}
		}
	}
	var facts []struct {
		ID       string `json:"id"`
		Evidence []struct {
			Files []string `json:"files"`
		} `json:"evidence"`
	}
	if err := json.Unmarshal(sharedFile(t, filepath.Join(shared, "real/facts.json")), &facts); err != nil {
		t.Fatal(err)
	}
	for _, f := range facts {
		for _, e := range f.Evidence {
			for _, file := range e.Files {
				if strings.HasSuffix(file, ".evtx") && !told[f.ID] {
					t.Errorf("fact %s about %s is not tested", f.ID, file)
				}
			}
		}
	}
}

// The sequences are chains in order: one reset by an administrator, one first
// password of a new account, one of a domain controller's own account.
func TestEVTXSequences(t *testing.T) {
	for _, c := range []struct{ path, want string }{
		{evtxExamples + "/win_4724_reset_setNTLM.evtx", evtxFacts[0].events[1]},
		{evtxExamples + "/win_4724_part_of_creation.evtx", evtxFacts[2].events[2]},
		{shared + "/sequences/win_4724_zerologon_dc_account.evtx",
			`2020-09-17T10:57:44.289Z 01566s-win16-ir.threebeesco.com reset.executed account=[S-1-5-21-308926384-506822093-3341789130-35103 3B\01566S-WIN16-IR$] actor=[S-1-5-21-308926384-506822093-3341789130-500 3B\Administrator] credential=password session=01566s-win16-ir.threebeesco.com/0x853237`},
	} {
		if strings.HasPrefix(c.path, shared) {
			sharedFiles(t, "sequences/win_*")
		}
		var resets []string
		for _, line := range evtxEvents(t, c.path) {
			if strings.Contains(line, " reset.executed ") {
				resets = append(resets, line)
			}
		}
		if !slices.Equal(resets, []string{c.want}) {
			t.Errorf("%s: %q, want %s", c.path, resets, c.want)
		}
	}
}
