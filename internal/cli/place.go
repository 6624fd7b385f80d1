package cli

import (
	"fmt"
	"iter"
	"os"
	"os/user"
	"path/filepath"

	"version-manager/internal/config"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/ownership"
	"version-manager/internal/kit/problem"
	"version-manager/internal/release"
)

// place is the app that a call is about and where its state is.
type place struct {
	folder        // of the state: releases, journals, what the local target keeps
	root   string // folder of version-manager.yaml
	app    config.App
}

// place finds version-manager.yaml and reads it, and the state folder, which
// has to be ours if it exists. It writes nothing.
func (a *app) place() (place, error) {
	p, err := a.unverified()
	if err != nil {
		return p, err
	}
	if err := p.verify(a.trust()); err != nil {
		return p, err
	}
	a.advise(p)
	return p, nil
}

// unverified is place for who may be about to make a state folder ours.
func (a *app) unverified() (p place, err error) {
	if p.root, err = findRoot(a.global.dir, a.trust()); err != nil {
		return p, err
	}
	if p.app, err = readConfig(filepath.Join(p.root, config.File), a.trust()); err != nil {
		return p, err
	}
	p.folder, err = a.locate(p.root, p.app.Name)
	return p, err
}

// trust is whose files this process may believe.
func (a *app) trust() ownership.Trust { return ownership.Of(a.getenv) }

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// prepare makes the state folder, which belongs to this user alone and stays
// out of git.
func (p place) prepare() error { return p.make(p.root) }

func (p place) store() *release.Store { return release.NewStore(p.state) }

// release returns the record of the version that a person typed.
func (p place) release(typed string) (release.Release, error) {
	v, err := release.ParseVersion(typed)
	if err != nil {
		return release.Release{}, problem.New(problem.Usage, "version-manager list", "%s", err.Error())
	}
	return p.store().Get(p.app.Name, v)
}

// deployed is release for a version that runs or ran: what was made on another
// machine is not in this state folder, but its record is in the journals. The
// runs come newest first.
func (p place) deployed(typed string, runs iter.Seq[deploy.Run]) (release.Release, error) {
	rel, err := p.release(typed)
	if problem.KindOf(err) != problem.NotFound {
		return rel, err
	}
	v, _ := release.ParseVersion(typed) // release has parsed it
	for r := range runs {
		if r.Plan.To() == v {
			return r.Plan.Release, nil
		}
	}
	return rel, err
}

// secrets reads the values of the named variables from the environment. What
// is not set is left out, and returned by name.
func (a *app) secrets(names []string) (values map[string]string, unset []string) {
	values = map[string]string{}
	for _, name := range names {
		if v := a.getenv(name); v != "" {
			values[name] = v
		} else {
			unset = append(unset, name)
		}
	}
	return values, unset
}

// holder names this process to whoever finds the target locked.
func (a *app) holder() string {
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	return fmt.Sprintf("%s@%s, process %d", firstOf(a.getenv("USER"), a.getenv("LOGNAME"), account()), host, os.Getpid())
}

// account is who runs this where the environment does not say so, as in a
// pipeline. A number says more than nothing.
func account() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return fmt.Sprintf("user %d", os.Getuid())
}
