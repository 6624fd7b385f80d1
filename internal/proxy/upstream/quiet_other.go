//go:build !unix

package upstream

// isQuietSocket cannot look into a socket here, so no connection is used twice.
func isQuietSocket(uintptr) bool { return false }
