package identity

import (
	"slices"
	"strings"
)

// Edges are the reasons for which two accounts are one person's. There are
// three besides the roster, and no others (design.md section 3.4).

// stated gives the edges that records state: this name and this id are one.
func (j *joiner) stated() []edge {
	edges := make([]edge, 0, len(j.bonds))
	for _, b := range j.bonds {
		name, whole := j.node(b.name, b.sighting)
		id, same := j.node(b.id, b.sighting)
		if whole && same && !b.loose {
			edges = append(edges, edge{name, id})
		}
	}
	return edges
}

// domainEdges join DOMAIN\ann and ann@suffix for each configured pair, and
// the two ways to write one domain, DOMAIN\ann and domain.example\ann, where
// both are known.
func (j *joiner) domainEdges() []edge {
	suffixes := make(map[string][]string) // "netbios\" -> what may follow the name
	for _, d := range j.domains {
		all := append([]string{d.DNS}, d.UPNSuffixes...)
		for _, netbios := range []string{d.NetBIOS, d.DNS} {
			key := strings.ToLower(netbios)
			suffixes[key] = append(suffixes[key], all...)
		}
	}
	var edges []edge
	for i := range j.literals {
		domain, user, ok := strings.Cut(j.literals[i].key[j.literals[i].at:], `\`)
		if !ok || domain == "" {
			continue
		}
		for _, d := range j.domains {
			if other, ok := j.index[`ad:`+strings.ToLower(d.NetBIOS)+`\`+user]; ok && strings.EqualFold(d.DNS, domain) {
				edges = append(edges, j.aligned(uint32(i), other)...)
			}
		}
		for _, suffix := range suffixes[domain] {
			if other, ok := j.index[user+"@"+strings.ToLower(suffix)]; ok && suffix != "" {
				edges = append(edges, j.aligned(uint32(i), other)...)
			}
		}
	}
	return edges
}

// aligned joins the eras of two literals where each overlaps one of the other.
func (j *joiner) aligned(a, b uint32) []edge {
	ea, eb := j.erasOf(a), j.erasOf(b)
	if len(ea.nodes) != len(eb.nodes) {
		return nil
	}
	if len(ea.nodes) > 1 && !slices.Equal(ea.points, eb.points) {
		return nil
	}
	edges := make([]edge, len(ea.nodes))
	for i := range ea.nodes {
		edges[i] = edge{ea.nodes[i], eb.nodes[i]}
	}
	return edges
}

func (j *joiner) erasOf(literal uint32) *eras {
	if e := j.eras[literal]; e != nil {
		return e
	}
	return &eras{nodes: []uint32{literal}}
}

// bareEdges join a plain name that a record gives without a system to the one
// account of that name, if in all systems there is only one such identity.
func (j *joiner) bareEdges() []edge {
	bare := make(map[string][]uint32)
	for i := range j.literals {
		if l := &j.literals[i]; l.at == 0 && !shapeOf(l.key).unique && j.owner[i] == free && j.eras[uint32(i)] == nil {
			bare[l.key] = nil
		}
	}
	for i := range j.literals {
		l := &j.literals[i]
		if found, ok := bare[l.key[l.at:]]; ok && l.at > 0 {
			bare[l.key[l.at:]] = append(found, uint32(i))
		}
	}
	var edges []edge
	for i := range j.literals {
		l := &j.literals[i]
		found := bare[l.key]
		if l.at > 0 || len(found) == 0 {
			continue
		}
		first := j.cluster(found[0])
		if !slices.ContainsFunc(found, func(n uint32) bool { return j.eras[n] != nil || j.cluster(n) != first }) {
			edges = append(edges, edge{uint32(i), found[0]})
		}
	}
	return edges
}
