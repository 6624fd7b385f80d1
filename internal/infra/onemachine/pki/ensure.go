package pki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"

	"version-manager/internal/kit/atomicfile"
)

// Authority names one of the three.
type Authority string

const (
	API   Authority = "ca"
	Proxy Authority = "front-proxy-ca"
	Etcd  Authority = "etcd-ca"
)

// Certificate is one that has to be there. With hosts it is a server's.
type Certificate struct {
	Name   string    // of the two files, without .crt and .key
	By     Authority // who signs it
	User   string    // common name: who the owner is
	Groups []string  // organizations: the groups of the user
	Hosts  []string  // addresses and names at which a server is reached
	Client bool      // it proves who calls
}

// ServiceAccounts names the key that signs the tokens of pods.
const ServiceAccounts = "service-accounts"

// EnsureFiles makes in dir whatever of the list is missing there.
func EnsureFiles(dir string, list []Certificate, now time.Time) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make folder for keys: %w", err)
	}
	authorities := map[Authority]authority{}
	for _, name := range []Authority{API, Proxy, Etcd} {
		a, err := ensureAuthority(dir, string(name), now)
		if err != nil {
			return err
		}
		authorities[name] = a
	}
	for _, c := range list {
		if err := c.ensure(dir, authorities[c.By], now); err != nil {
			return err
		}
	}
	return ensureTokenKey(dir)
}

// ensure keeps a certificate that is still right and lasts for a while.
func (c Certificate) ensure(dir string, by authority, now time.Time) error {
	old, _, err := load(dir, c.Name)
	if err == nil && c.matches(old, by.cert) && now.Before(old.NotAfter.Add(-renewBefore)) {
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	_, err = by.sign(dir, c.Name, c.template(now), now)
	return err
}

func (c Certificate) template(now time.Time) *x509.Certificate {
	t := &x509.Certificate{
		Subject:               pkix.Name{CommonName: c.User, Organization: c.Groups},
		NotAfter:              now.Add(leafLife),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		BasicConstraintsValid: true,
	}
	t.IPAddresses, t.DNSNames = split(c.Hosts)
	if len(c.Hosts) > 0 {
		t.ExtKeyUsage = append(t.ExtKeyUsage, x509.ExtKeyUsageServerAuth)
	}
	if c.Client {
		t.ExtKeyUsage = append(t.ExtKeyUsage, x509.ExtKeyUsageClientAuth)
	}
	return t
}

func (c Certificate) matches(old, by *x509.Certificate) bool {
	want := c.template(old.NotAfter)
	return old.CheckSignatureFrom(by) == nil &&
		old.Subject.CommonName == c.User && slices.Equal(old.Subject.Organization, c.Groups) &&
		slices.Equal(old.ExtKeyUsage, want.ExtKeyUsage) &&
		slices.Equal(old.DNSNames, want.DNSNames) && slices.EqualFunc(old.IPAddresses, want.IPAddresses, net.IP.Equal)
}

func split(hosts []string) (addresses []net.IP, names []string) {
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			addresses = append(addresses, ip)
		} else {
			names = append(names, h)
		}
	}
	return addresses, names
}

// ensureTokenKey makes the pair of keys for tokens. It never changes: every
// token that is out there was signed with it.
func ensureTokenKey(dir string) error {
	public := filepath.Join(dir, ServiceAccounts+".pub")
	if _, err := os.Stat(public); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	key, err := loadKey(dir, ServiceAccounts)
	if errors.Is(err, fs.ErrNotExist) {
		key, err = newTokenKey(dir)
	}
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return fmt.Errorf("store key for tokens: %w", err)
	}
	return atomicfile.Write(public, block("PUBLIC KEY", der), 0o600)
}

func newTokenKey(dir string) (*ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make key for tokens: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("store key for tokens: %w", err)
	}
	return key, atomicfile.Write(filepath.Join(dir, ServiceAccounts+".key"), block("PRIVATE KEY", der), 0o600)
}
