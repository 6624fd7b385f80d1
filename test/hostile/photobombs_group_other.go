//go:build !linux

package main

import (
	"errors"
	"os/exec"
)

// memoryGroup does not exist here.
type memoryGroup struct{}

func newMemoryGroup(int64) (*memoryGroup, string) { return nil, "control groups are Linux's" }

func (*memoryGroup) limitCommand(program string) *exec.Cmd { return exec.Command(program) }
func (*memoryGroup) checkKills() error                     { return errors.ErrUnsupported }
func (*memoryGroup) peakBytes() int64                      { return 0 }
func (*memoryGroup) removeGroup()                          {}
