package generate

import "time"

// entraProofs are the words of the reset service for the methods, as the steps
// of its flow name them.
var entraProofs = map[string]string{
	"email": "email", "security questions": "security questions", "mobile phone sms": "mobile SMS", "mobile phone call": "mobile call",
	"mobile app notification": "mobile app notification", "mobile app code": "mobile app code", "hardware oath token": "hardware token",
}

// entraSelfReset is the flow of the reset service: a record a step, with one
// correlationId, then the reset and what Core Directory writes of it.
func (g *org) entraSelfReset(s selfReset) {
	id := g.uuid()
	step := func(at time.Time, activity, reason, result string) {
		g.entraAudit(at, entraAudit{service: resetService, activity: activity, reason: reason, result: result, correlation: id,
			by: g.entraBy(s.who, s.from.ip), about: []obj{g.entraUser(s.who)}})
	}
	const flow = "Self-service password reset flow activity progress"
	if !s.asked.IsZero() {
		step(s.asked, flow, "User submitted their user ID", "success")
		step(s.asked.Add(4*time.Second), flow, "User was presented with verification options", "success")
	}
	for _, p := range s.proofs {
		words := entraProofs[p.method]
		step(p.at.Add(-25*time.Second), flow, "User started the "+words+" verification option", "success")
		if p.failed {
			step(p.at, flow, "User failed the "+words+" verification option", "failure")
			continue
		}
		step(p.at, flow, "User completed the "+words+" verification option", "success")
	}
	if s.at.IsZero() {
		return
	}
	if len(s.proofs) > 0 && !s.proofs[len(s.proofs)-1].failed {
		step(s.proofs[len(s.proofs)-1].at.Add(time.Second), flow, "User completed all verification steps required to reset their password", "success")
	}
	step(s.at.Add(-2*time.Second), flow, "User submitted a new password", "success")
	step(s.at, "Reset password (self-service)", "Successfully completed reset.", "success")
	step(s.at.Add(200*time.Millisecond), flow, "User successfully reset password", "success")
	after := s.at.Add(time.Duration(300+g.rng.IntN(900)) * time.Millisecond)
	g.entraAudit(after, entraAudit{service: coreDirectory, activity: "Reset user password", correlation: id, by: entraFIM(), about: []obj{g.entraUser(s.who)}})
	g.entraTokens(after, id, entraFIM(), s.who)
}
