package kube

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"version-manager/internal/kit/waittest"
)

// script answers the nth request with the nth handler, and later ones with
// the last.
func script(steps ...http.HandlerFunc) http.HandlerFunc {
	var n atomic.Int64
	return func(w http.ResponseWriter, r *http.Request) {
		steps[min(int(n.Add(1)), len(steps))-1](w, r)
	}
}

func ok(w http.ResponseWriter, _ *http.Request) { answerJSON(w, http.StatusOK, configMap("a", "7")) }

func refusing(code int, reason, message string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { refuse(w, code, reason, message) }
}

// hangUp takes a request and never answers.
func hangUp(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		conn.Close()
	}
}

func TestTransientFailuresAreTriedAgain(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"busy":        refusing(http.StatusTooManyRequests, "TooManyRequests", "please wait"),
		"starting":    refusing(http.StatusServiceUnavailable, "ServiceUnavailable", "starting"),
		"timeout":     refusing(http.StatusGatewayTimeout, "Timeout", "etcd"),
		"store":       refusing(http.StatusInternalServerError, "InternalError", "rpc error: code = Canceled"),
		"bad gateway": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "proxy", http.StatusBadGateway) },
		"lost answer": hangUp,
	} {
		t.Run(name, func(t *testing.T) {
			c := client(t, script(ok, h, h, ok))
			for range 2 {
				if _, err := c.GetObject(t.Context(), ref("a")); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := c.ApplyObject(t.Context(), object("a", "")); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestPermanentFailuresAreNot(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"missing":   refusing(http.StatusNotFound, "NotFound", `configmaps "a" not found`),
		"forbidden": refusing(http.StatusForbidden, "Forbidden", "no"),
		"conflict":  refusing(http.StatusConflict, "Conflict", "changed"),
		"invalid":   refusing(http.StatusUnprocessableEntity, "Invalid", "bad"),
		"webhook":   refusing(http.StatusInternalServerError, "InternalError", "failed calling webhook"),
		"stranger":  refusing(http.StatusUnauthorized, "Unauthorized", "Unauthorized"),
	} {
		t.Run(name, func(t *testing.T) {
			c := client(t, script(ok, h, ok))
			if _, err := c.GetObject(t.Context(), ref("a")); err != nil {
				t.Fatal(err)
			}
			if _, err := c.GetObject(t.Context(), ref("a")); err == nil {
				t.Errorf("error %v", err)
			}
		})
	}
}

// The answer to a write may be lost after the write was carried out. What the
// second try meets is told, not taken for success: it may be somebody else's.
func TestLostAnswerIsTold(t *testing.T) {
	exists := refusing(http.StatusConflict, "AlreadyExists", "it is there")
	conflict := refusing(http.StatusConflict, "Conflict", "changed")
	for name, tt := range map[string]struct {
		then http.HandlerFunc
		call func(*Client) error
		is   func(error) bool
	}{
		"create": {exists, func(c *Client) error { _, err := c.CreateObject(t.Context(), object("a", "")); return err }, IsAlreadyExists},
		"update": {conflict, func(c *Client) error { _, err := c.UpdateObject(t.Context(), object("a", "6")); return err }, IsConflict},
		"apply":  {conflict, func(c *Client) error { _, err := c.ApplyObject(t.Context(), object("a", "6")); return err }, IsConflict},
	} {
		t.Run(name, func(t *testing.T) {
			c := client(t, script(ok, hangUp, tt.then))
			if _, err := c.GetObject(t.Context(), ref("a")); err != nil {
				t.Fatal(err)
			}
			if err := tt.call(c); !tt.is(err) {
				t.Errorf("after a lost answer: %v", err)
			}
		})
	}
}

func TestCallerStopsWaiting(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := client(t, func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		cancel()
		<-r.Context().Done()
	})
	if _, err := c.CreateObject(ctx, object("a", "")); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestServerRestarts(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(ok))
	defer func() { s.Close() }()
	c := clientOf(t, s.URL)
	if _, err := c.GetObject(t.Context(), ref("a")); err != nil {
		t.Fatal(err)
	}
	address := s.Listener.Addr().String()
	s.Close()
	type result struct{ read, written error }
	done := make(chan result)
	go func() {
		_, read := c.GetObject(t.Context(), ref("a"))
		_, written := c.UpdateObject(t.Context(), object("a", "6"))
		done <- result{read, written}
	}()
	for c.outage.Load() == 0 { // it has met the closed port
		time.Sleep(time.Millisecond)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Skip("the port was taken meanwhile: ", err)
	}
	// A server that has just started may not know its roles yet.
	s = &httptest.Server{Listener: l, Config: &http.Server{Handler: script(refusing(http.StatusForbidden, "Forbidden", "no"), ok)}}
	s.Start()
	if r := waittest.Receive(t, done); r.read != nil || r.written != nil {
		t.Errorf("across a restart: read %v, written %v", r.read, r.written)
	}
}

func TestServerThatNeverAnsweredIsGivenUpAtOnce(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	s.Close()
	c := clientOf(t, s.URL)
	began := time.Now()
	_, err := c.GetObject(t.Context(), ref("a"))
	wantProblem(t, err, "context \"here\" does not answer", "version-manager cluster status")
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestPatienceEnds(t *testing.T) {
	c := client(t, script(ok, refusing(http.StatusServiceUnavailable, "ServiceUnavailable", "starting")))
	c.retryTime = 100 * time.Millisecond
	if _, err := c.GetObject(t.Context(), ref("a")); err != nil {
		t.Fatal(err)
	}
	if _, err := c.GetObject(t.Context(), ref("a")); err == nil {
		t.Error("no error")
	}
	c.retryTime = time.Hour
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := c.GetObject(ctx, ref("a")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want the context's", err)
	}
}

// A try that hangs is given up, and the next one goes over a new connection.
func TestHungTry(t *testing.T) {
	c := client(t, script(ok, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, ok))
	c.tryTimeout = 200 * time.Millisecond
	for range 2 {
		if _, err := c.GetObject(t.Context(), ref("a")); err != nil {
			t.Fatal(err)
		}
	}
}
