package identity

import (
	"strings"
	"testing"
)

func TestParseAccount(t *testing.T) {
	for _, c := range []struct{ written, want string }{
		{`okta:ann@acme.example`, "okta:ann@acme.example"},
		{`Okta:Ann@acme.example`, "okta:Ann@acme.example"},
		{`github:ann`, "github:ann"},
		{` jira:5bfa5a489d4c6af9ed7373bb `, "jira:5bfa5a489d4c6af9ed7373bb"},
		{`S-1-5-21-1004336348-1177238915-682003330-1101`, "ad:S-1-5-21-1004336348-1177238915-682003330-1101"},
		{`00uj4eQbcnDSlrmxnTwh`, "okta:00uj4eQbcnDSlrmxnTwh"},
		{`arn:aws:iam::111122223333:user/ann`, "aws:arn:aws:iam::111122223333:user/ann"},
		{`arn:aws-us-gov:iam::111122223333:user/ann`, "aws:arn:aws-us-gov:iam::111122223333:user/ann"},
		{`AIDACKCEVSQ6C2EXAMPLE`, "aws:AIDACKCEVSQ6C2EXAMPLE"},
		{`AKIAIOSFODNN7EXAMPLE`, "aws:AKIAIOSFODNN7EXAMPLE"},
		{`ACME\ann`, `ad:ACME\ann`},
		{`ad:ACME\ann`, `ad:ACME\ann`},
		{`NT AUTHORITY\SYSTEM`, `ad:NT AUTHORITY\SYSTEM`},
		// every other bare value belongs to no system by itself
		{`ann@acme.example`, "ann@acme.example"},
		{`ann`, "ann"},
		{`4ba79d80-076c-4225-a333-cbf984c0920f`, "4ba79d80-076c-4225-a333-cbf984c0920f"},
		{`19779b396d08d20c85d50276163f8982`, "19779b396d08d20c85d50276163f8982"},
		{`00ushort`, "00ushort"},
		{`00usomebody@acme.com`, "00usomebody@acme.com"}, // 20 characters, no Okta id
		{`AIDA`, "AIDA"},
		{`planet:ann`, "planet:ann"},
		{`okta:`, "okta:"},
		{`a\b\c`, `a\b\c`},
		{`ACME\`, `ACME\`},
	} {
		if got := ParseAccount(c.written).String(); got != c.want {
			t.Errorf("ParseAccount(%q) = %q, want %q", c.written, got, c.want)
		}
	}
}

func TestLongValuesAreBounded(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	_, a := normal("", long+"a")
	_, b := normal("", long+"b")
	if len(a) > maxLiteral || len(b) > maxLiteral {
		t.Errorf("lengths %d and %d, want at most %d", len(a), len(b), maxLiteral)
	}
	if a == b {
		t.Error("two long values that differ at their end are one")
	}
}

func TestNobody(t *testing.T) {
	for _, v := range []string{"", "-", "Unknown", "S-1-0-0", "S-1-5-18", `-\-`, `NT AUTHORITY\ANONYMOUS LOGON`, "00000000-0000-0000-0000-000000000000"} {
		if !Nobody(v) {
			t.Errorf("%q is taken for somebody", v)
		}
	}
	for _, v := range []string{"ann", `ACME\ann`, "S-1-5-21-1-2-3-500"} {
		if Nobody(v) {
			t.Errorf("%q is taken for nobody", v)
		}
	}
}
