// Package memlimit tells a process how much memory it may use, so that it can
// refuse work that would get it killed instead of finding out.
//
// The limit is the smallest of those that apply: the control groups that the
// process is in, version 1 and 2, with all their parents, the memory of the
// machine, and GOMEMLIMIT. [Apply] also tells the garbage collector, which
// otherwise lets the heap double before it does anything, however little
// memory there is. [Memory.Budget] turns the limit into budgets for single
// jobs.
package memlimit

import (
	"math"
	"os"
	"runtime/debug"
)

// Source says where a limit comes from.
type Source string

// The sources of a limit.
const (
	Unknown     Source = "unknown"
	Machine     Source = "machine"
	Cgroup      Source = "cgroup"
	Environment Source = "GOMEMLIMIT"
)

// Memory is what a process may use.
type Memory struct {
	Limit  int64 // bytes; 0 where nothing is known
	Source Source
}

// gcPercent is the share of the limit at which the garbage collector works
// as hard as it has to. The rest is for what it does not see: the program
// itself, and pages that are not yet returned.
const gcPercent = 90

// Apply reads the limit and makes the garbage collector respect it, unless
// GOMEMLIMIT already did.
func Apply() Memory {
	m := Read()
	if m.Limit > 0 && m.Source != Environment && !setByEnvironment() {
		debug.SetMemoryLimit(max(1, m.percent(gcPercent)))
	}
	return m
}

// Read finds the smallest limit that applies to this process. It changes
// nothing and never fails: what cannot be read does not limit.
func Read() Memory {
	m := Memory{machineMemory(), Machine}.least(Memory{cgroupLimit(os.DirFS("/")), Cgroup})
	if setByEnvironment() {
		m = m.least(Memory{debug.SetMemoryLimit(-1), Environment})
	}
	if m.Limit == 0 {
		m.Source = Unknown
	}
	return m
}

// Budget returns a share of the limit, and never more than most. Where no
// limit is known it is most.
func (m Memory) Budget(percent int, most int64) int64 {
	if m.Limit == 0 {
		return most
	}
	return min(m.percent(percent), most)
}

func (m Memory) percent(n int) int64 { return m.Limit/100*int64(n) + m.Limit%100*int64(n)/100 }

// least returns the smaller limit of the two; one that is not positive or
// stands for "none" is no limit.
func (m Memory) least(other Memory) Memory {
	if other.Limit <= 0 || other.Limit == math.MaxInt64 || m.Limit > 0 && m.Limit <= other.Limit {
		return m
	}
	return other
}

func setByEnvironment() bool {
	value := os.Getenv("GOMEMLIMIT")
	return value != "" && value != "off"
}
