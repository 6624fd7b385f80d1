package local

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"version-manager/internal/deploy"
)

func TestSecretsReachTheAppAndNobodyElse(t *testing.T) {
	t.Setenv("OPERATORS_OWN", "private")
	p := newPlace(t)
	target := p.newTarget("shop")
	s, err := target.AcquireLock(t.Context(), "test")
	if err != nil {
		t.Fatal(err)
	}
	const secret = "s3cr3t-value"
	spec := deploy.Spec{Release: p.makeRelease("shop", "v1.0.0", map[string]string{"PLAIN": "value"}), Replicas: 1,
		Secrets: map[string]string{"API_KEY": secret}}
	if err := s.ApplySpec(t.Context(), "blue", spec); err != nil {
		t.Fatal(err)
	}
	p.waitReady(target, 1)
	if runtime.GOOS == "linux" {
		env := environOf(t, instancePIDs(t, p)[0])
		for _, want := range []string{"API_KEY=" + secret, "PLAIN=value", "GREETING=hello", "APP_COLOR=blue", "APP_INSTANCE=blue-1",
			"APP_VERSION=v1.0.0", "HOST=127.0.0.1", "DATA_DIR=" + filepath.Join(p.state, "data", "shop")} {
			if !strings.Contains(env, "\x00"+want+"\x00") {
				t.Errorf("the app does not have %s", want)
			}
		}
		if !strings.Contains(env, "\x00PATH="+os.Getenv("PATH")+":") || !strings.Contains(env, "/nowhere\x00") {
			t.Error("the app does not have this machine's PATH, followed by that of its image")
		}
		if strings.Contains(env, "OPERATORS_OWN") {
			t.Error("the app has the operator's environment")
		}
	}
	spec.Secrets, spec.Replicas = nil, 2 // scaling from a shell that does not have them
	if err := s.ApplySpec(t.Context(), "blue", spec); err != nil {
		t.Fatal(err)
	}
	p.waitReady(target, 2)
	for _, pid := range instancePIDs(t, p) {
		if runtime.GOOS == "linux" && !strings.Contains(environOf(t, pid), secret) {
			t.Error("an instance does not have the secret")
		}
	}
	if _, err := s.BackUpState(t.Context(), "1"); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%+v", observeTarget(t, target)); strings.Contains(got, secret) {
		t.Error("the secret can be observed")
	}
	digested, err := json.Marshal([]any{spec.Release, map[string]string{"API_KEY": secret}})
	if err != nil {
		t.Fatal(err)
	}
	if found := grepFiles(t, p.state, fmt.Sprintf("%x", sha256.Sum256(digested))[:24]); len(found) > 0 {
		t.Errorf("a digest of the secret, which helps to guess it, is in %v", found)
	}
	where := grepFiles(t, p.state, secret)
	if len(where) != 1 || filepath.Base(where[0]) != "secrets-blue.json" {
		t.Errorf("the secret is in %v", where)
	}
	if info, err := os.Stat(where[0]); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("its mode is %v, %v", info.Mode(), err)
	}
	if err := s.RetireColor(t.Context(), "blue"); err != nil {
		t.Fatal(err)
	}
	if where := grepFiles(t, p.state, secret); len(where) > 0 {
		t.Errorf("after it was retired the secret is in %v", where)
	}
}

func environOf(t *testing.T, pid int) string {
	t.Helper()
	env, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
	if err != nil {
		t.Fatal(err)
	}
	return "\x00" + string(env)
}

// grepFiles lists the files below dir that contain text.
func grepFiles(t *testing.T, dir, text string) (found []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil // files come and go
		}
		if b, err := os.ReadFile(path); err == nil && strings.Contains(string(b), text) {
			found = append(found, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestStateIsPrivate(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.deployFirst(t.Context(), p.newTarget("shop"), 1)
	err := filepath.WalkDir(p.state, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		if d.IsDir() && (d.Name() == "releases" || d.Name() == "rootfs") {
			return filepath.SkipDir // not secret, and the store's own affair
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o066 != 0 && path != p.state { // to pass through is allowed
			t.Errorf("%s is open to others: %v", path, info.Mode())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
