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
type history struct{ target *Target }

// writer adds to journals as long as the session holds the lock.
type writer struct{ session *session }

var (
	_ journal.Reader = history{}
	_ journal.Writer = writer{}
)

const deploysPath = "/deploys"

func deployPath(id string) string { return deploysPath + "/" + url.PathEscape(id) }

// journalFiles are the journals on the disk.
func (t *Target) journalFiles() *journal.Dir {
	return journal.NewDir(filepath.Join(t.state, "apps", t.app, "deploys"))
}

func (h history) getJSON(ctx context.Context, path string, out any) error {
	return h.target.client.askQuickly(ctx, http.MethodGet, h.target.apiPath(path), nil, out)
}

func (h history) ListDeploys(ctx context.Context) (ids []string, err error) {
	if h.target.isUnknown() {
		return nil, nil
	}
	err = h.getJSON(ctx, deploysPath, &ids)
	if errors.Is(err, errNoAgent) {
		return h.target.journalFiles().ListDeploys(ctx)
	}
	return ids, err
}

func (h history) Read(ctx context.Context, id string) ([]journal.Record, error) {
	if h.target.isUnknown() {
		return nil, fmt.Errorf("deploy %s: %w", id, journal.ErrNotFound)
	}
	var a api.JournalAnswer
	err := h.getJSON(ctx, deployPath(id), &a)
	if errors.Is(err, errNoAgent) {
		return h.target.journalFiles().Read(ctx, id)
	}
	if err != nil {
		return nil, err
	}
	if a.Error != nil {
		return a.Records, a.Error.ToError()
	}
	return a.Records, nil
}

func (h history) ReadAttachment(ctx context.Context, id, name string) ([]byte, error) {
	if h.target.isUnknown() {
		return nil, fmt.Errorf("deploy %s: %w", id, journal.ErrNotFound)
	}
	var c api.ContentBody
	err := h.getJSON(ctx, deployPath(id)+"/"+url.PathEscape(name), &c)
	if errors.Is(err, errNoAgent) {
		return h.target.journalFiles().ReadAttachment(ctx, id, name)
	}
	return c.Content, err
}

func (w writer) BeginDeploy(ctx context.Context) (string, error) {
	var id api.TextBody
	err := w.session.callAgent(ctx, http.MethodPost, deploysPath, nil, &id)
	return id.Text, err
}

func (w writer) AppendRecord(ctx context.Context, id string, r journal.Record) error {
	return w.session.callAgent(ctx, http.MethodPost, deployPath(id), r, nil)
}

func (w writer) AttachFile(ctx context.Context, id, name string, content []byte) error {
	return w.session.callAgent(ctx, http.MethodPost, deployPath(id)+"/"+url.PathEscape(name), api.ContentBody{Content: content}, nil)
}
