package kubernetes

import (
	"context"
	"fmt"
	"net"
	"net/http"

	"version-manager/internal/kit/httpx"
	"version-manager/internal/kube"
)

// line is HTTP to one port inside a pod, by a connection that is kept.
type line struct{ client *http.Client }

func newLine(k kube.Cluster, namespace, pod string, port int) *line {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return k.DialPod(ctx, namespace, pod, port)
	}
	transport := &http.Transport{DialContext: dial, MaxIdleConnsPerHost: 1, IdleConnTimeout: mirrorIdle, DisableCompression: true}
	return &line{httpx.NewNoRedirectClient(transport, 0)}
}

func (l *line) close() { l.client.CloseIdleConnections() }

// do sends a request and has a good answer read; any other is an error.
func (l *line) do(ctx context.Context, method, path string, read func(*http.Response) error) error {
	req, err := http.NewRequestWithContext(ctx, method, "http://pod"+path, nil)
	if err != nil {
		return err
	}
	req.Header.Set("User-Agent", kube.Manager)
	res, err := l.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: %s", method, path, res.Status)
	}
	return read(res)
}
