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
	"version-manager/test/howto"
)

const nobody = 65534

// user has a home folder and a clone in it.
type user struct {
	home, work string
	env        []string
	credential *syscall.Credential // nil: ourselves
	page       string              // where the app answers
}

// newUser creates an empty home folder.
func newUser(ctx context.Context) (*user, error) {
	dir, err := os.MkdirTemp("", "newuser-")
	if err != nil {
		return nil, err
	}
	u := &user{home: dir, work: filepath.Join(dir, "version-manager")}
	if u.env, err = loginEnviron(ctx, dir); err != nil {
		return nil, err
	}
	if os.Geteuid() == 0 {
		u.credential = &syscall.Credential{Uid: nobody, Gid: nobody}
		return u, os.Chown(dir, nobody, nobody)
	}
	return u, nil
}

// loginEnviron is what a login shell sets, and where modules are downloaded from.
func loginEnviron(ctx context.Context, home string) ([]string, error) {
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

// runCommand runs a program in the clone, as the user.
func (u *user) runCommand(ctx context.Context, out io.Writer, argv ...string) error {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = u.work, u.env, out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: u.credential, Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 10 * time.Second
	return cmd.Run()
}

// runBlock runs a block of commands of a page, in the clone.
func (u *user) runBlock(ctx context.Context, out io.Writer, page, name string) error {
	block, err := howto.ReadBlock(u.work, page, name)
	if err != nil {
		return err
	}
	return u.runCommand(ctx, out, "bash", "-euo", "pipefail", "-c", block.Text)
}

// cloneRepository copies what is committed, and gives it to the user.
func (u *user) cloneRepository(ctx context.Context) error {
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

// runApp starts the app and remembers the address that is printed for it.
func (u *user) runApp(ctx context.Context) error {
	var printed bytes.Buffer
	if err := u.runBlock(ctx, io.MultiWriter(os.Stdout, &printed), "README", "run"); err != nil {
		return err
	}
	m := regexp.MustCompile(`(?m)^open\s+(http://\S+)`).FindStringSubmatch(printed.String())
	switch {
	case m == nil:
		return errors.New("no address was printed")
	case strings.HasSuffix(m[1], ":30001"):
		return fmt.Errorf("the printed address %s belongs to another user", m[1])
	case u.page != "" && u.page != m[1]:
		return fmt.Errorf("the app moved from %s to %s", u.page, m[1])
	}
	u.page = m[1]
	return nil
}

// shipChange changes a text of the app, and deploys it as the README says.
func (u *user) shipChange(ctx context.Context) error {
	const before, after = "What is on your plate?", "What did you eat?"
	file := filepath.Join(u.work, "internal/caloguessr/i18n/en.json")
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if !bytes.Contains(text, []byte(before)) {
		return fmt.Errorf("%s does not contain %q", file, before)
	}
	if err := os.WriteFile(file, bytes.Replace(text, []byte(before), []byte(after), 1), 0o644); err != nil {
		return err
	}
	if err := u.runBlock(ctx, os.Stdout, "README", "ship"); err != nil {
		return err
	}
	return u.checkPage(ctx, after)
}

// checkPage requests the app's page, which has to contain text.
func (u *user) checkPage(ctx context.Context, text string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.page, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept-Language", "en")
	res, err := (&http.Client{Timeout: 10 * time.Second}).Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil || res.StatusCode != http.StatusOK || !strings.Contains(string(body), text) {
		return fmt.Errorf("%s answered %s with %.200q, want %q, %w", u.page, res.Status, body, text, err)
	}
	return nil
}

// removeHome stops the app, ends what else still runs from the home folder,
// and removes that.
func (u *user) removeHome() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var err error
	if _, missing := os.Stat(filepath.Join(u.work, "bin/version-manager")); missing == nil {
		err = u.runCommand(ctx, os.Stdout, "bin/version-manager", "cleanup", "--yes")
	}
	for _, pid := range processesBelow(u.home) {
		err = errors.Join(err, syscall.Kill(pid, syscall.SIGKILL))
	}
	return errors.Join(err, os.RemoveAll(u.home))
}

// processesBelow returns the processes whose program or working folder is below
// dir. Without /proc it finds none; the app ends its own processes anyway.
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
