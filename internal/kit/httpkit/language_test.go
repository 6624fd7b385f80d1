package httpkit

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestLanguage(t *testing.T) {
	for _, tt := range []struct{ query, cookie, header, want string }{
		{"", "", "", "en"}, {"", "", "de-CH,fr;q=0.9", "de"}, {"", "", "fr, de;q=0.5, en;q=0.6", "en"},
		{"", "de", "en", "de"}, {"?lang=en", "de", "de", "en"}, {"?lang=xx", "yy", "DE", "de"},
		{"", "", "de;q=x, en;q=0", "en"}, {"", "", "*", "en"}, {"", "", "de;q=0", "en"}, {"", "", strings.Repeat("a,", 400) + "de", "en"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/"+tt.query, nil)
		r.Header.Set("Accept-Language", tt.header)
		if tt.cookie != "" {
			r.AddCookie(&http.Cookie{Name: LangCookie, Value: tt.cookie})
		}
		if got := Language(r, []string{"en", "de"}); got != tt.want {
			t.Errorf("%+v: %s", tt, got)
		}
	}
}

func TestRememberLanguage(t *testing.T) {
	w := httptest.NewRecorder()
	RememberLanguage(w, "de")
	c := w.Result().Cookies()[0]
	if c.Value != "de" || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode {
		t.Errorf("cookie %v", c)
	}
}

func FuzzLanguage(f *testing.F) {
	f.Add("de-CH, en;q=0.8")
	f.Add(";;,q=,*;q=nan")
	f.Fuzz(func(t *testing.T, header string) {
		if got := accepted(header, []string{"en", "de"}); got != "en" && got != "de" {
			t.Errorf("%q: %q", header, got)
		}
	})
}
