package local

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"version-manager/internal/kit/waittest"
)

// tlsPlace is a place whose ingress speaks TLS, with v1.0.0 deployed.
func tlsPlace(t *testing.T) (p *place, target *Target, address string) {
	p = newPlace(t)
	writeCertificate(t, filepath.Dir(p.state))
	p.local.Cert, p.local.Key = "cert.pem", "key.pem"
	target = p.newTarget("shop")
	p.releaseLock(p.deployFirst(t.Context(), target, 1))
	return p, target, strings.TrimPrefix(observeTarget(t, target).Entrances.Public[1], "https://")
}

// servedCertificateOf is the certificate that a new connection gets, empty if it gets none.
func servedCertificateOf(address string) string {
	d := tls.Dialer{NetDialer: &net.Dialer{Timeout: time.Second}, Config: &tls.Config{InsecureSkipVerify: true}}
	c, err := d.Dial("tcp", address)
	if err != nil {
		return ""
	}
	defer c.Close()
	return string(c.(*tls.Conn).ConnectionState().PeerCertificates[0].Raw)
}

func TestARenewedCertificateIsServedWithoutADeploy(t *testing.T) {
	t.Parallel()
	p, target, address := tlsPlace(t)
	before := servedCertificateOf(address)
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	defer client.CloseIdleConnections()
	slow := make(chan string, 1)
	go func() {
		res, err := client.Get("https://" + address + "/slow?for=4s")
		if err != nil {
			slow <- err.Error()
			return
		}
		defer res.Body.Close()
		_, err = io.Copy(io.Discard, res.Body)
		if slow <- res.Status; err != nil {
			t.Error(err)
		}
	}()
	p.waitUntil("the slow request", func() bool { return observeTarget(t, target).Colors["blue"].InFlight == 1 })
	writeCertificate(t, filepath.Dir(p.state))
	p.waitUntil("the renewed certificate", func() bool { now := servedCertificateOf(address); return now != "" && now != before })
	if status := waittest.Receive(t, slow); status != "200 OK" {
		t.Errorf("a request that was open during the renewal got %s", status)
	}
}

func TestHTTPSOutlivesTheFilesOfItsCertificate(t *testing.T) {
	t.Parallel()
	p, target, address := tlsPlace(t)
	before := servedCertificateOf(address)
	project := filepath.Dir(p.state)
	for _, name := range []string{"cert.pem", "key.pem"} {
		if err := os.Remove(filepath.Join(project, name)); err != nil {
			t.Fatal(err)
		}
	}
	now := pingAgent(t, target)
	killProcess(t, now.Keeper, now.Agent)
	p.waitUntil("the agent and its status", func() bool {
		l := p.listListeners(target)[1]
		return l.Open && l.Certificate != nil && strings.Contains(l.Certificate.Problem, "no such file")
	})
	if servedCertificateOf(address) != before {
		t.Error("after a restart another certificate is served, or none")
	}
	if w := observeTarget(t, target).Entrances.Warnings(time.Now()); len(w) != 1 {
		t.Errorf("warnings: %q", w)
	}
	writeCertificate(t, project)
	p.waitUntil("the new certificate", func() bool { now := servedCertificateOf(address); return now != "" && now != before })
	s := p.acquireLock(target)
	if err := s.RemoveApp(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.releaseLock(s)
	if left, _ := filepath.Glob(filepath.Join(p.state, "apps", "shop", "certificate-*")); len(left) > 0 {
		t.Errorf("cleanup left %v", left)
	}
}
