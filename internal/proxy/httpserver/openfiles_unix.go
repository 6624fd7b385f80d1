//go:build unix

package httpserver

import (
	"math"
	"syscall"
)

// openFileLimit returns the number of files that this process may have open.
func openFileLimit() int {
	var l syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l) != nil || uint64(l.Cur) > math.MaxInt32 {
		return math.MaxInt32
	}
	return int(l.Cur)
}
