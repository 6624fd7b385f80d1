package kube

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"time"
)

// StreamLogs implements Cluster.
func (c *Client) StreamLogs(ctx context.Context, r Ref, q LogQuery) (io.ReadCloser, error) {
	pod, err := findKind("Pod")
	if err != nil || r.Kind != "Pod" || r.Name == "" {
		return nil, fmt.Errorf("logs of %s %q: only pods have logs", r.Kind, r.Name)
	}
	stream, err := c.openLog(ctx, r, q)
	if err != nil {
		return nil, c.explainError("read the log of", pod, r, err)
	}
	return stream, nil
}

func (c *Client) openLog(ctx context.Context, r Ref, q LogQuery) (io.ReadCloser, error) {
	return retryCall(ctx, c, func(ctx context.Context) (io.ReadCloser, error) {
		ctx, cancel := context.WithCancel(ctx)
		if !q.Follow { // a follower may wait long for its first line
			timer := time.AfterFunc(c.tryTimeout, cancel)
			defer timer.Stop()
		}
		req := c.raw.Get().AbsPath("/api/v1/namespaces", c.resolveNamespace(r.Namespace), "pods", r.Name, "log")
		for name, value := range q.urlParams() {
			req = req.Param(name, value)
		}
		body, err := req.Stream(ctx)
		if err != nil {
			cancel()
			return nil, err
		}
		return logStream{body, cancel}, nil
	})
}

// logStream ends its request when it is closed.
type logStream struct {
	io.ReadCloser
	cancel context.CancelFunc
}

func (s logStream) Close() error {
	s.cancel()
	return s.ReadCloser.Close()
}

func (q LogQuery) urlParams() map[string]string {
	p := map[string]string{}
	if q.Container != "" {
		p["container"] = q.Container
	}
	if q.Tail > 0 {
		p["tailLines"] = strconv.Itoa(q.Tail)
	}
	if q.Since > 0 {
		p["sinceSeconds"] = strconv.Itoa(q.Since)
	}
	if q.Follow {
		p["follow"] = "true"
	}
	if q.Stamped {
		p["timestamps"] = "true"
	}
	if q.Previous {
		p["previous"] = "true"
	}
	return p
}
