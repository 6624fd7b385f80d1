package local

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"version-manager/internal/agent/api"
	"version-manager/internal/journal"
)

// history reads journals through the agent.
type history struct{ t *Target }

// writer adds to them for as long as the session has the lock.
type writer struct{ s *session }

var (
	_ journal.Reader = history{}
	_ journal.Writer = writer{}
)

const deploys = "/deploys"

func deployPath(id string) string { return deploys + "/" + url.PathEscape(id) }

func (h history) get(ctx context.Context, path string, out any) error {
	return h.t.client.ask(ctx, http.MethodGet, h.t.path(path), nil, out)
}

func (h history) List(ctx context.Context) (ids []string, err error) {
	if h.t.unknown() {
		return nil, nil
	}
	return ids, h.get(ctx, deploys, &ids)
}

func (h history) Read(ctx context.Context, id string) ([]journal.Record, error) {
	if h.t.unknown() {
		return nil, fmt.Errorf("deploy %s: %w", id, journal.ErrNotFound)
	}
	var a api.Journal
	if err := h.get(ctx, deployPath(id), &a); err != nil {
		return nil, err
	}
	if a.Error != nil {
		return a.Records, a.Error.ToError()
	}
	return a.Records, nil
}

func (h history) Attachment(ctx context.Context, id, name string) ([]byte, error) {
	if h.t.unknown() {
		return nil, fmt.Errorf("deploy %s: %w", id, journal.ErrNotFound)
	}
	var c api.Content
	err := h.get(ctx, deployPath(id)+"/"+url.PathEscape(name), &c)
	return c.Content, err
}

func (w writer) Begin(ctx context.Context) (string, error) {
	var id api.Text
	err := w.s.do(ctx, http.MethodPost, deploys, nil, &id)
	return id.Text, err
}

func (w writer) Append(ctx context.Context, id string, r journal.Record) error {
	return w.s.do(ctx, http.MethodPost, deployPath(id), r, nil)
}

func (w writer) Attach(ctx context.Context, id, name string, content []byte) error {
	return w.s.do(ctx, http.MethodPost, deployPath(id)+"/"+url.PathEscape(name), api.Content{Content: content}, nil)
}
