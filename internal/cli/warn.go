package cli

import (
	"path/filepath"

	"version-manager/internal/kit/problem"
)

// warnForeign says which files that a command is about to believe could have
// been written by others: a kubeconfig names programs to run, and a key makes
// others us. They are the user's own affair, so they are used all the same.
func (a *app) warnForeign(p place, target string) {
	files := append(a.kubeconfigs(), a.registryLogins(p)...)
	if target == localTarget {
		files = p.certificates()
	}
	trust := a.trust()
	for _, file := range files {
		if err := trust.Path(file); err != nil && exists(file) {
			a.note("%s may not be yours alone: %v", file, what(err))
		}
	}
}

// what is an error without its cause, where that adds nothing.
func what(err error) string {
	if p, ok := err.(*problem.Problem); ok {
		return p.What
	}
	return err.Error()
}

// kubeconfigs are the files that say how to reach a cluster, as kubectl finds
// them.
func (a *app) kubeconfigs() []string {
	if named := a.global.cluster.kubeconfig; named != "" {
		return []string{named}
	}
	if list := filepath.SplitList(a.getenv("KUBECONFIG")); len(list) > 0 {
		return list
	}
	if home := a.getenv("HOME"); home != "" {
		return []string{filepath.Join(home, ".kube", "config")}
	}
	return nil
}

// registryLogins is the file of docker login, which names programs too.
func (a *app) registryLogins(p place) []string {
	home, dir := a.getenv("HOME"), a.getenv("DOCKER_CONFIG")
	if p.app.Kubernetes.Registry == "" || home == "" && dir == "" {
		return nil
	}
	return []string{filepath.Join(firstOf(dir, filepath.Join(home, ".docker")), "config.json")}
}

// certificates are the files that HTTPS on this machine is made of.
func (p place) certificates() (files []string) {
	for _, file := range []string{p.app.Local.Cert, p.app.Local.Key} {
		switch {
		case file == "":
		case filepath.IsAbs(file):
			files = append(files, file)
		default:
			files = append(files, filepath.Join(p.root, file))
		}
	}
	return files
}
