package local

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"version-manager/internal/deploy"
)

// runDeploy brings an image up with one instance and returns its process.
func (p *place) runDeploy(image string, secrets deploy.Secrets) (pid int, err error) {
	p.t.Helper()
	p.image = image
	target := p.newTarget("shop")
	s, err := target.AcquireLock(p.t.Context(), "test")
	if err != nil {
		p.t.Fatal(err)
	}
	defer s.ReleaseLock(p.t.Context())
	spec := deploy.Spec{Release: p.makeRelease("shop", "v1.0.0", nil), Replicas: 1, Secrets: secrets}
	if err := s.ApplySpec(p.t.Context(), "blue", spec); err != nil {
		return 0, err
	}
	p.waitReady(target, 1)
	return instancePIDs(p.t, p)[0], nil
}

// The settings of an image and the secrets count as they do in a container.
func TestSettingsOfAnImage(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("looks into /proc")
	}
	t.Parallel()
	p := newPlace(t)
	image := p.storeConfig(map[string][]byte{"app": nil, "etc/passwd": []byte("web:x:4711:4712::/:\n"), "etc/group": []byte("more:x:4713:web\nroot:x:0:web\n")},
		v1.Config{Entrypoint: []string{"app"}, WorkingDir: "/not/there", User: "web",
			Env: []string{"my.odd-name=1", "TWICE=1", "TWICE=2", "PATH=/usr/bin:/"}})
	pid, err := p.runDeploy(image, deploy.Secrets{"BINARY": "\xff\xfe\n"})
	if err != nil {
		t.Fatal(err)
	}
	env := environOf(t, pid)
	for _, want := range []string{"my.odd-name=1", "TWICE=2", "BINARY=\xff\xfe\n"} {
		if !strings.Contains(env, "\x00"+want+"\x00") {
			t.Errorf("the app does not have %q", want)
		}
	}
	if cwd, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid)); err != nil || !strings.HasSuffix(cwd, "/not/there") {
		t.Errorf("it runs in %s, %v", cwd, err)
	}
	want := "4711:4712:[4713]"
	if os.Getuid() != 0 {
		want = fmt.Sprintf("%d:%d:", os.Getuid(), os.Getgid())
	}
	if got := identityOf(t, pid); !strings.HasPrefix(got, want) {
		t.Errorf("it runs as %s, want %s", got, want)
	}
}

// identityOf is user, group and further groups of a process.
func identityOf(t *testing.T, pid int) string {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]string{}
	for line := range strings.Lines(string(b)) {
		if name, rest, ok := strings.Cut(line, ":"); ok {
			found[name] = strings.Fields(rest)
		}
	}
	return fmt.Sprintf("%s:%s:%s", found["Uid"][0], found["Gid"][0], found["Groups"])
}

// An image that names no user, or root, does not run as root, and can keep
// files all the same, also some that an earlier version has left as root.
func TestNoImageRunsAsRoot(t *testing.T) {
	if os.Getuid() != 0 || runtime.GOOS != "linux" {
		t.Skip("only root could")
	}
	for _, user := range []string{"", "root", "0:0"} {
		p := newPlace(t)
		data := filepath.Join(p.state, "data", "shop")
		if err := os.MkdirAll(data, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(data, "old"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		pid, err := p.runDeploy(p.storeConfig(map[string][]byte{"app": nil}, v1.Config{Entrypoint: []string{"/app"}, User: user}), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := identityOf(t, pid); got != "65532:65532:[]" {
			t.Errorf("USER %q runs as %s", user, got)
		}
		for _, name := range []string{data, filepath.Join(data, "old")} {
			info, err := os.Stat(name)
			if err != nil || info.Sys().(*syscall.Stat_t).Uid != 65532 {
				t.Errorf("%s: %+v, %v", name, info, err)
			}
		}
	}
}

func TestWhatCannotBePassedOnIsRefused(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	for name, secret := range map[string]deploy.Secrets{
		"variable KEY cannot be passed on: its value contains a NUL byte": {"KEY": "hid\x00den"},
		`variable "A=B" cannot be passed on`:                              {"A=B": "hidden"},
		"a variable without a name":                                       {"": "hidden"},
	} {
		_, err := p.runDeploy(p.image, secret)
		if err == nil || !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), "den") {
			t.Errorf("error %v, want %s", err, name)
		}
	}
	_, err := p.runDeploy(p.storeConfig(map[string][]byte{"app": nil}, v1.Config{Entrypoint: []string{"/app"}, User: "eve"}), nil)
	if err == nil || !strings.Contains(err.Error(), `its user "eve" is not in the image's /etc/passwd`) {
		t.Errorf("error %v", err)
	}
}
