package identity

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"resetproof/ingest/event"
)

// A sighting in these tests is one line, "time system id name [type]", with
// "-" for what the record does not give.
type sighted struct {
	event.Party
	t int64
}

func sightings(t testing.TB, text string) []sighted {
	t.Helper()
	var list []sighted
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		for i, f := range fields {
			if f == "-" {
				fields[i] = ""
			}
		}
		s := sighted{event.Party{System: fields[1], ID: fields[2], Name: fields[3]}, at(t, fields[0])}
		if len(fields) > 4 {
			s.Type = fields[4]
		}
		list = append(list, s)
	}
	return list
}

func build(r *Roster, domains []Domain, seen []sighted) *Resolver {
	b := NewBuilder(r, domains)
	for _, s := range seen {
		b.See(s.Party, s.t)
	}
	return b.Build()
}

const (
	annSID = "S-1-5-21-1-2-3-1101"
	bobSID = "S-1-5-21-1-2-3-1102"
	annOkt = "00uAnnAnnAnnAnnAnn01"
	bobOkt = "00uBobBobBobBobBob02"
	annObj = "4ba79d80-076c-4225-a333-cbf984c0920f"
	bobObj = "5ab96711-718d-4a67-ac29-efa8be341b8d"
)

var acme = []Domain{{NetBIOS: "ACME", DNS: "ad.acme.example", UPNSuffixes: []string{"acme.example"}}}

// Each case is a log, a question and who it should be.
func TestResolve(t *testing.T) {
	for _, c := range []struct {
		name    string
		roster  string
		domains []Domain
		log     string
		ask     string // "time system id name = identity", "*" after one the roster knows
	}{
		{
			"the roster joins accounts of several systems",
			`id,accounts
p1,` + annSID + `;` + annOkt + `;ann@acme.example;alee`, nil,
			`2026-01-01 ad ` + annSID + ` ACME\ann`,
			`2026-01-01 ad ` + annSID + ` - = p1*
			 2026-01-01 okta ` + annOkt + ` other@acme.example = p1*
			 2026-01-01 entra - ANN@acme.example = p1*
			 2026-01-01 servicenow - alee = p1*
			 2026-01-01 - - alee = p1*
			 2026-01-01 ad - ACME\ann = p1*
			 2026-01-01 ad - ACME\alee = ad:ACME\alee`,
		},
		{
			"an account listed by system is not another system's",
			"id,accounts\np1,github:ann", nil,
			`2026-01-01 github - ann
			 2026-01-01 vault - ann`,
			`2026-01-01 github - Ann = p1*
			 2026-01-01 vault - ann = vault:ann`,
		},
		{
			"the end of a role does not end the recognition of its accounts",
			"id,accounts,valid_until\np1,ann@acme.example,2025-01-01", nil, "",
			`2026-01-01 okta - ann@acme.example = p1*`,
		},
		{
			"an account handed on belongs to each in turn",
			"id,accounts,valid_from,valid_until\np1,desk1,,2025-06-01\np2,desk1,2026-01-01,", nil, "",
			`2025-03-01 jira - desk1 = p1*
			 2025-09-01 jira - desk1 = p1*
			 2026-01-01 jira - desk1 = p2*`,
		},
		{
			"a record that states both joins id and name, in its own system",
			"", nil,
			`2026-01-01 okta ` + annOkt + ` ann@acme.example
			 2026-01-02 entra ` + annObj + ` ann@acme.example
			 2026-01-03 vault e1 ann
			 2026-01-03 github - ann`,
			`2026-01-01 okta ` + annOkt + ` - = okta:` + annOkt + `
			 2026-01-01 - - ann@acme.example = okta:` + annOkt + `
			 2026-01-01 entra ` + annObj + ` - = okta:` + annOkt + `
			 2026-01-01 vault - ann = vault:e1
			 2026-01-01 github - ann = github:ann`,
		},
		{
			"a login name given to somebody else later joins nobody to nobody",
			"", nil,
			`2025-01-01 okta ` + annOkt + ` a.lee@acme.example
			 2025-06-01 okta ` + annOkt + ` a.lee@acme.example
			 2026-01-01 okta ` + bobOkt + ` a.lee@acme.example
			 2026-02-01 okta ` + bobOkt + ` a.lee@acme.example`,
			`2025-03-01 okta - a.lee@acme.example = okta:` + annOkt + `
			 2025-12-31 okta - a.lee@acme.example = okta:` + annOkt + `
			 2026-01-15 okta - a.lee@acme.example = okta:` + bobOkt + `
			 2026-01-15 okta ` + annOkt + ` a.lee@acme.example = okta:` + annOkt,
		},
		{
			"the same hand-over seen in two systems is one",
			"", nil,
			`2025-01-01 okta ` + annOkt + ` lee@acme.example
			 2025-05-01 entra ` + annObj + ` lee@acme.example
			 2026-01-01 okta ` + bobOkt + ` lee@acme.example
			 2026-01-09 entra ` + bobObj + ` lee@acme.example
			 2026-02-01 okta ` + bobOkt + ` lee@acme.example`,
			`2025-02-01 entra ` + annObj + ` - = okta:` + annOkt + `
			 2026-01-20 - - lee@acme.example = okta:` + bobOkt,
		},
		{
			"a re-used login is not the roster's old owner, though she had it before",
			"id,accounts\np1,lee@acme.example;" + annOkt, nil,
			`2025-01-01 okta ` + annOkt + ` lee@acme.example
			 2026-01-01 okta ` + bobOkt + ` lee@acme.example`,
			`2025-01-01 okta - lee@acme.example = p1*
			 2026-01-01 okta ` + bobOkt + ` - = okta:` + bobOkt + `
			 2026-01-01 okta - lee@acme.example = okta:` + bobOkt,
		},
		{
			"two ids with one name at one time contradict each other",
			"", nil,
			`2026-01-01 okta ` + annOkt + ` lee@acme.example
			 2026-03-01 okta ` + annOkt + ` lee@acme.example
			 2026-02-01 okta ` + bobOkt + ` lee@acme.example`,
			`2026-02-01 okta ` + annOkt + ` - = okta:` + annOkt + `
			 2026-02-01 okta ` + bobOkt + ` - = okta:` + bobOkt + `
			 2026-02-01 okta - lee@acme.example = lee@acme.example`,
		},
		{
			"ids of different kinds stand side by side",
			"", nil,
			`2026-01-01 entra ` + annObj + ` lee@acme.example
			 2026-01-02 entra 100320012668A266 lee@acme.example
			 2026-01-03 entra ` + annObj + ` lee@acme.example`,
			`2026-01-02 entra 100320012668A266 - = entra:100320012668A266
			 2026-01-02 entra ` + annObj + ` - = entra:100320012668A266`,
		},
		{
			"a configured domain joins DOMAIN\\name and UPN",
			"id,accounts\np1,ann@acme.example", acme,
			`2026-01-01 ad ` + annSID + ` ACME\ann
			 2026-01-01 ad ` + bobSID + ` ACME\bob
			 2026-01-01 okta ` + bobOkt + ` bob@acme.example
			 2026-01-01 ad - ad.acme.example\bob`,
			`2026-01-01 ad ` + annSID + ` - = p1*
			 2026-01-01 ad ` + bobSID + ` - = ad:` + bobSID + `
			 2026-01-01 okta ` + bobOkt + ` - = ad:` + bobSID + `
			 2026-01-01 ad - ad.acme.example\bob = ad:` + bobSID,
		},
		{
			"a roster that writes the domain by its DNS name knows DOMAIN\\name",
			"id,accounts\np1,ad.acme.example\\alee;ann.lee@acme.example", acme,
			`2026-01-01 ad - ACME\alee
			 2026-01-01 ad - OTHER\alee`,
			`2026-01-01 ad - ACME\alee = p1*
			 2026-01-01 ad - OTHER\alee = ad:OTHER\alee`,
		},
		{
			"its twin: where no domain is configured, the two are strangers",
			"id,accounts\np1,ad.acme.example\\alee;ann.lee@acme.example", nil,
			`2026-01-01 ad - ACME\alee`,
			`2026-01-01 ad - ACME\alee = ad:ACME\alee`,
		},
		{
			"its twin: without the domain, or in another one, nothing joins",
			"", acme,
			`2026-01-01 ad ` + bobSID + ` OTHER\bob
			 2026-01-01 okta ` + bobOkt + ` bob@acme.example
			 2026-01-01 okta - ann.lee@acme.example
			 2026-01-01 ad - ACME\annlee`,
			`2026-01-01 ad ` + bobSID + ` - = ad:` + bobSID + `
			 2026-01-01 okta - bob@acme.example = okta:` + bobOkt + `
			 2026-01-01 ad - ACME\annlee = ad:ACME\annlee
			 2026-01-01 okta - ann.lee@acme.example = ann.lee@acme.example`,
		},
		{
			"the null SID of failed logons joins nobody",
			"", nil,
			`2026-01-01 ad S-1-0-0 ACME\ann
			 2026-01-01 ad S-1-0-0 ACME\bob`,
			`2026-01-01 ad S-1-0-0 ACME\ann = ad:ACME\ann
			 2026-01-01 ad S-1-0-0 ACME\bob = ad:ACME\bob
			 2026-01-01 ad S-1-0-0 - = -`,
		},
		{
			"the id wins over a name that is somebody else's",
			"id,accounts\np1," + annOkt + "\np2,bob@acme.example", nil,
			`2026-01-01 okta ` + annOkt + ` bob@acme.example`,
			`2026-01-01 okta ` + annOkt + ` bob@acme.example = p1*
			 2026-01-01 okta - bob@acme.example = p2*`,
		},
		{
			"an id that records tie to two identities of the roster is neither",
			"id,accounts\np1,ann@acme.example\np2,bob@acme.example", nil,
			`2026-01-01 okta ` + annOkt + ` ann@acme.example
			 2026-01-02 okta ` + annOkt + ` bob@acme.example`,
			`2026-01-01 okta ` + annOkt + ` ann@acme.example = okta:` + annOkt + `
			 2026-01-01 okta - ann@acme.example = p1*`,
		},
		{
			"a bare name in a native step is the one account of that name",
			"", nil,
			`2026-01-01 linux - ann
			 2026-01-01 - - ann
			 2026-01-01 linux - root
			 2026-01-01 vault - root
			 2026-01-01 - - root`,
			`2026-01-01 - - ann = linux:ann
			 2026-01-01 - - root = root
			 2026-01-01 vault - root = vault:root`,
		},
		{
			"a native step may write the system in front",
			"id,accounts\np1,github:ann", nil,
			`2026-01-01 - - github:ann`,
			`2026-01-01 - - GitHub:ann = p1*`,
		},
		{
			"what nobody has seen is an identity of its own",
			"", nil, "",
			`2026-01-01 okta ` + annOkt + ` - = okta:` + annOkt + `
			 2026-01-01 - - Ann = Ann
			 2026-01-01 - - - = -`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &Roster{}
			if c.roster != "" {
				r = roster(t, c.roster+"\n")
			}
			seen := sightings(t, c.log)
			for range 8 { // no order of records changes anything
				rand.Shuffle(len(seen), func(i, j int) { seen[i], seen[j] = seen[j], seen[i] })
				resolver := build(r, c.domains, seen)
				for line := range strings.Lines(c.ask) {
					question, want, _ := strings.Cut(strings.TrimSpace(line), " = ")
					q := sightings(t, question)[0]
					ref := resolver.Resolve(q.Party, q.t)
					got := ref.ID
					if ref.Known {
						got += "*"
					}
					if got != strings.TrimPrefix(want, "-") {
						t.Errorf("%s: got %q, want %q", question, got, want)
					}
				}
				if t.Failed() {
					return
				}
			}
		})
	}
}

// describe prints all that a resolver says, for comparison.
func describe(r *Resolver) string {
	var b strings.Builder
	for c, id := range r.ids {
		fmt.Fprintln(&b, id, r.known(uint32(c)), r.Accounts(id), r.Systems(id), r.PossibleAliases(id), r.Name(id))
	}
	lines := strings.Split(b.String(), "\n")
	slices.Sort(lines)
	return fmt.Sprint(strings.Join(lines, "\n"), r.Unknown(), r.Conflicts())
}

// crowd invents parties with few ids and names, so that names are re-used,
// ids renamed and records contradict each other all the time.
func crowd(rng *rand.Rand, n int) []sighted {
	systems := []string{"ad", "okta", "entra", "vault", ""}
	var list []sighted
	for range n {
		who := rng.IntN(8)
		p := event.Party{System: systems[rng.IntN(len(systems))]}
		switch p.System {
		case "ad":
			p.ID, p.Name = fmt.Sprintf("S-1-5-21-1-2-3-%d", 1000+who), fmt.Sprintf(`ACME\u%d`, rng.IntN(8))
		case "okta":
			p.ID, p.Name = fmt.Sprintf("00u%017d", who), fmt.Sprintf("U%d@acme.example", rng.IntN(8))
		default:
			p.ID, p.Name = fmt.Sprintf("id%d", who), fmt.Sprintf("u%d", rng.IntN(8))
		}
		switch rng.IntN(4) {
		case 0:
			p.ID = ""
		case 1:
			p.Name = ""
		}
		list = append(list, sighted{p, int64(rng.IntN(1000))})
	}
	return list
}

func TestOrderChangesNothing(t *testing.T) {
	r := roster(t, "id,accounts,valid_until\np1,S-1-5-21-1-2-3-1001;u1@acme.example,\np2,ACME\\u2;u2,\np3,vault:u3,\n")
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 7))
		seen := crowd(rng, 30)
		want := describe(build(r, acme, seen))
		for range 4 {
			rng.Shuffle(len(seen), func(i, j int) { seen[i], seen[j] = seen[j], seen[i] })
			again := append(slices.Clone(seen), seen[:10]...) // duplicates change nothing either
			if got := describe(build(r, acme, again)); got != want {
				t.Fatalf("seed %d: another order gives another result\n%s\n---\n%s", seed, got, want)
			}
		}
	}
}

func TestUnrelatedAccountChangesNothingForOthers(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 11))
		seen := crowd(rng, 30)
		before := build(&Roster{}, acme, seen)
		after := build(&Roster{}, acme, append(slices.Clone(seen),
			sighted{event.Party{System: "okta", ID: "00uZoeZoeZoeZoeZoe99", Name: "zoe@acme.example"}, 500},
			sighted{event.Party{System: "ad", Name: `ACME\zoe`}, 500}))
		for _, s := range seen {
			if b, a := before.Resolve(s.Party, s.t), after.Resolve(s.Party, s.t); a != b {
				t.Fatalf("seed %d: %+v was %v, with an unrelated account it is %v", seed, s.Party, b, a)
			}
			id := before.Resolve(s.Party, s.t).ID
			if !slices.Equal(before.Accounts(id), after.Accounts(id)) || !slices.Equal(before.PossibleAliases(id), after.PossibleAliases(id)) {
				t.Fatalf("seed %d: %s changed", seed, id)
			}
		}
	}
}

// Every cluster's id finds that cluster again, and no two share one.
func TestIDsAreUniqueAndFindable(t *testing.T) {
	for seed := range uint64(300) {
		r := build(&Roster{}, acme, crowd(rand.New(rand.NewPCG(seed, 13)), 60))
		for c, id := range r.ids {
			if got, ok := r.cluster(id); !ok || got != uint32(c) {
				t.Fatalf("seed %d: %q is cluster %d, found %d", seed, id, c, got)
			}
		}
	}
}

func TestAccountsSystemsAndCount(t *testing.T) {
	r := build(roster(t, "id,name,accounts\np1,Ann Lee,ann@acme.example;"+annSID+";alee\n"), nil, sightings(t, `
		2026-01-01 okta `+annOkt+` Ann@ACME.example
		2026-01-01 servicenow 19779b396d08d20c85d50276163f8982 alee
		2026-01-01 okta `+bobOkt+` Bob@acme.example
		2026-01-02 okta `+bobOkt+` bob@acme.example
		2026-01-02 ad S-1-5-21-1-2-3-2000 WS1$ machine
		2026-01-02 okta - system@okta.com system`))
	if got, want := r.Accounts("p1"), []string{"ad:" + annSID, "alee", "ann@acme.example", "okta:" + annOkt, "servicenow:19779b396d08d20c85d50276163f8982"}; !slices.Equal(got, want) {
		t.Errorf("accounts %v, want %v", got, want)
	}
	if got, want := r.Systems("p1"), []string{"ad", "okta", "servicenow"}; !slices.Equal(got, want) {
		t.Errorf("systems %v, want %v", got, want)
	}
	bob := "okta:" + bobOkt
	if got, want := r.Accounts(bob), []string{"Bob@acme.example", bob}; !slices.Equal(got, want) {
		t.Errorf("accounts %v, want %v", got, want)
	}
	if got := r.Unknown(); got != 1 { // bob, once; no machine, not the product
		t.Errorf("%d unknown accounts, want 1", got)
	}
	if r.Name("p1") != "Ann Lee" || r.Name(bob) != "Bob@acme.example" || r.Name("nobody") != "nobody" {
		t.Errorf("names %q, %q, %q", r.Name("p1"), r.Name(bob), r.Name("nobody"))
	}
	for ref, want := range map[string]Ref{
		"p1": {"p1", true}, "ANN@acme.example": {"p1", true}, "okta:" + annOkt: {"p1", true}, annSID: {"p1", true},
		bob: {bob, false}, "p9": {"p9", false}, "": {},
	} {
		if got := r.Lookup(ref, 0); got != want {
			t.Errorf("Lookup(%q) = %v, want %v", ref, got, want)
		}
	}
}

func TestConflictsAreListed(t *testing.T) {
	r := build(roster(t, "id,accounts\np1,"+annOkt+"\np2,bob@acme.example\n"), nil, sightings(t, `
		2026-01-02 okta `+annOkt+` bob@acme.example
		2026-01-01 okta `+annOkt+` bob@acme.example
		2026-01-01 okta `+bobOkt+` bob2@acme.example`))
	want := []Conflict{{ID: "okta:" + annOkt, Name: "bob@acme.example", ByID: "p1", ByName: "p2", First: at(t, "2026-01-01")}}
	if got := r.Conflicts(); !slices.Equal(got, want) {
		t.Errorf("conflicts %+v, want %+v", got, want)
	}
}

// A value that products write for want of an id collects names without end; it
// must join none of them.
func TestPlaceholdersJoinNobody(t *testing.T) {
	var seen []sighted
	for i := range maxNames + 1 {
		seen = append(seen, sighted{event.Party{System: "vault", ID: "shared", Name: fmt.Sprintf("user%d", i)}, int64(i)})
	}
	if got := build(nil, nil, seen).Resolve(event.Party{System: "vault", Name: "user3"}, 0).ID; got != "vault:user3" {
		t.Errorf("user3 is %q", got)
	}
	if got := build(nil, nil, seen[:maxNames]).Resolve(event.Party{System: "vault", Name: "user3"}, 0).ID; got != "vault:shared" {
		t.Errorf("with a believable number of names user3 is %q", got)
	}
}

func TestNameOfTooManyHoldersIsNobodys(t *testing.T) {
	var seen []sighted
	for i := range maxHolders + 1 {
		seen = append(seen, sighted{event.Party{System: "vault", ID: fmt.Sprintf("id%03d", i), Name: "kiosk"}, int64(i)})
	}
	kiosk := sighted{event.Party{System: "vault", Name: "kiosk"}, 3}
	if got := build(nil, nil, seen).Resolve(kiosk.Party, kiosk.t).ID; got != "vault:kiosk" {
		t.Errorf("kiosk is %q", got)
	}
	if got := build(nil, nil, seen[:maxHolders]).Resolve(kiosk.Party, kiosk.t).ID; got != "vault:id003" {
		t.Errorf("with a believable number of holders kiosk is %q", got)
	}
}

// design.md section 7: at most 512 bytes an account.
func TestMemoryPerAccount(t *testing.T) {
	const accounts = 100_000
	parties := func(yield func(event.Party)) {
		for i := range accounts {
			yield(event.Party{System: "ad", ID: fmt.Sprintf("S-1-5-21-3069206706-1359709268-1091912422-%d", i), Name: fmt.Sprintf(`ACME\firstname.lastname%d`, i)})
		}
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	b := NewBuilder(nil, acme)
	parties(func(p event.Party) { b.See(p, 1) })
	runtime.GC()
	runtime.ReadMemStats(&after)
	gathered := (after.HeapAlloc - before.HeapAlloc) / accounts
	r := b.Build()
	b = nil
	runtime.GC()
	runtime.ReadMemStats(&after)
	built := (after.HeapAlloc - before.HeapAlloc) / accounts
	t.Logf("%d B an account while gathering, %d B built (an account here is an id and a name)", gathered, built)
	if gathered > 512 || built > 512 {
		t.Errorf("%d and %d B an account, want at most 512", gathered, built)
	}
	runtime.KeepAlive(r)
}

func BenchmarkSee(b *testing.B) {
	builder := NewBuilder(nil, acme)
	p := event.Party{System: "ad", ID: annSID, Name: `ACME\ann`}
	b.ReportAllocs()
	for b.Loop() {
		builder.See(p, 1)
	}
}

func BenchmarkResolve(b *testing.B) {
	r := build(nil, acme, []sighted{{event.Party{System: "ad", ID: annSID, Name: `ACME\ann`}, 1}})
	p := event.Party{System: "ad", ID: annSID, Name: `ACME\ann`}
	b.ReportAllocs()
	for b.Loop() {
		r.Resolve(p, 1)
	}
}
