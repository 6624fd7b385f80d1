package httpkit

import (
	"net/http/httptest"
	"testing"
	"testing/fstest"
)

func TestTemplates(t *testing.T) {
	files := fstest.MapFS{
		"_layout.html": {Data: []byte(`<p>{{block "main" .}}{{end}}</p>`)},
		"one.html":     {Data: []byte(`{{define "main"}}{{.Name}}{{end}}`)},
	}
	pages, err := NewTemplates(files, nil)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	if err := pages.Render(w, 418, "one", struct{ Name string }{"<b>"}); err != nil || w.Code != 418 || w.Body.String() != "<p>&lt;b&gt;</p>" {
		t.Errorf("%d %q, %v", w.Code, w.Body, err)
	}
	w = httptest.NewRecorder()
	if err := pages.Render(w, 200, "one", struct{}{}); err == nil || w.Body.Len() > 0 {
		t.Errorf("a broken page wrote %q, %v", w.Body, err)
	}
	if pages.Render(w, 200, "two", nil) == nil {
		t.Error("a page that does not exist was rendered")
	}
}
