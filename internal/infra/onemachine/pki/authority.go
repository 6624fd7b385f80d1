// Package pki makes the keys and certificates of a cluster and the
// kubeconfigs that carry them.
//
// There are three authorities, so that a key which opens one door opens no
// other: one for the API and the kubelets, one for the proxy before extension
// API servers, and one for etcd. Everything is a file in one folder, made
// when it is missing, wrong or about to expire, and left alone otherwise: to
// start a stopped cluster changes nothing. Keys are for their owner only.
//
// Start with [Ensure], which is given the list of what has to be there.
package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"version-manager/internal/kit/atomicfile"
)

const (
	authorityLife = 10 * 365 * 24 * time.Hour
	leafLife      = 365 * 24 * time.Hour
	renewBefore   = 90 * 24 * time.Hour
	clockSkew     = 5 * time.Minute
)

// authority signs certificates.
type authority struct {
	cert *x509.Certificate
	key  crypto.Signer
}

// ensureAuthority reads the authority of that name, or makes it.
func ensureAuthority(dir, name string, now time.Time) (authority, error) {
	cert, key, err := load(dir, name)
	switch {
	case err == nil && now.Before(cert.NotAfter.Add(-leafLife)):
		return authority{cert, key}, nil
	case err == nil:
		return authority{}, fmt.Errorf("%s in %s ends on %s: a cluster with new keys is needed", name, dir, cert.NotAfter.Format(time.DateOnly))
	case !errors.Is(err, fs.ErrNotExist):
		return authority{}, err
	}
	template := &x509.Certificate{
		Subject:               pkix.Name{CommonName: "version-manager " + name},
		NotAfter:              now.Add(authorityLife),
		IsCA:                  true,
		BasicConstraintsValid: true,
		MaxPathLenZero:        true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign | x509.KeyUsageDigitalSignature,
	}
	made, err := authority{}.sign(dir, name, template, now)
	return made, err
}

// sign makes a new key with its certificate and stores both. The zero
// authority signs with the new key itself.
func (a authority) sign(dir, name string, template *x509.Certificate, now time.Time) (authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return authority{}, fmt.Errorf("make key %s: %w", name, err)
	}
	if template.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127)); err != nil {
		return authority{}, fmt.Errorf("make certificate %s: %w", name, err)
	}
	template.NotBefore = now.Add(-clockSkew)
	if a.cert == nil {
		a = authority{template, key}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		return authority{}, fmt.Errorf("make certificate %s: %w", name, err)
	}
	if err := store(dir, name, key, der); err != nil {
		return authority{}, err
	}
	cert, err := x509.ParseCertificate(der)
	return authority{cert, key}, err
}

// store writes the key first: a certificate without its key is worse than the
// other way round, which is simply made again.
func store(dir, name string, key crypto.Signer, der []byte) error {
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return fmt.Errorf("store key %s: %w", name, err)
	}
	if err := atomicfile.Write(filepath.Join(dir, name+".key"), block("PRIVATE KEY", secret), 0o600); err != nil {
		return fmt.Errorf("store key %s: %w", name, err)
	}
	if err := atomicfile.Write(filepath.Join(dir, name+".crt"), block("CERTIFICATE", der), 0o600); err != nil {
		return fmt.Errorf("store certificate %s: %w", name, err)
	}
	return nil
}

// load reads a certificate with its key.
func load(dir, name string) (*x509.Certificate, crypto.Signer, error) {
	der, err := read(filepath.Join(dir, name+".crt"))
	if err != nil {
		return nil, nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, nil, fmt.Errorf("read certificate %s: %w", name, err)
	}
	key, err := loadKey(dir, name)
	if err != nil {
		return nil, nil, err
	}
	if public, ok := key.Public().(*ecdsa.PublicKey); !ok || !public.Equal(cert.PublicKey) {
		return nil, nil, fmt.Errorf("certificate %s and its key: %w", name, fs.ErrNotExist) // interrupted between the two: make both again
	}
	return cert, key, nil
}

func loadKey(dir, name string) (crypto.Signer, error) {
	secret, err := read(filepath.Join(dir, name+".key"))
	if err != nil {
		return nil, err
	}
	parsed, err := x509.ParsePKCS8PrivateKey(secret)
	if err != nil {
		return nil, fmt.Errorf("read key %s: %w", name, err)
	}
	key, ok := parsed.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("read key %s: %T cannot sign", name, parsed)
	}
	return key, nil
}

func read(path string) ([]byte, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return unblock(path, content)
}
