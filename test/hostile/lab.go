package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/ingress"
	"version-manager/internal/ingress/ingresstest"
)

// lab is the real ingress on a loopback port, in front of one instance.
type lab struct {
	addr   string
	proxy  *ingress.Proxy
	server *http.Server
}

func startLab(upstream string, o ingress.Options) (*lab, error) {
	return serveLab(upstream, o, ingress.ServerOptions{})
}

// startEncryptedLab speaks TLS, with a certificate that nobody knows, if told to.
func startEncryptedLab(upstream string, encrypted bool, so ingress.ServerOptions) (*lab, error) {
	if !encrypted {
		return serveLab(upstream, ingress.Options{}, so)
	}
	cert, err := certificate()
	if err != nil {
		return nil, err
	}
	so.Certificates = []tls.Certificate{cert}
	return serveLab(upstream, ingress.Options{}, so)
}

func serveLab(upstream string, o ingress.Options, so ingress.ServerOptions) (*lab, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := ingress.New(o)
	p.SetPool(color.Blue, "v1.0.0", []string{upstream})
	p.Switch(color.Blue)
	so.ErrorLog = log.New(io.Discard, "", 0) // what clients do wrong is the point
	s := ingress.Server(p, so)
	if so.Certificates == nil {
		go s.Serve(l)
	} else {
		go s.ServeTLS(l, "", "")
	}
	return &lab{addr: l.Addr().String(), proxy: p, server: s}, nil
}

// certificate is a new one for localhost, signed by itself.
func certificate() (tls.Certificate, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: private}, err
}

func (l *lab) close() { l.server.Close() }

// startStrictLab has an instance that records everything and finds every fault.
func startStrictLab() (*lab, *ingresstest.Upstream, error) {
	up, err := ingresstest.Start()
	if err != nil {
		return nil, nil, err
	}
	l, err := startLab(up.Addr(), ingress.Options{})
	if err != nil {
		up.Close()
		return nil, nil, err
	}
	return l, up, nil
}
