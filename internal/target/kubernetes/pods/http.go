package pods

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"version-manager/internal/kit/httpx"
	"version-manager/internal/kube"
)

const idleConnTimeout = 30 * time.Second

// Dialer connects to a port inside a pod; a kube.Cluster does.
type Dialer interface {
	DialPod(ctx context.Context, namespace, pod string, port int) (net.Conn, error)
}

// HTTPClient sends requests to one port of one pod, over a connection that it
// keeps.
type HTTPClient struct{ client *http.Client }

// NewHTTPClient returns a client that connects with its first request.
func NewHTTPClient(d Dialer, namespace, pod string, port int) *HTTPClient {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return d.DialPod(ctx, namespace, pod, port)
	}
	transport := &http.Transport{DialContext: dial, MaxIdleConnsPerHost: 1, IdleConnTimeout: idleConnTimeout, DisableCompression: true}
	return &HTTPClient{httpx.NewNoRedirectClient(transport, 0)}
}

// CloseIdle closes the connection unless a request is using it.
func (c *HTTPClient) CloseIdle() { c.client.CloseIdleConnections() }

// SendRequest sends a request and calls read with the response. A status other
// than 2xx is an error.
func (c *HTTPClient) SendRequest(ctx context.Context, method, path string, read func(*http.Response) error) error {
	req, err := http.NewRequestWithContext(ctx, method, "http://pod"+path, nil)
	if err != nil {
		return err
	}
	req.Header.Set("User-Agent", kube.FieldManager)
	res, err := c.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: %s", method, path, res.Status)
	}
	return read(res)
}
