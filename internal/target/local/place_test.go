package local

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"version-manager/internal/config"
	"version-manager/internal/deploy"
	"version-manager/internal/problem"
)

func TestTakenPortIsNamed(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	ctx := t.Context()
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	taken := other.Addr().(*net.TCPAddr).Port
	free := p.local

	apply := func(app string) error {
		s, err := p.target(app).Lock(ctx, "test")
		if err != nil {
			t.Fatal(err)
		}
		defer s.Unlock(ctx)
		return s.Apply(ctx, "blue", deploy.Spec{Release: p.release(app, "v1.0.0", nil), Replicas: 1})
	}
	names := func(err error, words ...string) {
		t.Helper()
		got, ok := errors.AsType[*problem.Problem](err)
		for _, w := range append(words, config.File) {
			if !ok || !strings.Contains(got.Error()+got.Hint, w) {
				t.Errorf("%v, want a problem that says %q", err, w)
			}
		}
	}

	p.local.App = taken
	names(apply("shop"), strconv.Itoa(taken), "address already in use", "local.app")
	if o := observe(t, p.target("shop")); len(o.Colors) > 0 {
		t.Errorf("something was started: %+v", o)
	}
	p.local = free
	p.local.Ingress = []int{taken}
	names(apply("shop"), strconv.Itoa(taken), "local.ingress")

	p.local.Ingress = append([]int{taken}, free.Ingress...)
	if err := apply("shop"); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("http://127.0.0.1:%d", free.Ingress[0])
	if o := observe(t, p.target("shop")); o.Entrances.Public[1] != want {
		t.Errorf("entrances are %+v, want %s", o.Entrances, want)
	}
	p.local = free
	names(apply("cart"), "shop", strconv.Itoa(free.App))
}

func TestSecretsReachTheAppAndNobodyElse(t *testing.T) {
	t.Setenv("OPERATORS_OWN", "private")
	p := newPlace(t)
	target := p.target("shop")
	s, err := target.Lock(t.Context(), "test")
	if err != nil {
		t.Fatal(err)
	}
	const secret = "s3cr3t-value"
	spec := deploy.Spec{Release: p.release("shop", "v1.0.0", map[string]string{"PLAIN": "value"}), Replicas: 1,
		Secrets: map[string]string{"API_KEY": secret}}
	if err := s.Apply(t.Context(), "blue", spec); err != nil {
		t.Fatal(err)
	}
	p.ready(target, 1)
	if runtime.GOOS == "linux" {
		env := environOf(t, instancePIDs(t, p)[0])
		for _, want := range []string{"API_KEY=" + secret, "PLAIN=value", "GREETING=hello", "APP_COLOR=blue", "APP_INSTANCE=blue-1",
			"APP_VERSION=v1.0.0", "HOST=127.0.0.1", "DATA_DIR=" + filepath.Join(p.state, "data", "shop"), "PATH=" + os.Getenv("PATH")} {
			if !strings.Contains(env, "\x00"+want+"\x00") {
				t.Errorf("the app does not have %s", want)
			}
		}
		if strings.Contains(env, "OPERATORS_OWN") {
			t.Error("the app has the operator's environment")
		}
	}
	spec.Secrets, spec.Replicas = nil, 2 // scaling from a shell that does not have them
	if err := s.Apply(t.Context(), "blue", spec); err != nil {
		t.Fatal(err)
	}
	p.ready(target, 2)
	for _, pid := range instancePIDs(t, p) {
		if runtime.GOOS == "linux" && !strings.Contains(environOf(t, pid), secret) {
			t.Error("an instance does not have the secret")
		}
	}
	if _, err := s.Backup(t.Context(), "1"); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%+v", observe(t, target)); strings.Contains(got, secret) {
		t.Error("the secret can be observed")
	}
	where := grep(t, p.state, secret)
	if len(where) != 1 || filepath.Base(where[0]) != "secrets-blue.json" {
		t.Errorf("the secret is in %v", where)
	}
	if info, err := os.Stat(where[0]); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("its mode is %v, %v", info.Mode(), err)
	}
	if err := s.Retire(t.Context(), "blue"); err != nil {
		t.Fatal(err)
	}
	if where := grep(t, p.state, secret); len(where) > 0 {
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

// grep lists the files below dir that contain text.
func grep(t *testing.T, dir, text string) (found []string) {
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
	p.deployFirst(t.Context(), p.target("shop"), 1)
	err := filepath.WalkDir(p.state, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		if d.IsDir() && (d.Name() == "releases" || d.Name() == "rootfs") {
			return filepath.SkipDir // not secret, and the store's own affair
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 && path != p.state {
			t.Errorf("%s is open to others: %v", path, info.Mode())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestDamagedStateOfOneAppLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	shop, cart := p.target("shop"), p.target("cart")
	p.deployFirst(t.Context(), shop, 1)
	before := observe(t, shop)
	p.local.App, p.local.Ingress = freePort(t), []int{freePort(t)}
	s := p.deployFirst(t.Context(), cart, 1)
	if err := s.Unlock(t.Context()); err != nil {
		t.Fatal(err)
	}
	state := filepath.Join(p.state, "apps", "cart", "state.json")
	restart := func() {
		now := ping(t, shop)
		kill(t, now.Agent)
	}

	if err := os.Truncate(state, 200); err != nil {
		t.Fatal(err)
	}
	restart()
	if o := observe(t, cart); o.Active != "blue" || o.Colors["blue"].Ready() != 1 {
		t.Errorf("with the generation before: %+v", o)
	}
	if s, err := cart.Lock(t.Context(), "test"); err != nil {
		t.Errorf("Lock = %v", err)
	} else if err := s.Unlock(t.Context()); err != nil {
		t.Error(err)
	}

	for _, f := range []string{state, state + ".prev"} {
		if err := os.Truncate(f, 100); err != nil {
			t.Fatal(err)
		}
	}
	restart()
	_, err := cart.Observe(t.Context())
	if got, ok := errors.AsType[*problem.Problem](err); !ok || !strings.Contains(got.Hint, "backups") {
		t.Errorf("Observe = %v, want a problem with a hint", err)
	}
	sameAs(t, before, observe(t, shop))
}

func TestProgramsThatCannotRun(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	s, err := p.target("shop").Lock(t.Context(), "test")
	if err != nil {
		t.Fatal(err)
	}
	foreign := []byte("\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 9) + "\x02\x00\xf3\x00\x01" + strings.Repeat("\x00", 60))
	for name, tt := range map[string]struct {
		program []byte
		want    string
	}{
		"empty":   {nil, "is empty"},
		"text":    {[]byte("not a program"), "not for"},
		"foreign": {foreign, "in the image is"},
	} {
		p.image = p.store(tt.program)
		err := s.Apply(t.Context(), "blue", deploy.Spec{Release: p.release("shop", "v1.0.0", nil), Replicas: 1})
		if got, ok := errors.AsType[*problem.Problem](err); !ok || !strings.Contains(got.Error(), tt.want) || got.Hint == "" {
			t.Errorf("%s: %v, want a problem with %q", name, err, tt.want)
		}
	}
}

func TestIngressSpeaksTLSWithACertificate(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	pool := writeCertificate(t, filepath.Dir(p.state))
	p.local.Cert, p.local.Key = "cert.pem", "key.pem" // relative to the project
	target := p.target("shop")
	p.deployFirst(t.Context(), target, 1)
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true, DisableKeepAlives: true}}
	url := observe(t, target).Entrances.Public[1]
	res, err := client.Get(url + "/version")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if !strings.HasPrefix(url, "https://") || res.StatusCode != http.StatusOK || res.ProtoMajor != 2 {
		t.Errorf("%s: %s %s", url, res.Proto, res.Status)
	}
}

// writeCertificate makes cert.pem and key.pem for this machine.
func writeCertificate(t *testing.T, dir string) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true,
		BasicConstraintsValid: true, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	for name, b := range map[string][]byte{"cert.pem": cert, "key.pem": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(cert)
	return pool
}

func TestAgentEndsWhenNothingIsLeft(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	target := p.target("shop")
	s := p.deployFirst(t.Context(), target, 1)
	pids := instancePIDs(t, p)
	if err := s.Remove(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Unlock(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.until("the end of all processes", func() bool { return len(processesIn(t, p.state)) == 0 })
	for _, pid := range pids {
		if err := syscall.Kill(pid, 0); err == nil {
			t.Errorf("instance %d still runs", pid)
		}
	}
	if o := observe(t, target); o.Active != "" { // and a new agent begins where that one ended
		t.Errorf("active is %s", o.Active)
	}
}

func TestRetireClearsUp(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	ctx, target := t.Context(), p.target("shop")
	s := p.deployFirst(ctx, target, 1)
	old := observe(t, target)
	program, err := fixtureApp()
	if err != nil {
		t.Fatal(err)
	}
	p.image = p.store(append(program[:len(program):len(program)], 0)) // another digest, and other ports
	p.local.App, p.local.Ingress = freePort(t), []int{freePort(t)}
	if err := s.Apply(ctx, "green", deploy.Spec{Release: p.release("shop", "v1.1.0", nil), Replicas: 1}); err != nil {
		t.Fatal(err)
	}
	p.until("green to be ready", func() bool { return observe(t, target).Colors["green"].Ready() == 1 })
	if got := observe(t, target).Entrances.Public; len(got) != 4 {
		t.Errorf("while both colors run the entrances are %v", got)
	}
	if err := s.Switch(ctx, "green", old.Revision); err != nil {
		t.Fatal(err)
	}
	if err := s.Confirm(ctx, "green"); err != nil {
		t.Fatal(err)
	}
	if err := s.Retire(ctx, "blue"); err != nil {
		t.Fatal(err)
	}
	if got := observe(t, target).Entrances.Public; len(got) != 2 || got[0] == old.Entrances.Public[0] {
		t.Errorf("afterwards they are %v", got)
	}
	if _, err := http.Get(old.Entrances.Public[0]); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("the old entrance: %v, want it closed", err)
	}
	unpacked, err := filepath.Glob(filepath.Join(p.state, "rootfs", "sha256-*"))
	if err != nil || len(unpacked) != 2 { // a folder and its note
		t.Errorf("unpacked images: %v, %v", unpacked, err)
	}
}

func TestMemory(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("reads /proc")
	}
	t.Parallel()
	p := newPlace(t)
	target := p.target("shop")
	p.deployFirst(t.Context(), target, 2)
	now := ping(t, target)
	sum := 0
	for _, pid := range append(instancePIDs(t, p), now.Agent, now.Keeper) {
		kb := residentKB(t, pid)
		t.Logf("process %d: %d kB resident", pid, kb)
		sum += kb
	}
	if sum > 120<<10 {
		t.Errorf("%d kB resident, want at most 120 MB", sum)
	}
}

func residentKB(t *testing.T, pid int) (kb int) {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	if _, err := fmt.Sscan(rest, &kb); err != nil {
		t.Fatal(err)
	}
	return kb
}
