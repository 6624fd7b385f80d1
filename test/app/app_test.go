package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"version-manager/internal/kit/waittest"
)

func env(pairs ...string) func(string) string {
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return func(k string) string { return m[k] }
}

func TestReadRefuses(t *testing.T) {
	for _, bad := range [][]string{{"BEHAVIOR", "rude"}, {"AFTER", "2"}, {"DELAY", "x"}} {
		if _, err := readSettings(env(bad...)); err == nil || !strings.Contains(err.Error(), bad[0]) {
			t.Errorf("read(%v): error %v does not name it", bad, err)
		}
	}
}

func testApp(t *testing.T, pairs ...string) *app {
	t.Helper()
	set, err := readSettings(env(append([]string{"APP_VERSION", "v1.2.3", "APP_COLOR", "blue", "APP_INSTANCE", "blue-1"}, pairs...)...))
	if err != nil {
		t.Fatal(err)
	}
	return newApp(set)
}

func ask(a *app, method, target, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	a.newHandler().ServeHTTP(w, httptest.NewRequest(method, target, strings.NewReader(body)))
	return w
}

func TestEndpoints(t *testing.T) {
	sum := sha256.Sum256([]byte("hello"))
	for _, tt := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"GET", "/", "", 200, `{"version":"v1.2.3","color":"blue","instance":"blue-1"}`},
		{"GET", "/version", "", 200, `"version":"v1.2.3"`},
		{"GET", "/healthz", "", 200, "ok"},
		{"GET", "/readyz", "", 200, "ready"},
		{"GET", "/slow?for=1ms", "", 200, `"version":"v1.2.3"`},
		{"GET", "/burn?for=1ms", "", 200, `"version":"v1.2.3"`},
		{"GET", "/burn?for=long", "", 400, "invalid duration"},
		{"GET", "/slow?for=long", "", 400, "invalid duration"},
		{"GET", "/bytes?n=-1", "", 400, "want 0 to"},
		{"POST", "/upload", "hello", 200, `"sha256":"` + hex.EncodeToString(sum[:]) + `","length":5`},
		{"GET", "/nothing", "", 404, ""},
	} {
		w := ask(testApp(t), tt.method, tt.path, tt.body)
		if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.want) {
			t.Errorf("%s %s = %d %q, want %d and %q", tt.method, tt.path, w.Code, w.Body, tt.status, tt.want)
		}
	}
	if n := ask(testApp(t), "GET", "/bytes?n=100000", "").Body.Len(); n != 100000 {
		t.Errorf("/bytes answered %d bytes", n)
	}
}

func TestFailAfterCountsOnlyRealTraffic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := testApp(t, "BEHAVIOR", "fail-after")
		step := func(url string, want int) {
			t.Helper()
			if got := ask(a, "GET", url, "").Code; got != want {
				t.Errorf("%s = %d, want %d", url, got, want)
			}
			time.Sleep(3 * time.Second)
		}
		step("http://preview.localhost:8080/", 200)
		step("http://preview.localhost:8080/", 200)
		step("http://app.example/", 200)
		step("http://app.example/", 500)
		step("http://preview.localhost:8080/", 500)
		step("http://app.example/readyz", 200)
	})
}

func TestReadiness(t *testing.T) {
	for behavior, want := range map[string][]int{
		good: {200, 200}, neverReady: {503, 503}, flapping: {503, 200, 503},
	} {
		a := testApp(t, "BEHAVIOR", behavior)
		for i, status := range want {
			if got := ask(a, "GET", "/readyz", "").Code; got != status {
				t.Errorf("%q, call %d: %d, want %d", behavior, i, got, status)
			}
		}
	}
}

func TestSlowAddsDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := testApp(t, "BEHAVIOR", "slow", "BASE_DELAY", "20ms")
		began := time.Now()
		ask(a, "GET", "/", "")
		if got := time.Since(began); got != 220*time.Millisecond {
			t.Errorf("took %s", got)
		}
	})
}

// running starts the app on a free port.
func running(t *testing.T, pairs ...string) (base string, stop chan os.Signal, code chan int) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	stop, code = make(chan os.Signal, 1), make(chan int, 1)
	set := testApp(t, pairs...).set
	go func() { code <- serveApp(set, ln, stop) }()
	return "http://" + ln.Addr().String(), stop, code
}

func exit(t *testing.T, code chan int) int {
	t.Helper()
	select {
	case c := <-code:
		return c
	case <-time.After(10 * time.Second):
		t.Fatal("still running")
		return -1
	}
}

func TestTermLetsRequestsFinish(t *testing.T) {
	base, stop, code := running(t)
	ctx := t.Context()
	ws, _, err := websocket.Dial(ctx, base+"/ws", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ws.CloseNow()
	if _, msg, err := ws.Read(ctx); err != nil || string(msg) != "v1.2.3" {
		t.Fatalf("first message %q, %v", msg, err)
	}
	events, err := waittest.Client(t, nil).Get(base + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer events.Body.Close()
	upload, finish := io.Pipe()
	answered := make(chan uploaded, 1)
	go func() {
		answered <- postSlowly(ctx, base+"/upload", upload)
	}()
	finish.Write([]byte("half ")) // returns when the app reads the body
	stop <- syscall.SIGTERM

	_, _, err = ws.Read(ctx)
	if closed, ok := errors.AsType[websocket.CloseError](err); !ok || closed.Code != websocket.StatusGoingAway {
		t.Errorf("WebSocket ended with %v, want 1001", err)
	}
	if _, err := io.ReadAll(events.Body); err != nil {
		t.Errorf("events ended with %v", err)
	}
	finish.Write([]byte("whole"))
	finish.Close()
	if got := waittest.Receive(t, answered); got.Length != 10 || got.Version != "v1.2.3" {
		t.Errorf("upload answered %+v", got)
	}
	if c := exit(t, code); c != 0 {
		t.Errorf("exit code %d", c)
	}
}

// postSlowly sends body only when the app has asked for it, so that the writer
// of body knows that the request has reached the app.
func postSlowly(ctx context.Context, url string, body io.Reader) (got uploaded) {
	client := http.Client{Transport: &http.Transport{ExpectContinueTimeout: 10 * time.Second}}
	defer client.CloseIdleConnections()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, body)
	if err != nil {
		return got
	}
	req.Header.Set("Expect", "100-continue")
	res, err := client.Do(req)
	if err != nil {
		return got
	}
	defer res.Body.Close()
	json.NewDecoder(res.Body).Decode(&got)
	return got
}

func TestEchoRepeats(t *testing.T) {
	base, stop, code := running(t)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	ws, _, err := websocket.Dial(ctx, base+"/ws", nil)
	if err != nil {
		t.Fatal(err)
	}
	ws.Read(ctx)
	ws.Write(ctx, websocket.MessageText, []byte("over?"))
	if _, msg, err := ws.Read(ctx); string(msg) != "over?" {
		t.Errorf("echo %q, %v", msg, err)
	}
	ws.Close(websocket.StatusNormalClosure, "")
	stop <- syscall.SIGTERM
	if c := exit(t, code); c != 0 {
		t.Errorf("exit code %d", c)
	}
}

func TestCrashes(t *testing.T) {
	_, _, code := running(t, "BEHAVIOR", "crash-after-ready", "AFTER", "10ms")
	if c := exit(t, code); c != 2 {
		t.Errorf("crash-after-ready: exit code %d", c)
	}
	set, _ := readSettings(env("BEHAVIOR", "crash-at-start"))
	if c := runApp(set); c != 2 {
		t.Errorf("crash-at-start: exit code %d", c)
	}
}

func TestIgnoreTermStays(t *testing.T) {
	base, stop, code := running(t, "BEHAVIOR", "ignore-term", "AFTER", "1h")
	stop <- syscall.SIGTERM
	stop <- syscall.SIGTERM // taken only after the first was ignored
	res, err := waittest.Client(t, nil).Get(base + "/version")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if len(code) != 0 {
		t.Error("it went")
	}
}
