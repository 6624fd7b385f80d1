package agent

import (
	"cmp"
	"net"
	"strings"

	"version-manager/internal/deploy"
)

// entrance is one public listener. All of an app lead through one ingress,
// hence obey the same route.
type entrance struct {
	Address string `json:"address"` // host:port
	Ingress bool   `json:"ingress"` // not the app's own port
	Cert    string `json:"cert,omitempty"`
	Key     string `json:"key,omitempty"`
}

// setting is the line of the configuration that asks for it.
func (e entrance) setting() string {
	if e.Ingress {
		return "local.ingress"
	}
	return "local.app"
}

func (e entrance) url() string { return e.urlFor("") }

// urlFor returns the base URL under another host name, or under the address.
func (e entrance) urlFor(host string) string {
	scheme, usual := "http", ":80"
	if e.Cert != "" {
		scheme, usual = "https", ":443"
	}
	addr, port, _ := net.SplitHostPort(e.Address) // it was made by JoinHostPort
	if ip := net.ParseIP(addr); addr == "" || (ip != nil && ip.IsUnspecified()) {
		addr = loopback // where the address means all of this machine's
	}
	return scheme + "://" + strings.TrimSuffix(net.JoinHostPort(cmp.Or(host, addr), port), usual)
}

// urls lists the entrances for people: the app's own port first.
func (s state) urls() (e deploy.Entrances) {
	for _, in := range s.Entrances {
		e.Public = append(e.Public, in.url())
		if s.Preview != "" && (in.Ingress || e.Preview == "") {
			e.Preview = in.urlFor(s.Preview)
		}
	}
	return e
}
