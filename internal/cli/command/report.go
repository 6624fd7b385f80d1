package command

import (
	"version-manager/internal/progress"
)

// WithReporter runs do, which reports what it does, and shows the steps as
// those of a deploy are shown. The running step ends with do.
func (inv *Invocation) WithReporter(o progress.Operation, do func(*progress.Reporter) error) error {
	face := inv.Streams.NewDisplay(inv.ProgressMode(), inv.Now)
	defer face.Close()
	r := progress.NewReporter(face.ShowEvent, inv.Now)
	r.BeginOperation(o)
	err := do(r)
	result := progress.Result{Status: progress.StatusDone}
	if err != nil {
		result.Status = progress.StatusFailed // the error itself is printed at the end
	}
	r.EndStep(result)
	return err
}
