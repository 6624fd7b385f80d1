package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"version-manager/internal/atomicfile"
	"version-manager/internal/deploy"
	"version-manager/internal/kube"
	"version-manager/internal/problem"
	"version-manager/internal/ui"
)

// elsewhere is a target that is not this machine. A kubeconfig's current
// context is easily another than the one that a person has in mind.
type elsewhere interface {
	// Where names context, server and namespace, and contacts nobody.
	Where() deploy.Cluster
}

// consentFile is where a state folder keeps the clusters that a person has
// agreed to: the server by the name of its context.
const consentFile = "contexts.json"

// allow makes sure that a person means this cluster before it is changed for
// the first time out of this state folder.
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
	if err != nil || agreed[where.Context] == where.Server {
		return err
	}
	if err := a.askFor(where, agreed[where.Context]); err != nil {
		return err
	}
	agreed[where.Context] = where.Server
	return p.agree(agreed)
}

// askFor asks, unless the call has answered already.
func (a *app) askFor(where deploy.Cluster, before string) error {
	if a.global.yes || a.global.cluster.context == where.Context {
		return nil
	}
	if !a.asks() {
		hint := a.again("--context", where.Context)
		return problem.New(problem.Usage, hint, "context %s (%s, namespace %s) was not used from here before, and there is no terminal to ask whether it is meant",
			where.Context, where.Server, where.Namespace)
	}
	facts := ui.Table{Uncut: true}
	facts.Add("context", where.Context)
	facts.Add("server", where.Server)
	if before != "" {
		facts.Add("before", before)
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
		return problem.New(problem.Interrupted, "kubectl config get-contexts", "you said no, nothing was changed")
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

// agreed reads what people have agreed to.
func (p place) agreed() (map[string]string, error) {
	servers := map[string]string{}
	content, err := os.ReadFile(filepath.Join(p.state, consentFile))
	switch {
	case errors.Is(err, os.ErrNotExist):
		return servers, nil
	case err != nil:
		return nil, fmt.Errorf("read the contexts that were used before: %w", err)
	}
	if json.Unmarshal(content, &servers) != nil {
		return map[string]string{}, nil // of a damaged record nothing was agreed to
	}
	return servers, nil
}

func (p place) agree(servers map[string]string) error {
	content, err := json.MarshalIndent(servers, "", "  ")
	if err != nil {
		return err
	}
	if err := atomicfile.Write(filepath.Join(p.state, consentFile), append(content, '\n'), 0o600); err != nil {
		return fmt.Errorf("remember the context: %w", err)
	}
	return nil
}
