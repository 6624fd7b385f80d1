package awake

import (
	"time"

	"golang.org/x/sys/unix"
)

// suspended is how long the machine was suspended since it was started. Go's
// clock stops meanwhile, and the wall clock can be set by somebody.
func suspended() time.Duration {
	var all, awake unix.Timespec
	if unix.ClockGettime(unix.CLOCK_BOOTTIME, &all) != nil || unix.ClockGettime(unix.CLOCK_MONOTONIC, &awake) != nil {
		return 0
	}
	return time.Duration(all.Nano() - awake.Nano())
}
