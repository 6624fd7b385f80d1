package local

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"

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

// files are the journals as they lie on the disk.
func (t *Target) files() *journal.Dir {
	return journal.NewDir(filepath.Join(t.state, "apps", t.app, "deploys"))
}

func (h history) get(ctx context.Context, path string, out any) error {
	return h.t.client.ask(ctx, http.MethodGet, h.t.path(path), nil, out)
}

func (h history) List(ctx context.Context) (ids []string, err error) {
	if h.t.unknown() {
		return nil, nil
	}
	err = h.get(ctx, deploys, &ids)
	if errors.Is(err, errNoAgent) {
		return h.t.files().List(ctx)
	}
	return ids, err
}

func (h history) Read(ctx context.Context, id string) ([]journal.Record, error) {
	if h.t.unknown() {
		return nil, fmt.Errorf("deploy %s: %w", id, journal.ErrNotFound)
	}
	var a api.Journal
	err := h.get(ctx, deployPath(id), &a)
	if errors.Is(err, errNoAgent) {
		return h.t.files().Read(ctx, id)
	}
	if err != nil {
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
	if errors.Is(err, errNoAgent) {
		return h.t.files().Attachment(ctx, id, name)
	}
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
