//go:build !linux

package fenced

// processWorld is unknown here: a dead holder's lock expires.
func processWorld() string { return "" }
