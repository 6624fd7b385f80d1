// Package certificate serves a TLS certificate that other programs renew.
//
// A [Source] follows the files of one certificate by their content, so they may
// be replaced in place, by rename, or by a symbolic link that moves, as certbot
// and Kubernetes do it. New connections get the new certificate; existing ones
// stay. While the files cannot be used, because one is missing or a renewal has
// written only one of the two, the last good certificate is served. A copy of
// it, readable only by its owner, outlives the process.
package certificate

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"
)

// maxFileBytes limits what is read. A chain takes a few KiB.
const maxFileBytes = 1 << 20

// Files are the PEM files of a certificate chain and its key.
type Files struct{ Cert, Key string }

// pemPair is the content of both.
type pemPair struct{ cert, key []byte }

func (f Files) readFiles() (p pemPair, err error) {
	if p.cert, err = readFile(f.Cert); err == nil {
		p.key, err = readFile(f.Key)
	}
	return p, err
}

// readFile reads a regular file. Opening a named pipe would wait for a writer.
func readFile(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a file", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFileBytes+1))
	if err == nil && len(b) > maxFileBytes {
		err = fmt.Errorf("%s is larger than %d bytes", name, maxFileBytes)
	}
	return b, err
}

func (p pemPair) isEqual(o pemPair) bool {
	return slices.Equal(p.cert, o.cert) && slices.Equal(p.key, o.key)
}

// parsePair checks that key and certificate belong together.
func (p pemPair) parsePair() (*tls.Certificate, error) {
	c, err := tls.X509KeyPair(p.cert, p.key)
	if err != nil {
		return nil, err
	}
	if c.Leaf == nil {
		return nil, errors.New("the certificate cannot be read")
	}
	return &c, nil
}

// Source is the certificate in some files, as it is now. It is safe for
// concurrent use.
type Source struct {
	files Files
	copy  string // file of the copy

	mu      sync.Mutex
	current *tls.Certificate
	content pemPair // of current
	problem string  // why the files are not used as they are now
}

// OpenSource reads the files, or the copy that an earlier process made at the
// given path. It fails only if neither can be used.
func OpenSource(files Files, copy string) (*Source, error) {
	s := &Source{files: files, copy: copy}
	if kept, ok := readCopy(copy, files); ok {
		s.current, s.content = kept.parsed, kept.pemPair
	}
	err := s.RefreshFiles(time.Now())
	switch {
	case s.current == nil:
		return nil, err
	case err != nil:
		slog.Warn("serving the last good certificate", "file", files.Cert, "reason", err)
	}
	return s, nil
}

// GetCertificate is for tls.Config.
func (s *Source) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.current, nil
}

// RefreshFiles reads the files once. The error says why they cannot be used.
func (s *Source) RefreshFiles(now time.Time) error {
	p, err := s.files.readFiles()
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil && s.current != nil && p.isEqual(s.content) {
		s.problem = ""
		return nil
	}
	var next *tls.Certificate
	if err == nil {
		next, err = p.parsePair()
	}
	if err == nil {
		err = checkReplacement(s.current, next, now)
	}
	if err != nil {
		s.problem = err.Error()
		return err
	}
	renewed := s.current != nil
	s.current, s.content, s.problem = next, p, ""
	if renewed {
		slog.Info("serving a renewed certificate", "file", s.files.Cert, "until", next.Leaf.NotAfter)
	}
	if err := writeCopy(s.copy, s.files, p); err != nil {
		slog.Error("keep a copy of the certificate", "error", err)
	}
	return nil
}

// checkReplacement refuses to replace a valid certificate by one that is not
// valid.
func checkReplacement(current, next *tls.Certificate, now time.Time) error {
	switch {
	case current == nil || now.After(current.Leaf.NotAfter):
		return nil
	case now.After(next.Leaf.NotAfter):
		return fmt.Errorf("the certificate in the file expired on %s", next.Leaf.NotAfter.Format(time.DateOnly))
	case now.Before(next.Leaf.NotBefore):
		return fmt.Errorf("the certificate in the file is not valid before %s", next.Leaf.NotBefore.UTC().Format(time.RFC3339))
	}
	return nil
}
