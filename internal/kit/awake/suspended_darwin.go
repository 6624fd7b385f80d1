package awake

import (
	"time"

	"golang.org/x/sys/unix"
)

// The clocks of macOS: the first goes on while the machine sleeps, the second
// does not.
const (
	clockMonotonic = 6
	clockUptime    = 8
)

// suspended is how long the machine was suspended since it was started. Go's
// clock stops meanwhile, and the wall clock can be set by somebody.
func suspended() time.Duration {
	var all, awake unix.Timespec
	if unix.ClockGettime(clockMonotonic, &all) != nil || unix.ClockGettime(clockUptime, &awake) != nil {
		return 0
	}
	return time.Duration(all.Nano() - awake.Nano())
}
