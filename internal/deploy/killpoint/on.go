//go:build crashtest

// Package killpoint lets crash tests end a process at an exact record of its
// journal.
package killpoint

import (
	"fmt"
	"os"
	"syscall"
)

// ReachRecord ends this process as kill -9 does if the environment variable
// VERSION_MANAGER_KILL names this moment: "before:3" or "after:3" for the
// third record of the journal.
func ReachRecord(when string, seq int) {
	if os.Getenv("VERSION_MANAGER_KILL") == fmt.Sprintf("%s:%d", when, seq) {
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // the signal is on its way
	}
}
