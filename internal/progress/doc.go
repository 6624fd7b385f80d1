// Package progress is how a long command reports what it is doing.
//
// A [Reporter] turns the course of a command into a stream of [Event] values
// and hands them to a [Sink]: the live tree, plain lines, JSON lines, or a
// web page. Deploys, builds, and clusters report in the same way.
//
// A command announces its steps and runs them:
//
//	r := progress.NewReporter(sink, time.Now)
//	r.BeginOperation(progress.Operation{Name: "start", App: "the cluster", Steps: progress.StepNames(steps)})
//	err := r.RunSteps(ctx, steps)
//
// A library takes the reporter as an option and never knows who listens. A
// nil *Reporter is valid and silent:
//
//	type Options struct {
//		Progress *progress.Reporter // may be nil
//	}
//
//	func (b *builder) build(ctx context.Context) error {
//		return b.Progress.RunStep(ctx, "build", func(ctx context.Context) error {
//			b.Progress.ReportDetail("%d of %d packages", n, total)
//			...
//		})
//	}
//
// Where the steps are not functions, [Reporter.StartStep] begins one and ends
// the one before, and [Reporter.EndStep] ends the last:
//
//	b.Progress.StartStep("export")
//	...
//	b.Progress.StartStep("build")
//	...
//	b.Progress.EndStep(progress.ResultOf(err))
package progress
