package proxy

import (
	"net/http/httptest"
	"strings"
	"testing"
)

func TestPages(t *testing.T) {
	for _, tt := range []struct {
		status               int
		accept, kind, phrase string
	}{
		{502, "", "text/plain; charset=utf-8", "did not answer"},
		{503, "*/*", "text/plain; charset=utf-8", "not available"},
		{504, "text/html,application/xhtml+xml", "text/html; charset=utf-8", "took too long"},
		{400, "text/html", "text/html; charset=utf-8", "not be understood"},
		{501, "application/json", "text/plain; charset=utf-8", "does not support that"},
		{403, "", "text/plain; charset=utf-8", "not open to the public"},
		{404, "text/html", "text/html; charset=utf-8", "nothing at this address"},
		{408, "", "text/plain; charset=utf-8", "too long to arrive"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Accept", tt.accept)
		w := httptest.NewRecorder()
		writeErrorPage(w, r, tt.status)
		got, page := w.Result(), w.Body.String()
		if got.StatusCode != tt.status || got.Header.Get("Content-Type") != tt.kind || !strings.Contains(page, tt.phrase) {
			t.Errorf("%+v: %d %v %q", tt, got.StatusCode, got.Header, page)
		}
		if got.ContentLength != int64(len(page)) || got.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%+v: %v", tt, got.Header)
		}
		if retry := got.Header.Get("Retry-After") != ""; retry != (tt.status == 503) {
			t.Errorf("%+v: Retry-After %v", tt, retry)
		}
		r.Method = "HEAD"
		w = httptest.NewRecorder()
		if writeErrorPage(w, r, tt.status); w.Body.Len() > 0 {
			t.Errorf("%+v: a body for HEAD", tt)
		}
	}
}
