package healthcheck

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"version-manager/internal/config"
	"version-manager/internal/wire"
)

func TestExpectedStatus(t *testing.T) {
	for _, tt := range []struct {
		status, expected int
		want             bool
	}{
		{199, 0, false}, {200, 0, true}, {204, 0, true}, {299, 0, true}, {300, 0, false}, {302, 0, false}, {404, 0, false}, {500, 0, false},
		{301, 302, false}, {302, 302, true}, {303, 302, false}, {200, 404, false}, {404, 404, true},
	} {
		if got := isExpectedStatus(tt.status, tt.expected); got != tt.want {
			t.Errorf("status %d, expected %d: %t", tt.status, tt.expected, got)
		}
	}
}

// TestSendCheck: a redirect is an answer of its own and is never followed.
func TestSendCheck(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get(wire.HeaderProbe) != "secret" || r.Method != http.MethodPost {
			t.Errorf("%s with probe secret %q", r.Method, r.Header.Get(wire.HeaderProbe))
		}
		status, _ := strconv.Atoi(strings.Trim(r.URL.Path, "/"))
		w.Header().Set("Location", "/200")
		w.WriteHeader(status)
		fmt.Fprint(w, "hello\nworld")
	}))
	defer server.Close()
	for _, tt := range []struct {
		check config.Smoke
		says  string
	}{
		{config.Smoke{Path: "/200"}, ""},
		{config.Smoke{Path: "/302"}, `POST /302: status 302: "hello"`},
		{config.Smoke{Path: "/302", Status: 302}, ""},
		{config.Smoke{Path: "/200", Contains: "world"}, ""},
		{config.Smoke{Path: "/200", Contains: "moon"}, `does not contain "moon"`},
		{config.Smoke{Path: "/500", Contains: "hello"}, "status 500"},
	} {
		tt.check.Method = http.MethodPost
		err := SendCheck(t.Context(), NewClient(nil), server.URL, "secret", tt.check)
		if (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%+v: %v, want %q", tt.check, err, tt.says)
		}
	}
	server.Close()
	if err := SendCheck(t.Context(), NewClient(nil), server.URL, "secret", config.Smoke{Path: "/200"}); err == nil {
		t.Error("a server that is gone answered")
	}
	if err := SendCheck(t.Context(), NewClient(nil), "http://[", "secret", config.Smoke{}); err == nil {
		t.Error("an invalid URL was accepted")
	}
}

func TestExcerpt(t *testing.T) {
	long := strings.Repeat("a", maxExcerpt)
	for body, want := range map[string]string{
		"": "", " \n ": "", " one \ntwo": `: "one "`,
		long: `: "` + long + `"`, long + "b": `: "` + long + `…"`,
		long[1:] + "ü": `: "` + long[1:] + `…"`, // never half a character
	} {
		if got := excerptOf([]byte(body)); got != want {
			t.Errorf("%q: %q, want %q", body, got, want)
		}
	}
}

func TestStreak(t *testing.T) {
	var s Streak
	at := func(seconds int) time.Time { return time.Unix(int64(seconds), 0) }
	if s.TimeSpan() != 0 {
		t.Error("an empty streak has a length")
	}
	s.AddAnswer(at(1), nil)
	if s.Count != 1 || s.TimeSpan() != 0 {
		t.Errorf("%+v", s)
	}
	s.AddAnswer(at(2), nil)
	s.AddAnswer(at(4), nil)
	if s.Count != 3 || s.TimeSpan() != 3*time.Second || !s.Last.Equal(at(4)) || s.Failure != nil {
		t.Errorf("%+v", s)
	}
	broken := errors.New("status 500")
	s.AddAnswer(at(5), broken)
	if s.Count != 0 || s.TimeSpan() != 0 || s.Failure != broken {
		t.Errorf("%+v", s)
	}
	s.AddAnswer(at(9), nil)
	if s.Count != 1 || s.TimeSpan() != 0 {
		t.Errorf("a new streak begins in the middle of the old one: %+v", s)
	}
}
