package entrance

import (
	"log/slog"
	"sync"

	"version-manager/internal/agent/certificate"
	"version-manager/internal/config"
	"version-manager/internal/kit/problem"
)

// certificateSet is the certificates of one app. Each is followed for as long
// as an entrance serves it.
type certificateSet struct {
	dir string // private, for copies

	mu   sync.Mutex
	used map[certificate.Files]*watchedCertificate
}

type watchedCertificate struct {
	*certificate.Source
	stop chan struct{}
}

// openCertificate returns the certificate of an entrance, nil for one without
// TLS.
func (c *certificateSet) openCertificate(e Entrance) (*certificate.Source, error) {
	files := certificate.Files{Cert: e.Cert, Key: e.Key}
	if files.Cert == "" {
		return nil, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if w := c.used[files]; w != nil {
		return w.Source, nil
	}
	s, err := certificate.OpenSource(files, certificate.CopyPath(c.dir, files))
	if err != nil {
		return nil, problem.Wrap(err, problem.Failed, "check local.cert and local.key in "+config.File, "load the certificate")
	}
	w := &watchedCertificate{s, make(chan struct{})}
	c.used[files] = w
	go s.WatchFiles(w.stop)
	return s, nil
}

// keepOnly drops the certificates that no entrance serves anymore, with their
// copies: a private key must not stay on the disk longer than it is needed.
func (c *certificateSet) keepOnly(servers []*Server) {
	for _, w := range c.stopUnused(servers) {
		if err := w.RemoveCopy(); err != nil {
			slog.Error("remove the copy of a certificate", "error", err)
		}
	}
}

// stopUnused stops following the certificates that no entrance serves. The
// copies stay, for an entrance that could not be opened this time.
func (c *certificateSet) stopUnused(servers []*Server) (unused []*watchedCertificate) {
	serving := map[*certificate.Source]bool{}
	for _, s := range servers {
		serving[s.certificate] = true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for files, w := range c.used {
		if !serving[w.Source] {
			close(w.stop)
			delete(c.used, files)
			unused = append(unused, w)
		}
	}
	return unused
}
