//go:build !linux

package upload

// isTempInMemory reports whether temporary files are in memory instead of on disk.
func isTempInMemory() bool { return false }
