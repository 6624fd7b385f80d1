package pki

import (
	"crypto/tls"
	"crypto/x509"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"version-manager/internal/kit/waittest"
)

func serverCertificate() Certificate {
	return Certificate{Name: "server", By: API, User: "kube-apiserver", Hosts: []string{"10.0.0.1", "kubernetes.default.svc"}}
}

func clientCertificate() Certificate {
	return Certificate{Name: "client", By: API, User: "system:node:worker-1", Groups: []string{"system:nodes"}, Client: true}
}

func mustEnsure(t *testing.T, dir string, now time.Time, list ...Certificate) {
	t.Helper()
	if err := EnsureFiles(dir, list, now); err != nil {
		t.Fatal(err)
	}
}

// readFiles returns the contents of a folder by name.
func readFiles(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		content, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all[e.Name()] = string(content)
	}
	return all
}

func verifyWith(t *testing.T, dir string, by Authority, name string, o x509.VerifyOptions) error {
	t.Helper()
	pool := x509.NewCertPool()
	ca, err := os.ReadFile(filepath.Join(dir, string(by)+".crt"))
	if err != nil || !pool.AppendCertsFromPEM(ca) {
		t.Fatal(err)
	}
	cert, _, err := loadPair(dir, name)
	if err != nil {
		t.Fatal(err)
	}
	o.Roots = pool
	_, err = cert.Verify(o)
	return err
}

func TestCertificatesVerify(t *testing.T) {
	dir := t.TempDir()
	mustEnsure(t, dir, time.Now(), serverCertificate(), clientCertificate())
	for _, host := range []string{"10.0.0.1", "kubernetes.default.svc"} {
		if err := verifyWith(t, dir, API, "server", x509.VerifyOptions{DNSName: host}); err != nil {
			t.Errorf("server as %s: %v", host, err)
		}
	}
	asClient := x509.VerifyOptions{KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	if err := verifyWith(t, dir, API, "client", asClient); err != nil {
		t.Errorf("client: %v", err)
	}
	if verifyWith(t, dir, API, "server", asClient) == nil {
		t.Error("a server's certificate identifies a client")
	}
	if verifyWith(t, dir, Etcd, "client", asClient) == nil {
		t.Error("etcd accepts a certificate for the API")
	}
	if verifyWith(t, dir, API, "server", x509.VerifyOptions{DNSName: "10.0.0.2"}) == nil {
		t.Error("the server's certificate is valid for another address")
	}
}

func TestCertificateNamesUserAndGroups(t *testing.T) {
	dir := t.TempDir()
	mustEnsure(t, dir, time.Now(), clientCertificate())
	cert, _, err := loadPair(dir, "client")
	if err != nil {
		t.Fatal(err)
	}
	if cert.Subject.CommonName != "system:node:worker-1" || !slices.Equal(cert.Subject.Organization, []string{"system:nodes"}) {
		t.Errorf("subject %s", cert.Subject)
	}
}

func TestSecondEnsureChangesNothing(t *testing.T) {
	dir := t.TempDir()
	mustEnsure(t, dir, time.Now(), serverCertificate(), clientCertificate())
	before := readFiles(t, dir)
	mustEnsure(t, dir, time.Now().Add(time.Hour), serverCertificate(), clientCertificate())
	for name, content := range readFiles(t, dir) {
		if before[name] != content {
			t.Errorf("%s was replaced", name)
		}
	}
}

func TestOnlyOwnerReadsKeys(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	mustEnsure(t, dir, time.Now(), serverCertificate())
	if err := (Kubeconfig{Context: "c", Server: "https://10.0.0.1:6443", Owner: "server"}).WriteFile(dir, filepath.Join(dir, "kubeconfig")); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %s", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestHandshake connects a server and a client that have only the files.
func TestHandshake(t *testing.T) {
	dir := t.TempDir()
	mustEnsure(t, dir, time.Now(), serverCertificate(), clientCertificate())
	pool := x509.NewCertPool()
	ca, err := os.ReadFile(filepath.Join(dir, "ca.crt"))
	if err != nil || !pool.AppendCertsFromPEM(ca) {
		t.Fatal(err)
	}
	pair := func(name string) []tls.Certificate {
		p, err := tls.LoadX509KeyPair(filepath.Join(dir, name+".crt"), filepath.Join(dir, name+".key"))
		if err != nil {
			t.Fatal(err)
		}
		return []tls.Certificate{p}
	}
	clientEnd, serverEnd := net.Pipe()
	defer clientEnd.Close()
	defer serverEnd.Close()
	accepted := make(chan error, 1)
	s := tls.Server(serverEnd, &tls.Config{Certificates: pair("server"), ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert, SessionTicketsDisabled: true})
	go func() { accepted <- s.HandshakeContext(t.Context()) }()
	c := tls.Client(clientEnd, &tls.Config{Certificates: pair("client"), RootCAs: pool, ServerName: "kubernetes.default.svc"})
	if err := c.HandshakeContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := waittest.Receive(t, accepted); err != nil {
		t.Fatal(err)
	}
	if who := s.ConnectionState().PeerCertificates[0].Subject.CommonName; who != "system:node:worker-1" {
		t.Errorf("the server sees the client as %q", who)
	}
}
