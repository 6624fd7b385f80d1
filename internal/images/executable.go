package images

import (
	"debug/buildinfo"
	"debug/elf"
	"fmt"
	"os"
	"path/filepath"

	"version-manager/internal/problem"
)

// executable finds this program for a platform: the running one, or one that
// was built for the nodes and lies beside it. In the image there is nothing
// else, so it must not need a C library.
func executable(self []string, p platform) (string, error) {
	path, err := selfPath(self)
	if err != nil {
		return "", err
	}
	beside := filepath.Join(filepath.Dir(path), fmt.Sprintf("%s-%s-%s", program, p.os, p.arch))
	for _, candidate := range []string{path, beside} {
		if builtFor(candidate) == p && !linked(candidate) {
			return candidate, nil
		}
	}
	hint := fmt.Sprintf("CGO_ENABLED=0 GOOS=%s GOARCH=%s go build -o %s ./cmd/version-manager", p.os, p.arch, beside)
	if builtFor(path) == p {
		return "", problem.New(problem.Failed, hint, "every pod runs this program as its sidecar, and this one cannot start there: it was built with cgo and needs a C library")
	}
	return "", problem.New(problem.Failed, hint, "every pod runs this program as its sidecar, so it is needed for %s; this one is for %s", p, builtFor(path))
}

func selfPath(self []string) (string, error) {
	if len(self) > 0 {
		return self[0], nil
	}
	path, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find this program: %w", err)
	}
	return path, nil
}

// builtFor reads from a Go program what it was built for.
func builtFor(path string) platform {
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return platform{"an unknown system", "an unknown processor"}
	}
	var p platform
	for _, s := range info.Settings {
		switch s.Key {
		case "GOOS":
			p.os = s.Value
		case "GOARCH":
			p.arch = s.Value
		}
	}
	return p
}

// linked tells whether a program needs a loader, and with it libraries.
func linked(path string) bool {
	f, err := elf.Open(path)
	if err != nil {
		return false // of another system, where nobody would run it
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			return true
		}
	}
	return false
}
