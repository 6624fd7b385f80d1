// Package gobuild compiles a Go program from exported sources, so that the
// same sources give the same program on every machine: it fixes every setting
// of the go command and reads no module from outside the commit.
package gobuild
