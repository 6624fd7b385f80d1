package kube

import (
	"net/http"
	"net/url"

	"k8s.io/client-go/tools/clientcmd/api"
)

// DirectExtension is the name of an extension that a cluster in a kubeconfig may have:
// the proxy of the environment does not lead there, as to a cluster on this
// very machine. A kubeconfig has a field for a proxy of its own, and none for
// having none. kubectl does not know it and wants the address in NO_PROXY.
const DirectExtension = "version-manager/direct"

func isDirect(file *api.Config, context string) bool {
	c := file.Clusters[file.Contexts[context].Cluster]
	return c != nil && c.Extensions[DirectExtension] != nil
}

func noProxy(*http.Request) (*url.URL, error) { return nil, nil }
