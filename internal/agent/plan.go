package agent

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path"
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
)

// loopbackHost is where instances listen. Only the ingress talks to them.
const loopbackHost = "127.0.0.1"

// launchPlan is how the instances of one color are started. An image is run as a
// plain process of this machine: its root file system is a folder, no more.
// The rest of its settings count as they do in a container; see runAs for its
// user.
//
// An instance gets the image's environment, then that of version-manager.yaml,
// then the secrets, and from us HOST and PORT, where it has to listen,
// APP_VERSION, APP_COLOR and APP_INSTANCE, and DATA_DIR, a private folder that
// all instances of the app share and that is its HOME too. Of the operator's
// environment it gets what inheritedEnv lists and nothing else.
type launchPlan struct {
	argv []string
	dir  string        // working folder
	env  []string      // without what differs between instances
	user *process.User // nil: that of this process
	stop syscall.Signal
}

// deferPlan makes a plan when the first instance has to be started. An agent that
// comes back and finds all of them alive neither needs one nor can fail to
// make one.
func deferPlan(h *instanceFiles, store *release.Store, app string, spec deploy.Spec) func() (*launchPlan, error) {
	return sync.OnceValues(func() (*launchPlan, error) {
		return newLaunchPlan(context.Background(), h, store, app, spec)
	})
}

func (p *launchPlan) readyPlan() (*launchPlan, error) { return p, nil }

// newLaunchPlan unpacks the release and finds its program.
func newLaunchPlan(ctx context.Context, h *instanceFiles, store *release.Store, app string, spec deploy.Spec) (*launchPlan, error) {
	r := spec.Release
	img, err := store.Image(r.Image)
	if err != nil {
		return nil, err
	}
	if err := checkSecrets(spec.Secrets); err != nil {
		return nil, err
	}
	asked, err := img.User()
	if err != nil {
		return nil, err
	}
	p := &launchPlan{user: runAs(asked, os.Geteuid())}
	if p.stop, err = stopSignal(img.StopSignal()); err != nil {
		return nil, err
	}
	if err := h.makeDirs(p.user); err != nil {
		return nil, err
	}
	fs := h.imageDir(r.Image)
	if err := store.Unpack(ctx, r.Image, fs, imageOwner(asked, p.user)); err != nil {
		return nil, fmt.Errorf("unpack %s: %w", r.Version, err)
	}
	program, err := findProgram(fs, img)
	if err != nil {
		return nil, err
	}
	data, err := h.makeDataDir(app, p.user)
	if err != nil {
		return nil, err
	}
	p.argv = append([]string{program}, img.Command()[1:]...)
	p.dir = filepath.Join(fs, filepath.FromSlash(img.WorkingDir()))
	p.env = mergeEnv(withPathOf(fs, img.Environ(), inheritedEnv(os.Environ(), p.user == nil)), slices.DeleteFunc(img.Environ(), isPath), envPairs(r.Config.Env), envPairs(spec.Secrets),
		[]string{"HOME=" + data, "DATA_DIR=" + data, "HOST=" + loopbackHost, "APP_VERSION=" + string(r.Version)})
	return p, nil
}

// checkSecrets refuses by name what no process can be given. It does not
// repeat values.
func checkSecrets(secrets map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(secrets)) {
		if err := release.CheckVariable(name, secrets[name]); err != nil {
			return problem.Wrap(err, problem.Failed, "set it to something else, for example encoded as base64", "secrets")
		}
	}
	return nil
}

// stopSignal reads the signal that an image wants to be ended with.
func stopSignal(name string) (syscall.Signal, error) {
	if name == "" {
		return syscall.SIGTERM, nil
	}
	word := strings.ToUpper(name)
	sig := unix.SignalNum("SIG" + strings.TrimPrefix(word, "SIG"))
	if n, err := strconv.Atoi(name); err == nil && n > 0 && n < 65 {
		sig = syscall.Signal(n)
	}
	if sig == 0 {
		return 0, problem.New(problem.Failed, "set STOPSIGNAL to SIGTERM, for example, and build the image again",
			"the image's stop signal %.100q does not exist on this machine", name)
	}
	return sig, nil
}

// envFor completes the environment for one instance.
func (p *launchPlan) envFor(c color.Color, id string, port int) []string {
	return append(slices.Clone(p.env), "PORT="+strconv.Itoa(port), "APP_COLOR="+string(c), "APP_INSTANCE="+id)
}

// inheritedEnv is what an app may know of the operator's environment: how to
// find programs, what time it is and how to reach the world.
// Our folder for temporary files is for our user.
func inheritedEnv(env []string, ourUser bool) (kept []string) {
	names := []string{"PATH", "TZ", "LANG", "SSL_CERT_FILE", "SSL_CERT_DIR",
		"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"}
	if ourUser {
		names = append(names, "TMPDIR")
	}
	for _, e := range env {
		if name, _, _ := strings.Cut(e, "="); slices.Contains(names, name) {
			kept = append(kept, e)
		}
	}
	return kept
}

// isPath: an image's search path is about the image, not about this machine.
func isPath(e string) bool { return strings.HasPrefix(e, "PATH=") }

// searchPath is where the image looks for programs, absolute within it.
func searchPath(env []string) []string {
	search := "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
	for _, e := range env {
		if isPath(e) {
			search = strings.TrimPrefix(e, "PATH=")
		}
	}
	dirs := strings.Split(search, ":")
	for i, dir := range dirs {
		dirs[i] = path.Join("/", dir)
	}
	return dirs
}

// withPathOf lets an instance find the programs of its image too, which is
// unpacked at fs, if the image says where they are. This machine's come first:
// those of the image may be linked with libraries that are only there.
func withPathOf(fs string, image, inherited []string) []string {
	if strings.Contains(fs, ":") || !slices.ContainsFunc(image, isPath) {
		return inherited
	}
	var dirs []string
	for _, dir := range searchPath(image) {
		dirs = append(dirs, filepath.Join(fs, filepath.FromSlash(dir)))
	}
	for i, e := range inherited {
		if isPath(e) {
			inherited[i] = e + ":" + strings.Join(dirs, ":")
			return inherited
		}
	}
	return append(inherited, "PATH="+strings.Join(dirs, ":"))
}

func envPairs(m map[string]string) (env []string) {
	for name, value := range m {
		env = append(env, name+"="+value)
	}
	slices.Sort(env)
	return env
}

// mergeEnv lets later lists win over earlier ones.
func mergeEnv(lists ...[]string) (env []string) {
	at := map[string]int{}
	for _, e := range slices.Concat(lists...) {
		name, _, _ := strings.Cut(e, "=")
		if i, ok := at[name]; ok {
			env[i] = e
			continue
		}
		at[name] = len(env)
		env = append(env, e)
	}
	return env
}

// findProgram returns the path on this machine of the program that an image
// runs.
func findProgram(fs string, img *release.Image) (string, error) {
	return findProgramIn(fs, img.Command()[0], img.WorkingDir(), img.Environ())
}

// findProgramIn looks for a program as it is named in an image.
func findProgramIn(fs, name, workdir string, env []string) (string, error) {
	root, err := os.OpenRoot(fs)
	if err != nil {
		return "", fmt.Errorf("open unpacked image: %w", err)
	}
	defer root.Close()
	for _, p := range candidatePaths(name, workdir, env) {
		info, err := root.Stat(strings.TrimPrefix(p, "/"))
		if err != nil || info.IsDir() {
			continue
		}
		file := filepath.Join(fs, filepath.FromSlash(p))
		return file, checkRunnable(file, p)
	}
	return "", problem.New(problem.Failed, "see what the image's ENTRYPOINT and CMD name, and build it again",
		"the image's program %q is not in the image", name)
}

// candidatePaths lists the paths, absolute within the image, that name may mean.
func candidatePaths(name, workdir string, env []string) (paths []string) {
	if strings.Contains(name, "/") {
		if !path.IsAbs(name) {
			name = path.Join("/", workdir, name)
		}
		return []string{path.Clean(name)}
	}
	for _, dir := range searchPath(env) {
		paths = append(paths, path.Join(dir, name))
	}
	return paths
}
