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

// Authority is the name of a certificate authority.
type Authority string

// The certificate authorities of a cluster.
const (
	API   Authority = "ca"             // the API server, its clients, and the kubelets
	Proxy Authority = "front-proxy-ca" // the API server, to extension API servers
	Etcd  Authority = "etcd-ca"
)

// Certificate describes a certificate that must exist. One with hosts is for a
// server.
type Certificate struct {
	Name   string    // of the two files, without .crt and .key
	By     Authority // signs it
	User   string    // common name
	Groups []string  // organizations: the groups of the user
	Hosts  []string  // addresses and names of the server
	Client bool      // it identifies a client
}

// ServiceAccounts is the name of the key that signs the tokens of pods.
const ServiceAccounts = "service-accounts"

// EnsureFiles makes the authorities, the certificates of the list, and the key
// for tokens in dir, unless they exist and are valid long enough.
func EnsureFiles(dir string, list []Certificate, now time.Time) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the folder for keys: %w", err)
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
		if err := c.ensurePair(dir, authorities[c.By], now); err != nil {
			return err
		}
	}
	return ensureTokenKey(dir)
}

// ensurePair keeps a certificate that matches the description and is not about
// to expire.
func (c Certificate) ensurePair(dir string, by authority, now time.Time) error {
	old, _, err := loadPair(dir, c.Name)
	if err == nil && c.isDescriptionOf(old, by.cert) && now.Before(old.NotAfter.Add(-renewBeforeExpiry)) {
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	_, err = by.signPair(dir, c.Name, c.newTemplate(now), now)
	return err
}

func (c Certificate) newTemplate(now time.Time) *x509.Certificate {
	t := &x509.Certificate{
		Subject:               pkix.Name{CommonName: c.User, Organization: c.Groups},
		NotAfter:              now.Add(leafLifetime),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		BasicConstraintsValid: true,
	}
	t.IPAddresses, t.DNSNames = splitHosts(c.Hosts)
	if len(c.Hosts) > 0 {
		t.ExtKeyUsage = append(t.ExtKeyUsage, x509.ExtKeyUsageServerAuth)
	}
	if c.Client {
		t.ExtKeyUsage = append(t.ExtKeyUsage, x509.ExtKeyUsageClientAuth)
	}
	return t
}

// isDescriptionOf reports whether old was signed by the authority and has
// everything that c describes.
func (c Certificate) isDescriptionOf(old, by *x509.Certificate) bool {
	want := c.newTemplate(old.NotAfter)
	return old.CheckSignatureFrom(by) == nil &&
		old.Subject.CommonName == c.User && slices.Equal(old.Subject.Organization, c.Groups) &&
		slices.Equal(old.ExtKeyUsage, want.ExtKeyUsage) &&
		slices.Equal(old.DNSNames, want.DNSNames) && slices.EqualFunc(old.IPAddresses, want.IPAddresses, net.IP.Equal)
}

// splitHosts separates IP addresses from names.
func splitHosts(hosts []string) (addresses []net.IP, names []string) {
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			addresses = append(addresses, ip)
		} else {
			names = append(names, h)
		}
	}
	return addresses, names
}

// ensureTokenKey makes the key pair for tokens. It is never replaced: all
// existing tokens were signed with it.
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
	return atomicfile.WriteFile(public, encodePEM("PUBLIC KEY", der), 0o600)
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
	return key, atomicfile.WriteFile(filepath.Join(dir, ServiceAccounts+".key"), encodePEM("PRIVATE KEY", der), 0o600)
}
