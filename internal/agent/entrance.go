package agent

import (
	"cmp"
	"errors"
	"log/slog"
	"net"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"version-manager/internal/config"
	"version-manager/internal/deploy"
	"version-manager/internal/ingress"
)

// entrance is one public listener. All of an app lead through one ingress,
// hence obey the same route.
type entrance struct {
	Address string `json:"address"` // host:port
	Ingress bool   `json:"ingress"` // not the app's own port
	Cert    string `json:"cert,omitempty"`
	Key     string `json:"key,omitempty"`
}

func (e entrance) url() string { return e.urlFor("") }

// urlFor returns the base URL under another host name, or under the address.
func (e entrance) urlFor(host string) string {
	scheme, usual := "http", ":80"
	if e.Cert != "" {
		scheme, usual = "https", ":443"
	}
	addr, port, _ := net.SplitHostPort(e.Address) // it was made by JoinHostPort
	if ip := net.ParseIP(addr); addr == "" || (ip != nil && ip.IsUnspecified()) {
		addr = loopback // where the address means all of this machine's
	}
	return scheme + "://" + strings.TrimSuffix(net.JoinHostPort(cmp.Or(host, addr), port), usual)
}

// urls lists the entrances for people: the app's own port first.
func (s state) urls() (e deploy.Entrances) {
	for _, in := range s.Entrances {
		e.Public = append(e.Public, in.url())
		if s.Preview != "" && (in.Ingress || e.Preview == "") {
			e.Preview = in.urlFor(s.Preview)
		}
	}
	return e
}

func (a *app) newProxy(preview string) *ingress.Proxy {
	return ingress.New(ingress.Options{Preview: preview, Logger: slog.With("app", a.name)})
}

// openEntrances opens what the configuration asks for and is not open yet,
// makes that durable and starts to serve.
func (a *app) openEntrances(token uint64, local config.Local, project string) error {
	list, err := a.chooseEntrances(local, project)
	if err != nil {
		return err
	}
	a.mu.Lock()
	if a.proxy == nil || len(a.state.Colors) == 0 {
		a.proxy = a.newProxy(local.Preview)
		a.state.Preview = local.Preview
	}
	a.mu.Unlock()
	if err := a.change(token, func(st *state) { st.Entrances = list }); err != nil {
		return err
	}
	return a.serveAll()
}

// chooseEntrances returns those that are open and those that the
// configuration adds, each listening already.
func (a *app) chooseEntrances(local config.Local, project string) ([]entrance, error) {
	host := cmp.Or(local.Address, loopback)
	list := a.now().Entrances
	if local.App != 0 {
		e := entrance{Address: net.JoinHostPort(host, strconv.Itoa(local.App))}
		if !slices.Contains(list, e) {
			if _, err := a.listen(e.Address); err != nil {
				return nil, a.taken(err, "app", e.Address)
			}
			list = append(list, e)
		}
	}
	var errs []error
	for _, port := range local.Ingress {
		e := entrance{Address: net.JoinHostPort(host, strconv.Itoa(port)), Ingress: true,
			Cert: inProject(project, local.Cert), Key: inProject(project, local.Key)}
		if slices.Contains(list, e) {
			return list, nil
		}
		_, err := a.listen(e.Address)
		if err == nil {
			return append(list, e), nil
		}
		errs = append(errs, a.taken(err, "ingress", e.Address))
	}
	return list, errors.Join(errs...)
}

func inProject(project, file string) string {
	if file == "" || filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(project, file)
}

// unlisted returns the entrances that the configuration of no color asks for
// any more.
func (s state) unlisted() (list []entrance) {
	for _, e := range s.Entrances {
		asked := false
		for _, w := range s.Colors {
			asked = asked || asksFor(w.Release.Config.Local, e.Address)
		}
		if !asked {
			list = append(list, e)
		}
	}
	return list
}

func asksFor(local config.Local, address string) bool {
	return slices.ContainsFunc(append(local.Ingress[:len(local.Ingress):len(local.Ingress)], local.App), func(port int) bool {
		return address == net.JoinHostPort(cmp.Or(local.Address, loopback), strconv.Itoa(port))
	})
}
