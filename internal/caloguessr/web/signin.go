package web

import (
	"net/http"
	"time"
)

// signIn checks the token and sets a cookie.
func (h settingsHandler) signIn(w http.ResponseWriter, r *http.Request) {
	if h.limitAttempts(w, r) {
		return
	}
	form, ok := h.readForm(w, r)
	if !ok {
		return
	}
	if !h.admin.isToken(form.Get("token")) {
		h.log.Warn("wrong token", "client", h.clients.Address(r))
		h.serveSettingsError(w, r, http.StatusForbidden, "keys.wrongToken")
		return
	}
	h.admin.setCookie(w, r, time.Now())
	http.Redirect(w, r, "/settings", http.StatusSeeOther)
}

func (h settingsHandler) signOut(w http.ResponseWriter, r *http.Request) {
	h.admin.deleteCookie(w, r)
	http.Redirect(w, r, "/settings", http.StatusSeeOther)
}

// isAdministrator reports whether a request may change the key, by everything but
// its form. With a token, only the token counts: behind a proxy that adds no
// headers, all requests seem to come from this machine. Without one, requests from
// this machine may, if the server listens only on it.
func (h settingsHandler) isAdministrator(r *http.Request) bool {
	if h.admin.hasToken() {
		return h.admin.isSignedIn(r, time.Now()) || h.admin.hasBearer(r)
	}
	return h.localAdmin && h.clients.OnThisMachine(r)
}

// authorizeChange reads the form and reports whether the request may change the
// key. If not, it has answered. The rate limit does not apply to visitors who have
// signed in, so others who guess cannot lock them out.
func (h settingsHandler) authorizeChange(w http.ResponseWriter, r *http.Request) bool {
	if !h.admin.isSignedIn(r, time.Now()) && h.limitAttempts(w, r) {
		return false
	}
	form, ok := h.readForm(w, r)
	if !ok {
		return false
	}
	if h.isAdministrator(r) || h.admin.isToken(form.Get("token")) {
		return true
	}
	h.log.Warn("change of the key refused", "client", h.clients.Address(r))
	h.serveSettingsError(w, r, http.StatusForbidden, "keys.denied")
	return false
}

// limitAttempts answers clients that make too many attempts, and reports whether it
// did.
func (h settingsHandler) limitAttempts(w http.ResponseWriter, r *http.Request) bool {
	wait, ok := h.rate.Allow(h.clients.Address(r), time.Now())
	if !ok {
		h.serveTooMany(w, r, wait)
	}
	return !ok
}
