package lab

import (
	"context"
	"errors"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/kube"
)

// ListEntrances are all base URLs at which users can come in: the app's own port
// and port 80, on every node.
func (l *Lab) ListEntrances(ctx context.Context) ([]string, error) {
	nodes, err := l.Kube.ListObjects(ctx, kube.Ref{Kind: "Node"}, "")
	if err != nil {
		return nil, err
	}
	var urls []string
	for _, o := range nodes {
		node, err := kube.ConvertObject[corev1.Node](&o)
		if err != nil {
			return nil, err
		}
		for _, a := range node.Status.Addresses {
			if a.Type == corev1.NodeInternalIP {
				urls = append(urls, "http://"+a.Address+":30001", "http://"+a.Address)
			}
		}
	}
	if len(urls) == 0 {
		return nil, errors.New("no node of the cluster has an address")
	}
	return urls, nil
}
