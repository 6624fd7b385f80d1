//go:build crashtest

package agent

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// killSwitch makes the agent kill itself, as kill -9 would, when the file
// kill-agent in the state folder names this moment: "before:3" or "after:3" for
// the third record of a journal. It removes the file first, so that the agent
// that comes back lives.
type killSwitch struct{ order string }

func newKillSwitch(dir string) *killSwitch { return &killSwitch{filepath.Join(dir, "kill-agent")} }

// reachPoint is called before and after record seq is appended.
func (c *killSwitch) reachPoint(when string, seq int) {
	order, err := os.ReadFile(c.order)
	if err != nil || strings.TrimSpace(string(order)) != fmt.Sprintf("%s:%d", when, seq) {
		return
	}
	if err := os.Remove(c.order); err != nil {
		return // it would die again and again
	}
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {} // until the signal is there
}
