package kube

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"os"
	"strings"
	"time"

	"k8s.io/client-go/rest"
)

// expiry is the end of a credential.
type expiry struct {
	what string
	at   time.Time
}

// listExpiries reads when the credentials of a kubeconfig end. They are looked at
// only after the server refused them.
func listExpiries(c *rest.Config) []expiry {
	var list []expiry
	if at, ok := certificateEnd(dataOrFile(c.CertData, c.CertFile)); ok {
		list = append(list, expiry{"client certificate", at})
	}
	if at, ok := tokenEnd(dataOrFile([]byte(c.BearerToken), c.BearerTokenFile)); ok {
		list = append(list, expiry{"token", at})
	}
	return list
}

func dataOrFile(data []byte, file string) []byte {
	if len(data) > 0 || file == "" {
		return data
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	return b
}

func certificateEnd(data []byte) (time.Time, bool) {
	block, _ := pem.Decode(data)
	if block == nil {
		return time.Time{}, false
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return time.Time{}, false
	}
	return cert.NotAfter, true
}

// tokenEnd reads the end of a JSON Web Token, without trusting it.
func tokenEnd(token []byte) (time.Time, bool) {
	parts := strings.Split(strings.TrimSpace(string(token)), ".")
	if len(parts) != 3 {
		return time.Time{}, false
	}
	b, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return time.Time{}, false
	}
	var claims struct{ Exp int64 }
	if json.Unmarshal(b, &claims) != nil || claims.Exp == 0 {
		return time.Time{}, false
	}
	return time.Unix(claims.Exp, 0), true
}
