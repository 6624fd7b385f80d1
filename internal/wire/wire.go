// Package wire names what the processes of this program say to each other
// over HTTP: the command line, the agent, the ingress, and the sidecars.
//
// Processes of different versions talk to each other during an upgrade, so a
// value here never changes its meaning. The package imports nothing.
package wire

// Headers that the ingress adds to an answer to the probe, and removes from
// the answers of an app.
const (
	HeaderColor   = "Version-Manager-Color"   // the color that answered: "blue"
	HeaderVersion = "Version-Manager-Version" // the version that answered: "v1.2.0"
)

// Headers of a request to the ingress. The ingress removes them before an app
// sees the request, with one exception: a request whose probe secret is right
// reaches the app with the probe header set to [ProbeAccepted].
const (
	HeaderProbe   = "Version-Manager-Probe"   // the secret of the control plane
	HeaderPreview = "Version-Manager-Preview" // the secret of a person who may see the preview
	HeaderRoute   = "Version-Manager-Route"   // set by a gateway: the rule by which the request came
)

// ProbeAccepted is what an app reads in [HeaderProbe] of a request by the
// control plane.
const ProbeAccepted = "1"

// HeaderToken carries the fencing token of a call that changes something.
const HeaderToken = "Version-Manager-Token"

// Ports of the sidecar in every pod.
const (
	SidecarTrafficPort = 15080 // requests to the app
	SidecarAdminPort   = 15081 // counters and the shutdown hook
)
