package ui

import (
	"time"

	"version-manager/internal/progress"
)

// tree is what is known of a deploy so far: a fold over its events.
type tree struct {
	begin        progress.Event
	steps        []stepState
	side         *progress.ColorStatus
	requests     *progress.RequestCount
	notes        []string
	lastLogLines []string // the last ones of an instance that failed
	end          *progress.Event
}

type stepState struct {
	name    string
	status  progress.Status
	since   time.Time // when it began to run
	elapsed time.Duration
	detail  string
}

func (t *tree) applyEvent(e progress.Event) {
	if e.Tally != nil {
		t.requests = e.Tally
	}
	switch e.Kind {
	case progress.EventBegin:
		t.begin = e
		for _, name := range e.Steps {
			t.steps = append(t.steps, stepState{name: name})
		}
	case progress.EventStep:
		t.applyStep(t.findStep(e.Step), e)
	case progress.EventProgress:
		t.side = e.Side
		if e.Detail != "" {
			t.findStep(e.Step).detail = e.Detail
		}
	case progress.EventNote:
		t.notes = append(t.notes, e.Detail)
	case progress.EventEnd:
		t.end, t.side = &e, nil
	}
}

func (t *tree) applyStep(s *stepState, e progress.Event) {
	t.side = e.Side
	t.lastLogLines = append(t.lastLogLines, e.Lines...)
	s.status, s.elapsed = e.Status, e.Elapsed
	if e.Status == progress.StatusRunning {
		s.since = e.Time.Add(-e.Elapsed)
	}
	if e.Detail != "" {
		s.detail = e.Detail
	}
}

// findStep finds a step by name. One that was not announced,
// such as a step of a rollback, is added at the end.
func (t *tree) findStep(name string) *stepState {
	for i := range t.steps {
		if t.steps[i].name == name {
			return &t.steps[i]
		}
	}
	t.steps = append(t.steps, stepState{name: name})
	return &t.steps[len(t.steps)-1]
}
