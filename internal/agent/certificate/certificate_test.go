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

// issueCertificate makes a certificate that is valid from now-1h for d.
func (f *folder) issueCertificate(d time.Duration) (p pemPair, serial int64) {
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
	return pemPair{pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})}, f.last
}

func (f *folder) writeFiles(name string, b []byte) {
	f.t.Helper()
	if err := os.WriteFile(name, b, 0o600); err != nil {
		f.t.Fatal(err)
	}
}

func (f *folder) putFile(p pemPair) {
	f.writeFiles(f.files.Cert, p.cert)
	f.writeFiles(f.files.Key, p.key)
}

func (f *folder) openSource() *Source {
	f.t.Helper()
	s, err := OpenSource(f.files, CopyPath(f.dir, f.files))
	if err != nil {
		f.t.Fatal(err)
	}
	return s
}

// wantServed fails the test unless s serves the certificate with that number.
func wantServed(t *testing.T, s *Source, want int64) {
	t.Helper()
	c, err := s.GetCertificate(nil)
	if err != nil || c.Leaf.SerialNumber.Int64() != want {
		t.Fatalf("serves number %v, %v, want %d", c.Leaf.SerialNumber, err, want)
	}
}

func TestEveryKindOfRenewal(t *testing.T) {
	rename := func(f *folder, p pemPair) {
		for name, b := range map[string][]byte{f.files.Cert: p.cert, f.files.Key: p.key} {
			f.writeFiles(name+".new", b)
			if err := os.Rename(name+".new", name); err != nil {
				f.t.Fatal(err)
			}
		}
	}
	for name, renew := range map[string]func(*folder, pemPair){
		"in place":  func(f *folder, p pemPair) { f.putFile(p) },
		"by rename": rename,
		"in place, with the times of the old files": func(f *folder, p pemPair) {
			info, err := os.Stat(f.files.Cert)
			if err != nil {
				f.t.Fatal(err)
			}
			f.putFile(p)
			for _, name := range []string{f.files.Cert, f.files.Key} {
				if err := os.Chtimes(name, info.ModTime(), info.ModTime()); err != nil {
					f.t.Fatal(err)
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFolder(t)
			p, first := f.issueCertificate(90 * 24 * time.Hour)
			f.putFile(p)
			s := f.openSource()
			wantServed(t, s, first)
			p, second := f.issueCertificate(90 * 24 * time.Hour)
			renew(f, p)
			if err := s.RefreshFiles(time.Now()); err != nil {
				t.Fatal(err)
			}
			wantServed(t, s, second)
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
		p, n := f.issueCertificate(time.Hour * 24 * 90)
		serial = n
		dir := filepath.Join(f.dir, version)
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		f.writeFiles(filepath.Join(dir, "cert.pem"), p.cert)
		f.writeFiles(filepath.Join(dir, "key.pem"), p.key)
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
	s := f.openSource()
	wantServed(t, s, serial)
	publish("two")
	if err := s.RefreshFiles(time.Now()); err != nil {
		t.Fatal(err)
	}
	wantServed(t, s, serial)
}

func TestTheLastGoodCertificateIsKept(t *testing.T) {
	for name, tt := range map[string]struct {
		spoil func(*folder, pemPair)
		says  string
	}{
		"half renewed": {func(f *folder, p pemPair) { f.writeFiles(f.files.Cert, p.cert) }, "does not match"},
		"missing":      {func(f *folder, _ pemPair) { os.Remove(f.files.Cert) }, "no such file"},
		"key missing":  {func(f *folder, _ pemPair) { os.Remove(f.files.Key) }, "no such file"},
		"empty":        {func(f *folder, _ pemPair) { f.writeFiles(f.files.Cert, nil) }, "failed to find"},
		"cut":          {func(f *folder, p pemPair) { f.writeFiles(f.files.Cert, p.cert[:len(p.cert)/2]) }, "failed to find"},
		"too large":    {func(f *folder, _ pemPair) { f.writeFiles(f.files.Cert, make([]byte, maxFileBytes+1)) }, "larger than"},
		"a folder":     {func(f *folder, _ pemPair) { os.Remove(f.files.Cert); os.Mkdir(f.files.Cert, 0o700) }, "is not a file"},
		"a named pipe": {func(f *folder, _ pemPair) { os.Remove(f.files.Cert); syscall.Mkfifo(f.files.Cert, 0o600) }, "is not a file"},
		"expired":      {func(f *folder, _ pemPair) { p, _ := f.issueCertificate(-time.Minute); f.putFile(p) }, "expired on"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFolder(t)
			p, first := f.issueCertificate(30 * 24 * time.Hour)
			f.putFile(p)
			s := f.openSource()
			next, _ := f.issueCertificate(30 * 24 * time.Hour)
			tt.spoil(f, next)
			err := s.RefreshFiles(time.Now())
			if err == nil || !strings.Contains(err.Error(), tt.says) || !strings.Contains(s.CurrentStatus().Warning(time.Now()), tt.says) {
				t.Errorf("refresh: %v; status: %+v, want %q", err, s.CurrentStatus(), tt.says)
			}
			wantServed(t, s, first)
			wantServed(t, f.openSource(), first) // as after a restart, from the copy
			os.RemoveAll(f.files.Cert)
			last, number := f.issueCertificate(30 * 24 * time.Hour)
			f.putFile(last)
			if err := s.RefreshFiles(time.Now()); err != nil || s.CurrentStatus().Problem != "" {
				t.Errorf("repaired: %v, %+v", err, s.CurrentStatus())
			}
			wantServed(t, s, number)
		})
	}
}

func TestACopyAnswersForItsOwnFilesOnly(t *testing.T) {
	f := newFolder(t)
	p, _ := f.issueCertificate(time.Hour)
	f.putFile(p)
	copy := CopyPath(f.dir, f.files)
	s := f.openSource()
	if info, err := os.Stat(copy); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the copy: %v, %v", info, err)
	}
	if got, err := OpenSource(Files{f.files.Cert + "x", f.files.Key}, copy); err == nil {
		t.Errorf("other files were answered for by %+v", got.CurrentStatus())
	}
	if err := s.RemoveCopy(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(copy); !os.IsNotExist(err) {
		t.Errorf("the copy after it was forgotten: %v", err)
	}
	os.Remove(f.files.Key)
	if _, err := OpenSource(f.files, copy); err == nil {
		t.Error("opened without a key and without a copy")
	}
}
