package rules

import (
	"maps"
	"slices"
	"sync"

	"resetproof/ingest/event"
)

// Link is one of the eight links of a chain of custody.
type Link struct {
	// Name is the key of a case's steps and the word in sources_absent.
	Name string
	// Kinds are the events that can show it.
	Kinds []event.Kind
}

// chainFile is precedence.yaml.
type chainFile struct {
	Precedence []struct {
		Group   string   `yaml:"group,required"`
		Systems []string `yaml:"systems,required"`
	} `yaml:"precedence,required"`
	Links []struct {
		Link  string   `yaml:"link,required"`
		Kinds []string `yaml:"kinds,required" in:"kind"`
	} `yaml:"links,required"`
}

// chain is precedence.yaml, read.
type chain struct {
	rank   map[string]int
	others int
	links  []Link
}

// otherSystems is the group in which unnamed systems rank, after its named ones.
const otherSystems = "others"

var theChain struct {
	once sync.Once
	chain
}

func bundledChain() chain {
	theChain.once.Do(func() {
		name, src := bundledFile("precedence.yaml")
		c, err := readChain(name, src)
		if err != nil {
			panic(err)
		}
		theChain.chain = c
	})
	return theChain.chain
}

func readChain(name string, src []byte) (chain, error) {
	var f chainFile
	if err := Decode(name, src, &f); err != nil {
		return chain{}, err
	}
	c := chain{rank: map[string]int{}}
	next := 0
	for _, g := range f.Precedence {
		for _, s := range g.Systems {
			c.rank[s] = next
			next++
		}
		if g.Group == otherSystems {
			c.others = next
			next++
		}
	}
	for _, l := range f.Links {
		link := Link{Name: l.Link}
		for _, name := range l.Kinds {
			kind, _ := event.ParseKind(name) // Decode refused all others
			link.Kinds = append(link.Kinds, kind)
		}
		c.links = append(c.links, link)
	}
	return c, nil
}

// Precedence ranks the systems that can log one reset: of two acts the one
// with the lower rank is the primary act. Unknown systems share one rank,
// between the known identity products and the copies and tickets.
func Precedence(system string) int {
	c := bundledChain()
	if rank, ok := c.rank[system]; ok {
		return rank
	}
	return c.others
}

// Systems lists the systems that are known by name, sorted.
func Systems() []string {
	return slices.Sorted(maps.Keys(bundledChain().rank))
}

// Links lists the eight links of a chain in order. The slice is shared: it
// must not be changed.
func Links() []Link { return bundledChain().links }
