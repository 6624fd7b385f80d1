package proxy

import (
	"io"
	"net/http"
	"testing"
	"version-manager/internal/proxy/httpserver"
)

// BenchmarkProxy is one keep-alive client, for looking at profiles and
// allocations. test/bench/ingress compares the ingress with others.
func BenchmarkProxy(b *testing.B) {
	answer := make([]byte, 1024)
	upstream := startBackend(b, func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(answer) })
	u := startServer(b, newBlueProxy(b, Options{}, upstream), httpserver.Options{})
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			res, err := http.Get(u)
			if err != nil {
				b.Error(err)
				return
			}
			_, _ = io.Copy(io.Discard, res.Body)
			res.Body.Close()
		}
	})
}
