package certificate

import (
	"crypto/tls"
	"log/slog"
	"slices"
	"time"

	"version-manager/internal/deploy"
)

const (
	lookEvery = time.Second    // at the files: two small reads, however they are replaced
	warnEvery = 24 * time.Hour // the log says once a day what somebody has to do
)

// Watch follows the files until stop is closed.
func (s *Source) Watch(stop <-chan struct{}) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	var said string
	var when time.Time
	for {
		now := time.Now()
		_ = s.Refresh(now) // Status has it
		if text := s.Status().Warning(now); text != "" && (text != said || now.Sub(when) >= warnEvery) {
			slog.Warn("certificate", "file", s.files.Cert, "warning", text)
			said, when = text, now
		} else if text == "" {
			said = ""
		}
		select {
		case <-stop:
			return
		case <-tick.C:
		}
	}
}

// Status is what people should know about the certificate that is served.
func (s *Source) Status() deploy.Certificate {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := describe(s.files, s.current)
	c.Problem = s.problem
	return c
}

// Inspect reads the files once, for who is about to serve them.
func Inspect(files Files) (deploy.Certificate, error) {
	p, err := files.read()
	if err != nil {
		return deploy.Certificate{}, err
	}
	parsed, err := p.parse()
	if err != nil {
		return deploy.Certificate{}, err
	}
	return describe(files, parsed), nil
}

func describe(files Files, c *tls.Certificate) deploy.Certificate {
	d := deploy.Certificate{File: files.Cert, NotAfter: c.Leaf.NotAfter.UTC(), Names: slices.Clone(c.Leaf.DNSNames)}
	for _, ip := range c.Leaf.IPAddresses {
		d.Names = append(d.Names, ip.String())
	}
	return d
}
