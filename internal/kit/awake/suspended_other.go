//go:build !linux && !darwin

package awake

import "time"

// suspended is not known here.
func suspended() time.Duration { return 0 }
