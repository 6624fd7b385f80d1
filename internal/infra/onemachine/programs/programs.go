// Package programs makes the heavy programs of a local cluster: Kubernetes
// with etcd, CoreDNS, metrics-server, Traefik, the volume provisioner.
//
// None of them is part of this command, whose first build must stay cheap.
// They are a Go module of their own, the folder cluster/ of our source, and
// are compiled when somebody asks for a cluster: once, into a folder of the
// user's cache that is named by a digest of all that goes in. Whatever
// changes there makes another folder, so a set of programs is never half old
// and half new. Beside the programs lie the images that nodes run, made of
// the same files, because a machine without a registry has to run them too.
//
// The package runs nothing of what it builds, and knows nothing of nodes.
//
// Start with [Build]; [Find] is the same without building.
package programs

import "path/filepath"

// The programs, by the names under which Set.Path knows them.
const (
	Kubernetes    = "kubernetes" // with etcd; the first argument chooses the component
	CoreDNS       = "coredns"
	MetricsServer = "metrics-server"
	LocalPath     = "local-path-provisioner"
	Traefik       = "traefik"
	Volumes       = "volumes" // makes and removes the folders of volumes
	Pause         = "pause"
)

// program is one thing to compile.
type program struct {
	name  string
	pkg   string
	flags string // for the linker: upstream's versions, which its own builds put in the same way
	cost  int    // CPU-seconds, measured with an empty build cache and after the programs above it
}

// table is in the order of building: what shares most comes first, what is
// dearest for the least last.
func table() []program {
	return []program{
		{Kubernetes, "./kubernetes", kubernetesVersion(), 675},
		{CoreDNS, "./coredns", "", 20},
		{MetricsServer, "./metrics-server", kubernetesVersion(), 10},
		{LocalPath, "github.com/rancher/local-path-provisioner", "-X main.VERSION=" + localPathVersion, 6},
		{Volumes, "./volumes", "", 1},
		{Pause, "./pause", "", 1},
		{Traefik, "github.com/traefik/traefik/v3/cmd/traefik", "-X github.com/traefik/traefik/v3/pkg/version.Version=" + traefikVersion, 530},
	}
}

// The versions are those of cluster/go.mod; a test compares.
const (
	KubernetesVersion    = "v1.34.4"
	coreDNSVersion       = "v1.14.0"
	metricsServerVersion = "v0.7.2"
	localPathVersion     = "v0.0.30"
	traefikVersion       = "v3.6.12"
)

// kubernetesVersion tells the libraries which version they are: without it
// every component calls itself v0.0.0 and clients complain about the skew.
func kubernetesVersion() string {
	var flags string
	for _, pkg := range []string{"k8s.io/component-base/version", "k8s.io/client-go/pkg/version"} {
		flags += " -X " + pkg + ".gitVersion=" + KubernetesVersion + " -X " + pkg + ".gitMajor=1 -X " + pkg + ".gitMinor=34 -X " + pkg + ".gitTreeState=clean"
	}
	return flags[1:]
}

// Set is a complete set of programs and images on the disk.
type Set struct {
	Dir    string // where they are
	Digest string // of all that went in
}

// ProgramPath returns the file of one of the programs.
func (s Set) ProgramPath(name string) string { return filepath.Join(s.Dir, name) }
