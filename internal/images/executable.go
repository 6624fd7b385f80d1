package images

import (
	"cmp"
	"debug/buildinfo"
	"debug/elf"
	"fmt"
	"os"
	"path/filepath"

	"version-manager/internal/kit/problem"
)

// findExecutable finds this program for a platform: the running one, or one that
// was built for the nodes and is in the same folder. The image contains nothing
// else, so it must not need a C library.
func findExecutable(self []string, p platform) (string, error) {
	path, err := selfPath(self)
	if err != nil {
		return "", err
	}
	beside := filepath.Join(filepath.Dir(path), fmt.Sprintf("%s-%s-%s", program, p.os, p.arch))
	if isExecutableFor(path, p) {
		return path, nil
	}
	build := fmt.Sprintf("CGO_ENABLED=0 GOOS=%s GOARCH=%s go build -o '%s' ./cmd/version-manager", p.os, p.arch, beside)
	if isExecutableFor(beside, p) {
		return beside, sameSource(path, beside, build)
	}
	if builtFor(path) == p {
		return "", problem.New(problem.Failed, build, "every pod runs this program as its sidecar, and this one cannot start there, because it was built with cgo and needs a C library: build another one in a clone of version-manager")
	}
	return "", problem.New(problem.Failed, build, "every pod runs this program as its sidecar, so it is needed for %s, and this one is for %s: build another one in a clone of version-manager", p, builtFor(path))
}

func isExecutableFor(path string, p platform) bool {
	return builtFor(path) == p && !isDynamicallyLinked(path)
}

// sameSource fails if a program was built from another commit than this one:
// it was not rebuilt together with this one. Two builds from one commit,
// both with changes on top, cannot be told apart, and one that was built
// without git, as a test is, says nothing about itself. The hint builds both,
// because the clone may be at a third commit by now.
func sameSource(this, other, build string) error {
	from, otherFrom := programSource(this), programSource(other)
	if from == "" || from == otherFrom {
		return nil
	}
	return problem.New(problem.Failed, fmt.Sprintf("CGO_ENABLED=0 go build -o '%s' ./cmd/version-manager && %s", this, build),
		"every pod runs this program as its sidecar, and %s is a different version of it, built from %s, while this one was built from %s: build both in a clone of version-manager",
		other, cmp.Or(otherFrom, "an unknown commit"), from)
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
	s := imageSettings(path)
	if s == nil {
		return platform{"an unknown system", "an unknown processor"}
	}
	return platform{s["GOOS"], s["GOARCH"]}
}

// programSource reads from a Go program which commit it was built from; "" if it does
// not say.
func programSource(path string) string {
	s := imageSettings(path)
	if s["vcs.modified"] == "true" {
		return s["vcs.revision"] + " with changes"
	}
	return s["vcs.revision"]
}

// imageSettings are how a Go program was built; nil if it is none.
func imageSettings(path string) map[string]string {
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return nil
	}
	found := map[string]string{}
	for _, s := range info.Settings {
		found[s.Key] = s.Value
	}
	return found
}

// isDynamicallyLinked tells whether a program needs a loader, and with it libraries.
func isDynamicallyLinked(path string) bool {
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
