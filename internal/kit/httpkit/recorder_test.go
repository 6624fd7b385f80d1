package httpkit

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"version-manager/internal/kit/waittest"
)

func TestRecoverAndLog(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, nil))
	failed := func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "sorry", 500) }
	h := Chain(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("boom") }),
		AccessLog(log, func(*http.Request) bool { return true }), Recover(log, failed))
	if w := get(h, "/x?secret=1"); w.Code != 500 || !strings.Contains(w.Body.String(), "sorry") {
		t.Errorf("answered %d %q", w.Code, w.Body)
	}
	line := out.String()
	if !strings.Contains(line, "boom") || !strings.Contains(line, "status=500") || strings.Contains(line, "secret") {
		t.Errorf("logged %s", line)
	}
}

func TestRecoverCutsBegunAnswers(t *testing.T) {
	h := Recover(slog.New(slog.DiscardHandler), func(http.ResponseWriter, *http.Request) { t.Error("a second answer") })(
		http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, "half")
			http.NewResponseController(w).Flush()
			panic("boom")
		}))
	s := httptest.NewServer(h)
	defer s.Close()
	response, err := waittest.Client(t, nil).Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if _, err := io.ReadAll(response.Body); err == nil {
		t.Error("the connection was not cut")
	}
}
