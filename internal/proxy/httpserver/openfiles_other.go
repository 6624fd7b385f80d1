//go:build !unix

package httpserver

import "math"

// openFileLimit returns the number of files that this process may have open.
func openFileLimit() int { return math.MaxInt32 }
