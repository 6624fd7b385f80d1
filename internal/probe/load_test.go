package probe

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"version-manager/internal/kit/awake"
)

func TestLoadMixesByWeightAndChecks(t *testing.T) {
	var lie atomic.Bool
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := sha256.New()
		io.Copy(h, r.Body)
		if lie.Load() {
			io.WriteString(h, "x")
		}
		io.WriteString(w, hex.EncodeToString(h.Sum(nil)))
	}))
	defer srv.Close()
	body := bytes.Repeat([]byte("photo "), 50_000)
	sum := sha256.Sum256(body)
	want := []byte(hex.EncodeToString(sum[:]))
	load := Load{Base: srv.URL, Rate: 200, Mix: []Part{
		{Kind: Kept, Weight: 6, Path: "/"},
		{Kind: Fresh, Weight: 3, Path: "/"},
		{Kind: Upload, Weight: 1, Method: "POST", Path: "/upload", Body: body, Check: func(a Answer) error {
			if !bytes.Equal(a.Body, want) {
				return errors.New("the body arrived changed")
			}
			return nil
		}},
	}}
	for _, lying := range []bool{false, true} {
		lie.Store(lying)
		p := load.Start(t.Context())
		if err := p.WaitAnswers(t.Context(), 100, time.Time{}); err != nil {
			t.Fatal(err)
		}
		m := p.Stop()
		up := m.Kinds[Upload]
		if lying && (up.Failed != up.Sent || m.Causes[Garbled] != up.Sent) || !lying && m.Failed != 0 {
			t.Errorf("lying %v: failed %d of %d: %v", lying, m.Failed, m.Sent, m.Causes)
		}
		if m.Kinds[Kept].Sent < 55 || m.Kinds[Fresh].Sent < 25 || up.Sent < 9 {
			t.Errorf("kinds %v", m.Kinds)
		}
	}
}

// TestLoadDialsElsewhere: requests for a host come in where they are sent to.
func TestLoadDialsElsewhere(t *testing.T) {
	var wrong atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.Host != "shop.example" {
			wrong.Add(1)
		}
	}))
	defer srv.Close()
	p := Load{
		Base: "http://shop.example", Rate: 100, Mix: []Part{{Kind: Fresh, Path: "/"}},
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, network, srv.Listener.Addr().String())
		},
	}.Start(t.Context())
	if err := p.WaitAnswers(t.Context(), 10, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if m := p.Stop(); m.Failed > 0 || wrong.Load() > 0 {
		t.Errorf("%d of %d failed, %d for another host", m.Failed, m.Sent, wrong.Load())
	}
}

// What one request costs this process, without the server's part.
func BenchmarkRequest(b *testing.B) {
	for _, kind := range []Kind{Kept, Fresh} {
		b.Run(kind.String(), func(b *testing.B) {
			dial := pipes(answering(fine, false))
			g := &sender{client: newClient(dial, "app"), rec: newRecorder(time.Now(), 1), hard: b.Context(), pulse: awake.NewPulse()}
			g.keep = 1
			s := &shot{kind: kind, method: "GET", head: g.head("GET", "/", nil), timeout: time.Second}
			b.ReportAllocs()
			before := cpu(b)
			for b.Loop() {
				g.sendRequest(s, time.Now(), nil)
			}
			b.ReportMetric(float64((cpu(b)-before).Microseconds())/float64(b.N), "cpu-µs/op")
		})
	}
}

// cpu is the processor time that this process has used.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
