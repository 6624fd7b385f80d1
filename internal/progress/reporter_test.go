package progress_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"version-manager/internal/progress"
)

// recorder keeps the events of a reporter whose clock moves by a second with
// each reading.
func recorder() (*progress.Reporter, *[]progress.Event) {
	var events []progress.Event
	clock := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	now := func() time.Time { clock = clock.Add(time.Second); return clock }
	return progress.NewReporter(func(e progress.Event) { events = append(events, e) }, now), &events
}

func lines(events []progress.Event) (text []string) {
	for _, e := range events {
		text = append(text, fmt.Sprintf("%s %s %s %v %s", e.Kind, e.Step, e.Status, e.Elapsed, e.Detail))
	}
	return text
}

func wantLines(t *testing.T, events []progress.Event, want ...string) {
	t.Helper()
	if got := lines(events); !slices.Equal(got, want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

func TestRunSteps(t *testing.T) {
	r, events := recorder()
	failure := errors.New("no disk")
	err := r.RunSteps(t.Context(), []progress.Step{
		{Name: "files", Run: func(context.Context) error { r.ReportDetail("%d of %d", 1, 2); return nil }},
		{Name: "network", Run: func(context.Context) error { return progress.ErrNothingToDo }},
		{Name: "nodes", Run: func(context.Context) error { return failure }},
		{Name: "never", Run: func(context.Context) error { t.Error("a step ran after a failure"); return nil }},
	})
	if !errors.Is(err, failure) || err.Error() != "nodes: no disk" {
		t.Errorf("err = %v", err)
	}
	wantLines(t, *events,
		"step files running 0s ", "progress files  2s 1 of 2", "step files done 4s ",
		"step network running 0s ", "step network skipped 2s ",
		"step nodes running 0s ", "step nodes failed 2s no disk")
}

func TestRunStepsStopsWithItsContext(t *testing.T) {
	r, events := recorder()
	ctx, cancel := context.WithCancel(t.Context())
	err := r.RunSteps(ctx, []progress.Step{
		{Name: "files", Run: func(ctx context.Context) error { cancel(); return ctx.Err() }},
		{Name: "never", Run: func(context.Context) error { t.Error("a step ran after the end of the context"); return nil }},
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v", err)
	}
	if err := r.RunStep(ctx, "never", func(context.Context) error { t.Error("ran"); return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v", err)
	}
	wantLines(t, *events, "step files running 0s ", "step files stopped 2s interrupted by Ctrl-C")
}

func TestStartStepEndsTheStepBefore(t *testing.T) {
	r, events := recorder()
	r.EndStep(progress.Result{Status: progress.StatusDone}) // none is running: nothing to report
	r.StartStep("export")
	r.StartStep("build")
	r.EndStep(progress.ResultOf(errors.New("exit status 1")))
	r.EndStep(progress.ResultOf(nil))
	wantLines(t, *events,
		"step export running 0s ", "step export done 2s ",
		"step build running 0s ", "step build failed 2s exit status 1")
}

func TestOperation(t *testing.T) {
	r, events := recorder()
	r.BeginOperation(progress.Operation{Name: "create", App: "shop", To: "v1.0.0", Steps: []string{"build"}})
	r.ReportNote("half %s", "full")
	r.EndOperation("done", "")
	got, err := json.Marshal(*events)
	if err != nil {
		t.Fatal(err)
	}
	const want = `[{"time":"2026-01-01T00:00:01Z","deploy":"","kind":"begin","app":"shop","steps":["build"],"to":"v1.0.0","detail":"create"},` +
		`{"time":"2026-01-01T00:00:02Z","deploy":"","kind":"note","detail":"half full"},` +
		`{"time":"2026-01-01T00:00:03Z","deploy":"","kind":"end","outcome":"done"}]`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestEventJSON pins the contract of `--progress json`.
func TestEventJSON(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	got, err := json.Marshal(progress.Event{
		Time: at, Deploy: "000001", Kind: progress.EventProgress, App: "shop", Steps: []string{"start"},
		From: "v1.0.0", To: "v1.1.0", Color: "green", Step: "start", Status: progress.StatusRunning,
		Elapsed: time.Second, Detail: "1/2 ready",
		Side: &progress.ColorStatus{Version: "v1.1.0", Image: "sha256:1", Want: 2, InFlight: 3, Tunnels: 4, Requests: 5, Errors: 6, Edited: "ada",
			Instances: []progress.InstanceStatus{{ID: "green-1", Ready: true, Started: at, Restarts: 1, Reason: "slow", Address: "10.0.0.1", Node: "n1"}}},
		Tally: &progress.RequestCount{Sent: 7, Failed: 8}, Outcome: "done", Lines: []string{"panic"},
	})
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"time":"2026-01-01T00:00:00Z","deploy":"000001","kind":"progress","app":"shop","steps":["start"],` +
		`"from":"v1.0.0","to":"v1.1.0","color":"green","step":"start","status":"running","elapsed":1000000000,"detail":"1/2 ready",` +
		`"side":{"version":"v1.1.0","image":"sha256:1","want":2,"inFlight":3,"tunnels":4,"requests":5,"errors":6,` +
		`"instances":[{"id":"green-1","ready":true,"started":"2026-01-01T00:00:00Z","restarts":1,"reason":"slow","address":"10.0.0.1","node":"n1"}],"edited":"ada"},` +
		`"tally":{"sent":7,"failed":8},"outcome":"done","lines":["panic"]}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestNilReporterIsSilent(t *testing.T) {
	var r *progress.Reporter
	r.BeginOperation(progress.Operation{})
	r.ReportNote("note")
	r.EndOperation("done", "")
	ran := false
	err := r.RunStep(t.Context(), "build", func(context.Context) error { ran = true; r.ReportDetail("half"); return nil })
	if err != nil || !ran {
		t.Errorf("ran = %t, err = %v", ran, err)
	}
}

func TestStepNames(t *testing.T) {
	if got := progress.StepNames([]progress.Step{{Name: "a"}, {Name: "b"}}); !slices.Equal(got, []string{"a", "b"}) {
		t.Error(got)
	}
}
