package howto

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// Shell runs blocks as a reader does in one terminal: the folder and the
// variables that a block leaves behind are those of the next block.
type Shell struct {
	Dir    string
	Env    []string // NAME=VALUE; the whole environment
	Output io.Writer
}

// handOver prints where the shell ends up to descriptor 3. Not every system
// has env -0.
const handOver = `
{ pwd; for name in $(compgen -e); do printf '%s=%s\0' "$name" "${!name}"; done; } >&3
`

// RunBlock runs the commands of a block, and stops at the first that fails.
func (s *Shell) RunBlock(ctx context.Context, b Block) error {
	if !b.IsShell() {
		return fmt.Errorf("block %s has no commands", b.Name)
	}
	after, err := os.CreateTemp("", "howto-")
	if err != nil {
		return err
	}
	defer os.Remove(after.Name())
	defer after.Close()
	cmd := exec.CommandContext(ctx, "bash", "--norc", "-euo", "pipefail", "-c", b.Text+handOver)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = s.Dir, s.Env, s.Output, s.Output, []*os.File{after}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("block %s: %w", b.Name, err)
	}
	return s.adopt(after.Name())
}

// adopt reads what handOver printed.
func (s *Shell) adopt(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	dir, variables, found := strings.Cut(string(text), "\n")
	if !found {
		return fmt.Errorf("the shell did not say where it ended: %q", text)
	}
	s.Dir, s.Env = dir, strings.FieldsFunc(variables, func(r rune) bool { return r == 0 })
	return nil
}

// WriteFile writes a block that is the content of a file to its path.
func (s *Shell) WriteFile(b Block) error {
	path := filepath.Join(s.Dir, filepath.FromSlash(b.Name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(b.Text), 0o644)
}
