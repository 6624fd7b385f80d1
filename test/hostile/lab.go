package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/proxy"
	"version-manager/internal/proxy/httpserver"
	"version-manager/internal/proxy/proxytest"
)

// lab is the real ingress on a loopback port, in front of one instance.
type lab struct {
	addr   string
	proxy  *proxy.Proxy
	server *http.Server
}

func startLab(upstream string, o proxy.Options) (*lab, error) {
	return serveLab(upstream, o, httpserver.Options{})
}

// startEncryptedLab speaks TLS, with a certificate that nobody knows, if told to.
func startEncryptedLab(upstream string, encrypted bool, so httpserver.Options) (*lab, error) {
	if !encrypted {
		return serveLab(upstream, proxy.Options{}, so)
	}
	cert, err := newCertificate()
	if err != nil {
		return nil, err
	}
	so.Certificates = []tls.Certificate{cert}
	return serveLab(upstream, proxy.Options{}, so)
}

func serveLab(upstream string, o proxy.Options, so httpserver.Options) (*lab, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := proxy.NewProxy(o)
	p.SetPool(color.Blue, "v1.0.0", []string{upstream})
	p.SwitchRoute(color.Blue)
	so.ErrorLog = log.New(io.Discard, "", 0) // what clients do wrong is the point
	s := httpserver.NewServer(p, so)
	if so.Certificates == nil {
		go s.Serve(l)
	} else {
		go s.ServeTLS(l, "", "")
	}
	return &lab{addr: l.Addr().String(), proxy: p, server: s}, nil
}

// newCertificate is a new one for localhost, signed by itself.
func newCertificate() (tls.Certificate, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: private}, err
}

func (l *lab) closeLab() { l.server.Close() }

// startStrictLab has an instance that records everything and finds every fault.
func startStrictLab() (*lab, *proxytest.Upstream, error) {
	up, err := proxytest.StartUpstream()
	if err != nil {
		return nil, nil, err
	}
	l, err := startLab(up.Addr(), proxy.Options{})
	if err != nil {
		up.Close()
		return nil, nil, err
	}
	return l, up, nil
}

func dialIngress(addr string) (net.Conn, error) {
	c, err := net.DialTimeout("tcp", addr, schedulingGrace)
	if err != nil {
		return nil, err
	}
	return c, c.SetDeadline(time.Now().Add(4*slowTimeout + schedulingGrace))
}

func waitUntil(ok func() bool) error {
	for end := time.Now().Add(schedulingGrace); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			return errors.New("requests are still in flight")
		}
	}
	return nil
}
