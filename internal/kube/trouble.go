package kube

import (
	"crypto/tls"
	"errors"
	"fmt"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"version-manager/internal/kit/problem"
)

// explainServer knows the failures that any call may meet.
func (c *Client) explainServer(what string, err error) error {
	if p := c.explainPlugin(err); p != nil {
		return p
	}
	if apierrors.IsUnauthorized(err) {
		return problem.Wrap(err, problem.Failed, c.renewHint(), "%s: %s", what, c.explainRefusal(time.Now()))
	}
	if bad, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return problem.Wrap(bad.Err, problem.Failed, c.KubectlCommand("", "config view --minify"),
			"%s: the certificate of %s is not one that context %q trusts", what, c.ServerAddress(), c.context)
	}
	if judgeTransport(err) && !isAnswer(err) {
		return problem.Wrap(err, problem.Failed, "version-manager cluster status\n"+c.KubectlCommand("", "get --raw /readyz"),
			"%s: the API server %s of context %q does not answer", what, c.ServerAddress(), c.context)
	}
	return fmt.Errorf("%s: %w", what, err)
}

func isAnswer(err error) bool {
	_, ok := errors.AsType[answer](err)
	return ok
}

// explainRefusal says why the server does not accept the user, as far as the
// credentials themselves tell.
func (c *Client) explainRefusal(now time.Time) string {
	for _, e := range listExpiries(c.config) {
		if now.After(e.at) {
			return fmt.Sprintf("the %s of context %q expired at %s", e.what, c.context, e.at.UTC().Format(time.RFC3339))
		}
	}
	return fmt.Sprintf("%s does not accept the user of context %q", c.ServerAddress(), c.context)
}

func (c *Client) renewHint() string {
	if c.config.ExecProvider != nil {
		return "log in again with " + c.config.ExecProvider.Command
	}
	return "get a new kubeconfig for this cluster; of the local one: version-manager cluster up"
}

// explainPlugin returns nil unless the program that a kubeconfig names for
// logging in is the trouble.
func (c *Client) explainPlugin(err error) error {
	_, text, ok := strings.Cut(err.Error(), "getting credentials: ")
	if !ok {
		return nil
	}
	text, _, _ = strings.Cut(text, "\n") // what follows is advice of client-go
	_, name, _ := strings.Cut(text, "executable ")
	if name, _, ok := strings.Cut(name, " not found"); ok {
		others := Options{Kubeconfig: c.kubeconfig}.kubectlCommand("config get-contexts")
		return problem.New(problem.Failed, others,
			"context %q logs in with %s, which is not installed: install it, or choose another context", c.context, name)
	}
	return problem.New(problem.Failed, c.KubectlCommand("", "get --raw /readyz"), "log in to context %q: %s", c.context, text)
}
