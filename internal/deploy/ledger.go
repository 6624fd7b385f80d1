package deploy

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"version-manager/internal/journal"
	"version-manager/internal/progress"
)

// move journals a change of phase. The report is written before a phase that
// ends the deploy, so that an ended deploy always has one.
func (r *runner) move(t Trigger, why error) error {
	next, err := r.run.Phase.Next(t)
	if err != nil {
		return err
	}
	body := phaseBody{On: t, To: next}
	switch {
	case t == Interrupted:
		body.Why = progress.Interrupted
	case why != nil:
		body.Why = why.Error()
		r.blame(why)
	}
	if next.Ended() || next == Stuck {
		if err := r.attachReport(next); err != nil {
			r.progress.ReportNote("the report could not be kept: %v", err)
		}
	}
	return r.append(phaseRecord, body)
}

// blame adds what failed to what failed before.
func (r *runner) blame(why error) {
	if r.cause == nil || r.cause.Error() == why.Error() {
		r.cause = why
		return
	}
	r.cause = both(r.cause, why)
}

// both says two errors in one line.
func both(a, b error) error {
	if b == nil {
		return a
	}
	return fmt.Errorf("%w; %w", a, b)
}

var errJournal = errors.New("the journal could not be written")

// append journals one record and applies it to the run, by the code that
// replays a journal, so that memory and disk cannot differ.
func (r *runner) append(typ string, body any) error {
	encoded, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("%w: %w", errJournal, err)
	}
	rec := journal.Record{Seq: r.run.seq + 1, Time: time.Now().UTC().Round(0), Type: typ, Body: encoded}
	killPoint("before", rec.Seq)
	if err := r.hold.Journal().Append(r.hold.life, r.run.ID, rec); err != nil {
		return fmt.Errorf("%w: %w", errJournal, err)
	}
	killPoint("after", rec.Seq)
	if err := r.run.apply(rec); err != nil {
		return fmt.Errorf("%w: %w", errJournal, err)
	}
	return nil
}
