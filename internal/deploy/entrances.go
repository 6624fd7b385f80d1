package deploy

import (
	"fmt"
	"time"
)

// Entrances is where requests come in.
type Entrances struct {
	Public  []string `json:"public"`  // base URLs that are open, all ruled by the same route
	Preview string   `json:"preview"` // base URL of the standby color; answers 503 without a standby

	Listeners []Listener `json:"listeners,omitempty"` // on this machine: all that the app asks for, open or not
}

// Listener is one address of this machine at which an app asks to be reached.
type Listener struct {
	URL       string `json:"url"`
	Setting   string `json:"setting"` // "local.app" or "local.ingress", the line that asks for it
	Port      int    `json:"port"`
	InsteadOf int    `json:"insteadOf,omitempty"` // the default port that was taken when this one was chosen
	Open      bool   `json:"open"`
	Reason    string `json:"reason,omitempty"` // why it is not open

	Certificate *Certificate `json:"certificate,omitempty"` // that is served there; nil without TLS
}

// expiresSoon is how long before its end a certificate is warned about. Those
// that live for 90 days are renewed when 30 are left, so with 14 something is
// wrong, and there is time to put it right.
const expiresSoon = 14 * 24 * time.Hour

// Certificate is what an entrance proves its name with.
type Certificate struct {
	File     string    `json:"file"`
	NotAfter time.Time `json:"notAfter"`
	Names    []string  `json:"names,omitempty"`
	Problem  string    `json:"problem,omitempty"` // why the file as it is now is not used; the one before is
}

// Warning says what somebody has to do about the certificate, nothing if all
// is well. It stays the same for a day, so that it can be said once a day.
func (c Certificate) Warning(now time.Time) string {
	left := c.NotAfter.Sub(now)
	var text string
	switch {
	case left <= 0:
		text = fmt.Sprintf("the certificate in %s expired on %s", c.File, c.NotAfter.Format(time.DateOnly))
	case left < expiresSoon:
		text = fmt.Sprintf("the certificate in %s expires on %s, in %s", c.File, c.NotAfter.Format(time.DateOnly), days(left))
	}
	switch {
	case c.Problem == "":
		return text
	case text == "":
		return fmt.Sprintf("the certificate in %s is not valid, so the previous certificate is served: %s", c.File, c.Problem)
	}
	return text + "; the file now contains no valid certificate: " + c.Problem
}

func days(d time.Duration) string {
	switch n := int(d / (24 * time.Hour)); n {
	case 0:
		return "less than a day"
	case 1:
		return "1 day"
	default:
		return fmt.Sprintf("%d days", n)
	}
}

// Warnings says what somebody has to do about the entrances.
func (e Entrances) Warnings(now time.Time) (list []string) {
	for _, l := range e.Listeners {
		if l.Certificate == nil {
			continue
		}
		if text := l.Certificate.Warning(now); text != "" {
			list = append(list, text)
		}
	}
	return list
}
