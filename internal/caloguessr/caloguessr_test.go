package caloguessr

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"version-manager/internal/caloguessr/estimate/geminitest"
	"version-manager/internal/kit/waittest"
)

// testEnv returns an environment with a free port and a folder of its own.
func testEnv(t *testing.T, pairs ...string) func(string) string {
	t.Helper()
	vars := map[string]string{"PORT": "0", "DATA_DIR": t.TempDir(), "DRAIN_LINGER": "200ms", "APP_VERSION": "v1.0.0", "APP_COLOR": "green"}
	for i := 0; i < len(pairs); i += 2 {
		vars[pairs[i]] = pairs[i+1]
	}
	return func(name string) string { return vars[name] }
}

// running is a server in the background.
type running struct {
	url  string
	stop context.CancelFunc
	code chan int
	log  chan map[string]any
}

// startServer runs the server and waits until it listens.
func startServer(t *testing.T, getenv func(string) string) *running {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	r, w := io.Pipe()
	m := &running{stop: stop, code: make(chan int, 1), log: make(chan map[string]any, 100)}
	go func() {
		m.code <- RunServer(ctx, getenv, w)
		w.Close()
	}()
	go func() {
		defer close(m.log)
		for d := json.NewDecoder(r); ; {
			var line map[string]any
			if d.Decode(&line) != nil {
				io.Copy(io.Discard, r) // so the writer never blocks
				return
			}
			m.log <- line
		}
	}()
	m.url = "http://" + m.waitForLog(t, "listening")["address"].(string)
	return m
}

// waitForLog returns the next log line with a message.
func (m *running) waitForLog(t *testing.T, message string) map[string]any {
	t.Helper()
	deadline := time.After(10 * time.Second)
	for {
		select {
		case line, ok := <-m.log:
			if !ok {
				t.Fatalf("ended before %q", message)
			}
			if line["msg"] == message {
				return line
			}
		case <-deadline:
			t.Fatalf("no %q in the log", message)
		}
	}
}

func (m *running) get(t *testing.T, path string) (int, string) {
	t.Helper()
	response, err := waittest.Client(t, nil).Get(m.url + path)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

// holdRequest begins a request that stays open, as the probe does. It returns the
// status later, or 0 if the connection was closed.
func (m *running) holdRequest(t *testing.T, long time.Duration) <-chan int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, m.url+"/healthz?hold="+long.String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Version-Manager-Probe", "1") // as the proxy in front says
	client, status := waittest.Client(t, nil), make(chan int, 1)
	go func() {
		response, err := client.Do(request)
		if err != nil {
			status <- 0
			return
		}
		response.Body.Close()
		status <- response.StatusCode
	}()
	return status
}

// waitForTwoInFlight returns when a request is in flight besides our own.
func (m *running) waitForTwoInFlight(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		if _, metrics := m.get(t, "/metrics"); strings.Contains(metrics, "caloguessr_http_in_flight 2") {
			return
		}
	}
	t.Fatal("the request is not in flight")
}

// TestDrain: after SIGTERM, the instance is no longer ready, still answers new
// requests for a moment, finishes the one in flight, and exits with 0.
func TestDrain(t *testing.T) {
	m := startServer(t, testEnv(t, "DRAIN_LINGER", "2s")) // longer than two requests take on a busy machine
	if code, _ := m.get(t, "/readyz"); code != 200 {
		t.Fatalf("readyz: %d", code)
	}
	held := m.holdRequest(t, time.Second)
	m.waitForTwoInFlight(t)
	m.stop()
	m.waitForLog(t, "draining")
	if code, body := m.get(t, "/readyz"); code != 503 || body != "draining\n" {
		t.Errorf("readyz while draining: %d %q", code, body)
	}
	if code, _ := m.get(t, "/"); code != 200 {
		t.Errorf("a new request while draining: %d", code)
	}
	if status := waittest.Receive(t, held); status != 200 {
		t.Errorf("the request in flight ended with %d", status)
	}
	m.waitForLog(t, "drained")
	if code := waittest.Receive(t, m.code); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestDrainGivesUp(t *testing.T) {
	m := startServer(t, testEnv(t, "DRAIN_LINGER", "0s", "DRAIN_TIMEOUT", "50ms"))
	held := m.holdRequest(t, 10*time.Second)
	m.waitForTwoInFlight(t)
	m.stop()
	if status := waittest.Receive(t, held); status != 0 {
		t.Errorf("the request in flight was not ended: status %d", status)
	}
	if code := waittest.Receive(t, m.code); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
}

func TestStartUpCheck(t *testing.T) {
	gemini := geminitest.StartServer(t)
	for _, tt := range []struct{ model, key, message, level string }{
		{geminitest.Model, "", "no key is set: photos cannot be recognized, but the search works", "INFO"},
		{geminitest.Model, geminitest.Key, "model is available", "INFO"},
		{geminitest.Model, "another-key-0123456789", "photos may not be recognized", "WARN"},
		{"gemini-9.9-dodo", geminitest.Key, "model does not exist: set GEMINI_MODEL to another, or leave it unset", "ERROR"},
		{"gemini-2.0-flash", "", "model is shut down: set GEMINI_MODEL to another, or leave it unset", "ERROR"},
	} {
		m := startServer(t, testEnv(t, "GEMINI_BASE_URL", gemini.URL, "GEMINI_API_KEY", tt.key, "GEMINI_MODEL", tt.model, "DRAIN_LINGER", "0s"))
		if line := m.waitForLog(t, tt.message); line["level"] != tt.level || line["version"] != "v1.0.0" {
			t.Errorf("%s: %v", tt.model, line)
		}
		if code, _ := m.get(t, "/"); code != 200 {
			t.Errorf("%s: the page answers %d", tt.model, code)
		}
		m.stop()
		waittest.Receive(t, m.code)
	}
}
