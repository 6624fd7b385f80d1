package deploy

import (
	"context"
	"errors"
	"time"

	"version-manager/internal/color"
)

// stepStop is the only step of a cleanup.
const stepStop = "stop"

// stop tells how f ends the instances of colors, as a deploy tells of its
// steps.
func (e *Engine) stop(ctx context.Context, before Observed, f func() error, colors ...color.Color) error {
	began := time.Now()
	tell := func(ev Event) { ev.Time = time.Now(); e.emit(ev) }
	tell(Event{Kind: EventBegin, App: before.App, Detail: "cleanup", Steps: []string{stepStop}})
	tell(Event{Kind: EventStep, Step: stepStop, Status: StatusRunning})
	err := e.while(ctx, func(now Observed) {
		if detail := ending(before, now, colors...); detail != "" {
			tell(Event{Kind: EventProgress, Step: stepStop, Detail: detail})
		}
	}, f)
	end := Event{Kind: EventStep, Step: stepStop, Status: StatusDone, Elapsed: time.Since(began)}
	switch {
	case errors.Is(err, context.Canceled):
		end.Status, end.Detail = StatusStopped, interruptedText
	case err != nil:
		end.Status, end.Detail = StatusFailed, err.Error()
	case before.count(colors) > 0:
		end.Detail = instances(before.count(colors))
	}
	tell(end)
	return err
}
