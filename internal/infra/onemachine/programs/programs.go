// Package programs compiles the programs of a local cluster: Kubernetes with
// etcd, CoreDNS, metrics-server, Traefik, and the volume provisioner.
//
// They are a Go module of their own, the folder cluster/ of our source code, so
// that building this command stays cheap. They are compiled when a cluster needs
// them, once, into a folder of the user's cache. The folder is named after a
// digest of everything that goes into it: any change leads to another folder, so
// a set of programs never mixes old and new. The set also contains the images
// that nodes run, made of the same programs, because a cluster without a
// registry has no other source.
//
// The package runs nothing that it builds. Start with [BuildAll]; [FindBuilt] is
// the same without building.
package programs

import "path/filepath"

// The programs, by the names that Set.ProgramPath takes.
const (
	Kubernetes    = "kubernetes" // with etcd; the first argument chooses the component
	CoreDNS       = "coredns"
	MetricsServer = "metrics-server"
	LocalPath     = "local-path-provisioner"
	Traefik       = "traefik"
	Volumes       = "volumes" // makes and removes the folders of volumes
	Pause         = "pause"
)

// program is one program to compile.
type program struct {
	name  string
	pkg   string
	flags string // for the linker: upstream's version, as upstream's own build sets it
	cost  int    // CPU-seconds, measured with an empty build cache and after the programs before it
}

// programTable is in build order: programs that share most packages come first,
// the most expensive one that shares the least comes last.
func programTable() []program {
	return []program{
		{Kubernetes, "./kubernetes", kubernetesFlags(), 675},
		{CoreDNS, "./coredns", "", 20},
		{MetricsServer, "./metrics-server", kubernetesFlags(), 10},
		{LocalPath, "github.com/rancher/local-path-provisioner", "-X main.VERSION=" + localPathVersion, 6},
		{Volumes, "./volumes", "", 1},
		{Pause, "./pause", "", 1},
		{Traefik, "github.com/traefik/traefik/v3/cmd/traefik", "-X github.com/traefik/traefik/v3/pkg/version.Version=" + traefikVersion, 530},
	}
}

// The versions in cluster/go.mod; a test compares them.
const (
	KubernetesVersion    = "v1.34.4"
	coreDNSVersion       = "v1.14.0"
	metricsServerVersion = "v0.7.2"
	localPathVersion     = "v0.0.30"
	traefikVersion       = "v3.6.12"
)

// kubernetesFlags set the version in Kubernetes' libraries. Without them, every
// component reports v0.0.0, and clients complain about the difference.
func kubernetesFlags() string {
	var flags string
	for _, pkg := range []string{"k8s.io/component-base/version", "k8s.io/client-go/pkg/version"} {
		flags += " -X " + pkg + ".gitVersion=" + KubernetesVersion + " -X " + pkg + ".gitMajor=1 -X " + pkg + ".gitMinor=34 -X " + pkg + ".gitTreeState=clean"
	}
	return flags[1:]
}

// Set is a complete set of programs and images on disk.
type Set struct {
	Dir    string // folder of the set
	Digest string // of everything that went into it
}

// ProgramPath returns the file of a program.
func (s Set) ProgramPath(name string) string { return filepath.Join(s.Dir, name) }
