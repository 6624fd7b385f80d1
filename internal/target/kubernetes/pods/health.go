package pods

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"version-manager/internal/manifest"
)

const (
	healthInterval = 250 * time.Millisecond
	healthTimeout  = 2 * time.Second
	healthMaxBytes = 64 << 10        // of a response that are read
	healthKeepTime = 5 * time.Second // after which an instance that nobody asks about is forgotten
)

// HealthChecker sends health checks to instances that are not ready, as the
// kubelet does, to learn the reason. It does so in the background: nobody
// waits for an instance in trouble.
type HealthChecker struct {
	dialer    Dialer
	namespace string

	mu     sync.Mutex
	checks map[types.UID]*healthCheck // by pod
}

type healthCheck struct {
	client  *HTTPClient
	wanted  time.Time // when somebody last asked
	checked time.Time
	running bool
	failure string
}

// NewHealthChecker returns a checker for the pods of a namespace.
func NewHealthChecker(d Dialer, namespace string) *HealthChecker {
	return &HealthChecker{dialer: d, namespace: namespace, checks: map[types.UID]*healthCheck{}}
}

// lastFailure returns what an instance last answered to a health check; "" if
// the answer was good, or nothing is known yet.
func (h *HealthChecker) lastFailure(p *corev1.Pod) string {
	path, port, ok := healthEndpoint(p)
	if !ok {
		return ""
	}
	now := time.Now()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.forgetUnwanted(now)
	check := h.checks[p.UID]
	if check == nil {
		check = &healthCheck{client: NewHTTPClient(h.dialer, h.namespace, p.Name, port)}
		h.checks[p.UID] = check
	}
	check.wanted = now
	if !check.running && now.Sub(check.checked) > healthInterval {
		check.running = true
		go h.runCheck(check, path)
	}
	return check.failure
}

// forgetUnwanted forgets the instances that nobody asks about anymore.
func (h *HealthChecker) forgetUnwanted(now time.Time) {
	for uid, check := range h.checks {
		if now.Sub(check.wanted) > healthKeepTime {
			check.client.CloseIdle()
			delete(h.checks, uid)
		}
	}
}

func (h *HealthChecker) runCheck(check *healthCheck, path string) {
	ctx, cancel := context.WithTimeout(context.Background(), healthTimeout)
	defer cancel()
	err := check.client.SendRequest(ctx, http.MethodGet, path, func(res *http.Response) error {
		_, err := io.Copy(io.Discard, io.LimitReader(res.Body, healthMaxBytes))
		return err
	})
	h.mu.Lock()
	defer h.mu.Unlock()
	check.running, check.checked, check.failure = false, time.Now(), describeFailure(path, err)
}

// describeFailure leaves out of an error what its reader knows already.
func describeFailure(path string, err error) string {
	u, ok := errors.AsType[*url.Error](err)
	switch {
	case err == nil:
		return ""
	case ok && u.Timeout():
		return "GET " + path + ": no answer within " + healthTimeout.String()
	case ok:
		return "GET " + path + ": no answer"
	}
	return err.Error()
}

// healthEndpoint is where the app in a pod answers its health check.
func healthEndpoint(p *corev1.Pod) (path string, port int, ok bool) {
	for _, c := range p.Spec.Containers {
		if c.Name == manifest.AppContainer && c.ReadinessProbe != nil && c.ReadinessProbe.HTTPGet != nil && len(c.Ports) > 0 {
			return c.ReadinessProbe.HTTPGet.Path, int(c.Ports[0].ContainerPort), true
		}
	}
	return "", 0, false
}
