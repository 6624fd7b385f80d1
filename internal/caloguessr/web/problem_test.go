package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"version-manager/internal/caloguessr/estimate"
	"version-manager/internal/caloguessr/photo"
)

func TestErrorPages(t *testing.T) {
	a := newApp(t)
	crossed := post("/meal", rice())
	crossed.Header.Set("Sec-Fetch-Site", "cross-site")
	for _, tt := range []struct {
		r      *http.Request
		status int
		de     string
	}{
		{get("/nope"), 404, "Diese Seite gibt es nicht"},
		{get("/estimate"), 405, "unterstützt solche Anfragen nicht"},
		{post("/", nil), 405, "unterstützt solche Anfragen nicht"},
		{crossed, 403, "anderen Website"},
	} {
		mustContain(t, a.do(t, in("de", tt.r), tt.status), tt.de, "Das hat nicht geklappt", "Zur Startseite")
	}
	w := httptest.NewRecorder()
	a.ServeHTTP(w, get("/estimate"))
	if w.Header().Get("Allow") != http.MethodPost {
		t.Errorf("Allow: %q", w.Header().Get("Allow"))
	}
}

// panics is an estimator that panics.
type panics struct{}

func (panics) EstimatePhoto(context.Context, photo.Photo, string) (estimate.Estimate, error) {
	panic("bug")
}

func TestPanicGetsAPage(t *testing.T) {
	a := withKey(t, func(o *Options) { o.Estimator = panics{} })
	mustContain(t, a.do(t, in("de", sendPhoto(lunch(t))), 500), "schiefgegangen")
	mustContain(t, a.log.String(), "level=ERROR", "bug")
}
