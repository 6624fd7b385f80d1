//go:build unix

package upstream

import "syscall"

// isQuietSocket reports whether the socket is open and has nothing to read.
func isQuietSocket(fd uintptr) bool {
	var b [1]byte
	_, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
	return err == syscall.EAGAIN
}
