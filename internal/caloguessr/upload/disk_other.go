//go:build !linux

package upload

// onMemory reports whether temporary files take memory instead of disk.
func onMemory() bool { return false }
