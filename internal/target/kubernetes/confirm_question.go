package kubernetes

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	appsv1 "k8s.io/api/apps/v1"

	"version-manager/internal/color"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/probe"
)

// question is what is asked of a proxy, and from whom an answer must come.
type question struct {
	host, path string
	want       color.Color // None: nobody, which is a 503
	shown      string      // by which sidecars know us
}

// question asks for the page of the health checks, which is cheap.
func (t *Target) question(ctx context.Context, host string, want color.Color) question {
	q := question{host, "/", want, t.shown(ctx)}
	o, ok, err := t.cache.FindObject(ctx, "Deployment", t.app.ColorName(want))
	if err != nil || !ok {
		return q
	}
	d, err := kube.As[appsv1.Deployment](o)
	if err != nil {
		return q
	}
	for _, c := range d.Spec.Template.Spec.Containers {
		if p := c.ReadinessProbe; c.Name == manifest.AppContainer && p != nil && p.HTTPGet != nil {
			q.path = "/" + strings.TrimPrefix(p.HTTPGet.Path, "/")
		}
	}
	return q
}

// answer is what came back.
type answer struct {
	status int
	color  string
}

func (q question) met(a answer) bool {
	if q.want == color.None {
		return a.status == http.StatusServiceUnavailable && a.color == ""
	}
	return a.color == string(q.want)
}

func (a answer) String() string {
	if a.color == "" {
		return fmt.Sprintf("status %d from the gateway itself", a.status)
	}
	return fmt.Sprintf("status %d from %s", a.status, a.color)
}

// ask sends one question.
func ask(ctx context.Context, client *http.Client, scheme string, q question) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://"+q.host+q.path, nil)
	if err != nil {
		return answer{}, err
	}
	req.Header.Set(probe.HeaderProbe, q.shown)
	res, err := client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, io.LimitReader(res.Body, 1<<20)); err != nil {
		return answer{}, err
	}
	return answer{res.StatusCode, res.Header.Get(probe.HeaderColor)}, nil
}
