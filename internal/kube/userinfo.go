package kube

import (
	"net/url"
	"strings"

	"k8s.io/client-go/rest"

	"version-manager/internal/kit/problem"
)

// hideUser takes a user and password out of the server's address, which is
// printed, recorded and part of many errors. They go on being sent, unless the
// kubeconfig has better credentials.
func hideUser(rc *rest.Config, o Options) error {
	if !strings.Contains(rc.Host, "@") {
		return nil
	}
	added := ""
	if !strings.Contains(rc.Host, "://") { // client-go decides then
		added = "https://"
	}
	u, err := url.Parse(added + rc.Host)
	if err != nil { // the error would quote it
		return problem.New(problem.Failed, o.kubectlCommand("config view --minify"),
			"the server's address in context %q of the kubeconfig is not a URL", o.Context)
	}
	if u.User != nil && !hasCredentials(rc) {
		rc.Username = u.User.Username()
		rc.Password, _ = u.User.Password()
	}
	u.User = nil
	rc.Host = strings.TrimPrefix(u.String(), added)
	return nil
}

// hasCredentials reports whether the configuration says who asks by a header.
func hasCredentials(rc *rest.Config) bool {
	return rc.Username != "" || rc.BearerToken != "" || rc.BearerTokenFile != "" || rc.ExecProvider != nil || rc.AuthProvider != nil
}
