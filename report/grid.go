package report

// grid is a plain table of the page: the first column names the row, the others
// are numbers or short words.
type grid struct {
	Title, Lead string
	Heads       []string
	Rows        [][]string
	Note        string
}

// grids drops the tables without rows.
func grids(all ...grid) []grid {
	var out []grid
	for _, g := range all {
		if len(g.Rows) > 0 {
			out = append(out, g)
		}
	}
	return out
}
