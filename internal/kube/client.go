package kube

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
)

var _ Cluster = (*Client)(nil)

// Client is a Cluster that was opened from a kubeconfig. Several goroutines
// may use it at once.
type Client struct {
	kubeconfig string // empty: none was named
	context    string
	namespace  string
	config     *rest.Config // for connections into pods
	objects    dynamic.Interface
	raw        rest.Interface

	retryTime  time.Duration // for how long a call is tried again
	tryTimeout time.Duration // how long one try may take
	reached    atomic.Bool   // the server answered at least once
	outage     atomic.Int64  // when it last could not be reached, in Unix nanoseconds
}

// ContextName is the name of the kubeconfig's context, "in-cluster" without one.
func (c *Client) ContextName() string { return c.context }

// ServerAddress is the address of the API server, without a user.
func (c *Client) ServerAddress() string { return c.config.Host }

// AuthorityDigest is a digest of the certificates that vouch for the API server,
// empty where those of the system do.
func (c *Client) AuthorityDigest() string {
	if c.config.Insecure {
		return "unverified"
	}
	ca := c.config.CAData
	if len(ca) == 0 && c.config.CAFile != "" {
		ca, _ = os.ReadFile(c.config.CAFile) // connecting says so if it cannot be read
	}
	if len(ca) == 0 {
		return ""
	}
	sum := sha256.Sum256(bytes.TrimSpace(ca))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// DefaultNamespace implements Cluster.
func (c *Client) DefaultNamespace() string { return c.namespace }

// GetObject implements Cluster.
func (c *Client) GetObject(ctx context.Context, r Ref) (*Object, error) {
	return c.callObject(ctx, "get", r, func(ctx context.Context, api dynamic.ResourceInterface) (*Object, error) {
		return api.Get(ctx, r.Name, metav1.GetOptions{})
	})
}

// ListObjects implements Cluster.
func (c *Client) ListObjects(ctx context.Context, r Ref, selector string) ([]Object, error) {
	k, err := findKind(r.Kind)
	if err != nil {
		return nil, fmt.Errorf("list: %w", err)
	}
	list, err := c.listKind(ctx, k, r, selector)
	if err != nil {
		return nil, err
	}
	return list.items, nil
}

// callObject makes a call about one object, and tries again while that may help.
func (c *Client) callObject(ctx context.Context, verb string, r Ref, f func(context.Context, dynamic.ResourceInterface) (*Object, error)) (*Object, error) {
	k, err := findKind(r.Kind)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", verb, err)
	}
	if r.Name == "" {
		return nil, fmt.Errorf("%s %s: no name", verb, r.Kind)
	}
	return c.callKind(ctx, verb, k, r, f)
}

func (c *Client) callKind(ctx context.Context, verb string, k kind, r Ref, f func(context.Context, dynamic.ResourceInterface) (*Object, error)) (*Object, error) {
	api := c.kindAPI(k, r.Namespace)
	o, err := retryCall(ctx, c, withTimeout(c, func(ctx context.Context) (*Object, error) { return f(ctx, api) }))
	if err != nil {
		return nil, c.explainError(verb, k, r, err)
	}
	return o, nil
}

// kindAPI returns the place of a kind's objects.
func (c *Client) kindAPI(k kind, namespace string) dynamic.ResourceInterface {
	all := c.objects.Resource(k.versionedResource())
	if k.cluster || namespace == AllNamespaces {
		return all
	}
	return all.Namespace(c.resolveNamespace(namespace))
}

// resolveNamespace resolves an empty namespace.
func (c *Client) resolveNamespace(namespace string) string {
	if namespace == "" {
		return c.namespace
	}
	return namespace
}
