package custody

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"resetproof/ingest/event"
)

// vaultEvent is something that con did in a vault so many minutes into day 1.
func vaultEvent(kind event.Kind, minutes int, secret string) *event.Event {
	e := &event.Event{ID: event.Hash(kind.String(), secret, fmt.Sprint(minutes)), Kind: kind, System: "vault", CredentialID: secret, Time: firstDay.Add(time.Duration(minutes) * time.Minute).UnixNano()}
	if kind == event.PolicyChanged {
		e.Category, e.CredentialID = AccessPolicy, ""
	}
	return e
}

func substitutesOf(reads []*event.Event, changes ...*event.Event) *Substitutes {
	t := NewSubstitutes()
	for _, c := range changes {
		t.Changed(c, "con")
	}
	t.Span(30 * 24 * time.Hour)
	for _, r := range reads {
		t.Read(r, "con")
	}
	return t
}

// Reads come in any order; each secret is told once, after the last change that
// its first read may rest on.
func TestSubstitutesInAnyOrder(t *testing.T) {
	read := func(minutes int, secret string) *event.Event {
		return vaultEvent(event.SecretAccessed, minutes, secret)
	}
	reads := []*event.Event{
		read(-600, "old"), read(70, "old"), read(10, "before"), // known, or read before any change
		read(70, "new"), read(80, "new"), read(130, "new"), read(140, "late"), read(120+24*60+1, "later"),
	}
	rng := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		rng.Shuffle(len(reads), func(i, j int) { reads[i], reads[j] = reads[j], reads[i] })
		found := substitutesOf(reads, vaultEvent(event.PolicyChanged, 120, ""), vaultEvent(event.PolicyChanged, 60, "")).Found()
		got := ""
		for _, x := range found {
			got += fmt.Sprintf("%s %s after %s; ", x.Read.CredentialID, show(x.Read.Time), show(x.Change.Time))
		}
		if want := "new 01:10 after 01:00; late 02:20 after 02:00; "; got != want {
			t.Fatalf("found %q, want %q", got, want)
		}
	}
}

// Of somebody with more changes or reads than are kept nothing is said.
func TestSubstitutesAreBounded(t *testing.T) {
	var changes, reads []*event.Event
	for i := range maxAccessChanges + 1 {
		changes = append(changes, vaultEvent(event.PolicyChanged, i, ""))
	}
	for i := range maxAccessReads + 1 {
		reads = append(reads, vaultEvent(event.SecretAccessed, 1, fmt.Sprint(i)))
	}
	for name, table := range map[string]*Substitutes{
		"changes": substitutesOf(reads[:1], changes...), "reads": substitutesOf(reads, changes[0]),
	} {
		if n := len(table.Found()); n != 0 || table.Untold() != 1 {
			t.Errorf("too many %s: %d found, %d untold", name, n, table.Untold())
		}
	}
	if n := len(substitutesOf(reads[1:], changes[0]).Found()); n != maxAccessReads {
		t.Errorf("within the bound %d are found", n)
	}
}
