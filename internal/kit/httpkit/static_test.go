package httpkit

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestStatic(t *testing.T) {
	s, err := NewStatic(fstest.MapFS{"a.css": {Data: []byte("a{}")}, "b.js": {Data: []byte("b()")}})
	if err != nil {
		t.Fatal(err)
	}
	address, err := s.URL("a.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		path, cache string
		status      int
	}{
		{address, "immutable", 200},
		{"/static/0123456789abcdef/a.css", "no-store", 200}, // the page of another version
		{"/static/0123456789abcdef/none.css", "", 404},
		{"/static/a.css", "", 404}, {"/static/x/y/a.css", "", 404}, {"/static/", "", 404},
	} {
		w := get(s, tt.path)
		if w.Code != tt.status || !strings.Contains(w.Header().Get("Cache-Control"), tt.cache) {
			t.Errorf("%s: %d, cache %q", tt.path, w.Code, w.Header().Get("Cache-Control"))
		}
	}
	if w := get(s, address); w.Header().Get("Content-Type") != "text/css; charset=utf-8" || w.Body.String() != "a{}" {
		t.Errorf("served %q as %s", w.Body, w.Header().Get("Content-Type"))
	}
	if _, err := s.URL("none.css"); err == nil {
		t.Error("a file that does not exist has an address")
	}
	other, err := NewStatic(fstest.MapFS{"a.css": {Data: []byte("a{}")}, "b.js": {Data: []byte("c()")}})
	if err != nil {
		t.Fatal(err)
	}
	if changed, _ := other.URL("a.css"); changed == address {
		t.Error("another content has the same address")
	}
}
