package history

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"version-manager/internal/journal"
	"version-manager/internal/kube"
	"version-manager/internal/target/kubernetes/fenced"
	"version-manager/internal/target/kubernetes/objects"
)

// Writer adds to the history for as long as the lock is held.
type Writer struct {
	Reader
	out *fenced.Writer

	mu       sync.Mutex
	begun    bool
	journals map[string]*kube.Object // as last written, by id
}

var _ journal.Writer = (*Writer)(nil)

// NewWriter returns a writer that works under a lock.
func NewWriter(out *fenced.Writer) *Writer {
	return &Writer{Reader: NewReader(out.App()), out: out, journals: map[string]*kube.Object{}}
}

// HasBegun reports whether this writer began a deploy. If not, its session
// continues or ends one that another session began.
func (w *Writer) HasBegun() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.begun
}

// MarkBegun notes that this session begins a deploy of its own.
func (w *Writer) MarkBegun() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.begun = true
}

// BeginDeploy implements [journal.Writer]. It returns the newest journal if that is
// still empty: the caller lost the first answer then.
func (w *Writer) BeginDeploy(ctx context.Context) (string, error) {
	index, err := w.readIndex(ctx)
	if err != nil {
		return "", fmt.Errorf("begin journal: %w", err)
	}
	if err := w.out.VerifyHeld(ctx); err != nil {
		return "", err
	}
	w.MarkBegun()
	if index.newest > 0 {
		last, err := w.Read(ctx, strconv.Itoa(index.newest))
		if err == nil && len(last) == 0 {
			return strconv.Itoa(index.newest), nil
		}
	}
	index = w.thinHistory(ctx, index)
	for {
		index.newest++
		id := strconv.Itoa(index.newest)
		switch err := w.createJournal(ctx, id); {
		case errors.Is(err, errNumberTaken):
			continue
		case err != nil:
			return "", fmt.Errorf("begin journal: %w", err)
		}
		return id, w.writeIndex(ctx, index)
	}
}

// errNumberTaken: there is a deploy with that number, which is not on the
// list. Somebody has restored an older list.
var errNumberTaken = errors.New("a journal with that number exists")

// createJournal creates an empty journal. An empty one that exists was created
// by somebody who died before it was on the list.
func (w *Writer) createJournal(ctx context.Context, id string) error {
	name, err := w.journalName(id)
	if err != nil {
		return err
	}
	o, err := w.newSecret(ctx, name, keepsJournal, id)
	if err != nil {
		return err
	}
	if err := w.out.VerifyHeld(ctx); err != nil {
		return err
	}
	_, err = w.app.Kube.CreateObject(ctx, o)
	if !kube.IsAlreadyExists(err) {
		return err
	}
	have, err := w.readJournal(ctx, id)
	if err != nil {
		return err
	}
	if err := w.app.CheckOwner(have); err != nil {
		return err
	}
	if records, err := parseRecords(have); err != nil || len(records) > 0 {
		return errNumberTaken
	}
	return nil
}

// AppendRecord implements [journal.Writer].
func (w *Writer) AppendRecord(ctx context.Context, id string, r journal.Record) error {
	line, err := journal.Encode(r)
	if err != nil {
		return err
	}
	err = fenced.RetryConflicts(ctx, "append", func(ctx context.Context) error {
		o, err := w.lastWritten(ctx, id)
		if err != nil {
			return err
		}
		if err := w.app.CheckOwner(o); err != nil {
			return err
		}
		if err := w.out.VerifyHeld(ctx); err != nil {
			return err
		}
		exists, err := checkNext(o, r)
		if err != nil || exists {
			return err
		}
		o, err = w.app.Kube.PatchObject(ctx, objects.RefOf(o), map[string]any{
			"metadata": map[string]any{"resourceVersion": o.GetResourceVersion()},
			"data":     map[string]any{recordKey(r.Seq): base64.StdEncoding.EncodeToString(line)},
		})
		w.rememberWritten(id, o)
		return err
	})
	if err != nil {
		return fmt.Errorf("journal of deploy %s: %w", id, err)
	}
	return nil
}

// lastWritten is a journal as this writer wrote it last. If it has changed
// since, the precondition of the write finds out.
func (w *Writer) lastWritten(ctx context.Context, id string) (*kube.Object, error) {
	w.mu.Lock()
	o := w.journals[id]
	w.mu.Unlock()
	if o != nil {
		return o, nil
	}
	return w.readJournal(ctx, id)
}

// rememberWritten keeps what a write returned, which after a failed write is
// nil.
func (w *Writer) rememberWritten(id string, o *kube.Object) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.journals[id] = o
}

// StampNewest fences the newest journal off from an earlier holder of the
// lock.
func (w *Writer) StampNewest(ctx context.Context) error {
	index, err := w.readIndex(ctx)
	if err != nil || index.newest == 0 {
		return err
	}
	o, err := w.readJournal(ctx, strconv.Itoa(index.newest))
	if errors.Is(err, journal.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("fence off the previous holder: %w", err)
	}
	if err := w.app.CheckOwner(o); err != nil {
		return err
	}
	return w.out.StampObject(ctx, "Secret", o.GetName())
}
