package deploy

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"version-manager/internal/journal"
	"version-manager/internal/progress"
)

// Run is one deploy as its journal tells it.
type Run struct {
	ID      string    `json:"id"`
	By      string    `json:"by"` // who began it
	Plan    Plan      `json:"plan"`
	Phase   Phase     `json:"phase"`
	Why     string    `json:"why,omitempty"` // what the last failure said
	Started time.Time `json:"started"`
	Ended   time.Time `json:"ended"` // of the last record
	Steps   []StepRun `json:"steps"` // every run of every step, in order
	Resumed int       `json:"resumed,omitempty"`
	Damaged bool      `json:"damaged,omitempty"`   // the journal cannot be read to its end
	Wanted  bool      `json:"takenBack,omitempty"` // a person asked for the rollback; nothing failed

	Baseline Baseline `json:"baseline,omitzero"`

	seq int // of the last record
}

// StepRun is one run of a step.
type StepRun struct {
	Name    string          `json:"name"`
	Status  progress.Status `json:"status"`
	Detail  string          `json:"detail,omitempty"`
	Started time.Time       `json:"started"`
	Ended   time.Time       `json:"ended"`
}

// Took is how long the step ran.
func (s StepRun) Took() time.Duration { return s.Ended.Sub(s.Started) }

// lastStep returns the newest run of a step.
func (r Run) lastStep(name string) (StepRun, bool) {
	for _, s := range slices.Backward(r.Steps) {
		if s.Name == name {
			return s, true
		}
	}
	return StepRun{}, false
}

// LoadRun reads one deploy.
func LoadRun(ctx context.Context, j journal.Reader, id string) (Run, error) {
	records, err := j.Read(ctx, id)
	if err != nil && len(records) == 0 {
		return Run{ID: id, Damaged: true}, err
	}
	run, replayErr := replayRecords(id, records)
	run.Damaged = err != nil || replayErr != nil
	return run, errors.Join(err, replayErr)
}

// ReadHistory reads all deploys, oldest first. What cannot be read of one deploy
// does not hide the others: it is part of the returned error.
func ReadHistory(ctx context.Context, j journal.Reader) ([]Run, error) {
	past, err := NewestFirst(ctx, j)
	if err != nil {
		return nil, err
	}
	var runs []Run
	var damaged []error
	for run, err := range past {
		if err != nil {
			damaged = append(damaged, err)
		}
		if run.Plan.App != "" {
			runs = append(runs, run)
		}
	}
	slices.Reverse(runs)
	slices.Reverse(damaged)
	return runs, errors.Join(damaged...)
}

// NewestFirst yields all deploys, newest first, each with what cannot be read of
// it. A deploy is read when it is asked for: who needs the newest alone must
// not become slower with every deploy before it.
func NewestFirst(ctx context.Context, j journal.Reader) (iter.Seq2[Run, error], error) {
	ids, err := j.ListDeploys(ctx)
	if err != nil {
		return nil, fmt.Errorf("read history: %w", err)
	}
	return func(yield func(Run, error) bool) {
		for _, id := range slices.Backward(ids) {
			run, err := LoadRun(ctx, j, id)
			if !errors.Is(err, errNoPlan) && !yield(run, err) {
				return
			}
		}
	}, nil
}

// newestRun reads the newest deploy alone. Without any it is one that is done.
func newestRun(ctx context.Context, j journal.Reader) (Run, error) {
	past, err := NewestFirst(ctx, j)
	if err != nil {
		return Run{Phase: Done}, err
	}
	for run, err := range past {
		return run, err
	}
	return Run{Phase: Done}, nil
}

// IsOpen reports whether something of the deploy is left to do. Of one whose
// journal is damaged that is unknown, and it cannot be continued: the next
// deploy begins with what the target reports.
func (r Run) IsOpen() bool { return !r.Phase.Ended() && !r.Damaged }

// ExpectedTimes returns the median time that each step took in earlier deploys.
func ExpectedTimes(runs []Run) map[string]time.Duration {
	took := map[string][]time.Duration{}
	for _, r := range runs {
		for _, s := range r.Steps {
			if s.Status == progress.StatusDone {
				took[s.Name] = append(took[s.Name], s.Took())
			}
		}
	}
	medians := make(map[string]time.Duration, len(took))
	for name, all := range took {
		slices.Sort(all)
		medians[name] = all[len(all)/2]
	}
	return medians
}
