package gateway

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"

	"version-manager/internal/color"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/wire"
)

const (
	// AnswersNeeded is how many good answers in a row a proxy or an entrance
	// must give.
	AnswersNeeded = 3
	// AskInterval is the pause between two questions.
	AskInterval = 20 * time.Millisecond
	// AskTimeout bounds one answer.
	AskTimeout = 3 * time.Second
	// EntranceConfirmTime is how long the entrances must follow where no proxy can
	// be asked.
	EntranceConfirmTime = 3 * time.Second

	maxAnswerBytes = 1 << 20
)

// Question is a request, and the color that must answer it.
type Question struct {
	Host  string
	path  string
	want  color.Color // None: nobody, which is a 503
	probe string      // value of the probe header
}

// NewQuestion asks for the page of the health check, which is cheap.
func (c *Confirmer) NewQuestion(ctx context.Context, host string, want color.Color) Question {
	q := Question{host, "/", want, c.secret.HeaderValue(ctx)}
	o, ok, err := c.cache.FindObject(ctx, "Deployment", c.app.ColorName(want))
	if err != nil || !ok {
		return q
	}
	d, err := kube.ConvertObject[appsv1.Deployment](o)
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

// Answer is what came back.
type Answer struct {
	status int
	color  string
}

// IsAnsweredBy reports whether an answer comes from the color that is wanted.
func (q Question) IsAnsweredBy(a Answer) bool {
	if q.want == color.None {
		return a.status == http.StatusServiceUnavailable && a.color == ""
	}
	return a.color == string(q.want)
}

func (a Answer) String() string {
	if a.color == "" {
		return fmt.Sprintf("status %d from the gateway itself", a.status)
	}
	return fmt.Sprintf("status %d from %s", a.status, a.color)
}

// SendQuestion sends one question.
func SendQuestion(ctx context.Context, client *http.Client, scheme string, q Question) (Answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://"+q.Host+q.path, nil)
	if err != nil {
		return Answer{}, err
	}
	req.Header.Set(wire.HeaderProbe, q.probe)
	res, err := client.Do(req)
	if err != nil {
		return Answer{}, err
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, io.LimitReader(res.Body, maxAnswerBytes)); err != nil {
		return Answer{}, err
	}
	return Answer{res.StatusCode, res.Header.Get(wire.HeaderColor)}, nil
}
