package web

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"version-manager/internal/caloguessr/i18n"
	"version-manager/internal/caloguessr/keys"
)

// settingsPage shows whether there is a key, and to those who may, the forms
// to set, test and delete it. A key itself is never on it.
type settingsPage struct {
	page
	State     string // what is known about the key
	Model     string
	Denied    string // why there are no forms
	HasKey    bool
	MaySet    bool
	MayTest   bool
	MayDelete bool
	AskToken  bool // who knows the token can sign in
	SignedIn  bool
}

func (s *Server) settings(w http.ResponseWriter, r *http.Request) {
	p := s.settingsPage(w, r)
	switch r.URL.Query().Get("done") {
	case "saved":
		p.Note = p.T("keys.saved")
	case "deleted":
		p.Note = p.T("keys.deleted")
	}
	s.render(w, http.StatusOK, "settings", p)
}

func (s *Server) settingsPage(w http.ResponseWriter, r *http.Request) settingsPage {
	p := settingsPage{page: s.page(w, r, "/settings"), Model: s.Model}
	may := s.isAdministrator(r)
	p.AskToken, p.SignedIn = s.admin.hasToken() && !may, s.admin.hasToken() && may
	key, err := s.Keys.CurrentKey()
	p.State, p.HasKey = keyState(p.Printer, key, err, may), !errors.Is(err, keys.ErrNone)
	p.MaySet, p.MayTest = may && s.Keys.IsWritable(), may && err == nil
	p.MayDelete = p.MaySet && p.HasKey
	switch {
	case err == nil && key.IsFromEnvironment():
	case !s.Keys.IsWritable():
		p.Denied = p.T("keys.noStore")
	case !may && !p.AskToken:
		p.Denied = p.T("keys.remote")
	}
	return p
}

// keyState says what is known about the key; its last characters only to
// those who may change it.
func keyState(p *i18n.Printer, k keys.Key, err error, may bool) string {
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

func (s *Server) setKey(w http.ResponseWriter, r *http.Request) {
	if !s.mayChange(w, r) {
		return
	}
	err := s.Keys.SaveKey(strings.TrimSpace(r.PostForm.Get("key")), time.Now())
	if errors.Is(err, keys.ErrMalformed) {
		s.settingsFailed(w, r, http.StatusUnprocessableEntity, "keys.malformed")
		return
	}
	s.changed(w, r, "saved", err)
}

func (s *Server) deleteKey(w http.ResponseWriter, r *http.Request) {
	if s.mayChange(w, r) {
		s.changed(w, r, "deleted", s.Keys.DeleteKey())
	}
}

// changed sends the browser back to the settings, so that reloading them
// does not send the key again.
func (s *Server) changed(w http.ResponseWriter, r *http.Request, done string, err error) {
	if errors.Is(err, keys.ErrFixed) {
		s.settingsFailed(w, r, http.StatusConflict, "keys.environment")
		return
	}
	if err != nil {
		s.Log.Error("change key", "error", err)
		s.settingsFailed(w, r, http.StatusInternalServerError, "keys.notSaved")
		return
	}
	s.Log.Info("key "+done, "client", s.Clients.Address(r))
	http.Redirect(w, r, "/settings?done="+done, http.StatusSeeOther)
}

func (s *Server) testKey(w http.ResponseWriter, r *http.Request) {
	if !s.mayChange(w, r) {
		return
	}
	key, err := s.Keys.CurrentKey()
	if err != nil {
		s.settingsFailed(w, r, http.StatusUnprocessableEntity, "photo.noKey")
		return
	}
	p := s.settingsPage(w, r)
	if err := s.Checker.CheckKey(r.Context(), key.RevealKey()); err != nil {
		f := failureOf(err)
		s.Log.Warn("test key", "error", err)
		p.Alert = p.T(f.key, "n", f.n, "model", s.Model)
		s.render(w, f.status, "settings", p)
		return
	}
	p.Note = p.T("keys.works", "model", s.Model)
	s.render(w, http.StatusOK, "settings", p)
}

func (s *Server) settingsFailed(w http.ResponseWriter, r *http.Request, status int, key string) {
	p := s.settingsPage(w, r)
	p.Alert = p.T(key)
	s.render(w, status, "settings", p)
}
