package onemachine

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"time"

	"version-manager/internal/infra/addons"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
)

// awaitServer returns when the API server is ready, and tells it what only its
// owner can: whom kubelets obey.
func (w *work) awaitServer(ctx context.Context) error {
	if w.dir.isKilled(ServerNode) {
		return problem.New(problem.Failed, "version-manager cluster heal-node "+ServerNode, "the node with the API server was killed")
	}
	ask, err := w.asker()
	if err != nil {
		return err
	}
	if err := await(ctx, startTime, "the API server", ask); err != nil {
		return err
	}
	client, err := w.client()
	if err != nil {
		return err
	}
	_, err = client.Apply(ctx, &kube.Object{Object: map[string]any{
		"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
		"metadata": map[string]any{"name": "version-manager:apiserver-at-kubelets"},
		"roleRef":  map[string]any{"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "system:kubelet-api-admin"},
		"subjects": []any{map[string]any{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": apiserverAtKubelet}},
	}})
	return err
}

// asker asks the API server whether it is ready, which needs no name.
func (w *work) asker() (func(context.Context) bool, error) {
	ca, err := os.ReadFile(w.dir.key("ca.crt"))
	if err != nil {
		return nil, fmt.Errorf("read the cluster's authority: %w", err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	client := &http.Client{
		Timeout:   2 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS13}, DisableKeepAlives: true},
	}
	return func(ctx context.Context) bool {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, apiURL()+"/readyz", nil)
		if err != nil {
			return false
		}
		answer, err := client.Do(r)
		if err != nil {
			return false
		}
		_ = answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	}, nil
}

// kubeNode is what we read of a Node.
type kubeNode struct {
	Metadata struct {
		Name   string            `json:"name"`
		Labels map[string]string `json:"labels"`
	} `json:"metadata"`
	Status struct {
		Conditions []struct {
			Type   string `json:"type"`
			Status string `json:"status"`
		} `json:"conditions"`
	} `json:"status"`
}

func (n kubeNode) ready() bool {
	for _, c := range n.Status.Conditions {
		if c.Type == "Ready" {
			return c.Status == "True"
		}
	}
	return false
}

func kubeNodes(ctx context.Context, client kube.Cluster) (map[string]kubeNode, error) {
	list, err := client.List(ctx, kube.Ref{Kind: "Node"}, "")
	if err != nil {
		return nil, fmt.Errorf("list nodes: %w", err)
	}
	byName := map[string]kubeNode{}
	for i := range list {
		n, err := kube.As[kubeNode](&list[i])
		if err != nil {
			return nil, err
		}
		byName[n.Metadata.Name] = *n
	}
	return byName, nil
}

// awaitNodes returns when all nodes are ready, but for those that somebody
// killed or cut off on purpose.
func (w *work) awaitNodes(ctx context.Context) error {
	client, err := w.client()
	if err != nil {
		return err
	}
	for _, n := range w.spec.nodes() {
		if w.dir.isKilled(n.Name) || w.network.isCut(n) {
			continue
		}
		if err := await(ctx, startTime, "node "+n.Name, func(ctx context.Context) bool {
			found, err := kubeNodes(ctx, client)
			return err == nil && found[n.Name].ready()
		}); err != nil {
			return err
		}
		if err := label(ctx, client, n); err != nil {
			return err
		}
	}
	return nil
}

// label says what a node is for; a kubelet may not say that of itself.
func label(ctx context.Context, client kube.Cluster, n node) error {
	labels := map[string]any{"node-role.kubernetes.io/" + n.role(): ""}
	_, err := client.Patch(ctx, kube.Ref{Kind: "Node", Name: n.Name}, map[string]any{"metadata": map[string]any{"labels": labels}})
	return err
}

func (w *work) addAddons(ctx context.Context) error {
	client, err := w.client()
	if err != nil {
		return err
	}
	var addresses []string
	for _, n := range w.spec.nodes() {
		addresses = append(addresses, n.Address)
	}
	return addons.InstallBase(ctx, client, addons.Options{Addresses: addresses}, w.Detail)
}
