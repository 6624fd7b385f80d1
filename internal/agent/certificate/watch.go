package certificate

import (
	"crypto/tls"
	"log/slog"
	"slices"
	"time"

	"version-manager/internal/deploy"
)

const (
	refreshInterval = time.Second    // two small reads, however the files are replaced
	warningInterval = 24 * time.Hour // once a day the log repeats what has to be done
)

// WatchFiles follows the files until stop is closed.
func (s *Source) WatchFiles(stop <-chan struct{}) {
	tick := time.NewTicker(refreshInterval)
	defer tick.Stop()
	var said string
	var when time.Time
	for {
		now := time.Now()
		_ = s.RefreshFiles(now) // CurrentStatus reports the error
		if text := s.CurrentStatus().Warning(now); text != "" && (text != said || now.Sub(when) >= warningInterval) {
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

// CurrentStatus describes the certificate that is served.
func (s *Source) CurrentStatus() deploy.Certificate {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := describeCertificate(s.files, s.current)
	c.Problem = s.problem
	return c
}

// InspectFiles reads the files once, before they are served.
func InspectFiles(files Files) (deploy.Certificate, error) {
	p, err := files.readFiles()
	if err != nil {
		return deploy.Certificate{}, err
	}
	parsed, err := p.parsePair()
	if err != nil {
		return deploy.Certificate{}, err
	}
	return describeCertificate(files, parsed), nil
}

func describeCertificate(files Files, c *tls.Certificate) deploy.Certificate {
	d := deploy.Certificate{File: files.Cert, NotAfter: c.Leaf.NotAfter.UTC(), Names: slices.Clone(c.Leaf.DNSNames)}
	for _, ip := range c.Leaf.IPAddresses {
		d.Names = append(d.Names, ip.String())
	}
	return d
}
