package generate

import (
	"fmt"
	"time"
)

// awsAccount is the account that CloudTrail writes about.
const awsAccount = "111122223333"

// joinAWS makes somebody an IAM user, with a key where a program needs one.
func (g *org) joinAWS(p *person) {
	if p.aws != "" {
		return
	}
	p.aws = "AIDA" + g.letters(17, upper)
	p.accounts = append(p.accounts, p.aws)
	p.more["aws"] = p.awsARN()
	if p.kind != "person" {
		p.key = g.awsKey()
	}
}

const upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

func (g *org) awsKey() string { return "AKIA" + g.letters(16, upper) }

// keyAt is the key that a program uses at a time.
func (p *person) keyAt(at time.Time) string {
	if at.Before(p.keyFrom) {
		return p.oldKey
	}
	return p.key
}

func (p *person) awsName() string { return p.id + "-" + p.last }

func (p *person) awsARN() string { return "arn:aws:iam::" + awsAccount + ":user/" + p.awsName() }

// call is one call of the AWS API.
type call struct {
	service, name string
	by            *person
	key           string // "" for a session of the console
	from          seat
	in, out       obj
	readOnly      bool
	more          obj
}

// awsEvent writes a record of CloudTrail, whose times are whole seconds.
func (g *org) awsEvent(at time.Time, c call) {
	who := obj{"type": "IAMUser", "principalId": c.by.aws, "arn": c.by.awsARN(), "accountId": awsAccount, "userName": c.by.awsName()}
	agent := "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"
	switch {
	case c.key != "":
		who["accessKeyId"], agent = c.key, "aws-cli/2.15.0 Python/3.11.6"
	case c.name != "ConsoleLogin":
		who["accessKeyId"] = "ASIA" + c.by.aws[4:20]
		who["sessionContext"] = obj{"attributes": obj{"creationDate": at.Add(-20 * time.Minute).UTC().Format(time.RFC3339), "mfaAuthenticated": "true"}}
	}
	o := obj{
		"eventVersion": "1.09", "userIdentity": who, "eventTime": at.UTC().Format("2006-01-02T15:04:05Z"), "eventSource": c.service + ".amazonaws.com", "eventName": c.name,
		"awsRegion": "us-east-1", "sourceIPAddress": c.from.ip, "userAgent": agent, "requestParameters": orNull(c.in), "responseElements": orNull(c.out),
		"requestID": g.uuid(), "eventID": g.uuid(), "readOnly": c.readOnly, "eventType": "AwsApiCall", "managementEvent": true, "recipientAccountId": awsAccount,
		"eventCategory": "Management", "tlsDetails": obj{"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256", "clientProvidedHostHeader": c.service + ".us-east-1.amazonaws.com"},
	}
	for _, k := range sortedKeys(c.more) {
		o[k] = c.more[k]
	}
	g.cloudtrail.add(at, o)
}

func orNull(o obj) any {
	if o == nil {
		return nil
	}
	return o
}

// awsSignin signs somebody in at the console: administrators with a security
// key, others with the password alone.
func (g *org) awsSignin(at time.Time, p *person, from seat) {
	proof := obj{"LoginTo": "https://console.aws.amazon.com/console/home", "MobileVersion": "No", "MFAUsed": "No"}
	if len(p.roles) > 0 || p.signs == 4 {
		proof["MFAUsed"], proof["MFAIdentifier"] = "Yes", p.awsFactor("key")
	}
	g.awsEvent(at, call{service: "signin", name: "ConsoleLogin", by: p, from: from, out: obj{"ConsoleLogin": "Success"}, more: obj{
		"eventType":           "AwsConsoleSignIn",
		"additionalEventData": proof,
	}})
}

// awsNewKey makes a key for a user; awsEndKey makes one useless, awsDropKey deletes it.
func (g *org) awsNewKey(at time.Time, by, p *person, key string) {
	g.awsMakeKey(at, call{by: by, from: by.seat()}, p, key)
}

func (g *org) awsMakeKey(at time.Time, c call, p *person, key string) {
	c.service, c.name, c.in = "iam", "CreateAccessKey", obj{"userName": p.awsName()}
	c.out = obj{"accessKey": obj{"userName": p.awsName(), "accessKeyId": key, "status": "Active", "createDate": at.UTC().Format("Jan 2, 2006 3:04:05 PM")}}
	g.awsEvent(at, c)
}

func (g *org) awsEndKey(at time.Time, by, p *person, key string) {
	g.awsSetKey(at, by, p, key, "Inactive")
}

func (g *org) awsSetKey(at time.Time, by, p *person, key, status string) {
	g.awsEvent(at, call{service: "iam", name: "UpdateAccessKey", by: by, from: by.seat(), in: obj{"userName": p.awsName(), "accessKeyId": key, "status": status}})
}

func (g *org) awsDropKey(at time.Time, by, p *person, key string) {
	g.awsEvent(at, call{service: "iam", name: "DeleteAccessKey", by: by, from: by.seat(), in: obj{"userName": p.awsName(), "accessKeyId": key}})
}

// awsUse is a program at work with its key.
func (g *org) awsUse(at time.Time, p *person, from seat, key string) {
	g.awsEvent(at, call{service: "s3", name: "ListBuckets", by: p, key: key, from: from, readOnly: true})
}

// awsSecrets is Secrets Manager: the same secret is named by its name and by an
// ARN that ends in six letters of its own.
var awsSecrets = &store{
	name: "aws-secretsmanager",
	id:   func(g *org) string { return "prod/" + g.letters(8, "abcdefghijklmnop") + "/db" },
	join: func(g *org, p *person) { g.joinAWS(p) },
	read: func(g *org, at time.Time, p *person, from seat, h *hanger) {
		id := h.id
		if g.rng.IntN(2) == 0 {
			id = awsSecretARN(h)
		}
		g.awsEvent(at, call{service: "secretsmanager", name: "GetSecretValue", by: p, key: p.keyAt(at), from: from, readOnly: true, in: obj{"secretId": id}})
	},
	renew: func(g *org, at time.Time, by *person, h *hanger) {
		if g.rng.IntN(3) == 0 {
			g.awsRotate(at, by, h)
			return
		}
		out := obj{"arn": awsSecretARN(h), "name": h.id, "versionId": g.uuid(), "versionStages": []string{"AWSCURRENT"}}
		g.awsEvent(at, call{service: "secretsmanager", name: "PutSecretValue", by: by, from: by.seat(), in: obj{"secretId": awsSecretARN(h), "clientRequestToken": g.uuid()}, out: out})
	},
	end: func(g *org, at time.Time, by *person, h *hanger) {
		g.awsEvent(at, call{service: "secretsmanager", name: "DeleteSecret", by: by, from: by.seat(), in: obj{"secretId": h.id, "recoveryWindowInDays": 7},
			out: obj{"arn": awsSecretARN(h), "name": h.id, "deletionDate": at.Add(7 * day).UTC().Format("Jan 2, 2006 3:04:05 PM")}})
	},
}

// awsRotate has Secrets Manager itself replace the secret: what came of the call
// is an event of the service a little later.
func (g *org) awsRotate(at time.Time, by *person, h *hanger) {
	version := g.uuid()
	g.awsEvent(at, call{service: "secretsmanager", name: "RotateSecret", by: by, from: by.seat(), in: obj{"secretId": h.id, "clientRequestToken": version, "rotateImmediately": true},
		out: obj{"arn": awsSecretARN(h), "name": h.id, "versionId": version}})
	done := at.Add(8 * time.Second)
	g.cloudtrail.add(done, obj{
		"eventVersion": "1.09", "userIdentity": obj{"accountId": awsAccount, "invokedBy": "secretsmanager.amazonaws.com"}, "eventTime": done.UTC().Format("2006-01-02T15:04:05Z"),
		"eventSource": "secretsmanager.amazonaws.com", "eventName": "RotationSucceeded", "awsRegion": "us-east-1", "sourceIPAddress": "secretsmanager.amazonaws.com",
		"userAgent": "secretsmanager.amazonaws.com", "requestParameters": nil, "responseElements": nil, "additionalEventData": obj{"SecretId": awsSecretARN(h)},
		"eventID": g.uuid(), "readOnly": false, "eventType": "AwsServiceEvent", "managementEvent": true, "recipientAccountId": awsAccount, "eventCategory": "Management",
	})
}

func awsSecretARN(h *hanger) string {
	return fmt.Sprintf("arn:aws:secretsmanager:us-east-1:%s:secret:%s-%s", awsAccount, h.id, h.suffix)
}

// awsKeys are the keys of IAM users, which are used and not read.
var awsKeys = &store{
	name: "aws",
	id:   func(g *org) string { return g.awsKey() },
	join: func(g *org, p *person) { g.joinAWS(p) },
	read: func(g *org, at time.Time, p *person, from seat, h *hanger) { g.awsUse(at, p, from, h.id) },
	end:  func(g *org, at time.Time, by *person, h *hanger) { g.awsEndKey(at, by, h.user, h.id) },
}

// aws is IAM: programs have keys, persons a password for the console. No record
// says that a session ended.
var aws = &directory{
	name:    "aws",
	join:    func(g *org, p *person) { g.joinAWS(p) },
	signin:  func(g *org, at time.Time, p *person, from seat) string { g.awsSignin(at, p, from); return "" },
	program: func(g *org, at time.Time, p *person, from seat) { g.awsUse(at, p, from, p.keyAt(at)) },
	reset: func(g *org, at time.Time, by, p *person) {
		g.joinAWS(by)
		if p.kind == "person" {
			g.awsEvent(at, call{service: "iam", name: "UpdateLoginProfile", by: by, from: by.seat(), in: obj{"userName": p.awsName(), "passwordResetRequired": true}})
			return
		}
		g.awsNewKey(at, by, p, p.key)
	},
	change: func(g *org, at time.Time, p *person, from seat) {
		g.awsEvent(at, call{service: "iam", name: "ChangePassword", by: p, from: from})
	},
	role: "AdministratorAccess",
}

func (p *person) awsFactor(name string) string {
	return "arn:aws:iam::" + awsAccount + ":u2f/user/" + p.awsName() + "/" + name
}
