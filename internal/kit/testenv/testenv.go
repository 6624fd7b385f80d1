// Package testenv is the environment of programs that tests start: what the go
// command and git need, and nothing that the person who runs the tests has set
// up for other purposes. Whose kubeconfig or git settings lie in the home
// folder must not decide how a test ends.
package testenv

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// kept are the variables that tell where the system and its caches are.
func kept() []string {
	return []string{"PATH", "TMPDIR", "GOROOT", "GOTMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR",
		"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "GOCOVERDIR"}
}

// Environ returns an environment with an empty home folder, an identity for
// git, none of its settings, and the caches of the go command. The given
// NAME=value pairs come last and win.
func Environ(t testing.TB, more ...string) []string {
	t.Helper()
	env := []string{"HOME=" + home(t), "USER=ada", "LC_ALL=C", "TZ=UTC", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1"}
	for _, who := range []string{"AUTHOR", "COMMITTER"} {
		env = append(env, "GIT_"+who+"_NAME=Ada", "GIT_"+who+"_EMAIL=ada@example.com")
	}
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); slices.Contains(kept(), name) {
			env = append(env, v)
		}
	}
	settings, err := GoSettings(t.Context(), "GOCACHE", "GOMODCACHE", "GOPROXY", "GOSUMDB", "GONOSUMDB", "GOTOOLCHAIN")
	if err != nil {
		t.Fatal(err)
	}
	return append(append(append(env, settings...), "GOENV=off", "GOFLAGS="), more...)
}

// home is an empty folder. It may not be possible to remove it at once: the go
// command writes telemetry there even after it has ended.
func home(t testing.TB) string {
	dir, err := os.MkdirTemp("", "testenv-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}
