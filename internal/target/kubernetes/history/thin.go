package history

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
	maxKeptDeploys    = 50              // of the newest, with the one that begins
	maxLeavingDeploys = 10              // at a time
	thinTimeout       = 5 * time.Second // a deploy is waiting
)

// thinHistory makes room for the deploy that is about to begin.
//
//  1. It deletes the deploys that left the list when the deploy before began.
//  2. It takes deploys off the list that are no longer needed. The caller
//     writes the list together with the number of the new deploy. The Secrets
//     stay until the next one begins, for readers who have read the list and
//     not yet the journals.
//
// If it dies in between, the Secrets that are left are on no list of deploys
// and still on that of the leaving ones. An error is no reason not to deploy:
// fewer deploys leave then, and the next deploy tries again.
func (w *Writer) thinHistory(ctx context.Context, x journalIndex) journalIndex {
	ctx, cancel := context.WithTimeout(ctx, thinTimeout)
	defer cancel()
	x.Leaving = slices.DeleteFunc(slices.Clone(x.Leaving), func(n int) bool { return w.deleteDeploy(ctx, n) == nil })
	next, err := w.dropUnneeded(ctx, x)
	if err != nil {
		return x
	}
	return next
}

// deleteDeploy deletes all Secrets of a deploy except its backup, which has a
// rule of its own.
func (w *Writer) deleteDeploy(ctx context.Context, n int) error {
	of := w.app.LabelSelector() + "," + deployLabel + "=" + strconv.Itoa(n) + "," + objects.KeepsLabel + "!=" + keepsBackup
	list, err := w.app.Kube.ListObjects(ctx, w.app.ObjectRef("Secret", ""), of)
	if err != nil {
		return err
	}
	if err := w.out.VerifyHeld(ctx); err != nil {
		return err
	}
	for _, o := range list {
		if err := w.app.Kube.DeleteUnchanged(ctx, &o); err != nil {
			return err
		}
	}
	return nil
}

// dropUnneeded takes deploys off the list that are too old and not needed.
func (w *Writer) dropUnneeded(ctx context.Context, x journalIndex) (journalIndex, error) {
	end := min(x.newest+2-maxKeptDeploys, x.Oldest+maxLeavingDeploys-len(x.Leaving))
	if end <= x.Oldest {
		return x, nil
	}
	needed, err := w.findNeeded(ctx, x.listNumbers())
	if err != nil {
		return x, err
	}
	next := journalIndex{newest: x.newest, Oldest: end, Leaving: slices.Clone(x.Leaving)}
	for _, n := range x.listNumbers() {
		if n >= end {
			break
		}
		run, err := w.readRun(ctx, n)
		if err != nil {
			return x, err
		}
		if run.IsOpen() || slices.Contains(needed, n) {
			next.Older = append(next.Older, n)
		} else {
			next.Leaving = append(next.Leaving, n)
		}
	}
	return next, nil
}

// findNeeded finds the deploys of the active release and of the one before it,
// however old they are: a rollback reads there what to go back to, and anyone who
// lacks those releases what they are.
func (w *Writer) findNeeded(ctx context.Context, numbers []int) (needed []int, err error) {
	var active deploy.Plan
	for _, n := range slices.Backward(numbers) {
		run, err := w.readRun(ctx, n)
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

// readRun reads a deploy. One that is lost or damaged is of no use to anybody.
func (w *Writer) readRun(ctx context.Context, n int) (deploy.Run, error) {
	id := strconv.Itoa(n)
	o, err := w.readJournal(ctx, id)
	if errors.Is(err, journal.ErrNotFound) {
		return deploy.Run{Damaged: true}, nil
	}
	if err != nil {
		return deploy.Run{}, err
	}
	run, err := deploy.LoadRun(ctx, singleJournal{w.Reader, o}, id)
	run.Damaged = err != nil
	return run, nil
}

// singleJournal reads a journal that was fetched before, so that one that is
// damaged is not taken for one that could not be fetched.
type singleJournal struct {
	Reader
	o *kube.Object
}

var _ journal.Reader = singleJournal{}

// Read implements [journal.Reader].
func (s singleJournal) Read(context.Context, string) ([]journal.Record, error) {
	return parseRecords(s.o)
}
