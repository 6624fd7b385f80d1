package deploy

import (
	"context"

	"version-manager/internal/progress"
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
	e.report.BeginOperation(progress.Operation{Name: is.title, App: is.app, Steps: []string{is.step}})
	e.report.StartStep(is.step)
	err := e.while(ctx, func(now Observed) {
		if detail := is.look(now); detail != "" {
			e.report.ReportDetail("%s", detail)
		}
	}, f)
	result := progress.ResultOf(err)
	if err == nil {
		result.Detail = is.done
	}
	e.report.EndStep(result)
	return err
}
