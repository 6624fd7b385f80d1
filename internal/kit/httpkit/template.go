package httpkit

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// Templates holds one template a page. Files whose name begins with "_" are
// shared by all pages; each page fills the blocks of "_layout.html".
type Templates struct {
	pages map[string]*template.Template
}

// NewTemplates parses all *.html files at the top level of fsys.
func NewTemplates(fsys fs.FS, funcs template.FuncMap) (*Templates, error) {
	shared, err := template.New("").Funcs(funcs).Option("missingkey=error").ParseFS(fsys, "_*.html")
	if err != nil {
		return nil, fmt.Errorf("parse shared templates: %w", err)
	}
	names, err := fs.Glob(fsys, "*.html")
	if err != nil {
		return nil, err
	}
	t := &Templates{pages: map[string]*template.Template{}}
	for _, name := range names {
		if strings.HasPrefix(name, "_") {
			continue
		}
		page, err := template.Must(shared.Clone()).ParseFS(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("parse template %s: %w", name, err)
		}
		t.pages[strings.TrimSuffix(path.Base(name), ".html")] = page
	}
	return t, nil
}

// Render writes a page. Nothing is written if the template fails, so that
// the caller can still answer with an error.
func (t *Templates) Render(w http.ResponseWriter, status int, page string, data any) error {
	var out bytes.Buffer
	p, ok := t.pages[page]
	if !ok {
		return fmt.Errorf("no page %q", page)
	}
	if err := p.ExecuteTemplate(&out, "_layout.html", data); err != nil {
		return fmt.Errorf("render page %s: %w", page, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, err := out.WriteTo(w)
	return err
}
