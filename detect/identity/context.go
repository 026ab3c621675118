package identity

// Paths are the context files of a run; an empty path is a file not given.
type Paths struct {
	Identities string
	Secrets    string
	State      string
	Incidents  string
	Reviews    string
	Topology   string
	Exceptions string
}

// Context is what the organisation says about itself. Rows keep the order of
// their files; the roster is ordered by id and time.
type Context struct {
	Roster      *Roster
	Secrets     []Secret
	States      []State
	Incidents   []Incident
	Reviews     []Review
	Directories []Directory
	Waivers     []Waiver
	Files       []File // those given, in the order of Paths
}

// File gives the file of a role, the zero File if none was given.
func (c *Context) File(role string) File {
	for _, f := range c.Files {
		if f.Role == role {
			return f
		}
	}
	return File{}
}

// Given tells whether the file of a role (File.Role) was given: without it
// nothing can be said of what it would list.
func (c *Context) Given(role string) bool {
	return c.File(role).Role != ""
}

// Roles lists the roles of context files, in the order of Paths.
func Roles() []string {
	return []string{"identities", "secrets", "state", "incidents", "reviews", "topology", "exceptions"}
}

// Load reads the context files. Any fault in them is an error that names file
// and line: what is judged by a wrong roster is worth nothing.
func Load(p Paths) (*Context, error) {
	c := &Context{Roster: &Roster{}}
	for _, load := range []struct {
		role, path, key string // key is the column that every row must have
		into            func(rows []row, f *faults)
	}{
		{"identities", p.Identities, "id", func(rows []row, f *faults) {
			if list := each(rows, f, identityFrom); f.err() == nil {
				c.Roster = newRoster(list, f)
				c.Roster.checkRelations(rows, list, f)
			}
		}},
		{"secrets", p.Secrets, "id", func(rows []row, f *faults) {
			c.Secrets = each(rows, f, secretFrom)
			unique(f, c.Secrets, func(s Secret) (string, int) { return s.System + " " + s.ID, s.Line })
		}},
		{"state", p.State, "account", func(rows []row, f *faults) { c.States = each(rows, f, stateFrom) }},
		{"incidents", p.Incidents, "id", func(rows []row, f *faults) {
			c.Incidents = each(rows, f, incidentFrom)
			unique(f, c.Incidents, func(i Incident) (string, int) { return i.ID, i.Line })
		}},
		{"reviews", p.Reviews, "case_or_finding", func(rows []row, f *faults) { c.Reviews = each(rows, f, reviewFrom) }},
		{"topology", p.Topology, "directory", func(rows []row, f *faults) {
			c.Directories = each(rows, f, directoryFrom)
			checkTopology(rows, c.Directories, f)
			unique(f, c.Directories, func(d Directory) (string, int) { return d.Directory, d.Line })
		}},
		{"exceptions", p.Exceptions, "id", func(rows []row, f *faults) {
			c.Waivers = each(rows, f, waiverFrom)
			unique(f, c.Waivers, func(w Waiver) (string, int) { return w.ID, w.Line })
		}},
	} {
		if load.path == "" {
			continue
		}
		rows, f, file, err := readRows(load.role, load.path, load.key)
		if err != nil {
			return nil, err
		}
		load.into(rows, f)
		if err := f.err(); err != nil {
			return nil, err
		}
		c.Files = append(c.Files, file)
	}
	return c, nil
}

func each[T any](rows []row, f *faults, from func(*record) T) []T {
	list := make([]T, 0, len(rows))
	for _, r := range rows {
		list = append(list, from(&record{row: r, faults: f, taken: make(map[string]bool)}))
	}
	return list
}

// unique refuses a second row of one key: lists belong into one row.
func unique[T any](f *faults, list []T, key func(T) (name string, line int)) {
	first := make(map[string]int, len(list))
	for _, item := range list {
		name, line := key(item)
		if at, twice := first[name]; twice {
			f.add(line, "the same entry as in line %d: hint: write lists into one row, separated by semicolons", at)
			continue
		}
		first[name] = line
	}
}
