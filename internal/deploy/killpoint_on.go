//go:build crashtest

package deploy

import (
	"fmt"
	"os"
	"syscall"
)

// killPoint ends this process as kill -9 does, when the environment variable
// VERSION_MANAGER_KILL names this moment: "before:3" or "after:3" for the
// third record of the journal.
func killPoint(when string, seq int) {
	if os.Getenv("VERSION_MANAGER_KILL") == fmt.Sprintf("%s:%d", when, seq) {
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // the signal is on its way
	}
}
