package targets

import (
	"cmp"
	"path/filepath"

	"version-manager/internal/cli/command"
	"version-manager/internal/cli/project"
	"version-manager/internal/kit/problem"
)

// noteForeignFiles names the files that others could have written and that the
// command is about to believe: a kubeconfig names programs to run, and a key
// lets others pose as us. They are the user's own affair, so they are used all
// the same.
func noteForeignFiles(inv *command.Invocation, f Flags, p project.Project, targetName string) {
	files := append(kubeconfigFiles(inv, f.Cluster), registryLogins(inv, p)...)
	if targetName == Local {
		files = p.CertificateFiles()
	}
	trust := project.TrustOf(inv)
	for _, file := range files {
		if err := trust.Path(file); err != nil && project.FileExists(file) {
			inv.PrintNote("warning: others may be able to write to %s: %v", file, withoutCause(err))
		}
	}
}

// withoutCause is the message of an error whose cause adds nothing.
func withoutCause(err error) string {
	if p, ok := err.(*problem.Problem); ok {
		return p.What
	}
	return err.Error()
}

// kubeconfigFiles are the files that say how to reach a cluster, as kubectl
// finds them.
func kubeconfigFiles(inv *command.Invocation, f ClusterFlags) []string {
	if f.Kubeconfig != "" {
		return []string{f.Kubeconfig}
	}
	if list := filepath.SplitList(inv.Getenv("KUBECONFIG")); len(list) > 0 {
		return list
	}
	if home := inv.Getenv("HOME"); home != "" {
		return []string{filepath.Join(home, ".kube", "config")}
	}
	return nil
}

// registryLogins is the file of docker login, which names programs too.
func registryLogins(inv *command.Invocation, p project.Project) []string {
	home, dir := inv.Getenv("HOME"), inv.Getenv("DOCKER_CONFIG")
	if p.App.Kubernetes.Registry == "" || home == "" && dir == "" {
		return nil
	}
	return []string{filepath.Join(cmp.Or(dir, filepath.Join(home, ".docker")), "config.json")}
}
