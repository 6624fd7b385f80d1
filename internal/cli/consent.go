package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"version-manager/internal/deploy"
	"version-manager/internal/kit/atomicfile"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
	"version-manager/internal/ui"
)

// elsewhere is a target that is not this machine. A kubeconfig's current
// context is easily another than the one that a person has in mind.
type elsewhere interface {
	// Where names context, server and namespace, and contacts nobody.
	Where() deploy.Cluster
}

// consentFile is where a user's base folder keeps the clusters that this user
// has agreed to, by the name of the context. It is with none of the apps, so
// that nobody can bring an answer along.
const consentFile = "contexts.json"

// maxConsent is far more than the file has.
const maxConsent = 1 << 20

// agreement is one of those clusters. A name and an address are easily taken
// by another one; its authority is not.
type agreement struct {
	Server    string `json:"server"`
	Authority string `json:"authority,omitempty"`
}

// allow makes sure that a person means this cluster before it is changed for
// the first time by this user.
func (a *app) allow(p place, t deploy.Target) error {
	remote, ok := t.(elsewhere)
	if !ok {
		return nil
	}
	return a.mean(p, remote.Where())
}

// mean makes sure that a person means this place in a cluster.
func (a *app) mean(p place, where deploy.Cluster) error {
	agreed, err := p.agreed()
	now := agreement{where.Server, where.Authority}
	if err != nil || agreed[where.Context] == now {
		return err
	}
	if err := a.askFor(where, agreed[where.Context]); err != nil {
		return err
	}
	agreed[where.Context] = now
	return p.agree(agreed)
}

// askFor asks, unless the call has answered already.
func (a *app) askFor(where deploy.Cluster, before agreement) error {
	if a.global.yes || a.global.cluster.context == where.Context {
		return nil
	}
	if !a.asks() {
		hint := a.again("--context", where.Context)
		return problem.New(problem.Usage, hint, "context %s (%s, namespace %s) was not used from here before, and there is no terminal to ask for confirmation",
			where.Context, where.Server, where.Namespace)
	}
	facts := ui.Table{Uncut: true}
	facts.Add("context", where.Context)
	facts.Add("server", where.Server)
	switch {
	case before.Server == where.Server:
		facts.Add("before", "the same address, with another certificate authority")
	case before.Server != "":
		facts.Add("before", before.Server)
	}
	facts.Add("namespace", where.Namespace)
	if err := facts.Print(a.io.Err); err != nil {
		return err
	}
	answer, err := a.prompt("this changes a cluster that was not used from here before; is it the one you mean? [y/N] ")
	if err != nil {
		return err
	}
	if !strings.EqualFold(answer, "y") && !strings.EqualFold(answer, "yes") {
		return problem.New(problem.Interrupted, "kubectl config get-contexts", "canceled, nothing was changed")
	}
	return nil
}

// again is the command line of this call, with more words.
func (a *app) again(more ...string) string {
	words := append(append([]string{"version-manager"}, a.args...), more...)
	for i, w := range words {
		words[i] = kube.Quoted(w)
	}
	return strings.Join(words, " ")
}

// agreed reads what the user has agreed to.
func (p place) agreed() (map[string]agreement, error) {
	servers := map[string]agreement{}
	if p.base == "" {
		return servers, nil
	}
	content, err := atomicfile.Read(filepath.Join(p.base, consentFile), maxConsent)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return servers, nil
	case err != nil:
		return nil, fmt.Errorf("read the contexts that were used before: %w", err)
	}
	if json.Unmarshal(content, &servers) != nil {
		return map[string]agreement{}, nil // of a damaged record nothing was agreed to
	}
	return servers, nil
}

// agree remembers an answer. Without a place for it, the next call asks again.
func (p place) agree(servers map[string]agreement) error {
	if p.base == "" {
		return nil
	}
	content, err := json.MarshalIndent(servers, "", "  ")
	if err != nil {
		return err
	}
	err = atomicfile.MakeDir(p.base)
	if err == nil {
		err = atomicfile.Write(filepath.Join(p.base, consentFile), append(content, '\n'), 0o600)
	}
	if err != nil {
		return fmt.Errorf("remember the context: %w", err)
	}
	return nil
}
