package web

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"version-manager/internal/caloguessr/i18n"
	"version-manager/internal/caloguessr/keys"
	"version-manager/internal/kit/httpkit"
)

// settingsHandler shows and changes the Gemini key.
type settingsHandler struct {
	*pages
	checker    Checker
	clients    *httpkit.Clients
	admin      administrator
	localAdmin bool
	rate       *httpkit.Rate
}

func newSettingsHandler(o Options, p *pages) settingsHandler {
	return settingsHandler{
		pages: p, checker: o.Checker, clients: o.Clients,
		admin: administrator{o.AdminToken}, localAdmin: o.LocalAdmin,
		rate: httpkit.NewRate(keyAccessBurst, keyAccessRefresh),
	}
}

// settingsPage shows whether a key is set. Those who may change it also get the
// forms to set, test, and delete it. The key itself is never on the page.
type settingsPage struct {
	page
	State     string // what is known about the key
	Model     string
	Denied    string // why there are no forms
	HasKey    bool
	MaySet    bool
	MayTest   bool
	MayDelete bool
	AskToken  bool // the visitor can sign in with the token
	SignedIn  bool
}

func (h settingsHandler) serveSettings(w http.ResponseWriter, r *http.Request) {
	p := h.newSettingsPage(w, r)
	switch r.URL.Query().Get("done") {
	case "saved":
		p.Note = p.T("keys.saved")
	case "deleted":
		p.Note = p.T("keys.deleted")
	}
	h.renderPage(w, http.StatusOK, "settings", p)
}

func (h settingsHandler) newSettingsPage(w http.ResponseWriter, r *http.Request) settingsPage {
	p := settingsPage{page: h.newPage(w, r, "/settings"), Model: h.model}
	may := h.isAdministrator(r)
	p.AskToken, p.SignedIn = h.admin.hasToken() && !may, h.admin.hasToken() && may
	key, err := h.keys.CurrentKey()
	p.State, p.HasKey = describeKey(p.Printer, key, err, may), !errors.Is(err, keys.ErrNone)
	p.MaySet, p.MayTest = may && h.keys.IsWritable(), may && err == nil
	p.MayDelete = p.MaySet && p.HasKey
	switch {
	case err == nil && key.IsFromEnvironment():
	case !h.keys.IsWritable():
		p.Denied = p.T("keys.noStore")
	case !may && !p.AskToken:
		p.Denied = p.T("keys.remote")
	}
	return p
}

// describeKey says what is known about the key. Only those who may change it see
// its last characters.
func describeKey(p *i18n.Printer, k keys.Key, err error, may bool) string {
	switch {
	case errors.Is(err, keys.ErrNone):
		return p.T("keys.none")
	case err != nil:
		return p.T("keys.broken")
	case k.IsFromEnvironment():
		return p.T("keys.environment")
	case may:
		return p.T("keys.stored", "last", k, "date", p.Date(k.Saved))
	}
	return p.T("keys.storedHidden")
}

func (h settingsHandler) saveKey(w http.ResponseWriter, r *http.Request) {
	if !h.authorizeChange(w, r) {
		return
	}
	err := h.keys.SaveKey(strings.TrimSpace(r.PostForm.Get("key")), time.Now())
	if errors.Is(err, keys.ErrMalformed) {
		h.serveSettingsError(w, r, http.StatusUnprocessableEntity, "keys.malformed")
		return
	}
	h.finishChange(w, r, "saved", err)
}

func (h settingsHandler) deleteKey(w http.ResponseWriter, r *http.Request) {
	if h.authorizeChange(w, r) {
		h.finishChange(w, r, "deleted", h.keys.DeleteKey())
	}
}

// finishChange redirects the browser to the settings, so that reloading the page
// does not send the key again.
func (h settingsHandler) finishChange(w http.ResponseWriter, r *http.Request, done string, err error) {
	if errors.Is(err, keys.ErrFixed) {
		h.serveSettingsError(w, r, http.StatusConflict, "keys.environment")
		return
	}
	if err != nil {
		h.log.Error("change key", "error", err)
		h.serveSettingsError(w, r, http.StatusInternalServerError, "keys.notSaved")
		return
	}
	h.log.Info("key "+done, "client", h.clients.Address(r))
	http.Redirect(w, r, "/settings?done="+done, http.StatusSeeOther)
}

func (h settingsHandler) testKey(w http.ResponseWriter, r *http.Request) {
	if !h.authorizeChange(w, r) {
		return
	}
	key, err := h.keys.CurrentKey()
	if err != nil {
		h.serveSettingsError(w, r, http.StatusUnprocessableEntity, "photo.noKey")
		return
	}
	p := h.newSettingsPage(w, r)
	if err := h.checker.CheckKey(r.Context(), key.RevealKey()); err != nil {
		f := failureOf(err)
		h.log.Warn("test key", "error", err)
		p.Alert = p.T(f.key, "n", f.n, "model", h.model)
		h.renderPage(w, f.status, "settings", p)
		return
	}
	p.Note = p.T("keys.works", "model", h.model)
	h.renderPage(w, http.StatusOK, "settings", p)
}

func (h settingsHandler) serveSettingsError(w http.ResponseWriter, r *http.Request, status int, key string) {
	p := h.newSettingsPage(w, r)
	p.Alert = p.T(key)
	h.renderPage(w, status, "settings", p)
}
