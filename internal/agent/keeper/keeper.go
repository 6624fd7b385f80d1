// Package keeper lets an agent be killed without one connection being refused.
//
// Two processes run from the same binary. The keeper holds copies of all
// listening sockets and restarts the agent, and does nothing else that could
// fail. The agent does the work. While a killed agent restarts, its sockets stay
// open in the keeper, so the kernel queues new connections. The agent replaces a
// killed keeper in the same way. Each notices the other's end at once, because
// the socket between them reports it. [Link.HandOver] replaces both by those of
// another program.
//
// Both processes call [RunPair]. The agent's part gets a [Link], through which
// it opens its listeners.
package keeper

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"golang.org/x/sys/unix"

	"version-manager/internal/kit/atomicfile"
	"version-manager/internal/kit/filelock"
	"version-manager/internal/kit/process"
)

// LockFile, in the state folder, is locked while a keeper or an agent runs.
const LockFile = "agent.lock"

const (
	firstRestartDelay = 10 * time.Millisecond // before an agent that died early is started again
	maxRestartDelay   = 500 * time.Millisecond
	minHealthyLife    = time.Second            // of an agent, after which the next restart is immediate
	lockPollInterval  = 500 * time.Millisecond // between two attempts to get the lock
	maxEarlyDeaths    = 20                     // in a row, after which the keeper gives up
)

// RunPair makes this process the keeper of the state folder, or the agent,
// whichever it was started as. In the agent it calls run; when that returns,
// both end. If a keeper or an agent of this folder is running, RunPair returns
// at once, or with wait becomes the next keeper when they have ended.
func RunPair(dir string, wait bool, run func(*Link) error) error {
	role, in, err := readInherited()
	if err != nil {
		return err
	}
	if role == roleAgent {
		link := newLink(in)
		return errors.Join(run(link), link.quitKeeper())
	}
	if role == "" {
		if in.lock, err = lockFolder(dir); in.lock == nil && err == nil && wait {
			in.lock, err = awaitLock(dir)
		}
		if in.lock == nil {
			return err
		}
	}
	reduceMemory()
	return keepAgent(in)
}

// reduceMemory makes the keeper, a full copy of the binary, as small as possible.
func reduceMemory() {
	debug.SetGCPercent(10)
	debug.FreeOSMemory()
}

// IsServed reports whether a keeper or an agent serves the state folder. It
// changes nothing.
func IsServed(dir string) bool {
	f, err := atomicfile.OpenRegular(filepath.Join(dir, LockFile), os.O_RDONLY, 0)
	if err != nil {
		return !errors.Is(err, os.ErrNotExist)
	}
	defer f.Close()
	return filelock.IsLocked(f)
}

// HoldFolder keeps every agent from serving the state folder until release is
// called. It returns nil if an agent serves it.
func HoldFolder(dir string) (release func() error, err error) {
	f, err := lockFolder(dir)
	if f == nil {
		return nil, err
	}
	return f.Close, nil
}

// probeLockTime is how long IsServed of another process may hold the lock.
const probeLockTime = 50 * time.Millisecond

// lockFolder returns nil without an error if another process has the lock. The
// lock stays as long as one process has the file open, so as long as the keeper
// or the agent runs.
func lockFolder(dir string) (*os.File, error) {
	path := filepath.Join(dir, LockFile)
	f, err := filelock.TryOpenLocked(path)
	for began := time.Now(); errors.Is(err, filelock.ErrLocked) && time.Since(began) < probeLockTime; {
		time.Sleep(probeLockTime / 10)
		f, err = filelock.TryOpenLocked(path)
	}
	switch {
	case errors.Is(err, filelock.ErrLocked):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("lock state folder: %w", err)
	}
	return f, nil
}

// awaitLock waits for the lock. It opens the folder again each time, because the
// folder may be removed and recreated meanwhile.
func awaitLock(dir string) (f *os.File, err error) {
	for f == nil && err == nil {
		time.Sleep(lockPollInterval)
		if _, gone := os.Stat(dir); gone == nil {
			f, err = lockFolder(dir)
		}
	}
	return f, err
}

// keepAgent restarts the agent until it says that its work is done. It gives up
// on one that dies again and again, so that callers get an error.
func keepAgent(h *handover) error {
	delay := process.Backoff{First: firstRestartDelay, Most: maxRestartDelay}
	for deaths := 0; deaths < maxEarlyDeaths; deaths++ {
		began := time.Now()
		if h.peer == nil { // not started by a running agent
			if err := h.spawnRole(roleAgent); err != nil {
				return err
			}
		}
		if quit := h.serveAgent(); quit {
			return nil
		}
		h.peer = nil
		if time.Since(began) > minHealthyLife {
			delay, deaths = process.Backoff{First: firstRestartDelay, Most: maxRestartDelay}, 0
			continue
		}
		wait := delay.Next(0)
		slog.Warn("the agent exited shortly after it started", "after", time.Since(began).String(), "restarting after", wait.String())
		time.Sleep(wait)
	}
	return errors.New("giving up on the agent: it exits repeatedly")
}

// serveAgent does what the agent asks for until it is gone (false) or done (true).
func (h *handover) serveAgent() (quit bool) {
	defer h.peer.Close()
	buf, oob := make([]byte, 1024), make([]byte, unix.CmsgSpace(4))
	for {
		n, oobn, _, _, err := h.peer.ReadMsgUnix(buf, oob)
		if err != nil || n == 0 {
			return false
		}
		var m message
		if err := json.Unmarshal(buf[:n], &m); err != nil {
			slog.Error("invalid message from the agent", "error", err)
			return false
		}
		if m.Quit {
			return true
		}
		if err := h.holdListener(m.Name, oob[:oobn]); err != nil {
			slog.Error("keep listener open", "name", m.Name, "error", err)
			return false
		}
		if _, err := h.peer.Write([]byte{ack}); err != nil {
			return false
		}
	}
}

// holdListener keeps the descriptor of the control message under name. Without a
// descriptor it closes the one it kept.
func (h *handover) holdListener(name string, oob []byte) error {
	if old := h.files[name]; old != nil {
		old.Close()
		delete(h.files, name)
	}
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil || len(messages) == 0 {
		return err
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil || len(fds) != 1 {
		return fmt.Errorf("%d descriptors: %w", len(fds), err)
	}
	h.files[name] = os.NewFile(uintptr(fds[0]), name)
	return nil
}
