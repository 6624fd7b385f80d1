package web

import (
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"slices"

	"version-manager/internal/caloguessr/i18n"
	"version-manager/internal/caloguessr/keys"
	"version-manager/internal/caloguessr/nutrition"
	"version-manager/internal/kit/httpkit"
)

// maxFormSize is the largest form without a photo, in bytes.
const maxFormSize = 64 << 10

// pages renders pages in the visitor's language.
type pages struct {
	templates *httpkit.Templates
	words     map[string]*i18n.Printer
	build     Build
	foods     int // in the table
	keys      *keys.Store
	model     string
	log       *slog.Logger
}

func newPages(o Options, static *httpkit.Static) (*pages, error) {
	templateFiles, err := fs.Sub(files, "templates")
	if err != nil {
		return nil, err
	}
	templates, err := httpkit.NewTemplates(templateFiles, template.FuncMap{"static": static.URL})
	if err != nil {
		return nil, fmt.Errorf("load pages: %w", err)
	}
	return &pages{templates, o.Words, o.Build, len(o.Table.ListFoods()), o.Keys, o.Model, o.Log}, nil
}

// page is what every template gets. The pages embed it.
type page struct {
	*i18n.Printer
	Build  Build
	Foods  int    // in the table
	Self   string // path of this page, for the links to other languages
	InForm bool   // the page has a meal, so a change of language must submit its form
	Alert  string // error message
	Note   string // success message
}

// language is a choice in the language switch.
type language struct{ Code, Name string }

// Languages returns the choices of the language switch.
func (page) Languages() []language {
	return []language{{"de", "Deutsch"}, {"en", "English"}}
}

// FactsRelease names the release of the nutrition facts.
func (page) FactsRelease() string { return nutrition.Release }

// newPage starts a page in the visitor's language. It sets headers of the answer.
func (p *pages) newPage(w http.ResponseWriter, r *http.Request, self string) page {
	lang := httpkit.Language(r, i18n.Languages())
	if slices.Contains(i18n.Languages(), r.URL.Query().Get(httpkit.LangField)) {
		httpkit.RememberLanguage(w, lang)
	}
	w.Header().Set("Content-Language", lang)
	w.Header().Set("Vary", "Accept-Language, Cookie")
	return page{Printer: p.words[lang], Build: p.build, Foods: p.foods, Self: self}
}

// renderPage writes a page, or a plain error if its template fails.
func (p *pages) renderPage(w http.ResponseWriter, status int, name string, data any) {
	if err := p.templates.Render(w, status, name, data); err != nil {
		p.log.Error("render", "page", name, "error", err)
		if rec := httpkit.Record(w); rec.Status == 0 {
			http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		}
	}
}

// readForm reads a form without a photo. If it cannot, it answers the request and
// returns false.
func (p *pages) readForm(w http.ResponseWriter, r *http.Request) (url.Values, bool) {
	r.Body = http.MaxBytesReader(w, r.Body, maxFormSize)
	err := r.ParseForm()
	if err == nil {
		err = r.ParseMultipartForm(maxFormSize) // as our scripts send it; it stays in memory
	}
	if errors.Is(err, http.ErrNotMultipart) {
		err = nil
	}
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		p.serveProblem(w, r, http.StatusRequestEntityTooLarge, "problem.formTooLarge")
		return nil, false
	}
	if err != nil {
		p.serveProblem(w, r, http.StatusUnprocessableEntity, "problem.form")
		return nil, false
	}
	return r.PostForm, true
}
