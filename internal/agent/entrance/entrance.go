// Package entrance serves the public listeners of one app.
//
// An [Entrance] is the address and the settings of one listener, as they are
// stored with the app. A [Set] holds those that are open, and knows of the
// others why they are not. All entrances of an app lead through one ingress,
// so they follow the same route.
package entrance

import (
	"net"
	"strconv"

	"version-manager/internal/agent/listening"
)

// Entrance is one public listener.
type Entrance struct {
	Address string `json:"address"` // host:port
	Ingress bool   `json:"ingress"` // not the app's own port
	Cert    string `json:"cert,omitempty"`
	Key     string `json:"key,omitempty"`

	PerConnection int `json:"perConnection,omitempty"` // requests, in HTTP/2; 0: the ingress's default
	Connections   int `json:"connections,omitempty"`   // of clients; 0: the ingress's default

	InsteadOf int `json:"insteadOf,omitempty"` // the default port that was taken when this one was chosen
}

// servesAlike reports whether both are served in the same way.
func (e Entrance) servesAlike(o Entrance) bool {
	return e.Cert == o.Cert && e.Key == o.Key && e.PerConnection == o.PerConnection && e.Connections == o.Connections
}

// SameAddress reports whether both listen at the same address.
func (e Entrance) SameAddress(o Entrance) bool { return e.Address == o.Address }

// ConfigSetting is the setting of the configuration that asks for it.
func (e Entrance) ConfigSetting() string {
	if e.Ingress {
		return listening.IngressSetting
	}
	return listening.AppSetting
}

// SplitAddress returns host and port of the address.
func (e Entrance) SplitAddress() (host string, port int) {
	host, digits, _ := net.SplitHostPort(e.Address) // it was made by JoinHostPort
	port, _ = strconv.Atoi(digits)
	return host, port
}

// BaseURL returns the URL under a host name, or under the address if that is
// empty.
func (e Entrance) BaseURL(host string) string {
	return listening.BaseURL(e.Address, host, e.Cert != "")
}
