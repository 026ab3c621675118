package event

import "testing"

func TestHashSeparatesFields(t *testing.T) {
	if Hash("ab", "c") == Hash("a", "bc") {
		t.Error("two different field lists give one id")
	}
	if got := Hash("okta", "acme", "1").String(); len(got) != 32 {
		t.Errorf("id prints as %q, want 32 hexadecimal digits", got)
	}
}

func TestKindNamesRoundTrip(t *testing.T) {
	for _, k := range Kinds() {
		got, ok := ParseKind(k.String())
		if !ok || got != k {
			t.Errorf("ParseKind(%q) = %v, %v", k, got, ok)
		}
	}
	if _, ok := ParseKind("reset.exceuted"); ok {
		t.Error("a misspelt kind is accepted")
	}
}
