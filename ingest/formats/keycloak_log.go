// The Go part of keycloak-log: the line of JSON and the message in it. What the
// events mean stands in keycloak.yaml and keycloak.go.
package formats

import (
	"bytes"
	"encoding/json"
	"errors"
)

// maxKeycloakKeys is how many keys of one message are read; events have about
// twenty.
const maxKeycloakKeys = 64

const (
	keycloakEvents = "org.keycloak.events"
	// keycloakOther is the type of the lines of other loggers.
	keycloakOther = "no event"
)

var (
	errKeycloakLine  = errors.New(whyNotObject)
	errKeycloakQuote = errors.New("a quote in the event is not closed")
)

func init() {
	hooks["keycloak-log"] = &Hook{
		Paths:  []string{"representation", "resourcePath"},
		Stream: func() *Hook { return &Hook{Extract: extractKeycloak, Adjust: (&keycloakFlows{}).adjust} },
	}
}

// keycloakLine is a line in either form.
type keycloakLine struct {
	Time      string `json:"timestamp"`
	ECSTime   string `json:"@timestamp"`
	Logger    string `json:"loggerName"`
	ECSLogger string `json:"log.logger"`
	Host      string `json:"hostName"`
	ECSHost   string `json:"host.hostname"`
	Message   string `json:"message"`
}

func extractKeycloak(raw []byte, put func(path string, value []byte)) error {
	var line keycloakLine
	if json.Unmarshal(raw, &line) != nil {
		return errKeycloakLine
	}
	logger := line.Logger + line.ECSLogger
	put("time", []byte(line.Time+line.ECSTime))
	put("logger", []byte(logger))
	put("host", []byte(line.Host+line.ECSHost))
	put("type", []byte(keycloakOther))
	if logger != keycloakEvents {
		return nil
	}
	return putKeycloak([]byte(line.Message), put)
}

// keycloakOwn are the keys of an event itself; others are its details. The
// second is where an admin event has it.
var keycloakOwn = map[string][2]string{
	"type":          {"type", "type"},
	"operationType": {"operationType", "operationType"},
	"realmId":       {"realmId", "realmId"},
	"realmName":     {"realmName", "realmName"},
	"clientId":      {"clientId", "authDetails.clientId"},
	"userId":        {"userId", "authDetails.userId"},
	"sessionId":     {"sessionId", "sessionId"},
	"ipAddress":     {"ipAddress", "authDetails.ipAddress"},
	"resourceType":  {"resourceType", "resourceType"},
	"resourcePath":  {"resourcePath", "resourcePath"},
	"error":         {"error", "error"},
}

// putKeycloak reads key="value", parted by commas. Of a key that comes twice
// the first holds: a user name may contain what looks like another.
func putKeycloak(message []byte, put func(path string, value []byte)) error {
	seen := map[string]bool{}
	admin := bytes.HasPrefix(message, []byte("operationType="))
	if admin {
		put("type", nil)
	}
	for range maxKeycloakKeys {
		name, rest, ok := bytes.Cut(message, []byte{'='})
		if !ok {
			return nil
		}
		var value []byte
		if value, message, ok = keycloakValue(rest); !ok {
			return errKeycloakQuote
		}
		key := string(bytes.TrimSpace(name))
		if seen[key] {
			continue
		}
		seen[key] = true
		switch own, is := keycloakOwn[key]; {
		case is && admin:
			put(own[1], value)
		case is:
			put(own[0], value)
		default:
			put("details."+key, value)
		}
	}
	return nil
}

// keycloakValue is the value b begins with, in quotes or up to the next comma,
// and what follows its comma; ok is false if a quote is not closed.
func keycloakValue(b []byte) (value, rest []byte, ok bool) {
	if len(b) == 0 || b[0] != '"' {
		value, rest, _ = bytes.Cut(b, []byte{','})
		return bytes.TrimSpace(value), rest, true
	}
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			value = bytes.ReplaceAll(b[1:i], []byte(`\"`), []byte{'"'})
			_, rest, _ = bytes.Cut(b[i:], []byte{','})
			return value, rest, true
		}
	}
	return nil, nil, false
}
