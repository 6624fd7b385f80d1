package kubernetes

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

	"version-manager/internal/kube"
	"version-manager/internal/manifest"
)

const (
	healthEvery   = 250 * time.Millisecond
	healthTimeout = 2 * time.Second
	healthMost    = 64 << 10        // bytes of an answer that are read
	healthForget  = 5 * time.Second // after which nobody asked about an instance
)

// doctor asks instances that are not ready for the reason, as the kubelet
// does. It asks in the background: nobody waits for an instance in trouble.
type doctor struct {
	kube      kube.Cluster
	namespace string

	mu       sync.Mutex
	patients map[types.UID]*patient // by pod
}

type patient struct {
	line    *line
	wanted  time.Time // when somebody last wanted to know
	visited time.Time
	under   bool // it is being asked
	says    string
}

func newDoctor(k kube.Cluster, namespace string) *doctor {
	return &doctor{kube: k, namespace: namespace, patients: map[types.UID]*patient{}}
}

// says returns what an instance last answered to a health check, if that was
// no good answer.
func (d *doctor) says(p *corev1.Pod) string {
	path, port, ok := healthOf(p)
	if !ok {
		return ""
	}
	now := time.Now()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dismiss(now)
	who := d.patients[p.UID]
	if who == nil {
		who = &patient{line: newLine(d.kube, d.namespace, p.Name, port)}
		d.patients[p.UID] = who
	}
	who.wanted = now
	if !who.under && now.Sub(who.visited) > healthEvery {
		who.under = true
		go d.visit(who, path)
	}
	return who.says
}

// dismiss forgets whom nobody asks about any more.
func (d *doctor) dismiss(now time.Time) {
	for uid, who := range d.patients {
		if now.Sub(who.wanted) > healthForget {
			who.line.close()
			delete(d.patients, uid)
		}
	}
}

func (d *doctor) visit(who *patient, path string) {
	ctx, cancel := context.WithTimeout(context.Background(), healthTimeout)
	defer cancel()
	err := who.line.do(ctx, http.MethodGet, path, func(res *http.Response) error {
		_, err := io.Copy(io.Discard, io.LimitReader(res.Body, healthMost))
		return err
	})
	d.mu.Lock()
	defer d.mu.Unlock()
	who.under, who.visited, who.says = false, time.Now(), diagnosis(path, err)
}

// diagnosis leaves out of an error what its reader knows.
func diagnosis(path string, err error) string {
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

// healthOf is where the app in a pod is asked for its health.
func healthOf(p *corev1.Pod) (path string, port int, ok bool) {
	for _, c := range p.Spec.Containers {
		if c.Name == manifest.AppContainer && c.ReadinessProbe != nil && c.ReadinessProbe.HTTPGet != nil && len(c.Ports) > 0 {
			return c.ReadinessProbe.HTTPGet.Path, int(c.Ports[0].ContainerPort), true
		}
	}
	return "", 0, false
}
