package rules

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// baselineTable is what the baseline asks of each tier, written down a second
// time by hand. s, a, u, e, ? are the paths self-service, assisted, automated,
// emergency and unknown.
const baselineTable = `
                    ordinary    sensitive   privileged  machine     privileged-machine  break-glass
paths               s,a         s,a         a           a,u         a,u                 e
request             a,e         s,a,u,e,?   s,a,u,e,?   a,e         s,a,u,e,?           s,a,u,e,?
reason              a,e         a,e         s,a,u,e,?   a,e         s,a,u,e,?           s,a,u,e,?
request_may_follow  0s          0s          0s          0s          0s                  24h
verification        s2a2u0e2?2  s3a3u0e3?3  s4a4u0e4?4  a3e3        s3a3u0e3?3          s3a3u0e3?3
verification_of     beneficiary beneficiary beneficiary owner       owner               beneficiary
step_up             3           4           0           0           0                   0
approvals           a1e1        a1e1        s1a1u1e1?1  a1e1        a1e1                s1a1u1e1?1
unless_owner_asked  true        false       false       false       false               false
approval_valid      72h         24h         8h          72h         8h                  0s
approval_may_follow 0s          0s          0s          0s          0s                  24h
approvers           manager,service-desk-lead manager,service-desk-lead identity-admin,security-lead owner,delegate,identity-admin identity-admin security-lead
separate            ar,ab,ae    ar,ab,ae    ar,ab,ae,ve ae          ae                  ae
channels            vault-link,manager-in-person,mail-link,sms-link,voice-callback vault-link,manager-in-person,sms-link,voice-callback vault-link,in-person vault,secrets-manager vault,secrets-manager vault,sealed-envelope
temporary-password  24h         12h         1h          0s          0s                  4h
access-pass         8h          4h          1h          0s          0s                  4h
bypass-code         1h          1h          1h          0s          0s                  4h
code@sms            10m         10m         10m         0s          0s                  0s
code@voice          10m         10m         10m         0s          0s                  0s
code@mail           24h         24h         24h         0s          0s                  0s
code                0s          0s          0s          0s          0s                  4h
single_use          true        true        true        false       false               true
forced_change       24h         8h          1h          0s          0s                  0s
sessions_ended      1h          15m         15m         0s          0s                  15m
tokens_revoked      24h         4h          1h          24h         4h                  1h
mfa_back            24h         8h          4h          0s          0s                  0s
device_back         168h        72h         24h         0s          0s                  0s
dependents_rotated  168h        72h         24h         24h         24h                 24h
old_secret          0s          0s          0s          24h         4h                  0s
directories_reached 1h          1h          1h          4h          4h                  1h
review              0s          0s          168h        0s          720h                72h
recovery_needed     reset       reset       reset-with-mfa-reenrolment new-secret-old-revoked new-secret-old-revoked new-secret-old-revoked
watch               72h         72h         168h        72h         168h                168h
registered_pipeline false       false       false       false       true                false
every_dependent     false       false       true        true        true                true
`

func TestBaselineHoldsItsTable(t *testing.T) {
	p := load(t, "baseline")
	lines := strings.Split(strings.Trim(baselineTable, "\n"), "\n")
	tiers := strings.Fields(lines[0])
	for _, line := range lines[1:] {
		cells := strings.Fields(line)
		if len(cells) != len(tiers)+1 {
			t.Fatalf("a line of the table has %d cells: %s", len(cells), line)
		}
		for i, tier := range tiers {
			if got := cell(p.Requirements[Tier(tier)], cells[0]); got != cells[i+1] {
				t.Errorf("%s of %s is %s, want %s", cells[0], tier, got, cells[i+1])
			}
		}
	}
}

// cell prints one requirement as the table does.
func cell(r Row, requirement string) string {
	letters := map[Path]string{SelfService: "s", Assisted: "a", Automated: "u", Emergency: "e", UnknownPath: "?"}
	list := func(paths []Path) string {
		all := make([]string, len(paths))
		for i, p := range paths {
			all[i] = letters[p]
		}
		return strings.Join(all, ",")
	}
	byPath := func(m map[Path]int) (s string) {
		for _, p := range Paths() {
			if n, ok := m[p]; ok {
				s += letters[p] + fmt.Sprint(n)
			}
		}
		return s
	}
	if requirement == "bypass-code" || requirement == "access-pass" || requirement == "temporary-password" || strings.HasPrefix(requirement, "code") {
		return short(r.Life[requirement])
	}
	var pairs []string
	for _, p := range r.Separate {
		pairs = append(pairs, p[0][:1]+p[1][:1])
	}
	cells := map[string]string{
		"paths": list(r.Paths), "request": list(r.Request), "reason": list(r.Reason),
		"request_may_follow": short(r.RequestMayFollow), "verification": byPath(r.Verification), "verification_of": r.VerificationOf,
		"step_up": fmt.Sprint(r.StepUp), "approvals": byPath(r.Approvals), "unless_owner_asked": fmt.Sprint(r.ApprovalUnlessOwnerAsked),
		"approval_valid": short(r.ApprovalValid), "approval_may_follow": short(r.ApprovalMayFollow),
		"approvers": strings.Join(r.Approvers, ","), "separate": strings.Join(pairs, ","), "channels": strings.Join(r.Channels, ","),
		"single_use": fmt.Sprint(r.SingleUse), "forced_change": short(r.ForcedChange), "sessions_ended": short(r.SessionsEnded),
		"tokens_revoked": short(r.TokensRevoked), "mfa_back": short(r.MFABack), "device_back": short(r.DeviceBack),
		"dependents_rotated": short(r.DependentsRotated), "old_secret": short(r.OldSecret),
		"directories_reached": short(r.DirectoriesReached), "review": short(r.Review), "recovery_needed": r.RecoveryNeeded,
		"watch": short(r.Watch), "registered_pipeline": fmt.Sprint(r.RegisteredPipeline), "every_dependent": fmt.Sprint(r.EveryDependent),
	}
	return cells[requirement]
}

// short prints a duration without its empty minutes and seconds.
func short(d time.Duration) string {
	switch {
	case d == 0:
		return "0s"
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	}
	return fmt.Sprintf("%dm", d/time.Minute)
}

func TestBaselineClasses(t *testing.T) {
	p := load(t, "baseline")
	for _, line := range strings.Split(strings.TrimSpace(`
recovery delivery    yes
recovery approval    yes
issuance delivery    no
issuance approval    yes
rotation delivery    no
rotation dependents  yes
binding  request     yes
binding  approval    no
binding  closure     no
unlock   request     yes
unlock   takeover    yes
unlock   reason      no
unlock   verification no
`), "\n") {
		f := strings.Fields(line)
		if got := slices.Contains(p.Judges[Class(f[0])], f[1]); got != (f[2] == "yes") {
			t.Errorf("%s judges %s: %v", f[0], f[1], got)
		}
	}
	for _, c := range Classes() {
		for _, always := range []string{"emergency", "evidence"} {
			if !slices.Contains(p.Judges[c], always) {
				t.Errorf("%s does not judge %s", c, always)
			}
		}
	}
}

func TestPolicyHashIsThatOfItsFiles(t *testing.T) {
	var all []byte
	for _, file := range []string{"policies/baseline.yaml", "policies/strict.yaml", "policies/methods.yaml", "policies/lifetimes.yaml"} {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, src...)
	}
	if got := load(t, "strict").SHA256; got != digest(all) {
		t.Errorf("hash %s is not that of baseline, strict, methods and lifetimes one after the other", got)
	}
}

// The longest time in which a directory may be reached is how long its twin
// may join the case: a later one could not be told from a reset of its own.
func TestPropagationIsTheLongestDeadline(t *testing.T) {
	p := load(t, "baseline")
	var longest time.Duration
	for _, r := range slices.Collect(maps.Values(p.Requirements)) {
		longest = max(longest, r.DirectoriesReached)
	}
	if p.Matching.Propagation != longest {
		t.Errorf("propagation %s, longest directories_reached %s", p.Matching.Propagation, longest)
	}
}
