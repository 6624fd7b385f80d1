package kubernetes

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"version-manager/internal/deploy"
	"version-manager/internal/journal"
	"version-manager/internal/kube"
	"version-manager/internal/target/kubernetes/objects"
)

const (
	keptDeploys = 50              // of the newest, with the one that begins
	thinnedMost = 10              // deploys that are leaving at a time
	thinLimit   = 5 * time.Second // a deploy is waiting
)

// thin makes place for the deploy that is about to begin.
//
//  1. What left the list when the deploy before began is deleted.
//  2. What is not needed any more leaves the list. The caller writes that with
//     the number of the new deploy. The Secrets stay until the next one begins,
//     for whoever has read the list and not yet the journals.
//
// Whoever dies in between leaves Secrets behind that are on no list of deploys
// and still on that of what is leaving. What goes wrong is no reason not to
// deploy: then less leaves, and the next deploy tries again.
func (w writer) thin(ctx context.Context, r roll) roll {
	ctx, cancel := context.WithTimeout(ctx, thinLimit)
	defer cancel()
	r.Leaving = slices.DeleteFunc(slices.Clone(r.Leaving), func(n int) bool { return w.discard(ctx, n) == nil })
	next, err := w.unlist(ctx, r)
	if err != nil {
		return r
	}
	return next
}

// discard deletes all Secrets of a deploy but its backup, which has a rule of
// its own.
func (w writer) discard(ctx context.Context, n int) error {
	of := w.app.LabelSelector() + "," + labelDeploy + "=" + strconv.Itoa(n) + "," + objects.KeepsLabel + "!=" + keepsBackup
	list, err := w.app.Kube.List(ctx, w.app.ObjectRef("Secret", ""), of)
	if err != nil {
		return err
	}
	if err := w.verify(ctx); err != nil {
		return err
	}
	for _, o := range list {
		if err := w.app.Kube.DeleteIf(ctx, &o); err != nil {
			return err
		}
	}
	return nil
}

// unlist takes from the list what is too old and not needed.
func (w writer) unlist(ctx context.Context, r roll) (roll, error) {
	end := min(r.newest+2-keptDeploys, r.Oldest+thinnedMost-len(r.Leaving))
	if end <= r.Oldest {
		return r, nil
	}
	needed, err := w.needed(ctx, r.numbers())
	if err != nil {
		return r, err
	}
	next := roll{newest: r.newest, Oldest: end, Leaving: slices.Clone(r.Leaving)}
	for _, n := range r.numbers() {
		if n >= end {
			break
		}
		run, err := w.past(ctx, n)
		if err != nil {
			return r, err
		}
		if run.Open() || slices.Contains(needed, n) {
			next.Older = append(next.Older, n)
		} else {
			next.Leaving = append(next.Leaving, n)
		}
	}
	return next, nil
}

// needed finds the deploy that made the active release and the one that made
// the release before, however long ago that was: a rollback reads there what to
// go back to, and everybody who does not have those releases what they are.
func (w writer) needed(ctx context.Context, numbers []int) (needed []int, err error) {
	var active deploy.Plan
	for _, n := range slices.Backward(numbers) {
		run, err := w.past(ctx, n)
		if err != nil {
			return nil, err
		}
		if run.Phase != deploy.Done || len(needed) > 0 && run.Plan.To() != active.From {
			continue
		}
		if needed = append(needed, n); len(needed) == 2 || run.Plan.From == "" {
			break
		}
		active = run.Plan
	}
	return needed, nil
}

// past reads a deploy. Of one that is lost or damaged nobody can make any use.
func (w writer) past(ctx context.Context, n int) (deploy.Run, error) {
	id := strconv.Itoa(n)
	o, err := w.readJournal(ctx, id)
	if errors.Is(err, journal.ErrNotFound) {
		return deploy.Run{Damaged: true}, nil
	}
	if err != nil {
		return deploy.Run{}, err
	}
	run, err := deploy.Load(ctx, page{history{w.Target}, o}, id)
	run.Damaged = err != nil
	return run, nil
}

// page reads the one journal that it has, so that a journal which is damaged
// is not taken for one that could not be fetched.
type page struct {
	history
	o *kube.Object
}

var _ journal.Reader = page{}

// Read implements [journal.Reader].
func (p page) Read(context.Context, string) ([]journal.Record, error) { return recordsOf(p.o) }
