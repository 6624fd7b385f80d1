package pki

import (
	"crypto/tls"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func TestEnsureReplaces(t *testing.T) {
	made := time.Now().Truncate(time.Second) // as certificates store it
	moved := serverCertificate()
	moved.Hosts = []string{"10.0.0.9"}
	promoted := clientCertificate()
	promoted.Groups = []string{"system:masters"}
	for _, tt := range []struct {
		name    string
		after   time.Duration
		list    []Certificate
		remove  string // file that is removed first
		changed []string
	}{
		{name: "an address changed", list: []Certificate{moved, clientCertificate()}, changed: []string{"server.crt", "server.key"}},
		{name: "a group changed", list: []Certificate{serverCertificate(), promoted}, changed: []string{"client.crt", "client.key"}},
		{name: "one second before the renewal", after: leafLifetime - renewBeforeExpiry - time.Second, list: []Certificate{serverCertificate(), clientCertificate()}},
		{name: "time for the renewal", after: leafLifetime - renewBeforeExpiry, list: []Certificate{serverCertificate(), clientCertificate()}, changed: []string{"client.crt", "client.key", "server.crt", "server.key"}},
		{name: "a key is lost", list: []Certificate{serverCertificate(), clientCertificate()}, remove: "client.key", changed: []string{"client.crt", "client.key"}},
		{name: "the public key for tokens is lost", list: []Certificate{serverCertificate(), clientCertificate()}, remove: ServiceAccounts + ".pub"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			mustEnsure(t, dir, made, serverCertificate(), clientCertificate())
			before := readFiles(t, dir)
			if tt.remove != "" {
				if err := os.Remove(filepath.Join(dir, tt.remove)); err != nil {
					t.Fatal(err)
				}
			}
			mustEnsure(t, dir, made.Add(tt.after), tt.list...)
			var changed []string
			after := readFiles(t, dir)
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

// TestEnsureReplacesMismatchedPair: a crash between the key and its certificate
// leaves two that do not belong together.
func TestEnsureReplacesMismatchedPair(t *testing.T) {
	dir := t.TempDir()
	mustEnsure(t, dir, time.Now(), serverCertificate(), clientCertificate())
	other, err := os.ReadFile(filepath.Join(dir, "client.key"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "server.key"), other, 0o600); err != nil {
		t.Fatal(err)
	}
	mustEnsure(t, dir, time.Now(), serverCertificate(), clientCertificate())
	if _, err := tls.LoadX509KeyPair(filepath.Join(dir, "server.crt"), filepath.Join(dir, "server.key")); err != nil {
		t.Error(err)
	}
}

// TestNoCertificateOutlivesItsAuthority: an authority that expires before a new
// certificate would is no longer used.
func TestNoCertificateOutlivesItsAuthority(t *testing.T) {
	const limit = authorityLifetime - leafLifetime
	for after, ok := range map[time.Duration]bool{limit - time.Second: true, limit: false, limit + time.Second: false} {
		dir, made := t.TempDir(), time.Now().Truncate(time.Second)
		mustEnsure(t, dir, made, serverCertificate())
		if err := EnsureFiles(dir, []Certificate{serverCertificate()}, made.Add(after)); (err == nil) != ok {
			t.Errorf("after %s: %v, want ok %t", after, err, ok)
		}
	}
}

func TestDamagedAuthorityIsKept(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "ca.crt"), []byte("garbage"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := EnsureFiles(dir, nil, time.Now()); err == nil {
		t.Error("a damaged authority was replaced")
	}
}
