package deploy

import (
	"context"
	"errors"
	"time"
)

// errand is a change of the target that is no deploy: it has one step and no
// journal, and is told as a deploy tells of its steps.
type errand struct {
	app   string
	title string                // "cleanup"
	step  string                // "stop"
	done  string                // what was done, once it is: "2 instances"; may be empty
	look  func(Observed) string // how far it is; what is empty is not told
}

// perform runs f, which does what is to be done, and tells of it.
func (e *Engine) perform(ctx context.Context, is errand, f func() error) error {
	began := time.Now()
	tell := func(ev Event) { ev.Time = time.Now(); e.emit(ev) }
	tell(Event{Kind: EventBegin, App: is.app, Detail: is.title, Steps: []string{is.step}})
	tell(Event{Kind: EventStep, Step: is.step, Status: StatusRunning})
	err := e.while(ctx, func(now Observed) {
		if detail := is.look(now); detail != "" {
			tell(Event{Kind: EventProgress, Step: is.step, Detail: detail})
		}
	}, f)
	end := Event{Kind: EventStep, Step: is.step, Status: StatusDone, Elapsed: time.Since(began), Detail: is.done}
	switch {
	case errors.Is(err, context.Canceled):
		end.Status, end.Detail = StatusStopped, interruptedText
	case err != nil:
		end.Status, end.Detail = StatusFailed, err.Error()
	}
	tell(end)
	return err
}
