// Package release makes versions that never change and keeps them.
//
// A release is a git commit, the image built from it, and the configuration
// and infrastructure inputs of that commit, all named by content digest. The
// same commit gives the same digests in every folder and on every machine, as
// long as platform and Go version are the same.
//
// Start with Create, which does all there is to do for one version. Below it
// are Repo, the git repository; Builder, which makes an image from a commit;
// and Store, which keeps images and records and unpacks them for the targets.
// Images are OCI images in an OCI layout, made and read without Docker; other
// tools can read the layout, too. The package starts nothing and does not
// know targets.
package release

import (
	"time"

	"version-manager/internal/config"
	"version-manager/internal/release/gobuild"
)

// Release is the record of one version. It is stored as canonical JSON: keys
// sorted, no insignificant space. Nothing in it depends on when the build ran
// or in which folder.
type Release struct {
	App       string           `json:"app"`
	Version   Version          `json:"version"`
	Message   string           `json:"message,omitempty"`
	Commit    string           `json:"commit"`       // full git object id
	Time      time.Time        `json:"time"`         // of the commit, UTC
	Image     string           `json:"image"`        // digest of the OCI manifest, "sha256:…"
	Config    config.App       `json:"config"`       // version-manager.yaml of that commit, defaults filled in
	ConfigID  string           `json:"configDigest"` // of Config's canonical JSON
	InfraID   string           `json:"infraDigest"`  // of the files under config infrastructure
	GoVersion string           `json:"goVersion,omitempty"`
	SBOM      []gobuild.Module `json:"sbom,omitempty"` // what the binary links
}
