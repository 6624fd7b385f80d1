package pki

import (
	"fmt"
	"os"
	"path/filepath"

	"sigs.k8s.io/yaml"

	"version-manager/internal/kit/atomicfile"
)

// The parts of a kubeconfig that we need. JSON encodes []byte as base64.
type (
	kubeconfig struct {
		APIVersion     string         `json:"apiVersion"`
		Kind           string         `json:"kind"`
		Clusters       []namedCluster `json:"clusters"`
		Users          []namedUser    `json:"users"`
		Contexts       []namedContext `json:"contexts"`
		CurrentContext string         `json:"current-context"`
	}
	namedCluster struct {
		Name    string `json:"name"`
		Cluster struct {
			Server     string      `json:"server"`
			CA         []byte      `json:"certificate-authority-data"`
			Extensions []extension `json:"extensions"`
		} `json:"cluster"`
	}
	extension struct {
		Name      string         `json:"name"`
		Extension map[string]any `json:"extension"`
	}
	namedUser struct {
		Name string `json:"name"`
		User struct {
			Certificate []byte `json:"client-certificate-data"`
			Key         []byte `json:"client-key-data"`
		} `json:"user"`
	}
	namedContext struct {
		Name    string `json:"name"`
		Context struct {
			Cluster string `json:"cluster"`
			User    string `json:"user"`
		} `json:"context"`
	}
)

// Kubeconfig describes the kubeconfig of the owner of a certificate.
type Kubeconfig struct {
	Context   string // name of the context and the cluster
	Server    string // URL of the API
	Owner     string // name of the certificate
	Extension string // name of an extension of the cluster's entry
}

// WriteFile writes the kubeconfig to path, with the keys in dir.
func (k Kubeconfig) WriteFile(dir, path string) error {
	var cluster namedCluster
	var user namedUser
	var context namedContext
	var err error
	if cluster.Cluster.CA, err = os.ReadFile(filepath.Join(dir, string(API)+".crt")); err != nil {
		return fmt.Errorf("make kubeconfig: %w", err)
	}
	if user.User.Certificate, err = os.ReadFile(filepath.Join(dir, k.Owner+".crt")); err != nil {
		return fmt.Errorf("make kubeconfig: %w", err)
	}
	if user.User.Key, err = os.ReadFile(filepath.Join(dir, k.Owner+".key")); err != nil {
		return fmt.Errorf("make kubeconfig: %w", err)
	}
	cluster.Name, user.Name, context.Name = k.Context, k.Owner, k.Context
	cluster.Cluster.Server = k.Server
	cluster.Cluster.Extensions = []extension{{Name: k.Extension, Extension: map[string]any{}}}
	context.Context.Cluster, context.Context.User = k.Context, k.Owner
	content, err := yaml.Marshal(kubeconfig{
		APIVersion: "v1", Kind: "Config", CurrentContext: k.Context,
		Clusters: []namedCluster{cluster}, Users: []namedUser{user}, Contexts: []namedContext{context},
	})
	if err != nil {
		return fmt.Errorf("make kubeconfig: %w", err)
	}
	return atomicfile.WriteFile(path, content, 0o600)
}
