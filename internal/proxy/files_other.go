//go:build !unix

package proxy

import "math"

// openFileLimit is how many files this process may have open.
func openFileLimit() int { return math.MaxInt32 }
