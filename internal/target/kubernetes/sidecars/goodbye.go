package sidecars

import (
	"context"
	"net/http"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/target/kubernetes/pods"
	"version-manager/internal/wire"
)

const goodbyeTimeout = 2 * time.Second // for all sidecars together

// SendGoodbyes has the sidecars of pods close their WebSockets. A sidecar that
// does not answer is skipped: its connections break when the pod ends.
func SendGoodbyes(ctx context.Context, d pods.Dialer, namespace string, list []*corev1.Pod) {
	ctx, cancel := context.WithTimeout(ctx, goodbyeTimeout)
	defer cancel()
	var wg sync.WaitGroup
	for _, p := range list {
		if pods.SidecarRuns(p) {
			wg.Go(func() { _ = sendGoodbye(ctx, d, namespace, p.Name) })
		}
	}
	wg.Wait()
}

func sendGoodbye(ctx context.Context, d pods.Dialer, namespace, pod string) error {
	c := pods.NewHTTPClient(d, namespace, pod, wire.SidecarAdminPort)
	defer c.CloseIdle()
	return c.SendRequest(ctx, http.MethodPost, "/goodbye", func(*http.Response) error { return nil })
}
