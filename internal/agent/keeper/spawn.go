package keeper

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"

	"golang.org/x/sys/unix"

	"version-manager/internal/kit/process"
)

// A process learns its role, and the names of the listeners that it inherits,
// from its environment.
const (
	roleVar   = "VERSION_MANAGER_ROLE"
	filesVar  = "VERSION_MANAGER_LISTENERS"
	roleAgent = "agent"
	roleKeep  = "keeper"

	peerFD  = 3
	lockFD  = 4
	filesFD = 5
)

// handover is what one of the two processes gives to the other.
type handover struct {
	peer  *net.UnixConn
	pid   int         // of the process at the other end
	proc  *os.Process // the same, if this one started it
	lock  *os.File
	files map[string]*os.File // listeners by name
}

// readInherited returns what this process was started with.
func readInherited() (role string, h *handover, err error) {
	h = &handover{files: map[string]*os.File{}}
	role = os.Getenv(roleVar)
	if role == "" {
		return "", h, nil
	}
	var names []string
	if err := json.Unmarshal([]byte(os.Getenv(filesVar)), &names); err != nil {
		return "", nil, fmt.Errorf("%s: %w", filesVar, err)
	}
	for fd := range filesFD + len(names) {
		if fd >= peerFD {
			unix.CloseOnExec(fd) // none of this is for the instances
		}
	}
	if h.peer, err = connOf(os.NewFile(peerFD, "peer")); err != nil {
		return "", nil, fmt.Errorf("talk to the other process: %w", err)
	}
	h.pid = os.Getppid()
	h.lock = os.NewFile(lockFD, "lock")
	for i, name := range names {
		h.files[name] = os.NewFile(uintptr(filesFD+i), name)
	}
	return role, h, nil
}

// spawnRole starts this binary again in the given role with all that h holds; it
// becomes the new peer.
func (h *handover) spawnRole(role string) error {
	exe, err := process.Self()
	if err != nil {
		return err
	}
	return h.spawnAs(role, exe, os.Args)
}

func (h *handover) spawnAs(role, exe string, argv []string) error {
	ours, theirs, err := newSocketPair()
	if err != nil {
		return err
	}
	defer theirs.Close()
	cmd, err := newCommand(role, h, theirs, exe, argv)
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		ours.Close()
		return fmt.Errorf("start the %s: %w", role, err)
	}
	go cmd.Wait() // its end shows on the connection; this only reaps the process
	h.peer, h.pid, h.proc = ours, cmd.Process.Pid, cmd.Process
	return nil
}

func newCommand(role string, h *handover, theirs *os.File, exe string, argv []string) (*exec.Cmd, error) {
	names := []string{}
	files := []*os.File{theirs, h.lock}
	for name, f := range h.files {
		names = append(names, name)
		files = append(files, f)
	}
	list, err := json.Marshal(names)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(exe, argv[1:]...)
	cmd.Args[0] = argv[0]
	cmd.Env = append(cleanEnviron(), roleVar+"="+role, filesVar+"="+string(list))
	if role == roleKeep {
		cmd.Env = append(cmd.Env, "GOMAXPROCS=1")
	}
	process.DetachCommand(cmd, os.Stdout)
	cmd.Stderr = os.Stderr
	cmd.ExtraFiles = files
	return cmd, nil
}

func cleanEnviron() (env []string) {
	for _, e := range os.Environ() {
		name, _, _ := strings.Cut(e, "=")
		if name != roleVar && name != filesVar && name != "GOMAXPROCS" {
			env = append(env, e)
		}
	}
	return env
}
