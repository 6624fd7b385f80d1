package kube

import (
	"context"
	"encoding/json"
	"fmt"
)

// Version implements Cluster.
func (c *Client) Version(ctx context.Context) (string, error) {
	b, err := retry(ctx, c, timed(c, func(ctx context.Context) ([]byte, error) {
		return c.raw.Get().AbsPath("/version").Do(ctx).Raw()
	}))
	if err != nil {
		return "", c.explainServer("ask the API server for its version", err)
	}
	var v struct{ GitVersion string }
	if err := json.Unmarshal(b, &v); err != nil || v.GitVersion == "" {
		return "", fmt.Errorf("ask %s for its version: this is no Kubernetes API server", c.Server())
	}
	return v.GitVersion, nil
}
