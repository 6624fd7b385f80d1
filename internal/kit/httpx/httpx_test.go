package httpx

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestNoRedirectClient(t *testing.T) {
	followed := false
	mux := http.NewServeMux()
	mux.Handle("/from", http.RedirectHandler("/to", http.StatusFound))
	mux.HandleFunc("/to", func(http.ResponseWriter, *http.Request) { followed = true })
	server := httptest.NewServer(mux)
	defer server.Close()
	resp, err := NewNoRedirectClient(server.Client().Transport, time.Minute).Get(server.URL + "/from")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusFound || followed {
		t.Errorf("answer %d, followed %t; want 302 and no second request", resp.StatusCode, followed)
	}
}

func TestNoRedirectClientTimesOut(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer server.Close()
	defer close(release)
	if resp, err := NewNoRedirectClient(nil, 10*time.Millisecond).Get(server.URL); err == nil {
		resp.Body.Close()
		t.Error("no error after the timeout")
	}
}
