package kubernetes

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"

	"version-manager/internal/journal"
	"version-manager/internal/kube"
	"version-manager/internal/target/kubernetes/objects"
)

// history reads the journals that live in the cluster: one Secret per deploy,
// each record under its number.
type history struct{ *Target }

// writer adds to them for as long as the session has the lock.
type writer struct{ *session }

var (
	_ journal.Reader = history{}
	_ journal.Writer = writer{}
)

// History implements [deploy.Target].
func (t *Target) History() journal.Reader { return history{t} }

// Journal implements [deploy.Session].
func (s *session) Journal() journal.Writer { return writer{s} }

// List implements [journal.Reader].
func (h history) List(ctx context.Context) ([]string, error) {
	r, err := h.roll(ctx)
	if err != nil {
		return nil, fmt.Errorf("list deploys: %w", err)
	}
	var ids []string
	for _, n := range r.numbers() {
		ids = append(ids, strconv.Itoa(n))
	}
	return ids, nil
}

// Read implements [journal.Reader].
func (h history) Read(ctx context.Context, id string) ([]journal.Record, error) {
	o, err := h.readJournal(ctx, id)
	if err != nil {
		return nil, err
	}
	list, err := recordsOf(o)
	if err != nil {
		return list, fmt.Errorf("journal of deploy %s: %w", id, err)
	}
	return list, nil
}

// Begin implements [journal.Writer]. It returns the newest journal if that is
// still empty: then somebody asked before and did not get the answer.
func (w writer) Begin(ctx context.Context) (string, error) {
	r, err := w.roll(ctx)
	if err != nil {
		return "", fmt.Errorf("begin journal: %w", err)
	}
	if err := w.verify(ctx); err != nil {
		return "", err
	}
	w.begins()
	if r.newest > 0 {
		last, err := (history{w.Target}).Read(ctx, strconv.Itoa(r.newest))
		if err == nil && len(last) == 0 {
			return strconv.Itoa(r.newest), nil
		}
	}
	r = w.thin(ctx, r)
	for {
		r.newest++
		id := strconv.Itoa(r.newest)
		switch err := w.makeJournal(ctx, id); {
		case errors.Is(err, errTaken):
			continue
		case err != nil:
			return "", fmt.Errorf("begin journal: %w", err)
		}
		return id, w.setRoll(ctx, r)
	}
}

// begins notes that what this session switches is its own deploy.
func (s *session) begins() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begun = true
}

// errTaken: there is a deploy of that number, which is on no list. Somebody has
// put back an older one.
var errTaken = errors.New("there is a journal of that number")

// makeJournal makes an empty journal. An empty one that is there already was
// made by somebody who died before he could tell the anchor.
func (w writer) makeJournal(ctx context.Context, id string) error {
	name, err := w.journalName(id)
	if err != nil {
		return err
	}
	o, err := w.kept(ctx, name, keepsJournal, id)
	if err != nil {
		return err
	}
	if err := w.verify(ctx); err != nil {
		return err
	}
	_, err = w.app.Kube.Create(ctx, o)
	if !kube.IsExists(err) {
		return err
	}
	have, err := w.readJournal(ctx, id)
	if err != nil {
		return err
	}
	if err := w.app.CheckOwner(have); err != nil {
		return err
	}
	if records, err := recordsOf(have); err != nil || len(records) > 0 {
		return errTaken
	}
	return nil
}

// Append implements [journal.Writer].
func (w writer) Append(ctx context.Context, id string, r journal.Record) error {
	line, err := journal.Encode(r)
	if err != nil {
		return err
	}
	err = w.guarded(ctx, "append", func(ctx context.Context) error {
		o, err := w.lastWritten(ctx, id)
		if err != nil {
			return err
		}
		if err := w.app.CheckOwner(o); err != nil {
			return err
		}
		if err := w.verify(ctx); err != nil {
			return err
		}
		there, err := follows(o, r.Seq, line)
		if err != nil || there {
			return err
		}
		o, err = w.app.Kube.Patch(ctx, objects.RefOf(o), map[string]any{
			"metadata": map[string]any{"resourceVersion": o.GetResourceVersion()},
			"data":     map[string]any{recordKey(r.Seq): base64.StdEncoding.EncodeToString(line)},
		})
		w.remember(id, o)
		return err
	})
	if err != nil {
		return fmt.Errorf("journal of deploy %s: %w", id, err)
	}
	return nil
}

// lastWritten is a journal as this session wrote it last. If it has changed
// since, the write's precondition finds out.
func (w writer) lastWritten(ctx context.Context, id string) (*kube.Object, error) {
	w.mu.Lock()
	o := w.journals[id]
	w.mu.Unlock()
	if o != nil {
		return o, nil
	}
	return w.readJournal(ctx, id)
}

// remember keeps what a write returned, or after a failed one nothing.
func (w writer) remember(id string, o *kube.Object) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.journals[id] = o
}

func (t *Target) readJournal(ctx context.Context, id string) (*kube.Object, error) {
	name, err := t.journalName(id)
	if err != nil {
		return nil, err
	}
	return t.readKept(ctx, name, "deploy "+id)
}

// readKept reads a Secret of the anchor.
func (t *Target) readKept(ctx context.Context, name, what string) (*kube.Object, error) {
	o, err := t.app.Kube.Get(ctx, t.app.ObjectRef("Secret", name))
	if kube.IsNotFound(err) {
		return nil, fmt.Errorf("%s: %w", what, journal.ErrNotFound)
	}
	return o, err
}

// journalName is the Secret of a deploy. Padded, so that kubectl lists them in
// order.
func (t *Target) journalName(id string) (string, error) {
	n, err := strconv.Atoi(id)
	if err != nil || n < 1 || strconv.Itoa(n) != id {
		return "", fmt.Errorf("deploy %q: %w: ids are numbers", id, journal.ErrNotFound)
	}
	return fmt.Sprintf("%s-deploy-%06d", t.app.Name, n), nil
}

// stampJournal fences the newest journal off from an earlier holder.
func (s *session) stampJournal(ctx context.Context) error {
	r, err := s.roll(ctx)
	if err != nil || r.newest == 0 {
		return err
	}
	o, err := s.readJournal(ctx, strconv.Itoa(r.newest))
	if errors.Is(err, journal.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("fence off the earlier holder: %w", err)
	}
	if err := s.app.CheckOwner(o); err != nil {
		return err
	}
	return s.stampOne(ctx, "Secret", o.GetName())
}
