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
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"version-manager/internal/config"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
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
		s, err := p.newTarget(app).AcquireLock(ctx, "test")
		if err != nil {
			t.Fatal(err)
		}
		defer s.ReleaseLock(ctx)
		return s.ApplySpec(ctx, "blue", deploy.Spec{Release: p.makeRelease(app, "v1.0.0", nil), Replicas: 1})
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
	names(apply("shop"), strconv.Itoa(taken), "address already in use", "local.app", "another port")
	if o := observeTarget(t, p.newTarget("shop")); len(o.Colors) > 0 {
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
	if o := observeTarget(t, p.newTarget("shop")); o.Entrances.Public[1] != want {
		t.Errorf("entrances are %+v, want %s", o.Entrances, want)
	}
	p.local = free
	names(apply("cart"), "shop", strconv.Itoa(free.App))
}

func TestIngressSpeaksTLSWithACertificate(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	pool := writeCertificate(t, filepath.Dir(p.state))
	p.local.Cert, p.local.Key = "cert.pem", "key.pem" // relative to the project
	target := p.newTarget("shop")
	p.deployFirst(t.Context(), target, 1)
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true, DisableKeepAlives: true}}
	url := observeTarget(t, target).Entrances.Public[1]
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
