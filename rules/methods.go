package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Methods tells the strength of verification methods and translates the words
// vendors and people use for methods, delivery channels and what is delivered.
// All lookups ignore case and take blanks, dashes and underscores for the
// same. The zero Methods knows nothing.
type Methods struct {
	method    map[string]method // canonical id -> what it is
	alias     map[string]string // folded name -> canonical method id
	channel   map[string]string // folded name -> canonical channel id
	carrier   map[string]string // canonical channel id -> mail, sms or voice; absent for others
	delivered map[string]string // folded name -> canonical kind of what is delivered
}

// method is one entry of the table in methods.yaml.
type method struct {
	ID       string   `yaml:"id,required"`
	Strength int      `yaml:"strength,required" max:"4"`
	Factor   string   `yaml:"factor,required" in:"none|knowledge|phone|mail|app|key|code|voice|person|document"`
	Channel  string   `yaml:"channel,required" in:"none|web|telephone|mail|video|in-person"`
	Names    []string `yaml:"names"`
}

// named is a canonical word and the other words for it.
type named struct {
	ID      string   `yaml:"id,required"`
	Names   []string `yaml:"names"`
	Carrier string   `yaml:"carrier" in:"mail|sms|voice"`
}

type methodsFile struct {
	Methods   []method `yaml:"methods,required"`
	Channels  []named  `yaml:"channels,required"`
	Delivered []named  `yaml:"delivered,required"`
}

const methodsPath = "policies/methods.yaml"

var theMethods struct {
	once sync.Once
	Methods
}

func bundledMethods() Methods {
	theMethods.once.Do(func() {
		name, src := bundledFile(methodsPath)
		m, err := readMethods(name, src)
		if err != nil {
			panic(err)
		}
		theMethods.Methods = m
	})
	return theMethods.Methods
}

func readMethods(name string, src []byte) (Methods, error) {
	var f methodsFile
	if err := Decode(name, src, &f); err != nil {
		return Methods{}, err
	}
	m := Methods{method: map[string]method{}, alias: map[string]string{}, channel: map[string]string{},
		carrier: map[string]string{}, delivered: map[string]string{}}
	for _, one := range f.Methods {
		m.method[one.ID] = one
		if err := addNames(name, m.alias, one.ID, one.Names); err != nil {
			return Methods{}, err
		}
	}
	for _, one := range f.Channels {
		if one.Carrier != "" {
			m.carrier[one.ID] = one.Carrier
		}
		if err := addNames(name, m.channel, one.ID, one.Names); err != nil {
			return Methods{}, err
		}
	}
	for _, one := range f.Delivered {
		if err := addNames(name, m.delivered, one.ID, one.Names); err != nil {
			return Methods{}, err
		}
	}
	return m, nil
}

// addNames lets the id itself and each of its names stand for the id.
func addNames(file string, to map[string]string, id string, names []string) error {
	for _, n := range append([]string{id}, names...) {
		if other, taken := to[fold(n)]; taken {
			return &Error{File: file, Msg: fmt.Sprintf("%q stands for %s and for %s", n, other, id)}
		}
		to[fold(n)] = id
	}
	return nil
}

// fold makes "Hardware OTP", "hardware-otp" and "HARDWARE_OTP" one word.
func fold(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return r == ' ' || r == '-' || r == '_' || r == '\t' || r == '\u00a0'
	}), "-")
}

// Canonical gives the id of a verification method, "" for an unknown name.
func (m Methods) Canonical(name string) string { return m.alias[fold(name)] }

// Strength gives a method's strength from 0 to 4. known is false for a method
// that is not stated or not in the table; nothing is known of it, and it is
// not weak for that.
func (m Methods) Strength(name string) (strength int, known bool) {
	found, known := m.method[m.Canonical(name)]
	return found.Strength, known
}

// Factor says what a method proves the identity by: phone, mail, app and so on, ""
// for an unknown method.
func (m Methods) Factor(name string) string { return m.method[m.Canonical(name)].Factor }

// mostCombined is what two methods together count for at most: strength 4 is
// phishing-resistant or in person, which two weaker ones never become.
const mostCombined = 3

// Combine gives the strength of methods that were all completed: that of the
// strongest, or one more than two independent ones (different channel and
// different factor) of at least 2 both reach, at most 3. known is false if the
// list is empty or holds an unknown method; the true strength may then be
// higher than the one given.
func (m Methods) Combine(names []string) (strength int, known bool) {
	known = len(names) > 0
	var found []method
	for _, n := range names {
		one, ok := m.method[m.Canonical(n)]
		if !ok {
			known = false
			continue
		}
		strength = max(strength, one.Strength)
		found = append(found, one)
	}
	for i, a := range found {
		for _, b := range found[i+1:] {
			weaker := min(a.Strength, b.Strength)
			if weaker >= 2 && a.Factor != b.Factor && a.Channel != b.Channel {
				strength = max(strength, min(weaker+1, mostCombined))
			}
		}
	}
	return strength, known
}

// Channel gives the id of a delivery channel. A channel the table does not
// know keeps its own folded name, so that a finding can state it; "" stays "".
func (m Methods) Channel(name string) string {
	if id, ok := m.channel[fold(name)]; ok {
		return id
	}
	return fold(name)
}

// Delivered gives the id of what was delivered: temporary-password,
// access-pass, bypass-code, code, link, key or secret; "" for an unknown name.
func (m Methods) Delivered(name string) string { return m.delivered[fold(name)] }

func (m Methods) methodNames() []string { return slices.Sorted(maps.Keys(m.method)) }

func (m Methods) channelNames() []string { return ids(m.channel) }

// lifeKeys lists what a lifetime can be stated for: each delivered kind, and
// each with a carrier, such as code@sms.
func (m Methods) lifeKeys() []string {
	var all []string
	carriers := ids(m.carrier)
	for _, kind := range ids(m.delivered) {
		all = append(all, kind)
		for _, c := range carriers {
			all = append(all, kind+"@"+c)
		}
	}
	return all
}

// ids lists the values of a map, each once, sorted.
func ids(m map[string]string) []string {
	return slices.Compact(slices.Sorted(maps.Values(m)))
}

// with adds an organisation's own names: name -> canonical method id.
func (m Methods) with(own map[string]string) Methods {
	m.alias = maps.Clone(m.alias)
	for name, id := range own {
		m.alias[fold(name)] = id
	}
	return m
}
