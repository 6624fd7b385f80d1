package appcmd

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"version-manager/internal/cli/command"
	"version-manager/internal/cli/targets"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/progress"
	"version-manager/internal/report"
	"version-manager/internal/ui"
)

// runner runs the engine on an opened app and shows what it does.
type runner struct {
	inv   *command.Invocation
	flags *targets.Flags
	app   targets.App
}

// deployRelease takes the target to the requested release. It adds the secrets
// from the environment to the request.
func (r runner) deployRelease(ctx context.Context, req deploy.Request) error {
	secrets, unset := readSecrets(r.inv.Getenv, req.Release.Config.Secrets)
	req.Secrets = secrets
	ports, err := r.checkPorts(ctx, req.Release)
	if err != nil {
		return err
	}
	notes := slices.Concat(unsetNotes(unset), ports, r.userNotes(req.Release))
	err = r.runReported(func(e *deploy.Engine) (report.Report, error) { return e.Run(ctx, req) }, notes...)
	if !errors.Is(err, deploy.ErrAlreadyActive) {
		return err
	}
	if err := r.printNothingToDo(req.Kind, req.Release); err != nil {
		return err
	}
	if req.Kind != deploy.Rollback {
		r.noteUnshipped(ctx, req.Release)
		r.noteKeptSecrets(ctx, req.Release)
	}
	return nil
}

// runReported runs a deploy of any kind and prints its report, even that of a
// deploy which failed. The notes are shown with the deploy's own.
func (r runner) runReported(run func(*deploy.Engine) (report.Report, error), notes ...string) error {
	defer survivePipes()()
	mode := r.inv.ProgressMode()
	if err := r.app.ConfirmTarget(r.inv, *r.flags); err != nil {
		return err
	}
	face := r.inv.Streams.NewDisplay(mode, r.inv.Now)
	reporter := progress.NewReporter(face.ShowEvent, r.inv.Now)
	for _, n := range notes {
		reporter.ReportNote("%s", n)
	}
	report, err := run(r.newEngine(face))
	face.Close()
	if mode == ui.Plain {
		err = withoutLines(err) // the face has shown them already
	}
	if report.Deploy != "" {
		if printErr := r.printReport(report); printErr != nil && err == nil {
			err = printErr
		}
	}
	return err
}

// runShown runs what an engine does besides deploys and shows it in the same
// way.
func (r runner) runShown(do func(*deploy.Engine) error) error {
	defer survivePipes()()
	face := r.inv.Streams.NewDisplay(r.inv.ProgressMode(), r.inv.Now)
	defer face.Close()
	return do(r.newEngine(face))
}

func (r runner) newEngine(face ui.Display) *deploy.Engine {
	return deploy.New(r.app.Target, lockHolder(r.inv.Getenv), deploy.WithEvents(face.ShowEvent))
}

// survivePipes keeps the process alive when nobody reads its output:
// a deploy must not die because its progress went to head(1).
func survivePipes() (restore func()) {
	broken := make(chan os.Signal, 1)
	signal.Notify(broken, syscall.SIGPIPE)
	return func() { signal.Stop(broken) }
}

// withoutLines removes the evidence from a problem.
func withoutLines(err error) error {
	p, ok := errors.AsType[*problem.Problem](err)
	if !ok {
		return err
	}
	bare := *p
	bare.Lines = nil
	return &bare
}

// unsetNotes warns about secrets that are not set.
func unsetNotes(unset []string) []string {
	if len(unset) == 0 {
		return nil
	}
	return []string{"warning: not set, the app will not receive: " + strings.Join(unset, ", ")}
}
