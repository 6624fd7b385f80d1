package scripts_test

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"version-manager/internal/kit/testenv"
)

// fixture is the app of test/app as an image, built once for all scripts.
type fixture struct{ image string }

func newFixture(t *testing.T) fixture {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "fixture")
	if err := os.CopyFS(dir, os.DirFS("../app")); err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile("../../go.sum")
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"go.mod":               "module fixture\n\ngo 1.26.0\n\nrequire github.com/coder/websocket v1.8.15\n",
		"go.sum":               string(sums),
		"version-manager.yaml": "name: fixture\nbuild: {package: .}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	env := append(testenv.Environ(t), "VERSION_MANAGER_STATE="+dir+".state")
	for _, args := range [][]string{
		{"git", "init", "-q"},
		{"git", "add", "-A"},
		{"git", "commit", "-q", "-m", "fixture"},
		{"version-manager", "create", "v1.0.0", "-q"},
	} {
		cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
		cmd.Dir, cmd.Env = dir, env
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	return fixture{filepath.Join(dir+".state", "releases", "images")}
}

// app makes a repository in the folder app with free ports in $APP and
// $INGRESS, and goes there. It has no version yet.
func (f fixture) app(ts *testscript.TestScript, neg bool, args []string) {
	dir := ts.MkAbs("app")
	ts.Check(os.MkdirAll(dir, 0o755))
	ts.Check(os.CopyFS(filepath.Join(dir, "image"), os.DirFS(f.image)))
	ts.Check(os.WriteFile(filepath.Join(dir, ".gitignore"), []byte("/image/\n"), 0o600))
	ts.Check(ts.Chdir(dir))
	freeport(ts, false, []string{"APP", "INGRESS"})
	ts.Check(ts.Exec("git", "init", "-q"))
}

// version creates a version of that app, of which every variable that is
// given goes to the instances: version VERSION NAME=VALUE... Its bake time is
// $BAKE, a second where that is not set. The state folder is $STATE from then on.
func (f fixture) version(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: version VERSION NAME=VALUE...")
	}
	env := ""
	for _, a := range args[1:] {
		name, value, _ := strings.Cut(a, "=")
		env += fmt.Sprintf("  %s: %q\n", name, value)
	}
	yaml := fmt.Sprintf(`name: tiny
build: {image: image}
health: /readyz
replicas: 2
autoscale: {min: 1, max: 4}
gate: {healthy: 2, for: 200ms, timeout: 4s}
bake: %s
drain: 2s
smoke: [{path: /version, contains: instance}]
probe: {path: /version, rate: 50, timeout: 2s}
local: {app: %s, ingress: [%s]}
env:
  FIXTURE: %q
  BASE_DELAY: 40ms # far above the noise of a busy machine, so that only "slow" is slow
%s`, cmp.Or(ts.Getenv("BAKE"), "1s"), ts.Getenv("APP"), ts.Getenv("INGRESS"), args[0], env)
	ts.Check(os.WriteFile(ts.MkAbs("version-manager.yaml"), []byte(yaml), 0o600))
	ts.Check(ts.Exec("version-manager", "state", "--quiet"))
	ts.Setenv("STATE", strings.TrimSpace(ts.ReadFile("stdout")))
	ts.Check(ts.Exec("version-manager", "create", args[0], "-m", "version "+args[0], "-q", "--progress", "quiet"))
}
