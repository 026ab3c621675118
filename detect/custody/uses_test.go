package custody

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// What is kept of those who read very much does not hang on the order in which
// it is learned, and takes nothing from the others.
func TestUsesAreBoundedInAnyOrder(t *testing.T) {
	type read struct{ id, secret string }
	var reads []read
	for n := range 3 * maxSecretsRead {
		reads = append(reads, read{"greedy", fmt.Sprintf("Kv/%04d", n)}, read{"greedy", fmt.Sprintf("kv/%04d", n)})
	}
	for n := range maxReaders + 1 {
		reads = append(reads, read{fmt.Sprintf("job-%03d", n), "wifi"})
	}
	reads = append(reads, read{"svc", "kv/9999"}, read{"svc", "db"})
	rng := rand.New(rand.NewPCG(3, 5))
	for range 5 {
		rng.Shuffle(len(reads), func(i, j int) { reads[i], reads[j] = reads[j], reads[i] })
		u := NewUses()
		for _, r := range reads {
			u.Note(r.id, r.secret)
		}
		u.Seal()
		for n := range 3 * maxSecretsRead {
			if got := u.Reads("greedy", fmt.Sprintf("KV/%04d", n)); got != (n < maxSecretsRead) {
				t.Fatalf("secret %d of greedy: followed %t", n, got)
			}
		}
		if !u.More("greedy") || u.More("svc") {
			t.Error("who reads more than is followed is not told")
		}
		if !u.Reads("svc", "DB") || !u.Reads("svc", "kv/9999") || u.Reads("svc", "kv/0001") || u.Reads("job-000", "wifi") {
			t.Error("the readers of others are wrong")
		}
	}
	var none *Uses
	if none.Reads("svc", "db") || none.More("svc") || none.Readers("db") != nil {
		t.Error("no table knows something")
	}
}
