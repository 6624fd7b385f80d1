package agent

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/config"
	"version-manager/internal/deploy"
	"version-manager/internal/ingress"
	"version-manager/internal/problem"
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
	scheme := "http"
	if e.Cert != "" {
		scheme = "https"
	}
	addr, port, _ := net.SplitHostPort(e.Address) // it was made by JoinHostPort
	if ip := net.ParseIP(addr); addr == "" || (ip != nil && ip.IsUnspecified()) {
		addr = loopback // where the address means all of this machine's
	}
	return scheme + "://" + net.JoinHostPort(cmp.Or(host, addr), port)
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

// listen opens a listener that outlives this agent.
func (a *app) listen(address string) (net.Listener, error) {
	if who := a.agent.owner(address); who != "" && who != a.name {
		return nil, fmt.Errorf("the app %s of this agent listens there: %w", who, syscall.EADDRINUSE)
	}
	return a.agent.link.Listen(address, func() (net.Listener, error) { return net.Listen("tcp", address) })
}

func (a *app) taken(err error, field, address string) error {
	host, port, _ := net.SplitHostPort(address)
	why := brief(err)
	if strings.Contains(err.Error(), "of this agent") {
		why = err.Error()
	}
	hint := fmt.Sprintf("write another port to local.%s in %s", field, config.File)
	return problem.New(problem.Failed, hint, "port %s on %s cannot be had for %s: %s", port, host, a.name, why)
}

// serveAll serves every entrance that is not served yet.
func (a *app) serveAll() error {
	var errs []error
	for _, e := range a.now().Entrances {
		if a.servers[e.Address] == nil {
			errs = append(errs, a.serve(e))
		}
	}
	return errors.Join(errs...)
}

func (a *app) serve(e entrance) error {
	o := ingress.ServerOptions{ErrorLog: slog.NewLogLogger(slog.With("app", a.name, "entrance", e.Address).Handler(), slog.LevelWarn)}
	if e.Cert != "" {
		cert, err := tls.LoadX509KeyPair(e.Cert, e.Key)
		if err != nil {
			return problem.Wrap(err, problem.Failed, "check local.cert and local.key in "+config.File, "load the certificate")
		}
		o.Certificates = []tls.Certificate{cert}
	}
	ln, err := a.listen(e.Address)
	if err != nil {
		return a.taken(err, "app", e.Address)
	}
	srv := ingress.Server(a.proxy, o)
	a.mu.Lock()
	a.servers[e.Address] = srv
	a.mu.Unlock()
	run := func() error { return srv.Serve(ln) }
	if e.Cert != "" {
		run = func() error { return srv.ServeTLS(ln, "", "") }
	}
	go func() {
		if err := run(); !errors.Is(err, http.ErrServerClosed) {
			slog.Error("serve entrance", "app", a.name, "address", e.Address, "error", err)
		}
	}()
	return nil
}

// closeEntrances refuses connections from now on and ends those there are.
func (a *app) closeEntrances(list []entrance) {
	for _, e := range list {
		a.agent.link.Drop(e.Address)
		a.mu.Lock()
		srv := a.servers[e.Address]
		delete(a.servers, e.Address)
		a.mu.Unlock()
		if srv == nil {
			continue
		}
		ctx, cancel := context.WithTimeout(context.Background(), farewell)
		if srv.Shutdown(ctx) != nil {
			srv.Close()
		}
		cancel()
	}
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

const (
	confirmTimes = 3 // answers in a row that must come from the wanted color
	confirmLimit = 10 * time.Second
)

// confirm asks through every entrance, as any client would, until each has
// shown that it obeys the route.
func (a *app) confirm(ctx context.Context, token uint64, c color.Color) error {
	if err := a.check(token); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, confirmLimit)
	defer cancel()
	st, path := a.now(), "/"
	if w := st.Colors[c]; w != nil {
		path = w.Release.Config.Health
	}
	client := &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true, // a new connection is what a new client has
		// It is our own listener on this machine, and its name may be any.
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
	}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, e := range st.Entrances {
		if err := confirmOne(ctx, client, e.url()+path, c); err != nil {
			return fmt.Errorf("confirm %s at %s: %w", c, e.url(), err)
		}
	}
	return nil
}

func confirmOne(ctx context.Context, client *http.Client, url string, want color.Color) error {
	for row := 0; row < confirmTimes; row++ {
		got, err := ask(ctx, client, url)
		if ctx.Err() != nil {
			return fmt.Errorf("the last answer came from %q: %w", got, errors.Join(ctx.Err(), err))
		}
		if err != nil || got != want {
			row = -1
			time.Sleep(10 * time.Millisecond)
		}
	}
	return nil
}

func ask(ctx context.Context, client *http.Client, url string) (color.Color, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return color.None, err
	}
	req.Header.Set("Version-Manager-Probe", "1")
	res, err := client.Do(req)
	if err != nil {
		return color.None, err
	}
	res.Body.Close()
	return color.Color(res.Header.Get("Version-Manager-Color")), nil
}
