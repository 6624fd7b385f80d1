package agent

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"version-manager/internal/agent/process"
	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/problem"
	"version-manager/internal/release"
)

// loopback is where instances listen. Only the ingress talks to them.
const loopback = "127.0.0.1"

// plan is how the instances of one color are started. An image is run as a
// plain process of this machine: its root file system is a folder, no more.
//
// An instance gets the image's environment, then that of version-manager.yaml,
// then the secrets, and from us HOST and PORT, where it has to listen,
// APP_VERSION, APP_COLOR and APP_INSTANCE, and DATA_DIR, a private folder that
// all instances of the app share and that is its HOME too. Of the operator's
// environment it gets what inheritedEnv lists and nothing else.
type plan struct {
	argv []string
	dir  string   // working folder
	env  []string // without what differs between instances
	user *process.User
}

// later makes a plan when the first instance has to be started. An agent that
// comes back and finds all of them alive neither needs one nor can fail to
// make one.
func later(root string, store *release.Store, app string, spec deploy.Spec) func() (*plan, error) {
	return sync.OnceValues(func() (*plan, error) {
		return newPlan(context.Background(), root, store, app, spec)
	})
}

func (p *plan) now() (*plan, error) { return p, nil }

// newPlan unpacks the release below root and finds its program.
func newPlan(ctx context.Context, root string, store *release.Store, app string, spec deploy.Spec) (*plan, error) {
	r := spec.Release
	fs := rootfs(root, r.Image)
	if err := store.Unpack(ctx, r.Image, fs); err != nil {
		return nil, fmt.Errorf("unpack %s: %w", r.Version, err)
	}
	img, err := store.Image(r.Image)
	if err != nil {
		return nil, err
	}
	argv, env, workdir, _ := release.Command(img)
	program, err := findProgram(fs, argv[0], workdir, env)
	if err != nil {
		return nil, err
	}
	data := filepath.Join(root, "data", app)
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, fmt.Errorf("make data folder: %w", err)
	}
	p := &plan{
		argv: append([]string{program}, argv[1:]...),
		dir:  filepath.Join(fs, filepath.FromSlash(path.Clean("/"+workdir))),
	}
	p.env = mergeEnv(inheritedEnv(os.Environ()), slices.DeleteFunc(env, isPath), pairs(r.Config.Env), pairs(spec.Secrets),
		[]string{"HOME=" + data, "DATA_DIR=" + data, "HOST=" + loopback, "APP_VERSION=" + string(r.Version)})
	return p, nil
}

// rootfs is where the image with that digest is unpacked.
func rootfs(root, digest string) string {
	return filepath.Join(root, "rootfs", strings.ReplaceAll(digest, ":", "-"))
}

// envFor completes the environment for one instance.
func (p *plan) envFor(c color.Color, id string, port int) []string {
	return append(slices.Clone(p.env), "PORT="+strconv.Itoa(port), "APP_COLOR="+string(c), "APP_INSTANCE="+id)
}

// inheritedEnv is what an app may know of the operator's environment: how to
// find programs, what time it is and how to reach the world.
func inheritedEnv(env []string) (kept []string) {
	names := []string{"PATH", "TZ", "LANG", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR",
		"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"}
	for _, e := range env {
		if name, _, _ := strings.Cut(e, "="); slices.Contains(names, name) {
			kept = append(kept, e)
		}
	}
	return kept
}

// isPath: an image's search path is about the image, not about this machine.
func isPath(e string) bool { return strings.HasPrefix(e, "PATH=") }

func pairs(m map[string]string) (env []string) {
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

// findProgram returns the path on this machine of a program named as in an image.
func findProgram(fs, name, workdir string, env []string) (string, error) {
	root, err := os.OpenRoot(fs)
	if err != nil {
		return "", fmt.Errorf("open unpacked image: %w", err)
	}
	defer root.Close()
	for _, p := range candidates(name, workdir, env) {
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

// candidates lists the paths, absolute within the image, that name may mean.
func candidates(name, workdir string, env []string) (paths []string) {
	if strings.Contains(name, "/") {
		if !path.IsAbs(name) {
			name = path.Join("/", workdir, name)
		}
		return []string{path.Clean(name)}
	}
	search := "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
	for _, e := range env {
		if isPath(e) {
			search = strings.TrimPrefix(e, "PATH=")
		}
	}
	for dir := range strings.SplitSeq(search, ":") {
		paths = append(paths, path.Join("/", dir, name))
	}
	return paths
}
