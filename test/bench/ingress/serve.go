package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime/pprof"

	"version-manager/internal/color"
	"version-manager/internal/proxy"
	"version-manager/internal/proxy/httpserver"
)

// serveBackend is the app: a plain server with an answer of 1 KiB.
func serveBackend(ctx context.Context) error {
	answer := bytes.Repeat([]byte("0123456789abcdef"), 64)
	return serveUntil(ctx, &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = w.Write(answer)
	})})
}

// serveIngress is our ingress as the agent runs it.
func serveIngress(ctx context.Context, to, profile string) error {
	if profile != "" {
		f, err := os.Create(profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	p := proxy.NewProxy(proxy.Options{Rules: proxy.Rules{Preview: "preview.localhost"}})
	p.SetPool(color.Blue, "v1.0.0", []string{to})
	p.SwitchRoute(color.Blue)
	return serveUntil(ctx, httpserver.NewServer(p, httpserver.Options{}))
}

// serveUntil listens on a free port, prints it for the parent and stops with ctx.
func serveUntil(ctx context.Context, s *http.Server) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	stop := context.AfterFunc(ctx, func() { s.Close() })
	defer stop()
	if err := s.Serve(l); ctx.Err() == nil {
		return err
	}
	return nil
}
