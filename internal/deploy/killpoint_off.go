//go:build !crashtest

package deploy

// killPoint does nothing in a program that people use. The crash tests build
// with the tag crashtest.
func killPoint(string, int) {}
