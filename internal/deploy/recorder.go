package deploy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"version-manager/internal/deploy/judge"
	"version-manager/internal/deploy/killpoint"
	"version-manager/internal/journal"
)

var errJournal = errors.New("the journal could not be written")

// recorder writes the journal of one deploy.
type recorder struct {
	writer journal.Writer
	ctx    context.Context // ends with the lock
	run    *Run
}

// appendRecord journals one record and applies it to the run by the code that
// replays a journal, so that memory and disk cannot differ.
func (j *recorder) appendRecord(typ string, body any) error {
	encoded, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("%w: %w", errJournal, err)
	}
	rec := journal.Record{Seq: j.run.seq + 1, Time: time.Now().UTC().Round(0), Type: typ, Body: encoded}
	killpoint.ReachRecord("before", rec.Seq)
	if err := j.writer.AppendRecord(j.ctx, j.run.ID, rec); err != nil {
		return fmt.Errorf("%w: %w", errJournal, err)
	}
	killpoint.ReachRecord("after", rec.Seq)
	if err := j.run.applyRecord(rec); err != nil {
		return fmt.Errorf("%w: %w", errJournal, err)
	}
	return nil
}

// recordBaseline journals how the old color did just before the switch, so
// that even another process can compare the new one with it.
func (j *recorder) recordBaseline(old Side, traffic *measurement, since time.Time) error {
	s, ok := traffic.statsOf(j.run.Plan.Old, since)
	if !ok {
		return nil
	}
	return j.appendRecord(baselineRecord, Baseline{
		Answers: s.Timely, P10: s.P10, P50: s.P50, Errors: judge.ShareOf(old.Errors, old.Requests), Replicas: old.Want,
	})
}
