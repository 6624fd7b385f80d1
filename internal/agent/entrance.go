package agent

import (
	"net"
	"strconv"

	"version-manager/internal/agent/listening"
	"version-manager/internal/deploy"
)

// entrance is one public listener. All of an app lead through one ingress,
// hence obey the same route.
type entrance struct {
	Address string `json:"address"` // host:port
	Ingress bool   `json:"ingress"` // not the app's own port
	Cert    string `json:"cert,omitempty"`
	Key     string `json:"key,omitempty"`

	PerConnection int `json:"perConnection,omitempty"` // requests, in HTTP/2; 0: the ingress's default
	Connections   int `json:"connections,omitempty"`   // of clients; 0: the ingress's default

	InsteadOf int `json:"insteadOf,omitempty"` // the default port that was taken when this one was chosen
}

// servesAlike reports whether both are served in the same way.
func (e entrance) servesAlike(o entrance) bool {
	return e.Cert == o.Cert && e.Key == o.Key && e.PerConnection == o.PerConnection && e.Connections == o.Connections
}

// configSetting is the line of the configuration that asks for it.
func (e entrance) configSetting() string {
	if e.Ingress {
		return listening.IngressSetting
	}
	return listening.AppSetting
}

func (e entrance) splitAddress() (host string, port int) {
	host, digits, _ := net.SplitHostPort(e.Address) // it was made by JoinHostPort
	port, _ = strconv.Atoi(digits)
	return host, port
}

func (e entrance) baseURL() string { return e.urlFor("") }

// urlFor returns the base URL under another host name, or under the address.
func (e entrance) urlFor(host string) string { return listening.BaseURL(e.Address, host, e.Cert != "") }

// listEntrances lists the entrances for people: the app's own port first. Only those
// that are open are public: behind the address of another there may be another
// program, which must not be measured in place of the app.
func (s appState) listEntrances(closedBecause func(address string) string, served func(address string) *deploy.Certificate) (e deploy.Entrances) {
	for _, in := range s.Entrances {
		_, port := in.splitAddress()
		l := deploy.Listener{URL: in.baseURL(), Setting: in.configSetting(), Port: port, InsteadOf: in.InsteadOf, Reason: closedBecause(in.Address)}
		l.Open, l.Certificate = l.Reason == "", served(in.Address)
		e.Listeners = append(e.Listeners, l)
		if l.Open {
			e.Public = append(e.Public, l.URL)
		}
		if s.Preview != "" && (in.Ingress || e.Preview == "") {
			e.Preview = in.urlFor(s.Preview)
		}
	}
	return e
}
