package httpkit

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// LangCookie is where a visitor's choice of language is kept, and LangField
// the parameter that makes it.
const (
	LangCookie = "lang"
	LangField  = "lang"
)

// Language picks one of the supported languages, of which the first is the
// default: the one asked for in the address, the one chosen before, or the
// best that the browser accepts.
func Language(r *http.Request, supported []string) string {
	if lang := r.URL.Query().Get(LangField); slices.Contains(supported, lang) {
		return lang
	}
	if c, err := r.Cookie(LangCookie); err == nil && slices.Contains(supported, c.Value) {
		return c.Value
	}
	return accepted(r.Header.Get("Accept-Language"), supported)
}

// RememberLanguage keeps a choice for a year.
func RememberLanguage(w http.ResponseWriter, lang string) {
	http.SetCookie(w, &http.Cookie{
		Name: LangCookie, Value: lang, Path: "/", MaxAge: 365 * 24 * 60 * 60,
		HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// accepted reads an Accept-Language header: "de-CH, en;q=0.8".
func accepted(header string, supported []string) string {
	best, weight := supported[0], 0.0
	for part := range strings.SplitSeq(header[:min(len(header), 512)], ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		base, _, _ := strings.Cut(strings.ToLower(tag), "-")
		q := 1.0
		if s, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			v, err := strconv.ParseFloat(s, 64)
			if err != nil || v > 1 {
				continue
			}
			q = v
		}
		if q > weight && slices.Contains(supported, base) {
			best, weight = base, q
		}
	}
	return best
}
