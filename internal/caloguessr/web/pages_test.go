package web

import (
	"net/http/httptest"
	"net/url"
	"testing"
)

func TestStartPage(t *testing.T) {
	a := newApp(t)
	page := a.do(t, in("de", get("/")), 200)
	mustContain(t, page, `lang="de"`, "Kalorien", "kein Gemini-Schlüssel", `action="/meal"`, "v1.2.3")
	mustLack(t, page, `type="file"`)
	mustContain(t, a.do(t, get("/?lang=en"), 200), `lang="en"`, "Caloguessr", "calories")
	mustContain(t, withKey(t).do(t, get("/"), 200), `type="file"`, "sent to Google Gemini")
}

func TestPagesHoldNothingInline(t *testing.T) {
	a := withKey(t)
	for _, page := range []string{
		a.do(t, get("/"), 200), a.do(t, get("/settings"), 200), a.do(t, get("/nope"), 404),
		a.do(t, sendPhoto(lunch(t)), 200), a.do(t, post("/meal", url.Values{"q": {"reis"}}), 200),
	} {
		mustLack(t, page, "<style", " style=", "<script>", " onclick", "javascript:")
	}
}

func TestLanguageIsRemembered(t *testing.T) {
	a := newApp(t)
	w := httptest.NewRecorder()
	a.ServeHTTP(w, get("/?lang=de"))
	again := get("/settings")
	for _, c := range w.Result().Cookies() {
		again.AddCookie(c)
	}
	mustContain(t, a.do(t, again, 200), `<html lang="de"`)
}

func TestRetiredModel(t *testing.T) {
	page := withKey(t, func(o *Options) { o.Model = "gemini-2.0-flash" }).do(t, in("de", get("/")), 200)
	mustContain(t, page, "Das Modell gemini-2.0-flash gibt es bei Google nicht", `action="/meal"`)
	mustLack(t, page, `type="file"`)
}
