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
	"version-manager/internal/infra/onemachine/components"
	"version-manager/internal/infra/onemachine/topology"
	"version-manager/internal/kit/httpx"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
)

// readyTimeout is for one question to the API server whether it is ready.
const readyTimeout = 2 * time.Second

// waitForServer returns when the API server is ready, and gives it the role
// with which it may call kubelets.
func (op *operation) waitForServer(ctx context.Context) error {
	if op.dir.IsKilled(topology.ServerName) {
		return problem.New(problem.Failed, "version-manager cluster heal-node "+topology.ServerName, "the node with the API server was killed")
	}
	isReady, err := op.newReadyCheck()
	if err != nil {
		return err
	}
	if err := waitUntil(ctx, startTimeout, "the API server", isReady); err != nil {
		return err
	}
	client, err := op.openClient()
	if err != nil {
		return err
	}
	_, err = client.ApplyObject(ctx, &kube.Object{Object: map[string]any{
		"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
		"metadata": map[string]any{"name": "version-manager:apiserver-at-kubelets"},
		"roleRef":  map[string]any{"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "system:kubelet-api-admin"},
		"subjects": []any{map[string]any{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": components.KubeletClient}},
	}})
	return err
}

// newReadyCheck returns a function that asks the API server whether it is
// ready, which needs no user.
func (op *operation) newReadyCheck() (func(context.Context) bool, error) {
	ca, err := os.ReadFile(op.dir.KeyFile("ca.crt"))
	if err != nil {
		return nil, fmt.Errorf("read the cluster's certificate authority: %w", err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS13}, DisableKeepAlives: true}
	client := httpx.NewNoRedirectClient(transport, readyTimeout)
	return func(ctx context.Context) bool {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, topology.APIServerURL()+"/readyz", nil)
		if err != nil {
			return false
		}
		response, err := client.Do(r)
		if err != nil {
			return false
		}
		_ = response.Body.Close()
		return response.StatusCode == http.StatusOK
	}, nil
}

// kubeNode is what we read of a Node object.
type kubeNode struct {
	Metadata struct {
		Name string `json:"name"`
	} `json:"metadata"`
	Status struct {
		Conditions []struct {
			Type   string `json:"type"`
			Status string `json:"status"`
		} `json:"conditions"`
	} `json:"status"`
}

func (n kubeNode) isReady() bool {
	for _, c := range n.Status.Conditions {
		if c.Type == "Ready" {
			return c.Status == "True"
		}
	}
	return false
}

func listKubeNodes(ctx context.Context, client kube.Cluster) (map[string]kubeNode, error) {
	list, err := client.ListObjects(ctx, kube.Ref{Kind: "Node"}, "")
	if err != nil {
		return nil, fmt.Errorf("list nodes: %w", err)
	}
	byName := map[string]kubeNode{}
	for i := range list {
		n, err := kube.ConvertObject[kubeNode](&list[i])
		if err != nil {
			return nil, err
		}
		byName[n.Metadata.Name] = *n
	}
	return byName, nil
}

// waitForNodes returns when all nodes are ready, except those that were killed
// or cut off on purpose.
func (op *operation) waitForNodes(ctx context.Context) error {
	client, err := op.openClient()
	if err != nil {
		return err
	}
	for _, n := range op.spec.ListNodes() {
		if op.dir.IsKilled(n.Name) || op.network.IsCut(n) {
			continue
		}
		isReady := func(ctx context.Context) bool {
			found, err := listKubeNodes(ctx, client)
			return err == nil && found[n.Name].isReady()
		}
		if err := waitUntil(ctx, startTimeout, "node "+n.Name, isReady); err != nil {
			return err
		}
		if err := labelNode(ctx, client, n); err != nil {
			return err
		}
	}
	return nil
}

// labelNode sets a node's role, which a kubelet may not set itself.
func labelNode(ctx context.Context, client kube.Cluster, n topology.Node) error {
	labels := map[string]any{"node-role.kubernetes.io/" + n.RoleName(): ""}
	_, err := client.PatchObject(ctx, kube.Ref{Kind: "Node", Name: n.Name}, map[string]any{"metadata": map[string]any{"labels": labels}})
	return err
}

func (op *operation) installAddons(ctx context.Context) error {
	client, err := op.openClient()
	if err != nil {
		return err
	}
	var addresses []string
	for _, n := range op.spec.ListNodes() {
		addresses = append(addresses, n.Address)
	}
	return addons.InstallBase(ctx, client, addons.Options{Addresses: addresses, Progress: op.Progress})
}
