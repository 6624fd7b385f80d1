package testenv

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestEnviron: git and go in it do not know the settings of this home folder.
func TestEnviron(t *testing.T) {
	home := t.TempDir()
	settings := "[user]\n\tname = Somebody\n[commit]\n\tgpgSign = true\n"
	if err := os.WriteFile(filepath.Join(home, ".gitconfig"), []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	goEnv := strings.Fields(output(t, os.Environ(), "go", "env", "GOCACHE", "GOMODCACHE"))
	t.Setenv("GOCACHE", goEnv[0])
	t.Setenv("GOMODCACHE", goEnv[1])
	t.Setenv("HOME", home)
	t.Setenv("KUBECONFIG", filepath.Join(home, "config"))
	t.Setenv("GIT_CONFIG_COUNT", "1")
	t.Setenv("GIT_CONFIG_KEY_0", "user.name")
	t.Setenv("GIT_CONFIG_VALUE_0", "Somebody")

	env := Environ(t, "EXTRA=1")
	if got := output(t, env, "git", "var", "GIT_AUTHOR_IDENT"); !strings.HasPrefix(got, "Ada <ada@example.com>") {
		t.Errorf("git takes us for %q", got)
	}
	if got := strings.Fields(output(t, env, "go", "env", "GOCACHE", "GOMODCACHE")); got[0] != goEnv[0] || got[1] != goEnv[1] {
		t.Errorf("caches %q, want %q", got, goEnv)
	}
	for _, v := range env {
		if strings.Contains(v, home) {
			t.Errorf("the environment has %s", v)
		}
	}
	if env[len(env)-1] != "EXTRA=1" {
		t.Errorf("the last variable is %s", env[len(env)-1])
	}
}

func output(t *testing.T, env []string, program string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Env = env
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", program, err, out)
	}
	return string(out)
}
