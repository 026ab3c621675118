package identity

import (
	"cmp"
	"slices"
	"strings"
)

// maxLookAlikes is how many identities may share a name before it is a common
// one (administrator, scanner) that makes nobody look like anybody.
const maxLookAlikes = 8

// leastLookAlike is the length below which a folded name says too little.
const leastLookAlike = 3

// adminAffixes mark the second account of one person.
var adminAffixes = struct{ before, after []string }{
	before: []string{"adm-", "adm_", "adm.", "admin-", "admin_", "admin."},
	after:  []string{"-adm", "_adm", ".adm", "-admin", "_admin", ".admin"},
}

// likeness folds a login to what a person would take it for: its local part
// without case, dots, dashes and an admin affix. "" for what is no login name.
func likeness(l *literal) string {
	name := l.key[l.at:]
	form := shapeOf(name)
	if l.flags&machine != 0 || l.stable() {
		return ""
	}
	if form.system == "aws" {
		_, user, isUser := strings.Cut(name, ":user/")
		if !isUser {
			return ""
		}
		name = user[strings.LastIndexByte(user, '/')+1:]
	}
	name = name[strings.LastIndexByte(name, '\\')+1:]
	name, _, _ = strings.Cut(name, "@")
	for _, affix := range adminAffixes.before {
		if rest, ok := strings.CutPrefix(name, affix); ok && rest != "" {
			name = rest
			break
		}
	}
	for _, affix := range adminAffixes.after {
		if rest, ok := strings.CutSuffix(name, affix); ok && rest != "" {
			name = rest
			break
		}
	}
	name = strings.NewReplacer(".", "", "-", "", "_", "").Replace(name)
	if len(name) < leastLookAlike || strings.Trim(name, "0123456789") == "" {
		return ""
	}
	return name
}

// findAliases lists, for each identity, the others whose logins look like its
// own where a roster does not settle that they are different people.
func (r *Resolver) findAliases() map[uint32][]string {
	type like struct {
		name    string
		cluster uint32
	}
	var likes []like
	for _, m := range r.members {
		if name := likeness(&r.literals[m.literal]); name != "" {
			likes = append(likes, like{name, m.cluster})
		}
	}
	slices.SortFunc(likes, func(a, b like) int {
		return cmp.Or(strings.Compare(a.name, b.name), cmp.Compare(a.cluster, b.cluster))
	})
	likes = slices.Compact(likes)
	aliases := make(map[uint32][]string)
	for i := 0; i < len(likes); {
		n := i + 1
		for n < len(likes) && likes[n].name == likes[i].name {
			n++
		}
		group := likes[i:n]
		i = n
		if len(group) > maxLookAlikes {
			continue
		}
		for _, a := range group {
			for _, b := range group {
				if a != b && !r.settled(a.cluster, b.cluster) {
					aliases[a.cluster] = append(aliases[a.cluster], r.ids[b.cluster])
				}
			}
		}
	}
	for c, list := range aliases {
		slices.Sort(list)
		aliases[c] = slices.Compact(list)
	}
	return aliases
}

// aliasTag is the roster's column that leaves open whether two rows are one
// person: it lists the ids of the others (resetproof init writes it).
const aliasTag = "possible_alias"

// settled tells whether the roster says that two identities are different: it
// knows both, and neither's last row names the other as a possible alias.
func (r *Resolver) settled(a, b uint32) bool {
	return r.known(a) && r.known(b) && !r.leavesOpen(a, b) && !r.leavesOpen(b, a)
}

func (r *Resolver) leavesOpen(a, b uint32) bool {
	last := r.roster.rows[r.roster.spans[a+1]-1]
	return slices.Contains(splitList(last.Tags[aliasTag]), r.ids[b])
}

// PossibleAliases lists the identities whose logins look like one of the
// identity's, sorted, where the roster does not settle that the two are
// different. Nothing is ever merged by it.
func (r *Resolver) PossibleAliases(id string) []string {
	c, ok := r.cluster(id)
	if !ok {
		return nil
	}
	return r.aliases[c]
}

// LookAlikes lists the pairs of PossibleAliases, the smaller id first, sorted.
func (r *Resolver) LookAlikes() [][2]string {
	pairs := [][2]string{}
	for c, others := range r.aliases {
		for _, o := range others {
			if r.ids[c] < o {
				pairs = append(pairs, [2]string{r.ids[c], o})
			}
		}
	}
	slices.SortFunc(pairs, func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
	return pairs
}
