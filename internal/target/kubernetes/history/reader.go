// Package history keeps an app's journals, attachments and backups in Secrets
// of the cluster.
//
// There is one Secret per deploy, with each record under its number. The
// anchor (see package fenced) owns the Secrets and lists which deploys there
// are. The package knows the engine's journals, but nothing of routes, pods or
// the gateway.
package history

import (
	"context"
	"fmt"
	"strconv"

	"version-manager/internal/journal"
	"version-manager/internal/kube"
	"version-manager/internal/target/kubernetes/objects"
)

// Reader reads the journals that live in the cluster.
type Reader struct{ app *objects.App }

var _ journal.Reader = Reader{}

// NewReader returns a reader, which needs no lock.
func NewReader(app *objects.App) Reader { return Reader{app} }

// ListDeploys implements [journal.Reader].
func (r Reader) ListDeploys(ctx context.Context) ([]string, error) {
	index, err := r.readIndex(ctx)
	if err != nil {
		return nil, fmt.Errorf("list deploys: %w", err)
	}
	var ids []string
	for _, n := range index.listNumbers() {
		ids = append(ids, strconv.Itoa(n))
	}
	return ids, nil
}

// Read implements [journal.Reader].
func (r Reader) Read(ctx context.Context, id string) ([]journal.Record, error) {
	o, err := r.readJournal(ctx, id)
	if err != nil {
		return nil, err
	}
	list, err := parseRecords(o)
	if err != nil {
		return list, fmt.Errorf("journal of deploy %s: %w", id, err)
	}
	return list, nil
}

// ReadAttachment implements [journal.Reader].
func (r Reader) ReadAttachment(ctx context.Context, id, name string) ([]byte, error) {
	secret, err := r.attachmentName(id, name)
	if err != nil {
		return nil, err
	}
	o, err := r.readSecret(ctx, secret, fmt.Sprintf("deploy %s, %s", id, name))
	if err != nil {
		return nil, err
	}
	content, err := unpackContent(o)
	if err != nil {
		return nil, fmt.Errorf("%s of deploy %s: %w", name, id, err)
	}
	return content, nil
}

func (r Reader) readJournal(ctx context.Context, id string) (*kube.Object, error) {
	name, err := r.journalName(id)
	if err != nil {
		return nil, err
	}
	return r.readSecret(ctx, name, "deploy "+id)
}

// readSecret reads a Secret of the history.
func (r Reader) readSecret(ctx context.Context, name, what string) (*kube.Object, error) {
	o, err := r.app.Kube.GetObject(ctx, r.app.ObjectRef("Secret", name))
	if kube.IsNotFound(err) {
		return nil, fmt.Errorf("%s: %w", what, journal.ErrNotFound)
	}
	return o, err
}

// journalName is the Secret of a deploy. The number is padded, so that kubectl
// lists them in order.
func (r Reader) journalName(id string) (string, error) {
	n, err := journal.ParseID(id)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s-deploy-%06d", r.app.Name, n), nil
}
