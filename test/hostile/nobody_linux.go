package main

import (
	"io"
	"net"
	"os"
	"runtime"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// nobody is the number of the user who owns nothing.
const nobody = 65534

// cannotBeNobody says why this process cannot act as another user.
func cannotBeNobody() string {
	if os.Geteuid() != 0 {
		return "it takes root to act as another user"
	}
	return ""
}

// asNobody does something with the rights of nobody, on a thread of its own that
// never gets others again: Linux keeps a user for each thread.
func asNobody(do func() error) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // and never unlocked, so that the thread ends with this
		done <- becomeNobody(do)
	}()
	return <-done
}

func becomeNobody(do func() error) error {
	if _, _, errno := syscall.RawSyscall(unix.SYS_SETGROUPS, 0, 0, 0); errno != 0 {
		return errno
	}
	if _, _, errno := syscall.RawSyscall(unix.SYS_SETRESGID, nobody, nobody, nobody); errno != 0 {
		return errno
	}
	if _, _, errno := syscall.RawSyscall(unix.SYS_SETRESUID, nobody, nobody, nobody); errno != 0 {
		return errno
	}
	return do()
}

// listenAsNobody collects what is said at a socket of nobody's. The kernel
// notes who listened.
func listenAsNobody(path string, heard io.Writer) (end func(), err error) {
	var l net.Listener
	err = asNobody(func() (err error) {
		l, err = net.Listen("unix", path)
		return err
	})
	if err != nil {
		return nil, err
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_ = c.SetDeadline(time.Now().Add(time.Second)) // a test that cannot fail by that
			_, _ = io.Copy(heard, io.LimitReader(c, 1<<20))
			c.Close()
		}
	})
	return func() { l.Close(); wg.Wait() }, nil
}
