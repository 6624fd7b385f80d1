package memlimit

import (
	"math"

	"golang.org/x/sys/unix"
)

// machineMemory returns the size of the machine's memory; 0 if it is unknown.
func machineMemory() int64 {
	n, err := unix.SysctlUint64("hw.memsize")
	if err != nil || n > math.MaxInt64 {
		return 0
	}
	return int64(n)
}
