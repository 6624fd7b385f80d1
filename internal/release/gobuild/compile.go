package gobuild

import (
	"context"
	"debug/buildinfo"
	"path/filepath"
	"runtime"
	"strings"

	"version-manager/internal/config"
)

// maxOutputLines bounds the compiler output that is shown.
const maxOutputLines = 100

// CompileProgram builds a Go program. The result depends on the sources, the platform
// and the Go version, and on no other setting of this machine. It returns where
// the modules are that the program was compiled from.
func CompileProgram(ctx context.Context, w *Workspace, src Sources, b config.Build, out string) (cache string, err error) {
	g, err := newGoTool(ctx, w)
	if err != nil {
		return "", err
	}
	work, err := src.workspaceFile(ctx, g)
	if err != nil {
		return "", err
	}
	goos, goarch := SplitPlatform(b)
	g = g.withEnv("GOWORK="+work, "GOOS="+goos, "GOARCH="+goarch)
	if err := g.checkMain(ctx, src, b.Package); err != nil {
		return "", err
	}
	return g.lookupEnv("GOMODCACHE"), g.buildProgram(ctx, src.AppDir(), b.Package, out)
}

// SplitPlatform is what a package is built for, in the words of Go and of OCI,
// which here are the same.
func SplitPlatform(b config.Build) (goos, goarch string) {
	goos, goarch, ok := strings.Cut(b.Platform, "/")
	if !ok {
		return runtime.GOOS, runtime.GOARCH
	}
	return goos, goarch
}

// ReadBuildInfo returns the Go version and the modules of a compiled program.
func ReadBuildInfo(binary string) (goVersion string, sbom []Module, err error) {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return "", nil, errLibrary()
	}
	for _, m := range info.Deps {
		if r := m.Replace; r != nil && !strings.HasPrefix(r.Path, ".") && !filepath.IsAbs(r.Path) {
			m = r // another module; a folder is only another place of the same
		}
		sbom = append(sbom, Module{Path: m.Path, Version: m.Version, Sum: m.Sum})
	}
	return info.GoVersion, sbom, nil
}

// Module is one Go module that the binary links, with its checksum.
type Module struct {
	Path    string `json:"path"`
	Version string `json:"version"`
	Sum     string `json:"sum,omitempty"`
}
