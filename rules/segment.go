package rules

import (
	"maps"
	"reflect"
	"slices"
)

// Segment is a part of the population that reports show apart and that may
// have requirements of its own. Of the conditions that it states all must
// hold; of a list, one item.
type Segment struct {
	Name string `yaml:"name,required"`

	// Of the account that is reset, at that time.
	Tiers        []Tier   `yaml:"tiers"`
	Paths        []Path   `yaml:"paths"`
	DataAccess   []string `yaml:"data_access"`
	Roles        []string `yaml:"roles"` // role and group names, compared as privileged_roles are
	Units        []string `yaml:"units"`
	Executive    bool     `yaml:"executive"`     // holds one of executive_roles
	ResetsOthers bool     `yaml:"resets_others"` // was seen resetting others in the look-back

	// Of who executed the reset for somebody else.
	Operator *SegmentOperator `yaml:"operator"`

	// Requirements take the place of those of the tier, line by line.
	Requirements unread `yaml:"requirements"`
	Line         int    `yaml:",line"`

	rows map[Tier]Row // with requirements laid over; nil without any
}

// SegmentOperator are conditions on who executed a reset for somebody else.
type SegmentOperator struct {
	Employment []string `yaml:"employment" in:"employee|contractor|vendor"`
	Employers  []string `yaml:"employers"`
	Roles      []string `yaml:"roles"`
	Units      []string `yaml:"units"`
	// Desk: works at one of the policy's desks; where it lists none, anybody.
	Desk bool `yaml:"desk"`
}

// Row gives what a tier must have for a recovery in a segment; nil is the rest
// of the population.
func (p *Policy) Row(tier Tier, s *Segment) Row {
	if s != nil && s.rows != nil {
		return s.rows[tier]
	}
	return p.Requirements[tier]
}

// Segment finds a segment by its name, nil for none.
func (p *Policy) Segment(name string) *Segment {
	for i := range p.Segments {
		if p.Segments[i].Name == name {
			return &p.Segments[i]
		}
	}
	return nil
}

// Rows gives what the tier must have for a recovery, in any segment.
func (p *Policy) Rows(tier Tier) []Row {
	all := []Row{p.Requirements[tier]}
	for _, s := range p.Segments {
		if s.rows != nil {
			all = append(all, s.rows[tier])
		}
	}
	return all
}

// States tells whether a segment has a requirement of its own under a key such
// as approvals.
func (s *Segment) States(key string) bool {
	return s != nil && s.Requirements.node != nil && entry(s.Requirements.node, key) != nil
}

// segmentRows lays the requirements of each segment over those of every tier.
// What a segment asks of a path must not be lost in the word any, so it runs
// before that is replaced.
func (p *Policy) segmentRows(l layer) error {
	for i := range p.Segments {
		s := &p.Segments[i]
		if first := slices.IndexFunc(p.Segments, func(o Segment) bool { return o.Name == s.Name }); first < i {
			return ErrorAt(l.file.name, l.file.src, s.Line, 1, "segment \""+clip(s.Name)+"\" stands twice", "")
		}
		if s.Requirements.node == nil {
			continue
		}
		s.rows = map[Tier]Row{}
		for _, tier := range Tiers() {
			row := p.Requirements[tier].clone()
			d := decoder{file: l.file.name, src: l.file.src, overlay: true}
			if err := d.value(s.Requirements.node, reflect.ValueOf(&row).Elem(), field{}); err != nil {
				return err
			}
			s.rows[tier] = row.everyPath()
		}
	}
	return nil
}

// clone copies the maps of a row, so that what is laid over it does not reach
// the row it came from. Lists are replaced, never written into.
func (r Row) clone() Row {
	r.Verification, r.Approvals, r.Life = maps.Clone(r.Verification), maps.Clone(r.Approvals), maps.Clone(r.Life)
	return r
}
