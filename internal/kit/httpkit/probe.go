package httpkit

import "net/http"

// FromProbe reports whether a request comes from the probe that measures a
// deploy. The proxy in front of an app verifies the probe's secret and replaces
// it by this header; it removes the header from everybody else's requests.
func FromProbe(r *http.Request) bool {
	values := r.Header["Version-Manager-Probe"]
	return len(values) == 1 && values[0] == "1"
}
