package judge

// InversionFacts is a line of the policy, or what was done, in which a higher
// tier is held to less than a lower one.
type InversionFacts struct {
	Subject     string `cel:"subject"`
	InPolicy    bool   `cel:"in_policy"` // else in practice
	Version     string `cel:"version"`   // of the policy
	Key         string `cel:"key"`
	Higher      string `cel:"higher"`
	Lower       string `cel:"lower"`
	HigherValue string `cel:"higher_value"`
	LowerValue  string `cel:"lower_value"`
	// In practice: the share of recoveries with a verification of at least a
	// strength on record.
	Strength    int64  `cel:"strength"`
	HigherShown int64  `cel:"higher_shown"`
	HigherCases int64  `cel:"higher_cases"`
	HigherRate  string `cel:"higher_rate"`
	LowerShown  int64  `cel:"lower_shown"`
	LowerCases  int64  `cel:"lower_cases"`
	LowerRate   string `cel:"lower_rate"`
	Gap         string `cel:"gap"` // points
	From        string `cel:"from"`
	To          string `cel:"to"`
	Level       string `cel:"level"`
	Comparisons int64  `cel:"comparisons"`

	cited
}

func (i *InversionFacts) cite(f *Finding) string {
	f.Tier = Text(i.Higher)
	if i.InPolicy {
		f.Policy.Rule = Text("requirements." + i.Higher + "." + i.Key)
	}
	i.evidence(f)
	return ""
}
