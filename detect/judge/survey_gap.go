package judge

// GapFacts is a population whose resets keep whole less often than those of all
// others.
type GapFacts struct {
	Population  string `cel:"population"`
	Whole       int64  `cel:"whole"` // resets whose chain no check finds broken
	Cases       int64  `cel:"cases"`
	Rate        string `cel:"rate"`   // "51 %"
	Others      string `cel:"others"` // the other populations, by name
	OtherWhole  int64  `cel:"other_whole"`
	OtherCases  int64  `cel:"other_cases"`
	OtherRate   string `cel:"other_rate"`
	Gap         string `cel:"gap"` // points
	From        string `cel:"from"`
	To          string `cel:"to"`
	Level       string `cel:"level"` // of the interval, over all comparisons, "95 %"
	Comparisons int64  `cel:"comparisons"`

	cited
}

func (g *GapFacts) cite(f *Finding) string {
	g.evidence(f)
	return ""
}
