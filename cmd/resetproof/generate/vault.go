package generate

import "time"

// joinVault gives somebody a login at Vault: persons by name, programs by a role.
func (g *org) joinVault(p *person) {
	if p.vault != "" {
		return
	}
	p.vault, p.token, p.accessor = g.uuid(), g.hmac(), g.hmac()
	p.accounts = append(p.accounts, "vault:"+p.vault)
	p.more["vault"] = p.vaultName()
}

// hmac stands in the log for a text that Vault does not show.
func (g *org) hmac() string { return "hmac-sha256:" + g.hex(64) }

// vaultName is the mount and the login in it.
func (p *person) vaultName() string {
	if p.kind == "person" {
		return "userpass-" + p.id
	}
	return "userpass-svc-" + p.id
}

func (p *person) vaultUser() string { return p.vaultName()[len("userpass-"):] }

// ask is one call of Vault's API.
type ask struct {
	operation, mount, path string
	by                     *person // nil: nobody is signed in yet
	from                   seat
	data, out, auth        obj
	failed                 string
}

// vaultEvent writes the request and the response that each call leaves.
func (g *org) vaultEvent(at time.Time, a ask) {
	id := g.uuid()
	request := obj{"id": id, "operation": a.operation, "mount_type": a.mount, "mount_accessor": a.mount + "_1a2b3c4d", "namespace": obj{"id": "root"}, "path": a.path, "remote_address": a.from.ip, "remote_port": 40000 + g.rng.IntN(9999)}
	auth := obj{}
	if a.by != nil {
		auth = obj{"client_token": a.by.token, "accessor": a.by.accessor, "display_name": a.by.vaultName(), "policies": []string{"default", "team"}, "token_policies": []string{"default", "team"},
			"metadata": obj{"username": a.by.vaultUser()}, "entity_id": a.by.vault, "token_type": "service", "token_ttl": 2764800}
		request["client_id"], request["client_token"], request["client_token_accessor"] = a.by.vault, a.by.token, a.by.accessor
	}
	if a.data != nil {
		request["data"] = a.data
	}
	stamp := func(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000000000Z") }
	g.vault.add(at.Add(-time.Millisecond), obj{"time": stamp(at.Add(-time.Millisecond)), "type": "request", "auth": auth, "request": request})
	response := obj{"mount_type": a.mount}
	if a.out != nil {
		response["data"] = a.out
	}
	if a.auth != nil {
		response["auth"] = a.auth
	}
	o := obj{"time": stamp(at), "type": "response", "auth": auth, "request": request, "response": response}
	if a.failed != "" {
		o["error"] = a.failed
	}
	g.vault.add(at, o)
}

// vaultSignin gives a new token; its accessor names the session.
func (g *org) vaultSignin(at time.Time, p *person, from seat) string {
	p.token, p.accessor = g.hmac(), g.hmac()
	g.vaultEvent(at, ask{operation: "update", mount: "userpass", path: "auth/userpass/login/" + p.vaultUser(), from: from, data: obj{"password": g.hmac()},
		auth: obj{"client_token": p.token, "accessor": p.accessor, "display_name": p.vaultName(), "policies": []string{"default", "team"}, "token_policies": []string{"default", "team"},
			"metadata": obj{"username": p.vaultUser()}, "entity_id": p.vault, "token_type": "service", "token_ttl": 2764800}})
	return p.accessor
}

// vaultKV are secrets kept in Vault: each is its path.
var vaultKV = &store{
	name: "vault",
	id:   func(g *org) string { return "kv/data/apps/" + g.letters(8, "abcdefghijklmnop") },
	join: func(g *org, p *person) { g.joinVault(p) },
	read: func(g *org, at time.Time, p *person, from seat, h *hanger) {
		g.vaultEvent(at, ask{operation: "read", mount: "kv", path: h.id, by: p, from: from, out: obj{"data": obj{"value": g.hmac()}, "metadata": obj{"version": 7}}})
	},
	renew: func(g *org, at time.Time, by *person, h *hanger) {
		g.vaultEvent(at, ask{operation: "update", mount: "kv", path: h.id, by: by, from: by.seat(), data: obj{"data": obj{"value": g.hmac()}, "options": obj{}}, out: obj{"version": 8}})
	},
	end: func(g *org, at time.Time, by *person, h *hanger) {
		g.vaultEvent(at, ask{operation: "delete", mount: "kv", path: h.id, by: by, from: by.seat()})
	},
}

// vaultUsers are the passwords that Vault itself keeps.
var vaultUsers = &directory{
	name:    "vault",
	join:    func(g *org, p *person) { g.joinVault(p) },
	signin:  func(g *org, at time.Time, p *person, from seat) string { return g.vaultSignin(at, p, from) },
	program: func(g *org, at time.Time, p *person, from seat) { g.vaultSignin(at, p, from) },
	reset: func(g *org, at time.Time, by, p *person) {
		g.joinVault(by)
		g.vaultEvent(at, ask{operation: "update", mount: "userpass", path: "auth/userpass/users/" + p.vaultUser() + "/password", by: by, from: by.seat(), data: obj{"password": g.hmac()}})
	},
	change: func(g *org, at time.Time, p *person, from seat) {
		g.vaultEvent(at, ask{operation: "update", mount: "userpass", path: "auth/userpass/users/" + p.vaultUser() + "/password", by: p, from: from, data: obj{"password": g.hmac()}})
	},
}
