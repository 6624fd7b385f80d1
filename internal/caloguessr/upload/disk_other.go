//go:build !linux

package upload

// isTempInMemory reports whether temporary files take memory instead of disk.
func isTempInMemory() bool { return false }
