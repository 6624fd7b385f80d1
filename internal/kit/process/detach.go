package process

import (
	"os"
	"os/exec"
	"syscall"
)

// DetachCommand prepares cmd to outlive this process: it becomes the leader of
// a session of its own, so that neither Ctrl-C nor a closed terminal reaches
// it. Its standard output and error go to output.
func DetachCommand(cmd *exec.Cmd, output *os.File) {
	cmd.Stdout, cmd.Stderr = output, output
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
}
