package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"version-manager/internal/kit/testenv"
)

const nobody = 65534

// user is a person with a home folder and a clone in it.
type user struct {
	home, work string
	env        []string
	credential *syscall.Credential // nil: ourselves
	page       string              // where the app answers
}

// newUser makes a home folder, with nothing in it.
func newUser(ctx context.Context) (*user, error) {
	dir, err := os.MkdirTemp("", "newuser-")
	if err != nil {
		return nil, err
	}
	u := &user{home: dir, work: filepath.Join(dir, "version-manager")}
	if u.env, err = environ(ctx, dir); err != nil {
		return nil, err
	}
	if os.Geteuid() == 0 {
		u.credential = &syscall.Credential{Uid: nobody, Gid: nobody}
		return u, os.Chown(dir, nobody, nobody)
	}
	return u, nil
}

// environ has what a login shell sets, and where modules are downloaded from.
func environ(ctx context.Context, home string) ([]string, error) {
	env := []string{"HOME=" + home, "PWD=" + home, "TERM=dumb"}
	for _, name := range []string{"PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"} {
		if v := os.Getenv(name); v != "" {
			env = append(env, name+"="+v)
		}
	}
	settings, err := testenv.GoSettings(ctx, "GOPROXY", "GOSUMDB", "GONOSUMDB", "GOTOOLCHAIN")
	if err != nil {
		return nil, err
	}
	return append(append(env, settings...), "GOFLAGS=-modcacherw"), nil // so that the modules can be removed afterwards
}

// command runs a program in the clone, as the user.
func (u *user) command(ctx context.Context, out io.Writer, argv ...string) error {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = u.work, u.env, out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: u.credential, Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 10 * time.Second
	return cmd.Run()
}

// clone copies what is committed, and gives it to the user.
func (u *user) clone(ctx context.Context) error {
	out, err := exec.CommandContext(ctx, "git", "clone", "-q", "--no-hardlinks", ".", u.work).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	if u.credential == nil {
		return nil
	}
	return filepath.WalkDir(u.work, func(path string, _ os.DirEntry, err error) error {
		return errors.Join(err, os.Lchown(path, nobody, nobody))
	})
}

func (u *user) makeRun(ctx context.Context) error {
	var said bytes.Buffer
	if err := u.command(ctx, io.MultiWriter(os.Stdout, &said), "make", "run"); err != nil {
		return err
	}
	m := regexp.MustCompile(`(?m)^open\s+(http://\S+)`).FindStringSubmatch(said.String())
	switch {
	case m == nil:
		return errors.New("no address was printed")
	case strings.HasSuffix(m[1], ":30001"):
		return fmt.Errorf("the app is said to be at %s, which is another user's", m[1])
	case u.page != "" && u.page != m[1]:
		return fmt.Errorf("the app moved from %s to %s", u.page, m[1])
	}
	u.page = m[1]
	return nil
}

func (u *user) askForPage(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.page, nil)
	if err != nil {
		return err
	}
	res, err := (&http.Client{Timeout: 10 * time.Second}).Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil || res.StatusCode != http.StatusOK || !strings.Contains(string(body), "Caloguessr") {
		return fmt.Errorf("%s answered %s with %.200q, %w", u.page, res.Status, body, err)
	}
	return nil
}

// leave stops the app, ends what else still runs from the home folder, and
// removes that.
func (u *user) leave() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var err error
	if _, missing := os.Stat(filepath.Join(u.work, "bin/version-manager")); missing == nil {
		err = u.command(ctx, os.Stdout, "bin/version-manager", "cleanup", "--yes")
	}
	for _, pid := range processesBelow(u.home) {
		err = errors.Join(err, syscall.Kill(pid, syscall.SIGKILL))
	}
	return errors.Join(err, os.RemoveAll(u.home))
}

// processesBelow are those whose program or working folder lies below dir. It
// finds none where there is no /proc; what the app started ends with it.
func processesBelow(dir string) (pids []int) {
	links, _ := filepath.Glob("/proc/[0-9]*/exe")
	cwds, _ := filepath.Glob("/proc/[0-9]*/cwd")
	for _, link := range append(links, cwds...) {
		to, err := os.Readlink(link)
		if err != nil || !strings.HasPrefix(to, dir+"/") {
			continue
		}
		var pid int
		if _, err := fmt.Sscanf(link, "/proc/%d/", &pid); err == nil && !slices.Contains(pids, pid) {
			pids = append(pids, pid)
		}
	}
	return pids
}
