package generate

import "time"

// pathPlants are about rights that are used in the place of the recovery path:
// somebody lets himself in to a secret, and reads it.
var pathPlants = []setPlant{
	{check: "path-substituted", what: "changes who may read a secret, and reads it", do: func(g *org) []string {
		return []string{g.letHimselfIn(3*time.Hour, true)}
	}},
	{check: "path-substituted", what: "reads it two days after the change", twin: true, do: func(g *org) []string {
		g.letHimselfIn(2*day, true)
		return nil
	}},
	{check: "path-substituted", what: "lets somebody else read it", twin: true, do: func(g *org) []string {
		g.letHimselfIn(3*time.Hour, false)
		return nil
	}},
}

// letHimselfIn changes the policy of a secret in Secrets Manager, which is then
// read so long after by whoever changed it, or by another. It gives the secret.
func (g *org) letHimselfIn(after time.Duration, himself bool) string {
	by, reader := g.hire("platform"), g.hire("platform")
	if himself {
		reader = by
	}
	h := &hanger{store: awsSecrets, id: awsSecrets.id(g), suffix: g.word(6), user: reader}
	for _, p := range []*person{by, reader} {
		g.joinAWS(p)
	}
	at := quiet.Add(9 * time.Hour)
	g.awsSignin(at.Add(-20*time.Minute), by, by.seat())
	g.awsEvent(at, call{service: "secretsmanager", name: "PutResourcePolicy", by: by, from: by.seat(),
		in:  obj{"secretId": h.id, "resourcePolicy": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + reader.awsARN() + `"},"Action":"secretsmanager:GetSecretValue","Resource":"*"}]}`, "blockPublicPolicy": true},
		out: obj{"arn": awsSecretARN(h), "name": h.id}})
	g.awsEvent(at.Add(after), call{service: "secretsmanager", name: "GetSecretValue", by: reader, from: reader.seat(), readOnly: true, in: obj{"secretId": h.id}})
	return h.id
}
