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

func server() Certificate {
	return Certificate{Name: "server", By: API, User: "kube-apiserver", Hosts: []string{"10.0.0.1", "kubernetes.default.svc"}}
}

func client() Certificate {
	return Certificate{Name: "client", By: API, User: "system:node:worker-1", Groups: []string{"system:nodes"}, Client: true}
}

func ensure(t *testing.T, dir string, now time.Time, list ...Certificate) {
	t.Helper()
	if err := EnsureFiles(dir, list, now); err != nil {
		t.Fatal(err)
	}
}

// files are the contents of a folder by name.
func files(t *testing.T, dir string) map[string]string {
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

func verify(t *testing.T, dir string, by Authority, name string, o x509.VerifyOptions) error {
	t.Helper()
	pool := x509.NewCertPool()
	ca, err := os.ReadFile(filepath.Join(dir, string(by)+".crt"))
	if err != nil || !pool.AppendCertsFromPEM(ca) {
		t.Fatal(err)
	}
	cert, _, err := load(dir, name)
	if err != nil {
		t.Fatal(err)
	}
	o.Roots = pool
	_, err = cert.Verify(o)
	return err
}

func TestEnsureMakesWhatIsVerified(t *testing.T) {
	dir := t.TempDir()
	ensure(t, dir, time.Now(), server(), client())
	for _, host := range []string{"10.0.0.1", "kubernetes.default.svc"} {
		if err := verify(t, dir, API, "server", x509.VerifyOptions{DNSName: host}); err != nil {
			t.Errorf("server as %s: %v", host, err)
		}
	}
	asClient := x509.VerifyOptions{KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	if err := verify(t, dir, API, "client", asClient); err != nil {
		t.Errorf("client: %v", err)
	}
	if verify(t, dir, API, "server", asClient) == nil {
		t.Error("a server's certificate proves who a client is")
	}
	if verify(t, dir, Etcd, "client", asClient) == nil {
		t.Error("a certificate for the API opens etcd")
	}
	if verify(t, dir, API, "server", x509.VerifyOptions{DNSName: "10.0.0.2"}) == nil {
		t.Error("the server is believed at an address that is not its own")
	}
}

func TestEnsureNamesUserAndGroups(t *testing.T) {
	dir := t.TempDir()
	ensure(t, dir, time.Now(), client())
	cert, _, err := load(dir, "client")
	if err != nil {
		t.Fatal(err)
	}
	if cert.Subject.CommonName != "system:node:worker-1" || !slices.Equal(cert.Subject.Organization, []string{"system:nodes"}) {
		t.Errorf("subject %s", cert.Subject)
	}
}

func TestEnsureTwiceChangesNothing(t *testing.T) {
	dir := t.TempDir()
	ensure(t, dir, time.Now(), server(), client())
	before := files(t, dir)
	ensure(t, dir, time.Now().Add(time.Hour), server(), client())
	for name, content := range files(t, dir) {
		if before[name] != content {
			t.Errorf("%s was made again", name)
		}
	}
}

func TestEnsureMakesAgain(t *testing.T) {
	moved := server()
	moved.Hosts = []string{"10.0.0.9"}
	promoted := client()
	promoted.Groups = []string{"system:masters"}
	for _, tt := range []struct {
		what    string
		after   time.Duration
		list    []Certificate
		spoil   string // file that is removed before
		changed []string
	}{
		{what: "an address changed", list: []Certificate{moved, client()}, changed: []string{"server.crt", "server.key"}},
		{what: "a group changed", list: []Certificate{server(), promoted}, changed: []string{"client.crt", "client.key"}},
		{what: "about to expire", after: leafLife - renewBefore + time.Hour, list: []Certificate{server(), client()}, changed: []string{"client.crt", "client.key", "server.crt", "server.key"}},
		{what: "a key is lost", list: []Certificate{server(), client()}, spoil: "client.key", changed: []string{"client.crt", "client.key"}},
		{what: "the public half for tokens is lost", list: []Certificate{server(), client()}, spoil: ServiceAccounts + ".pub"},
	} {
		t.Run(tt.what, func(t *testing.T) {
			dir := t.TempDir()
			ensure(t, dir, time.Now(), server(), client())
			before := files(t, dir)
			if tt.spoil != "" {
				if err := os.Remove(filepath.Join(dir, tt.spoil)); err != nil {
					t.Fatal(err)
				}
			}
			ensure(t, dir, time.Now().Add(tt.after), tt.list...)
			var changed []string
			after := files(t, dir)
			for name := range before {
				if after[name] != before[name] {
					changed = append(changed, name)
				}
			}
			slices.Sort(changed)
			if !slices.Equal(changed, tt.changed) {
				t.Errorf("changed %q, want %q", changed, tt.changed)
			}
		})
	}
}

// TestEnsureAfterCrash: killed between key and certificate, the pair does not
// fit; it is made again.
func TestEnsureAfterCrash(t *testing.T) {
	dir := t.TempDir()
	ensure(t, dir, time.Now(), server(), client())
	other, err := os.ReadFile(filepath.Join(dir, "client.key"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "server.key"), other, 0o600); err != nil {
		t.Fatal(err)
	}
	ensure(t, dir, time.Now(), server(), client())
	if _, err := tls.LoadX509KeyPair(filepath.Join(dir, "server.crt"), filepath.Join(dir, "server.key")); err != nil {
		t.Error(err)
	}
}

func TestEnsureRefusesDyingAuthority(t *testing.T) {
	dir := t.TempDir()
	ensure(t, dir, time.Now(), server())
	if err := EnsureFiles(dir, []Certificate{server()}, time.Now().Add(authorityLife-leafLife+time.Hour)); err == nil {
		t.Error("certificates were signed that outlive their authority")
	}
}

func TestEnsureRefusesGarbage(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "ca.crt"), []byte("garbage"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := EnsureFiles(dir, nil, time.Now()); err == nil {
		t.Error("a damaged authority was replaced, and all that trusts it lost")
	}
}

func TestKeysAreForTheirOwner(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	ensure(t, dir, time.Now(), server())
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

// TestHandshake lets a server and a client meet who have nothing but the files.
func TestHandshake(t *testing.T) {
	dir := t.TempDir()
	ensure(t, dir, time.Now(), server(), client())
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
	ours, theirs := net.Pipe()
	defer ours.Close()
	defer theirs.Close()
	accepted := make(chan error, 1)
	s := tls.Server(theirs, &tls.Config{Certificates: pair("server"), ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert, SessionTicketsDisabled: true})
	go func() { accepted <- s.HandshakeContext(t.Context()) }()
	c := tls.Client(ours, &tls.Config{Certificates: pair("client"), RootCAs: pool, ServerName: "kubernetes.default.svc"})
	if err := c.HandshakeContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := waittest.Receive(t, accepted); err != nil {
		t.Fatal(err)
	}
	if who := s.ConnectionState().PeerCertificates[0].Subject.CommonName; who != "system:node:worker-1" {
		t.Errorf("the server met %q", who)
	}
}
