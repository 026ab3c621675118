package report

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"resetproof/detect/identity"
	"resetproof/detect/judge"
)

// Change is one line of changes.jsonl: a finding of the baseline that is gone,
// as it was then, with what became of it. Field order is the order of the keys;
// what an entry of accepted findings does not tell is null.
type Change struct {
	Change      string         `json:"change"` // resolved or lapsed; of diff --json also new and changed
	ID          string         `json:"id"`
	Check       *string        `json:"check"`
	Title       *string        `json:"title"`
	Severity    *string        `json:"severity"`
	Verdict     *judge.Verdict `json:"verdict"`
	Scope       *string        `json:"scope"`
	Subject     *string        `json:"subject"`
	Case        *string        `json:"case"`
	CaseAliases []string       `json:"case_aliases"`
	Identity    *string        `json:"identity"`
	Tier        *string        `json:"tier"`
	Operator    *string        `json:"operator"`
	Time        *string        `json:"time"`
	Message     *string        `json:"message"`
	Now         *judge.Verdict `json:"now"` // of the check on the case in this run; null where it says none
	By          []string       `json:"by"`  // findings that stand in its place
	Why         string         `json:"why"`
}

// changeOf writes down what became of a finding.
func changeOf(f *judge.Finding, to fate) *Change {
	c := &Change{
		Change: to.change, ID: f.ID, Check: &f.Check, Title: &f.Title, Severity: &f.Severity, Verdict: &f.Verdict,
		Scope: &f.Scope, Subject: &f.Subject, Case: f.Case, CaseAliases: sorted(f.CaseAliases), Identity: f.Identity, Tier: f.Tier,
		Operator: f.Operator, Time: f.Time, Message: &f.Message, By: sorted(to.by), Why: to.why,
	}
	if to.now != "" {
		c.Now = &to.now
	}
	return c
}

// gone gives every finding of the earlier run that is gone, in its order, and
// with reviewed those that somebody has decided on since.
func (c *comparison) gone(reviewed func(*savedFinding) *identity.Review, take func(*Change) error) error {
	_, err := c.old.eachFinding(func(n int, f *savedFinding) error {
		if n >= len(c.matcher.list) || c.matcher.list[n].id != idOf(f.ID) {
			return errors.New("the file has changed meanwhile")
		}
		e := &c.matcher.list[n]
		if reviewed != nil {
			if r := reviewed(f); r != nil {
				e.decided = reviewWords(r)
			}
		}
		if e.decided != "" && !e.reviewed {
			to := fate{change: Resolved, why: e.decided}
			if e.here {
				to.now = f.Verdict
			}
			return take(changeOf(&f.Finding, to))
		}
		if e.here {
			return nil
		}
		to, ok := c.fates[int32(n)]
		if !ok {
			to = c.fateWithout(f)
		}
		return take(changeOf(&f.Finding, to))
	})
	return err
}

func reviewWords(r *identity.Review) string {
	return fmt.Sprintf("%s reviewed it%s: %s", r.Reviewer, atTime(r.Time), r.Decision)
}

// changeList collects the lines of changes.jsonl and counts them.
type changeList struct {
	spool            *spool
	resolved, lapsed int
}

func (w *Writer) newChangeList() (*changeList, error) {
	s, err := newSpool(filepath.Join(w.staging, "changes.spool"))
	return &changeList{spool: s}, err
}

func (l *changeList) add(c *Change) error {
	at, err := parseTime("change "+c.ID, c.Time)
	if err != nil {
		return err
	}
	text, err := encodeLine(*c)
	if err != nil {
		return err
	}
	check := ""
	if c.Check != nil {
		check = *c.Check
	}
	if c.Change == Resolved {
		l.resolved++
	} else {
		l.lapsed++
	}
	_, err = l.spool.add(line{time: at, id: idOf(c.ID), check: l.spool.name(check)}, text)
	return err
}

func (l *changeList) copyTo(out io.Writer) error {
	if err := l.spool.sort(); err != nil {
		return err
	}
	return l.spool.copyTo(out)
}
