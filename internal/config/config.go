// Package config reads version-manager.yaml, which describes what is
// versioned: how the app is built, how it is checked, and how it is run.
//
// The file belongs to the commit that it describes. A release keeps a copy,
// so a rollback runs with the configuration of its own time.
//
// Start with Parse, which is strict: an unknown key is an error with a line
// number, and all mistakes of a file are reported at once. What the file
// leaves out is filled in by defaults, in one place. The package also has the
// canonical JSON form and the digest by which records are compared.
package config

// File is the name of the configuration in the root of the repository.
const File = "version-manager.yaml"

// App is the content of version-manager.yaml.
type App struct {
	Name       string            `yaml:"name" json:"name"`                                // DNS label: a-z, 0-9, '-'
	Build      Build             `yaml:"build" json:"build"`                              // exactly one of its fields
	Port       int               `yaml:"port,omitempty" json:"port"`                      // where the app listens inside an image; told to it as PORT
	Health     string            `yaml:"health,omitempty" json:"health"`                  // path that answers 2xx when the instance is ready
	Smoke      []Smoke           `yaml:"smoke,omitempty" json:"smoke,omitempty"`          // requests that a standby color must answer before the switch
	Replicas   int               `yaml:"replicas,omitempty" json:"replicas"`              // of the first deploy; later ones start at the active color's capacity
	Autoscale  Autoscale         `yaml:"autoscale,omitempty" json:"autoscale,omitzero"`   // bounds of every scaling, by hand or by load
	Env        map[string]string `yaml:"env,omitempty" json:"env,omitempty"`              // plain values
	Secrets    []string          `yaml:"secrets,omitempty" json:"secrets,omitempty"`      // names of environment variables handed through from the operator; values are never part of a release
	Bake       Duration          `yaml:"bake,omitempty" json:"bake"`                      // how long zero-downtime watches the new color
	Drain      Duration          `yaml:"drain,omitempty" json:"drain"`                    // how long requests on the old color may take to finish
	Gate       Gate              `yaml:"gate,omitempty" json:"gate"`                      // what a standby color must show before it gets traffic
	Probe      Probe             `yaml:"probe,omitempty" json:"probe"`                    // the requests by which a deploy is measured
	Local      Local             `yaml:"local,omitempty" json:"local"`                    // where the local target listens
	Kubernetes Kubernetes        `yaml:"kubernetes,omitempty" json:"kubernetes,omitzero"` // how it runs in a cluster
	Private    []string          `yaml:"private,omitempty" json:"private"`                // paths, with all below them, that no entrance serves
	Infra      []string          `yaml:"infrastructure,omitempty" json:"infra,omitempty"` // files and folders whose content is part of the version
}

// Build says where the image comes from.
type Build struct {
	Package  string `yaml:"package,omitempty" json:"package,omitempty"`   // Go package, such as ./cmd/app
	Image    string `yaml:"image,omitempty" json:"image,omitempty"`       // OCI layout folder or image archive (docker save, OCI tar), relative to the repository
	Platform string `yaml:"platform,omitempty" json:"platform,omitempty"` // for which the package is built, such as linux/arm64; empty: that of the machine that builds
}

// Smoke is one request to the preview address and what must come back.
type Smoke struct {
	Method   string `yaml:"method,omitempty" json:"method,omitempty"` // GET where empty
	Path     string `yaml:"path" json:"path"`
	Body     string `yaml:"body,omitempty" json:"body,omitempty"`
	Status   int    `yaml:"status,omitempty" json:"status,omitempty"` // any 2xx where 0
	Contains string `yaml:"contains,omitempty" json:"contains,omitempty"`
}

// Autoscale bounds the number of instances. CPU and Memory are percentages of
// what an instance asked for; clusters act on them, the local target only
// keeps the bounds.
type Autoscale struct {
	Min    int `yaml:"min,omitempty" json:"min,omitempty"`
	Max    int `yaml:"max,omitempty" json:"max,omitempty"`
	CPU    int `yaml:"cpu,omitempty" json:"cpu,omitempty"`
	Memory int `yaml:"memory,omitempty" json:"memory,omitempty"`
}

// Gate is N consecutive healthy answers over at least For, all instances
// ready throughout, reached before Timeout.
type Gate struct {
	Healthy int      `yaml:"healthy,omitempty" json:"healthy"`
	For     Duration `yaml:"for,omitempty" json:"for"`
	Timeout Duration `yaml:"timeout,omitempty" json:"timeout"`
}

// Probe configures the requests that measure a deploy.
type Probe struct {
	Path      string   `yaml:"path,omitempty" json:"path"`                     // cheap page, asked Rate times a second
	Rate      int      `yaml:"rate,omitempty" json:"rate"`                     // requests per second
	Timeout   Duration `yaml:"timeout,omitempty" json:"timeout"`               // after which a request counts as failed
	Slow      string   `yaml:"slow,omitempty" json:"slow,omitempty"`           // path that takes seconds; one request is always open
	WebSocket string   `yaml:"websocket,omitempty" json:"websocket,omitempty"` // path that echoes messages; one connection is always open
	MaxFailed int      `yaml:"maxFailed,omitempty" json:"maxFailed"`           // failures that a deploy may cost before it is rolled back
}

// Local says where the local target listens. App is the app's own port, as a
// NodePort would be; Ingress lists ports in order of preference, of which the
// first that is available is used. Both lead through the same route.
type Local struct {
	Address string `yaml:"address,omitempty" json:"address"` // 127.0.0.1 unless told otherwise
	App     int    `yaml:"app,omitempty" json:"app"`
	Ingress []int  `yaml:"ingress,omitempty" json:"ingress"`
	Preview string `yaml:"preview,omitempty" json:"preview"`     // host name that reaches the standby color
	Cert    string `yaml:"cert,omitempty" json:"cert,omitempty"` // PEM files; with them the ingress speaks TLS
	Key     string `yaml:"key,omitempty" json:"key,omitempty"`

	HSTS    Duration `yaml:"hsts,omitempty" json:"hsts,omitzero"`        // how long browsers that connected over TLS must use nothing else
	Trusted []string `yaml:"trusted,omitempty" json:"trusted,omitempty"` // addresses and networks of proxies in front, whose X-Forwarded-For is believed

	PreviewSecret string `yaml:"previewSecret,omitempty" json:"previewSecret,omitempty"` // name of the variable whose value opens the preview

	Limits Limits `yaml:"limits,omitempty" json:"limits,omitzero"`

	Underscores bool `yaml:"underscores,omitempty" json:"underscores,omitempty"` // header names with underscores reach the app

	Defaulted Defaulted `yaml:"-" json:"-"` // not part of a version
}

// Limits bound what the ingress has in flight at a time. What is beyond them is
// answered 503.
type Limits struct {
	Requests      int `yaml:"requests,omitempty" json:"requests"`           // of one color
	Uploads       int `yaml:"uploads,omitempty" json:"uploads"`             // of one color: requests whose body is still arriving
	WebSockets    int `yaml:"websockets,omitempty" json:"websockets"`       // of one color
	PerClient     int `yaml:"perClient,omitempty" json:"perClient"`         // requests and WebSockets of one address
	PerConnection int `yaml:"perConnection,omitempty" json:"perConnection"` // requests over one HTTP/2 connection
	Connections   int `yaml:"connections,omitempty" json:"connections"`     // of clients, at one entrance
}

// Defaulted says which ports nobody wrote down. Only those may be replaced
// where they are taken: a port that somebody wrote is a promise to others.
type Defaulted struct {
	App     bool `json:"app,omitempty"`
	Ingress bool `json:"ingress,omitempty"`
}

// Kubernetes says how the app runs in a cluster. Its empty values mean what
// the comments say, so that a file without this section is complete.
type Kubernetes struct {
	Namespace  string    `yaml:"namespace,omitempty" json:"namespace,omitempty"`   // empty: the app's name
	Hosts      []string  `yaml:"hosts,omitempty" json:"hosts,omitempty"`           // public host names; empty: every host
	Preview    string    `yaml:"preview,omitempty" json:"preview,omitempty"`       // host name that reaches the standby color; empty: preview.APP.NAMESPACE.internal
	Trusted    []string  `yaml:"trusted,omitempty" json:"trusted,omitempty"`       // addresses and networks of proxies in front of the gateway, whose X-Forwarded-For is believed
	Gateway    string    `yaml:"gateway,omitempty" json:"gateway,omitempty"`       // "namespace/name"; empty: the one that install-ingress makes
	Entrances  []string  `yaml:"entrances,omitempty" json:"entrances,omitempty"`   // base URLs at which users reach the gateway; empty: found from nodes and load balancer
	Registry   string    `yaml:"registry,omitempty" json:"registry,omitempty"`     // "registry.example.org/team"; empty: images are loaded into the nodes
	PullSecret string    `yaml:"pullSecret,omitempty" json:"pullSecret,omitempty"` // name of the Secret with which nodes pull from the registry
	Load       []string  `yaml:"load,omitempty" json:"load,omitempty"`             // command that loads an image archive from its standard input into one node; {node} and {address} stand for it
	Resources  Resources `yaml:"resources,omitempty" json:"resources,omitzero"`

	PreviewSecret string `yaml:"previewSecret,omitempty" json:"previewSecret,omitempty"` // name of the variable whose value opens the preview
}

// Resources are Kubernetes quantities, such as 250m and 128Mi.
type Resources struct {
	CPU         string `yaml:"cpu,omitempty" json:"cpu,omitempty"`                 // asked for; empty: 100m
	Memory      string `yaml:"memory,omitempty" json:"memory,omitempty"`           // asked for; empty: 64Mi
	CPULimit    string `yaml:"cpuLimit,omitempty" json:"cpuLimit,omitempty"`       // empty: none, so that nobody is throttled
	MemoryLimit string `yaml:"memoryLimit,omitempty" json:"memoryLimit,omitempty"` // empty: 256Mi
}
