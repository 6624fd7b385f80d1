package supervisor

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func TestWatchHealth(t *testing.T) {
	bad := errors.New("503")
	for name, tt := range map[string]struct {
		wasReady bool
		answers  string // + good, - bad, one per check
		want     string // what was reported, in the same letters
	}{
		"ready at the first good answer": {false, "--+", "--+"},
		"two misses are forgiven":        {true, "--+--+", ""},
		"three are not":                  {true, "+---", "-"},
		"and one good answer heals":      {true, "---+--", "-+"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				var got strings.Builder
				n := 0
				check := func(context.Context) error {
					n++
					if n == len(tt.answers) {
						defer cancel()
					}
					if tt.answers[n-1] == '+' {
						return nil
					}
					return bad
				}
				// One more answer than counted: the last check ends the context.
				tt.answers += "+"
				watchHealth(ctx, check, tt.wasReady, func(err error) {
					if err == nil {
						got.WriteByte('+')
					} else {
						got.WriteByte('-')
					}
				})
				if got.String() != tt.want {
					t.Errorf("reported %q, want %q", got.String(), tt.want)
				}
			})
		})
	}
}

func TestWatchHealthChecksOftenOnlyAtFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		n := 0
		watchHealth(ctx, func(context.Context) error { n++; return nil }, false, func(error) {})
		if n < 35 || n > 45 {
			t.Errorf("%d checks in ten seconds, want about 40", n)
		}
	})
}

func TestCheckHealthSaysWhatIsWrong(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/ok", http.StatusFound)
		case "/bad":
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	addr := srv.Listener.Addr().String()
	c := NewHealthClient()
	for path, want := range map[string]string{
		"/ok":    "",
		"/moved": "GET /moved: 302 Found",
		"/bad":   "GET /bad: 503 Service Unavailable",
	} {
		got := ""
		if err := checkHealth(t.Context(), c, addr, path); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	srv.Close()
	if err := checkHealth(t.Context(), c, addr, "/ok"); err == nil || err.Error() != "GET /ok: connection refused" {
		t.Errorf("closed: %v", err)
	}
}

func TestBriefError(t *testing.T) {
	for want, err := range map[string]error{
		"connection refused":  &url.Error{Op: "Get", URL: "http://a", Err: &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}},
		"no answer within 2s": &url.Error{Op: "Get", URL: "http://a", Err: context.DeadlineExceeded},
		"EOF":                 &url.Error{Op: "Get", URL: "http://a", Err: io.EOF},
		"something else":      errors.New("something else"),
	} {
		if got := briefError(err); got != want {
			t.Errorf("%v: %q, want %q", err, got, want)
		}
	}
}
