// Package pki makes the keys and certificates of a cluster and the kubeconfigs
// that contain them.
//
// There are three certificate authorities, so that a key for one purpose is
// useless for the others: one for the API and the kubelets, one for the proxy in
// front of extension API servers, and one for etcd. Everything is a file in one
// folder. A file is made if it is missing, wrong, or about to expire, and left
// alone otherwise. Only the owner can read the files.
//
// Start with [EnsureFiles], which takes the list of all certificates.
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
	authorityLifetime = 10 * 365 * 24 * time.Hour
	leafLifetime      = 365 * 24 * time.Hour
	renewBeforeExpiry = 90 * 24 * time.Hour
	allowedClockSkew  = 5 * time.Minute
)

// authority signs certificates.
type authority struct {
	cert *x509.Certificate
	key  crypto.Signer
}

// ensureAuthority reads the authority of that name, or makes it. It never
// replaces one: everything that trusts it would have to be replaced too.
func ensureAuthority(dir, name string, now time.Time) (authority, error) {
	cert, key, err := loadPair(dir, name)
	switch {
	case err == nil && now.Before(cert.NotAfter.Add(-leafLifetime)):
		return authority{cert, key}, nil
	case err == nil:
		return authority{}, fmt.Errorf("the certificate authority %s in %s expires on %s: a new cluster is needed", name, dir, cert.NotAfter.Format(time.DateOnly))
	case !errors.Is(err, fs.ErrNotExist):
		return authority{}, err
	}
	template := &x509.Certificate{
		Subject:               pkix.Name{CommonName: "version-manager " + name},
		NotAfter:              now.Add(authorityLifetime),
		IsCA:                  true,
		BasicConstraintsValid: true,
		MaxPathLenZero:        true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign | x509.KeyUsageDigitalSignature,
	}
	return authority{}.signPair(dir, name, template, now)
}

// signPair makes a new key and its certificate and stores both. The zero
// authority signs the certificate with the new key itself.
func (a authority) signPair(dir, name string, template *x509.Certificate, now time.Time) (authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return authority{}, fmt.Errorf("make key %s: %w", name, err)
	}
	if template.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127)); err != nil {
		return authority{}, fmt.Errorf("make certificate %s: %w", name, err)
	}
	template.NotBefore = now.Add(-allowedClockSkew)
	if a.cert == nil {
		a = authority{template, key}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		return authority{}, fmt.Errorf("make certificate %s: %w", name, err)
	}
	if err := storePair(dir, name, key, der); err != nil {
		return authority{}, err
	}
	cert, err := x509.ParseCertificate(der)
	return authority{cert, key}, err
}

// storePair writes the key first. If the certificate is then missing or does not
// match, the next call makes both again.
func storePair(dir, name string, key crypto.Signer, der []byte) error {
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return fmt.Errorf("store key %s: %w", name, err)
	}
	if err := atomicfile.WriteFile(filepath.Join(dir, name+".key"), encodePEM("PRIVATE KEY", secret), 0o600); err != nil {
		return fmt.Errorf("store key %s: %w", name, err)
	}
	if err := atomicfile.WriteFile(filepath.Join(dir, name+".crt"), encodePEM("CERTIFICATE", der), 0o600); err != nil {
		return fmt.Errorf("store certificate %s: %w", name, err)
	}
	return nil
}

// loadPair reads a certificate and its key. The error is fs.ErrNotExist if one is
// missing or they do not match.
func loadPair(dir, name string) (*x509.Certificate, crypto.Signer, error) {
	der, err := readPEM(filepath.Join(dir, name+".crt"))
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
		return nil, nil, fmt.Errorf("certificate %s and its key: %w", name, fs.ErrNotExist) // storePair was interrupted
	}
	return cert, key, nil
}

func loadKey(dir, name string) (crypto.Signer, error) {
	secret, err := readPEM(filepath.Join(dir, name+".key"))
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

func readPEM(path string) ([]byte, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return decodePEM(path, content)
}
