package certificate

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// folder has certificate files as a renewing program leaves them.
type folder struct {
	t     *testing.T
	dir   string
	files Files
	last  int64 // serial number
}

func newFolder(t *testing.T) *folder {
	dir := t.TempDir()
	return &folder{t: t, dir: dir, files: Files{filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")}}
}

// issue makes a certificate that is valid from now-1h for d.
func (f *folder) issue(d time.Duration) (p pair, serial int64) {
	f.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		f.t.Fatal(err)
	}
	f.last++
	template := &x509.Certificate{SerialNumber: big.NewInt(f.last), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(d), DNSNames: []string{"shop.example.org"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		f.t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		f.t.Fatal(err)
	}
	return pair{pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})}, f.last
}

func (f *folder) write(name string, b []byte) {
	f.t.Helper()
	if err := os.WriteFile(name, b, 0o600); err != nil {
		f.t.Fatal(err)
	}
}

func (f *folder) put(p pair) {
	f.write(f.files.Cert, p.cert)
	f.write(f.files.Key, p.key)
}

func (f *folder) open() *Source {
	f.t.Helper()
	s, err := Open(f.files, CopyPath(f.dir, f.files))
	if err != nil {
		f.t.Fatal(err)
	}
	return s
}

// serves fails the test unless s serves the certificate with that number.
func serves(t *testing.T, s *Source, want int64) {
	t.Helper()
	c, err := s.Get(nil)
	if err != nil || c.Leaf.SerialNumber.Int64() != want {
		t.Fatalf("serves number %v, %v, want %d", c.Leaf.SerialNumber, err, want)
	}
}

func TestEveryWayToRenew(t *testing.T) {
	rename := func(f *folder, p pair) {
		for name, b := range map[string][]byte{f.files.Cert: p.cert, f.files.Key: p.key} {
			f.write(name+".new", b)
			if err := os.Rename(name+".new", name); err != nil {
				f.t.Fatal(err)
			}
		}
	}
	for name, renew := range map[string]func(*folder, pair){
		"in place":  func(f *folder, p pair) { f.put(p) },
		"by rename": rename,
		"in place, with the times of the old files": func(f *folder, p pair) {
			info, err := os.Stat(f.files.Cert)
			if err != nil {
				f.t.Fatal(err)
			}
			f.put(p)
			for _, name := range []string{f.files.Cert, f.files.Key} {
				if err := os.Chtimes(name, info.ModTime(), info.ModTime()); err != nil {
					f.t.Fatal(err)
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFolder(t)
			p, first := f.issue(90 * 24 * time.Hour)
			f.put(p)
			s := f.open()
			serves(t, s, first)
			p, second := f.issue(90 * 24 * time.Hour)
			renew(f, p)
			if err := s.Refresh(time.Now()); err != nil {
				t.Fatal(err)
			}
			serves(t, s, second)
		})
	}
}

// Kubernetes and certbot move a symbolic link.
func TestRenewalByALinkThatMoves(t *testing.T) {
	f := newFolder(t)
	link := filepath.Join(f.dir, "..data")
	f.files = Files{filepath.Join(f.dir, "cert.pem"), filepath.Join(f.dir, "key.pem")}
	var serial int64
	publish := func(version string) {
		p, n := f.issue(time.Hour * 24 * 90)
		serial = n
		dir := filepath.Join(f.dir, version)
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		f.write(filepath.Join(dir, "cert.pem"), p.cert)
		f.write(filepath.Join(dir, "key.pem"), p.key)
		if err := os.Symlink(version, link+".new"); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(link+".new", link); err != nil {
			t.Fatal(err)
		}
	}
	publish("one")
	for _, name := range []string{"cert.pem", "key.pem"} {
		if err := os.Symlink("..data/"+name, filepath.Join(f.dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	s := f.open()
	serves(t, s, serial)
	publish("two")
	if err := s.Refresh(time.Now()); err != nil {
		t.Fatal(err)
	}
	serves(t, s, serial)
}

func TestTheLastGoodCertificateIsKept(t *testing.T) {
	for name, tt := range map[string]struct {
		spoil func(*folder, pair)
		says  string
	}{
		"half renewed": {func(f *folder, p pair) { f.write(f.files.Cert, p.cert) }, "does not match"},
		"missing":      {func(f *folder, _ pair) { os.Remove(f.files.Cert) }, "no such file"},
		"key missing":  {func(f *folder, _ pair) { os.Remove(f.files.Key) }, "no such file"},
		"empty":        {func(f *folder, _ pair) { f.write(f.files.Cert, nil) }, "failed to find"},
		"cut":          {func(f *folder, p pair) { f.write(f.files.Cert, p.cert[:len(p.cert)/2]) }, "failed to find"},
		"too large":    {func(f *folder, _ pair) { f.write(f.files.Cert, make([]byte, maxFile+1)) }, "larger than"},
		"a folder":     {func(f *folder, _ pair) { os.Remove(f.files.Cert); os.Mkdir(f.files.Cert, 0o700) }, "is not a file"},
		"a named pipe": {func(f *folder, _ pair) { os.Remove(f.files.Cert); syscall.Mkfifo(f.files.Cert, 0o600) }, "is not a file"},
		"expired":      {func(f *folder, _ pair) { p, _ := f.issue(-time.Minute); f.put(p) }, "expired on"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFolder(t)
			p, first := f.issue(30 * 24 * time.Hour)
			f.put(p)
			s := f.open()
			next, _ := f.issue(30 * 24 * time.Hour)
			tt.spoil(f, next)
			err := s.Refresh(time.Now())
			if err == nil || !strings.Contains(err.Error(), tt.says) || !strings.Contains(s.Status().Warning(time.Now()), tt.says) {
				t.Errorf("refresh: %v; status: %+v, want %q", err, s.Status(), tt.says)
			}
			serves(t, s, first)
			serves(t, f.open(), first) // as after a restart, from the copy
			os.RemoveAll(f.files.Cert)
			last, number := f.issue(30 * 24 * time.Hour)
			f.put(last)
			if err := s.Refresh(time.Now()); err != nil || s.Status().Problem != "" {
				t.Errorf("repaired: %v, %+v", err, s.Status())
			}
			serves(t, s, number)
		})
	}
}

func TestACopyAnswersForItsOwnFilesOnly(t *testing.T) {
	f := newFolder(t)
	p, _ := f.issue(time.Hour)
	f.put(p)
	copy := CopyPath(f.dir, f.files)
	s := f.open()
	if info, err := os.Stat(copy); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the copy: %v, %v", info, err)
	}
	if got, err := Open(Files{f.files.Cert + "x", f.files.Key}, copy); err == nil {
		t.Errorf("other files were answered for by %+v", got.Status())
	}
	if err := s.Forget(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(copy); !os.IsNotExist(err) {
		t.Errorf("the copy after it was forgotten: %v", err)
	}
	os.Remove(f.files.Key)
	if _, err := Open(f.files, copy); err == nil {
		t.Error("opened without a key and without a copy")
	}
}
