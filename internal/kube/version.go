package kube

import (
	"context"
	"encoding/json"
	"fmt"
)

// ServerVersion implements Cluster.
func (c *Client) ServerVersion(ctx context.Context) (string, error) {
	b, err := retryCall(ctx, c, withTimeout(c, func(ctx context.Context) ([]byte, error) {
		return c.raw.Get().AbsPath("/version").Do(ctx).Raw()
	}))
	if err != nil {
		return "", c.explainServer("ask the API server for its version", err)
	}
	var v struct{ GitVersion string }
	if err := json.Unmarshal(b, &v); err != nil || v.GitVersion == "" {
		return "", fmt.Errorf("ask %s for its version: it is not a Kubernetes API server", c.ServerAddress())
	}
	return v.GitVersion, nil
}
