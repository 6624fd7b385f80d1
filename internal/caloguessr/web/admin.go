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
	adminCookie         = "caloguessr_admin"
	adminCookieLifetime = 12 * time.Hour
	adminCookiePath     = "/settings"

	// adminCookiePurpose makes the key of the cookies differ from the token.
	adminCookiePurpose = "caloguessr administrator's cookie, version 1"
)

// administrator recognizes users who may change the key by the token: in a form, in
// the header "Authorization: Bearer …", or by the cookie that one gets for it. A
// cookie consists of its expiry and a message authentication code, so all instances
// accept it and none stores anything.
type administrator struct {
	token string // empty: there is no token
}

func (a administrator) hasToken() bool { return a.token != "" }

// isToken takes the same time whether much or little of the token is right.
func (a administrator) isToken(given string) bool {
	got, want := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(a.token))
	return a.hasToken() && subtle.ConstantTimeCompare(got[:], want[:]) == 1
}

// isSignedIn reports whether a request has a cookie that is still valid.
func (a administrator) isSignedIn(r *http.Request, now time.Time) bool {
	c, err := r.Cookie(adminCookie)
	if err != nil || !a.hasToken() {
		return false
	}
	value, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil || len(value) != 8+sha256.Size {
		return false
	}
	expiry := value[:8]
	return hmac.Equal(value[8:], a.cookieMAC(expiry)) && now.Unix() < int64(binary.BigEndian.Uint64(expiry))
}

// hasBearer reports whether a request has the token in its header, as scripts send
// it.
func (a administrator) hasBearer(r *http.Request) bool {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.EqualFold(scheme, "Bearer") && a.isToken(strings.TrimSpace(token))
}

func (a administrator) setCookie(w http.ResponseWriter, r *http.Request, now time.Time) {
	expiry := binary.BigEndian.AppendUint64(nil, uint64(now.Add(adminCookieLifetime).Unix()))
	value := base64.RawURLEncoding.EncodeToString(append(expiry, a.cookieMAC(expiry)...))
	writeCookie(w, r, value, int(adminCookieLifetime.Seconds()))
}

func (a administrator) deleteCookie(w http.ResponseWriter, r *http.Request) {
	writeCookie(w, r, "", -1)
}

func writeCookie(w http.ResponseWriter, r *http.Request, value string, maxAge int) {
	http.SetCookie(w, &http.Cookie{
		Name: adminCookie, Value: value, Path: adminCookiePath, MaxAge: maxAge, HttpOnly: true, SameSite: http.SameSiteStrictMode,
		Secure: r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https",
	})
}

func (a administrator) cookieMAC(expiry []byte) []byte {
	key := sha256.Sum256([]byte(adminCookiePurpose + a.token))
	mac := hmac.New(sha256.New, key[:])
	mac.Write(expiry)
	return mac.Sum(nil)
}
