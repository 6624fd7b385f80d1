// Package launch prepares what the instances of one version run.
//
// [NewPlan] unpacks the image of a release and decides on program, arguments,
// environment, user, and stop signal. [Files] is where images and the data of
// apps lie on this machine. Starting and watching processes is package
// supervisor's.
package launch

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/process"
	"version-manager/internal/release"
	"version-manager/internal/release/ociimage"
)

// LoopbackHost is where instances listen. Only the ingress talks to them.
const LoopbackHost = "127.0.0.1"

// maxSignal is the highest signal number.
const maxSignal = 64

// Plan is how the instances of one color are started. An image runs as a plain
// process of this machine: its root file system is a folder and nothing more.
// Its other settings apply as they do in a container; see runAs for its user.
//
// An instance gets the image's environment, then that of version-manager.yaml,
// then the secrets, and from us HOST and PORT, where it has to listen,
// APP_VERSION, APP_COLOR, and APP_INSTANCE, and DATA_DIR, a private folder that
// all instances of the app share and that is also its HOME. Of the operator's
// environment it gets only what inheritedEnv lists.
type Plan struct {
	Argv       []string
	Dir        string        // working folder
	User       *process.User // nil: that of this process
	StopSignal syscall.Signal

	env []string // without what differs between instances
}

// DeferPlan makes a plan when the first instance has to be started. An agent
// that comes back and finds all instances alive needs no plan, and cannot fail
// to make one.
func DeferPlan(f *Files, store *release.Store, app string, spec deploy.Spec) func() (*Plan, error) {
	return sync.OnceValues(func() (*Plan, error) {
		return NewPlan(context.Background(), f, store, app, spec)
	})
}

// ReadyPlan is DeferPlan for a plan that was made.
func (p *Plan) ReadyPlan() (*Plan, error) { return p, nil }

// NewPlan unpacks the release and finds its program.
func NewPlan(ctx context.Context, f *Files, store *release.Store, app string, spec deploy.Spec) (*Plan, error) {
	r := spec.Release
	img, err := store.OpenImage(r.Image)
	if err != nil {
		return nil, err
	}
	if err := checkSecrets(spec.Secrets); err != nil {
		return nil, err
	}
	asked, err := img.ResolveUser()
	if err != nil {
		return nil, err
	}
	p := &Plan{User: runAs(asked, os.Geteuid())}
	if p.StopSignal, err = stopSignal(img.StopSignal()); err != nil {
		return nil, err
	}
	if err := f.makeDirs(p.User); err != nil {
		return nil, err
	}
	root := f.ImageDir(r.Image)
	if err := store.UnpackImage(ctx, r.Image, root, imageOwner(asked, p.User)); err != nil {
		return nil, fmt.Errorf("unpack %s: %w", r.Version, err)
	}
	program, err := findProgram(root, img)
	if err != nil {
		return nil, err
	}
	data, err := f.makeDataDir(app, p.User)
	if err != nil {
		return nil, err
	}
	p.Argv = append([]string{program}, img.CommandLine()[1:]...)
	p.Dir = filepath.Join(root, filepath.FromSlash(img.WorkingDir()))
	p.env = mergeEnv(withPathOf(root, img.ProcessEnv(), inheritedEnv(os.Environ(), p.User == nil)), slices.DeleteFunc(img.ProcessEnv(), isPath), envPairs(r.Config.Env), envPairs(spec.Secrets),
		[]string{"HOME=" + data, "DATA_DIR=" + data, "HOST=" + LoopbackHost, "APP_VERSION=" + string(r.Version)})
	return p, nil
}

// checkSecrets refuses values that no process can be given. The error names the
// secret and does not contain its value.
func checkSecrets(secrets map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(secrets)) {
		if err := ociimage.CheckVariable(name, secrets[name]); err != nil {
			return problem.Wrap(err, problem.Failed, "set it to another value, for example encoded as base64", "secrets")
		}
	}
	return nil
}

// stopSignal reads the name or number of the signal that an image wants to be
// stopped with.
func stopSignal(name string) (syscall.Signal, error) {
	if name == "" {
		return syscall.SIGTERM, nil
	}
	sig := unix.SignalNum("SIG" + strings.TrimPrefix(strings.ToUpper(name), "SIG"))
	if n, err := strconv.Atoi(name); err == nil && n > 0 && n <= maxSignal {
		sig = syscall.Signal(n)
	}
	if sig == 0 {
		return 0, problem.New(problem.Failed, "set STOPSIGNAL to a signal such as SIGTERM and build the image again",
			"the image's stop signal %.100q does not exist on this machine", name)
	}
	return sig, nil
}

// EnvFor returns the environment of one instance.
func (p *Plan) EnvFor(c color.Color, id string, port int) []string {
	return append(slices.Clone(p.env), "PORT="+strconv.Itoa(port), "APP_COLOR="+string(c), "APP_INSTANCE="+id)
}
