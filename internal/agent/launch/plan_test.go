package launch

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func TestMergeEnv(t *testing.T) {
	got := mergeEnv([]string{"A=1", "B=1"}, []string{"B=2", "C=2"}, []string{"C=3"})
	if want := []string{"A=1", "B=2", "C=3"}; !slices.Equal(got, want) {
		t.Errorf("mergeEnv = %v, want %v", got, want)
	}
}

func TestInheritedEnvKeepsSecretsOut(t *testing.T) {
	got := inheritedEnv([]string{"PATH=/bin", "AWS_SECRET_ACCESS_KEY=x", "HOME=/root", "https_proxy=http://p", "SSH_AUTH_SOCK=/s", "TMPDIR=/t"}, false)
	if want := []string{"PATH=/bin", "https_proxy=http://p"}; !slices.Equal(got, want) {
		t.Errorf("inheritedEnv = %v, want %v", got, want)
	}
}

func TestCandidates(t *testing.T) {
	for _, tt := range []struct{ name, workdir, path, want string }{
		{"/app", "", "", "/app"},
		{"./app", "/srv", "", "/srv/app"},
		{"bin/app", "srv", "", "/srv/bin/app"},
		{"../../app", "/srv", "", "/app"},
		{"app", "/srv", "/a:/b", "/a/app /b/app"},
	} {
		var env []string
		if tt.path != "" {
			env = []string{"PATH=" + tt.path}
		}
		if got := strings.Join(candidatePaths(tt.name, tt.workdir, env), " "); got != tt.want {
			t.Errorf("candidates(%q, %q) = %q, want %q", tt.name, tt.workdir, got, tt.want)
		}
	}
}

// A script in an image may start another program of the image by its name.
func TestSearchPathOfTheImage(t *testing.T) {
	host := []string{"TZ=UTC", "PATH=/bin"}
	for _, tt := range []struct {
		fs, image string
		host      []string
		want      string
	}{
		{"/fs", "PATH=/app:/usr/bin", host, "TZ=UTC PATH=/bin:/fs/app:/fs/usr/bin"},
		{"/fs", "PATH=/../../etc:bin", host, "TZ=UTC PATH=/bin:/fs/etc:/fs/bin"},
		{"/fs", "A=1", host, "TZ=UTC PATH=/bin"},
		{"/fs", "PATH=/app", nil, "PATH=/fs/app"},
		{"/with:colon", "PATH=/app", host, "TZ=UTC PATH=/bin"},
	} {
		if got := strings.Join(withPathOf(tt.fs, []string{tt.image}, slices.Clone(tt.host)), " "); got != tt.want {
			t.Errorf("%s in %s: %q, want %q", tt.image, tt.fs, got, tt.want)
		}
	}
}

func TestFindProgramStaysInTheImage(t *testing.T) {
	fs := t.TempDir()
	if err := os.Symlink("/bin/sh", filepath.Join(fs, "escape")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(fs, "run.sh"), []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if got, err := findProgramIn(fs, "/run.sh", "", nil); err != nil || got != filepath.Join(fs, "run.sh") {
		t.Errorf("run.sh: %q, %v", got, err)
	}
	for _, name := range []string{"/escape", "/missing", "/../../bin/sh", "sh"} {
		if got, err := findProgramIn(fs, name, "", nil); err == nil || !strings.Contains(err.Error(), "is not in the image") {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestCheckRunnable(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := checkRunnable(self, "/self"); err != nil {
		t.Errorf("this very program: %v", err)
	}
	plain := filepath.Join(t.TempDir(), "plain")
	if err := os.WriteFile(plain, []byte("text"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := checkRunnable(plain, "/plain"); err == nil || !strings.Contains(err.Error(), "not executable") {
		t.Errorf("a file that is not executable: %v", err)
	}
	if runtime.GOOS != "linux" {
		return
	}
	// The first bytes of a program that is linked for another machine's loader.
	b, err := os.ReadFile("/bin/sh")
	if err != nil {
		t.Fatal(err)
	}
	i := strings.Index(string(b[:min(len(b), 4096)]), "/ld-")
	if i < 0 {
		t.Skip("/bin/sh is linked statically here")
	}
	copy(b[i:], "/xx-")
	if err := os.WriteFile(plain, b, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(plain, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := checkRunnable(plain, "/plain"); err == nil || !strings.Contains(err.Error(), "linked dynamically") {
		t.Errorf("a program whose loader is missing: %v", err)
	}
}
