package generate

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"time"
)

const stepsHead = "time,kind,account,actor,ticket,method,outcome,channel,expires,uses,secret,session,correlation,ip,system,source,detail"

// row is a line of the native form for steps that no product logs.
type row struct {
	at                                                             time.Time
	kind, account, actor, ticket, method, outcome, channel, secret string
	session, correlation, ip, system, source, detail               string
	expires                                                        time.Time
	uses                                                           int
}

func (g *org) step(r row) {
	expires, uses, outcome := "", "", "success"
	if !r.expires.IsZero() {
		expires = r.expires.UTC().Format(time.RFC3339)
	}
	if r.uses > 0 {
		uses = strconv.Itoa(r.uses)
	}
	if r.outcome != "" {
		outcome = r.outcome
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write([]string{r.at.UTC().Format("2006-01-02T15:04:05.000Z"), r.kind, r.account, r.actor, r.ticket, r.method, outcome, r.channel, expires, uses,
		r.secret, r.session, r.correlation, r.ip, r.system, r.source, r.detail})
	w.Flush()
	g.steps.line(r.at, bytes.TrimRight(b.Bytes(), "\n"))
}
