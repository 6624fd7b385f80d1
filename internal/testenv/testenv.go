// Package testenv is the environment of programs that tests start: what the go
// command and git need, and nothing that the person who runs the tests has set
// up for other purposes. Whose kubeconfig or git settings lie in the home
// folder must not decide how a test ends.
package testenv

import (
	"os"
	"os/exec"
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
	return append(append(env, goSettings(t)...), more...)
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

// goSettings are those that the go command would otherwise look up below HOME.
func goSettings(t testing.TB) []string {
	names := []string{"GOCACHE", "GOMODCACHE", "GOPROXY", "GOSUMDB", "GONOSUMDB", "GOTOOLCHAIN"}
	out, err := exec.CommandContext(t.Context(), "go", append([]string{"env"}, names...)...).Output()
	if err != nil {
		t.Fatal("go env: ", err)
	}
	values := strings.Split(strings.TrimRight(string(out), "\n"), "\n")
	for len(values) < len(names) {
		values = append(values, "") // the last ones are not set
	}
	settings := []string{"GOENV=off", "GOFLAGS="}
	for i, name := range names {
		settings = append(settings, name+"="+values[i])
	}
	return settings
}
