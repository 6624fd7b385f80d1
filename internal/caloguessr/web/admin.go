package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"net/http"
	"strings"
	"time"
)

const (
	adminCookie = "caloguessr_admin"
	adminTime   = 12 * time.Hour
	adminPath   = "/settings"

	// adminPurpose keeps the cookie's key apart from the token itself.
	adminPurpose = "caloguessr administrator's cookie, version 1"
)

// administrator knows who may change the key. With a token it is whoever
// shows it: in a form, in the header "Authorization: Bearer …", or by the
// cookie that signing in gives. The cookie holds until when it is valid and
// an authentication code, so that all instances accept it and none keeps
// anything.
type administrator struct {
	token string // empty: nobody can show it
}

func (a administrator) hasToken() bool { return a.token != "" }

// isToken compares in a time that says nothing about how much was right.
func (a administrator) isToken(given string) bool {
	got, want := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(a.token))
	return a.hasToken() && subtle.ConstantTimeCompare(got[:], want[:]) == 1
}

// isSignedIn reports whether a request carries a cookie that is still valid.
func (a administrator) isSignedIn(r *http.Request, now time.Time) bool {
	c, err := r.Cookie(adminCookie)
	if err != nil || !a.hasToken() {
		return false
	}
	value, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil || len(value) != 8+sha256.Size {
		return false
	}
	until := value[:8]
	return hmac.Equal(value[8:], a.code(until)) && now.Unix() < int64(binary.BigEndian.Uint64(until))
}

// hasBearer reports whether a request shows the token in its header, as
// scripts do.
func (a administrator) hasBearer(r *http.Request) bool {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.EqualFold(scheme, "Bearer") && a.isToken(strings.TrimSpace(token))
}

func (a administrator) signIn(w http.ResponseWriter, r *http.Request, now time.Time) {
	until := binary.BigEndian.AppendUint64(nil, uint64(now.Add(adminTime).Unix()))
	a.setCookie(w, r, base64.RawURLEncoding.EncodeToString(append(until, a.code(until)...)), int(adminTime.Seconds()))
}

func (a administrator) signOut(w http.ResponseWriter, r *http.Request) { a.setCookie(w, r, "", -1) }

func (administrator) setCookie(w http.ResponseWriter, r *http.Request, value string, maxAge int) {
	http.SetCookie(w, &http.Cookie{
		Name: adminCookie, Value: value, Path: adminPath, MaxAge: maxAge, HttpOnly: true, SameSite: http.SameSiteStrictMode,
		Secure: r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https",
	})
}

func (a administrator) code(until []byte) []byte {
	key := sha256.Sum256([]byte(adminPurpose + a.token))
	mac := hmac.New(sha256.New, key[:])
	mac.Write(until)
	return mac.Sum(nil)
}

// login takes the token and gives a cookie for it.
func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	if s.tooManyAttempts(w, r) {
		return
	}
	form, ok := s.form(w, r)
	if !ok {
		return
	}
	if !s.admin.isToken(form.Get("token")) {
		s.Log.Warn("wrong token", "client", s.Clients.Address(r))
		s.settingsFailed(w, r, http.StatusForbidden, "keys.wrongToken")
		return
	}
	s.admin.signIn(w, r, time.Now())
	http.Redirect(w, r, "/settings", http.StatusSeeOther)
}

func (s *Server) logout(w http.ResponseWriter, r *http.Request) {
	s.admin.signOut(w, r)
	http.Redirect(w, r, "/settings", http.StatusSeeOther)
}

// isAdministrator reports whether a request may change the key, by what it
// carries outside its form. Without a token it is whoever sits at this
// machine, if this server listens to nobody else. With one, being here is not
// enough: behind a proxy that says nothing everybody seems to be here.
func (s *Server) isAdministrator(r *http.Request) bool {
	if s.admin.hasToken() {
		return s.admin.isSignedIn(r, time.Now()) || s.admin.hasBearer(r)
	}
	return s.LocalAdmin && s.Clients.OnThisMachine(r)
}

// mayChange reads the form and decides. Who has signed in is not slowed down
// by others who guess.
func (s *Server) mayChange(w http.ResponseWriter, r *http.Request) bool {
	if !s.admin.isSignedIn(r, time.Now()) && s.tooManyAttempts(w, r) {
		return false
	}
	form, ok := s.form(w, r)
	if !ok {
		return false
	}
	if s.isAdministrator(r) || s.admin.isToken(form.Get("token")) {
		return true
	}
	s.Log.Warn("change of the key refused", "client", s.Clients.Address(r))
	s.settingsFailed(w, r, http.StatusForbidden, "keys.denied")
	return false
}

// tooManyAttempts answers a client that guesses, and slows it down.
func (s *Server) tooManyAttempts(w http.ResponseWriter, r *http.Request) bool {
	wait, ok := s.secrets.Allow(s.Clients.Address(r), time.Now())
	if !ok {
		s.tooMany(w, r, wait)
	}
	return !ok
}
