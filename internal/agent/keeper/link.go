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

// Link is the agent's end. It is safe for concurrent use.
type Link struct {
	mu   sync.Mutex
	h    *handed
	acks chan struct{}
	done bool
}

func newLink(h *handed) *Link {
	l := &Link{h: h}
	l.watch()
	return l
}

// Names returns the names of the listeners that are open.
func (l *Link) Names() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var names []string
	for name := range l.h.files {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Keeper is the number of the keeper's process.
func (l *Link) Keeper() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.h.pid
}

// Listen returns the listener of that name, which outlived an earlier agent,
// or else opens one. It is to be closed as usual; only Drop makes the kernel
// refuse connections.
func (l *Link) Listen(name string, open func() (net.Listener, error)) (net.Listener, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if f := l.h.files[name]; f != nil {
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
	l.h.files[name] = f
	l.send(message{Name: name}, unix.UnixRights(int(f.Fd())))
	return ln, nil
}

// Drop closes the listener of that name for good.
func (l *Link) Drop(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f := l.h.files[name]
	if f == nil {
		return
	}
	f.Close()
	delete(l.h.files, name)
	l.send(message{Name: name}, nil)
}

// quit tells the keeper that there is nothing left to keep.
func (l *Link) quit() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.done {
		return nil // another agent works on
	}
	l.done = true
	return l.h.tell(message{Quit: true})
}

// send tells the keeper and waits for its answer. If it died meanwhile, the
// next one is started with all the listeners there are, which comes to the same.
func (l *Link) send(m message, rights []byte) {
	body, err := json.Marshal(m)
	if err == nil {
		_, _, err = l.h.peer.WriteMsgUnix(body, rights, nil)
	}
	if err != nil {
		return // the watcher sees it as well
	}
	<-l.acks // closed when the keeper is gone
}

// watch reads what the keeper answers and replaces it when it is gone.
func (l *Link) watch() {
	peer, acks := l.h.peer, make(chan struct{}, 1)
	l.acks = acks
	go func() {
		one := make([]byte, 1)
		for {
			if _, err := io.ReadFull(peer, one); err != nil {
				close(acks)
				l.replace()
				return
			}
			acks <- struct{}{}
		}
	}()
}

func (l *Link) replace() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.done {
		return
	}
	l.h.peer.Close()
	if err := l.h.spawn(roleKeep); err != nil {
		// Nothing is lost yet: the listeners are open here as well.
		slog.Error("replace the keeper", "error", err)
		return
	}
	l.watch()
}

// fileOf returns a copy of the listener's descriptor. It avoids the
// listener's File method, whose result turns the socket, which both share,
// into a blocking one as soon as it is passed on. The path of a Unix socket
// must stay when the listener is closed, since others hold it too.
func fileOf(ln net.Listener) (*os.File, error) {
	if u, ok := ln.(*net.UnixListener); ok {
		u.SetUnlinkOnClose(false)
	}
	sc, ok := ln.(syscall.Conn)
	if !ok {
		return nil, fmt.Errorf("cannot keep a %T", ln)
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
