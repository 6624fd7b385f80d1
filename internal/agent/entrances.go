package agent

import (
	"cmp"
	"errors"
	"net"
	"path/filepath"
	"slices"
	"strconv"

	"version-manager/internal/config"
)

// openEntrances listens wherever local asks for, and returns that. It closes
// nothing: while a deploy runs, its own measurement included, all that was
// open stays open, and one that fails leaves the entrances as they were.
func (a *app) openEntrances(token uint64, local config.Local, project string) ([]entrance, error) {
	before := a.now().Entrances
	asked, err := a.serveAsked(local, project)
	if err == nil {
		err = a.noteEntrances(token, asked, local.Preview)
	}
	if err != nil {
		wasOpen := func(e entrance) bool { return slices.ContainsFunc(before, e.sameAddress) }
		a.closeEntrances(slices.DeleteFunc(asked, wasOpen))
		return nil, err
	}
	return asked, nil
}

// serveAsked serves what local asks for; with an error, what was served until then.
func (a *app) serveAsked(local config.Local, project string) (asked []entrance, err error) {
	host := cmp.Or(local.Address, loopback)
	asked = []entrance{}
	if local.App != 0 {
		e := entrance{Address: net.JoinHostPort(host, strconv.Itoa(local.App))}
		if err := a.serve(e); err != nil {
			return asked, err
		}
		asked = append(asked, e)
	}
	var errs []error
	for _, port := range local.Ingress {
		e := entrance{Address: net.JoinHostPort(host, strconv.Itoa(port)), Ingress: true,
			Cert: inProject(project, local.Cert), Key: inProject(project, local.Key)}
		err := a.serve(e)
		if err == nil {
			return append(asked, e), nil
		}
		errs = append(errs, err)
	}
	return asked, errors.Join(errs...)
}

// noteEntrances makes durable what is served now: asked, and what is open
// from before.
func (a *app) noteEntrances(token uint64, asked []entrance, preview string) error {
	err := a.change(token, func(st *state) {
		list := slices.Clone(asked)
		for _, e := range st.Entrances {
			if a.servers[e.Address] != nil && !slices.ContainsFunc(list, e.sameAddress) {
				list = append(list, e)
			}
		}
		st.Entrances, st.Preview = list, preview
	})
	if err == nil {
		a.proxy.SetPreview(preview)
	}
	return err
}

func inProject(project, file string) string {
	if file == "" || filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(project, file)
}

// unwanted returns the entrances that no color was applied with. While
// nothing runs all stay, for the next try.
func (s state) unwanted() (list []entrance) {
	if len(s.Colors) == 0 {
		return nil
	}
	for _, e := range s.Entrances {
		wanted := false
		for _, w := range s.Colors {
			wanted = wanted || slices.ContainsFunc(w.Entrances, e.sameAddress)
		}
		if !wanted {
			list = append(list, e)
		}
	}
	return list
}

func (e entrance) sameAddress(o entrance) bool { return e.Address == o.Address }
