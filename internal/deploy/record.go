package deploy

import (
	"encoding/json"
	"errors"
	"fmt"

	"version-manager/internal/journal"
	"version-manager/internal/progress"
)

// The journal of a deploy has these types of records. Their bodies are a
// contract between processes of different age: fields are only ever added.
const (
	planRecord   = "plan"   // the first one: planBody
	phaseRecord  = "phase"  // phaseBody
	stepRecord   = "step"   // stepBody
	resumeRecord = "resume" // resumeBody: another process takes over

	baselineRecord = "baseline" // Baseline: how the old color did before the switch
)

type planBody struct {
	Plan
	By string `json:"by"`
}

type phaseBody struct {
	On  Trigger `json:"on"`
	To  Phase   `json:"to"`
	Why string  `json:"why,omitempty"`
}

// stepBody with progress.StatusRunning is the intent, any other the outcome.
type stepBody struct {
	Step   string          `json:"step"`
	Status progress.Status `json:"status"`
	Detail string          `json:"detail,omitempty"`
}

type resumeBody struct {
	By string `json:"by"`
}

// errNoPlan: the process died before the first record was whole. Nothing had
// been done.
var errNoPlan = errors.New("the journal is empty: no deploy was started")

// replayRecords makes a Run from the records of its journal, by the same transitions
// that wrote them.
func replayRecords(id string, records []journal.Record) (Run, error) {
	run := Run{ID: id, Phase: Planned}
	if len(records) == 0 {
		return run, errNoPlan
	}
	for _, r := range records {
		if err := run.applyRecord(r); err != nil {
			return run, fmt.Errorf("deploy %s, record %d: %w", id, r.Seq, err)
		}
	}
	return run, nil
}

func (r *Run) applyRecord(rec journal.Record) error {
	r.seq, r.Ended = rec.Seq, rec.Time
	if (rec.Type == planRecord) != (rec.Seq == 1) {
		return fmt.Errorf("unexpected record %q", rec.Type)
	}
	switch rec.Type {
	case planRecord:
		return r.applyPlan(rec)
	case phaseRecord:
		return r.applyPhase(rec)
	case stepRecord:
		return r.applyStep(rec)
	case baselineRecord:
		return json.Unmarshal(rec.Body, &r.Baseline)
	case resumeRecord:
		r.applyResume()
		return nil
	}
	return nil // written by a newer version: of no meaning here
}

func (r *Run) applyPlan(rec journal.Record) error {
	var body planBody
	if err := json.Unmarshal(rec.Body, &body); err != nil {
		return err
	}
	r.Plan, r.By, r.Started = body.Plan, body.By, rec.Time
	return nil
}

// applyResume closes the step that the process before died in.
func (r *Run) applyResume() {
	r.Resumed++
	if n := len(r.Steps); n > 0 && r.Steps[n-1].Status == progress.StatusRunning {
		r.Steps[n-1].Status, r.Steps[n-1].Detail = progress.StatusStopped, "the process that ran it died"
	}
}

func (r *Run) applyPhase(rec journal.Record) error {
	var body phaseBody
	if err := json.Unmarshal(rec.Body, &body); err != nil {
		return err
	}
	next, err := r.Phase.Next(body.On)
	if err != nil {
		return err
	}
	if next != body.To {
		return fmt.Errorf("%s leads to %s, not to %s", body.On, next, body.To)
	}
	r.Phase = next
	r.Wanted = r.Wanted || next == Reverting && (body.On == Interrupted || body.On == Recalled)
	if body.Why != "" {
		r.Why = body.Why
	}
	return nil
}

func (r *Run) applyStep(rec journal.Record) error {
	var body stepBody
	if err := json.Unmarshal(rec.Body, &body); err != nil {
		return err
	}
	if body.Status == progress.StatusRunning {
		r.Steps = append(r.Steps, StepRun{Name: body.Step, Status: body.Status, Started: rec.Time, Ended: rec.Time})
		return nil
	}
	if len(r.Steps) == 0 || r.Steps[len(r.Steps)-1].Name != body.Step {
		return fmt.Errorf("step %q ended but never started", body.Step)
	}
	last := &r.Steps[len(r.Steps)-1]
	last.Status, last.Detail, last.Ended = body.Status, body.Detail, rec.Time
	return nil
}
