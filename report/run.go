package report

import "time"

// Run is run.json: who ran what, on which inputs. It is the only output that
// may differ between two identical runs.
type Run struct {
	Run       string    `json:"run"` // id of the run
	Started   time.Time `json:"started"`
	Now       time.Time `json:"now"` // the time deadlines were judged against
	User      string    `json:"user"`
	Host      string    `json:"host"`
	Arguments []string  `json:"arguments"`
	Tool      Tool      `json:"tool"`
	Key       *string   `json:"key"` // id of the signing key; null for an unsigned run
	// Hashes are the SHA-256 of policy, rules, identities, secrets, exceptions,
	// state, incidents, reviews, topology and baseline; null where none was given.
	Hashes           map[string]*string `json:"hashes"`
	ChangedSinceLast []string           `json:"changed_since_last"`
	// Baseline says what it hid and what of it is gone; null where none was given.
	Baseline *Held         `json:"baseline"`
	Period   *[2]time.Time `json:"period"` // half-open; null for everything
	Exit     int           `json:"exit"`
}

// Tool is the build that ran.
type Tool struct {
	Version string  `json:"version"`
	Commit  *string `json:"commit"`
	Go      string  `json:"go"`
}

// utc gives the run with every time in UTC, as the contract writes them.
func (r Run) utc() Run {
	r.Started, r.Now = r.Started.UTC(), r.Now.UTC()
	if r.Period != nil {
		r.Period = &[2]time.Time{r.Period[0].UTC(), r.Period[1].UTC()}
	}
	return r
}
