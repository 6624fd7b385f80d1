package keeper

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"slices"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// Link connects the agent with its keeper. It is safe for concurrent use.
type Link struct {
	mu      sync.Mutex
	process *handover
	acks    chan struct{}
	done    bool
}

func newLink(h *handover) *Link {
	l := &Link{process: h}
	l.watchKeeper()
	return l
}

// ListenerNames returns the names of the listeners that are open.
func (l *Link) ListenerNames() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var names []string
	for name := range l.process.files {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// KeeperPID returns the process ID of the keeper.
func (l *Link) KeeperPID() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.process.pid
}

// OpenListener returns the listener of that name that outlived an earlier agent,
// or opens one. The caller closes it as usual; only DropListener makes the kernel
// refuse connections.
func (l *Link) OpenListener(name string, open func() (net.Listener, error)) (net.Listener, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if f := l.process.files[name]; f != nil {
		ln, err := net.FileListener(f)
		if u, ok := ln.(*net.UnixListener); ok {
			u.SetUnlinkOnClose(false)
		}
		return ln, err
	}
	ln, err := open()
	if err != nil {
		return nil, err
	}
	f, err := fileOf(ln)
	if err != nil {
		return nil, errors.Join(err, ln.Close())
	}
	l.process.files[name] = f
	l.sendMessage(message{Name: name}, unix.UnixRights(int(f.Fd())))
	return ln, nil
}

// DropListener closes the listener of that name for good.
func (l *Link) DropListener(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f := l.process.files[name]
	if f == nil {
		return
	}
	f.Close()
	delete(l.process.files, name)
	l.sendMessage(message{Name: name}, nil)
}

// quitKeeper tells the keeper that there is nothing left to keep.
func (l *Link) quitKeeper() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.done {
		return nil // another agent works on
	}
	l.done = true
	return l.process.sendMessage(message{Quit: true})
}

// sendMessage tells the keeper and waits for its answer. If the keeper died
// meanwhile, the next one starts with all listeners, which has the same effect.
func (l *Link) sendMessage(m message, rights []byte) {
	body, err := json.Marshal(m)
	if err == nil {
		_, _, err = l.process.peer.WriteMsgUnix(body, rights, nil)
	}
	if err != nil {
		return // the watcher sees it as well
	}
	<-l.acks // closed when the keeper is gone
}

// watchKeeper reads the keeper's answers and replaces it when it is gone.
func (l *Link) watchKeeper() {
	peer, acks := l.process.peer, make(chan struct{}, 1)
	l.acks = acks
	go func() {
		one := make([]byte, 1)
		for {
			if _, err := io.ReadFull(peer, one); err != nil {
				close(acks)
				l.replaceKeeper()
				return
			}
			acks <- struct{}{}
		}
	}()
}

func (l *Link) replaceKeeper() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.done {
		return
	}
	l.process.peer.Close()
	if err := l.process.spawnRole(roleKeep); err != nil {
		// Nothing is lost yet: the listeners are open in this process too.
		slog.Error("replace the keeper", "error", err)
		return
	}
	l.watchKeeper()
}

// fileOf returns a copy of the listener's descriptor. It avoids the
// listener's File method, whose result turns the shared socket into a blocking
// one as soon as it is passed on. The path of a Unix socket must stay when the
// listener is closed, because the other process holds it too.
func fileOf(ln net.Listener) (*os.File, error) {
	if u, ok := ln.(*net.UnixListener); ok {
		u.SetUnlinkOnClose(false)
	}
	sc, ok := ln.(syscall.Conn)
	if !ok {
		return nil, fmt.Errorf("cannot pass a %T to the keeper", ln)
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return nil, err
	}
	var fd int
	var dupErr error
	err = raw.Control(func(orig uintptr) {
		fd, dupErr = unix.FcntlInt(orig, unix.F_DUPFD_CLOEXEC, 0)
	})
	if err = errors.Join(err, dupErr); err != nil {
		return nil, fmt.Errorf("copy listener: %w", err)
	}
	return os.NewFile(uintptr(fd), "listener"), nil
}
