//go:build !linux

package kubernetes

// processWorld is not known here: a dead holder's lock expires.
func processWorld() string { return "" }
