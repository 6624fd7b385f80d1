package web

import (
	"net/http"
	"slices"

	"version-manager/internal/caloguessr/i18n"
	"version-manager/internal/caloguessr/nutrition"
	"version-manager/internal/kit/httpkit"
)

// page is what every template gets; the pages embed it.
type page struct {
	*i18n.Printer
	Build  Build
	Foods  int    // in the table
	Self   string // path to come back to in another language
	InForm bool   // the page holds a meal, which a change of language must carry along
	Alert  string // what went wrong
	Note   string // what went well
}

// language is an entry of the switch.
type language struct{ Code, Name string }

// Languages lists what the switch offers, each by its own name.
func (page) Languages() []language {
	return []language{{"de", "Deutsch"}, {"en", "English"}}
}

// Release names the edition of the nutrition facts.
func (page) Release() string { return nutrition.Release }

// page starts a page for a request, in the visitor's language.
func (s *Server) page(w http.ResponseWriter, r *http.Request, self string) page {
	lang := httpkit.Language(r, i18n.Languages())
	if slices.Contains(i18n.Languages(), r.URL.Query().Get(httpkit.LangField)) {
		httpkit.RememberLanguage(w, lang)
	}
	w.Header().Set("Content-Language", lang)
	w.Header().Set("Vary", "Accept-Language, Cookie")
	return page{Printer: s.Words[lang], Build: s.Build, Foods: len(s.Table.ListFoods()), Self: self}
}

// render writes a page, or, if its template is broken, the bare truth.
func (s *Server) render(w http.ResponseWriter, status int, name string, data any) {
	if err := s.pages.Render(w, status, name, data); err != nil {
		s.Log.Error("render", "page", name, "error", err)
		if rec := httpkit.Record(w); rec.Status == 0 {
			http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		}
	}
}
