package rules

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Profile is a bundled set of demands that a standard, or practice under one,
// adds to a policy: policies/profiles/<name>.yaml. It only tightens: what it
// states holds where it asks for more than the policy it is added to.
type Profile struct {
	Name    string `yaml:"name,required"`
	Version string `yaml:"version,required"`
	Title   string `yaml:"title,required"`
	// Framework is the id of the framework whose controls the additions name. A
	// profile without one is this project's judgement of what the title asks for,
	// and names no control.
	Framework string     `yaml:"framework"`
	Judgement string     `yaml:"judgement"` // what it rests on instead
	Additions []Addition `yaml:"additions,required"`
}

// Addition is one demand of a profile.
type Addition struct {
	Control string `yaml:"control"`       // of the framework
	Says    string `yaml:"says,required"` // in this project's words
	// Tiers are those whose requirements Row tightens.
	Tiers []Tier `yaml:"tiers"`
	Row   unread `yaml:"row"`
	// Policy is what else it tightens: keys of a policy beside requirements.
	Policy unread `yaml:"policy"`
	Line   int    `yaml:",line"`
}

// Overruled is a line of a user's file that asks for less than a profile the
// file extends: the profile's value holds.
type Overruled struct {
	Place
	Key     string // requirements.ordinary.approvals
	Profile string
}

// ProfileNames lists the bundled profiles, sorted.
func ProfileNames() []string { return bundledNames(profilesFolder) }

const profilesFolder = "policies/profiles"

// LoadProfile reads a bundled profile.
func LoadProfile(name string) (*Profile, error) {
	file, err := bundledPolicyFile("profile", profilesFolder, name)
	if err != nil {
		return nil, err
	}
	return readProfile(file)
}

func readProfile(file ruleFile) (*Profile, error) {
	p := &Profile{}
	if err := Decode(file.name, file.src, p); err != nil {
		return nil, err
	}
	if (p.Framework == "") == (p.Judgement == "") {
		return nil, &Error{File: file.name, Msg: "a profile names either the framework or the judgement it rests on"}
	}
	for _, a := range p.Additions {
		switch {
		case (a.Control == "") != (p.Framework == ""):
			return nil, ErrorAt(file.name, file.src, a.Line, 1, "an addition names a control if and only if the profile names a framework", "")
		case (a.Row.node == nil) != (len(a.Tiers) == 0):
			return nil, ErrorAt(file.name, file.src, a.Line, 1, "row and tiers belong together", "")
		}
	}
	return p, nil
}

// tightening writes the demands of a profile into a policy.
type tightening struct {
	decoder
	policy  *Policy
	profile string
	source  string // what the addition rests on
}

// tighten lays the demands of a profile over a complete policy.
func (p *Policy) tighten(file ruleFile) error {
	profile, err := readProfile(file)
	if err != nil {
		return err
	}
	t := tightening{decoder{file: file.name, src: file.src}, p, profile.Name, ""}
	for _, a := range profile.Additions {
		switch t.source = profile.Title + " " + a.Control; {
		case a.Control == "":
			t.source = profile.Title + " (judgement)"
		case strings.HasPrefix(a.Control, profile.Title+" "):
			t.source = a.Control
		}
		if a.Policy.node != nil {
			if err := t.structure(a.Policy, reflect.ValueOf(p).Elem(), ""); err != nil {
				return err
			}
		}
		for _, tier := range a.Tiers {
			row := p.Requirements[tier]
			if err := t.structure(a.Row, reflect.ValueOf(&row).Elem(), "requirements."+string(tier)+"."); err != nil {
				return err
			}
			p.Requirements[tier] = row
			for _, s := range p.Segments {
				if row, ok := s.rows[tier]; ok {
					if err := t.structure(a.Row, reflect.ValueOf(&row).Elem(), "segments."+s.Name+"."); err != nil {
						return err
					}
					s.rows[tier] = row
				}
			}
		}
	}
	p.Profiles = append(p.Profiles, *profile)
	return nil
}

// structure tightens the fields of a row, of limits or of a policy that a
// mapping states. at is what stands before their names in a policy.
func (t tightening) structure(s unread, v reflect.Value, at string) error {
	entries, _ := pairs(s.node)
	fields := slices.DeleteFunc(fieldsOf(v.Type()), func(f placed) bool { return f.stricter == "" })
	for _, e := range entries {
		name, _ := text(e.Key)
		i := slices.IndexFunc(fields, func(f placed) bool { return f.name == name })
		if i < 0 {
			return t.unknownKey(e.Key, name, names(fields))
		}
		f, to := fields[i], v.Field(fields[i].index)
		if f.stricter == "within" {
			if err := t.structure(unread{e.Value}, to, at+name+"."); err != nil {
				return err
			}
			continue
		}
		own := reflect.New(to.Type()).Elem()
		if err := t.value(e.Value, own, f.field); err != nil {
			return err
		}
		everyPath(own)
		before := to.Interface()
		to.Set(strictest(f.stricter, to, own))
		if to.Kind() == reflect.Slice && to.Len() == 0 && !reflect.ValueOf(before).IsZero() && f.stricter == "fewer" && f.required {
			return t.fail(e.Value, "", "leaves nothing of %s%s", at, name)
		}
		t.note(at+name, reflect.DeepEqual(before, to.Interface()))
	}
	return nil
}

// note remembers what a profile asks for, and a user's line that it changed.
func (t tightening) note(key string, unchanged bool) {
	if !slices.Contains(t.policy.asked[key], t.source) {
		t.policy.asked[key] = append(t.policy.asked[key], t.source)
	}
	place, stated := t.policy.places[key]
	if unchanged || !stated || !place.user {
		return
	}
	t.policy.Overruled = append(t.policy.Overruled, Overruled{place, key, t.profile})
}

// AskedBy lists the controls of profiles, or the profiles of judgement, that
// make a demand on a line of the policy (see Line), in the order of the profiles.
func (p *Policy) AskedBy(line string) []string {
	if rest, ok := strings.CutPrefix(line, segmentPrefix); ok {
		for _, s := range p.Segments {
			if of, ok := strings.CutPrefix(rest, s.Name+"."); ok {
				line = "requirements." + of
			}
		}
	}
	for line != "" {
		if by := p.asked[line]; by != nil {
			return by
		}
		line = line[:max(strings.LastIndexByte(line, '.'), 0)]
	}
	return nil
}

// everyPath replaces the word any, in a list of paths or a mapping by path, by
// the paths it stands for.
func everyPath(v reflect.Value) {
	switch held := v.Interface().(type) {
	case []Path:
		if slices.Contains(held, anyPath) {
			v.Set(reflect.ValueOf(Paths()))
		}
	case map[Path]int:
		n, ok := held[anyPath]
		if !ok {
			return
		}
		byPath := maps.Clone(held)
		delete(byPath, anyPath)
		for _, p := range Paths() {
			if _, named := byPath[p]; !named {
				byPath[p] = n
			}
		}
		v.Set(reflect.ValueOf(byPath))
	}
}

// profilesBehind reads +PROFILE+PROFILE, what stands behind a policy's name.
func profilesBehind(spec string) (named []string, err error) {
	if spec == "" {
		return nil, nil
	}
	named = strings.Split(spec[1:], "+")
	for i, name := range named {
		if slices.Contains(named[:i], name) {
			return nil, fmt.Errorf("profile %q is named twice", clip(name))
		}
	}
	return named, nil
}
