package rules

import (
	"fmt"
	"sync"
	"time"
)

// Lifetime is how long one kind of old access lives on after a reset although
// everything was done right.
type Lifetime struct {
	System string        `yaml:"system,required"`
	Kind   string        `yaml:"kind,required"` // session, or the event's word for the credential
	Life   time.Duration `yaml:"life,required"`
	Source string        `yaml:"source,required"` // document and section
}

// Lifetimes are the unavoidable lives of old access, one per system and kind.
type Lifetimes []Lifetime

const lifetimesPath = "policies/lifetimes.yaml"

var theLifetimes = sync.OnceValue(func() Lifetimes {
	name, src := bundledFile(lifetimesPath)
	all, err := readLifetimes(name, src)
	if err != nil {
		panic(err)
	}
	return all
})

func readLifetimes(name string, src []byte) (Lifetimes, error) {
	var f struct {
		Lifetimes Lifetimes `yaml:"lifetimes,required"`
	}
	if err := Decode(name, src, &f); err != nil {
		return nil, err
	}
	for i, l := range f.Lifetimes {
		if l.Life == 0 {
			return nil, &Error{File: name, Msg: fmt.Sprintf("%s of %s has no life: leave it out", clip(l.Kind), clip(l.System))}
		}
		if _, twice := f.Lifetimes[:i].Of(l.System, l.Kind); twice {
			return nil, &Error{File: name, Msg: fmt.Sprintf("%s of %s stands twice", clip(l.Kind), clip(l.System))}
		}
	}
	return f.Lifetimes, nil
}

// Of finds the entry of a system and kind; ok is false where old access can be
// ended at once.
func (all Lifetimes) Of(system, kind string) (entry Lifetime, ok bool) {
	for _, l := range all {
		if l.System == system && l.Kind == kind {
			return l, true
		}
	}
	return Lifetime{}, false
}

// LongestLife gives how long something that was delivered may live; kind and
// channel are ids of Methods. ok is false where the tier sets no limit.
func (r Row) LongestLife(m Methods, kind, channel string) (limit time.Duration, ok bool) {
	if carrier := m.carrier[channel]; carrier != "" {
		if limit, ok = r.Life[kind+"@"+carrier]; ok {
			return limit, true
		}
	}
	limit, ok = r.Life[kind]
	return limit, ok
}
