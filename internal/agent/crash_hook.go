//go:build crashtest

package agent

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// killVariable makes the agent kill itself, as kill -9 would, "before" or
// "after" it appends to a journal for the n-th time since its start:
// "before:3". It does so once for each value and state folder, so that the
// agent which comes back lives.
const killVariable = "VERSION_MANAGER_KILL_AGENT"

type crasher struct {
	when   string
	n      int
	marker string

	mu      sync.Mutex
	appends int
}

func newCrasher(dir string) *crasher {
	value := os.Getenv(killVariable)
	when, number, _ := strings.Cut(value, ":")
	n, err := strconv.Atoi(number)
	if err != nil {
		return &crasher{}
	}
	return &crasher{when: when, n: n, marker: filepath.Join(dir, "killed-"+when+"-"+number)}
}

// point is called before and after each append.
func (c *crasher) point(when string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if when == "before" {
		c.appends++
	}
	if when != c.when || c.appends != c.n {
		return
	}
	f, err := os.OpenFile(c.marker, os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return // it was done already
	}
	f.Close()
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {} // until the signal is there
}
