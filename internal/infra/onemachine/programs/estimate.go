package programs

import (
	"math"
	"runtime"
	"time"
)

const (
	// busyCores is the share of the cores that a build uses on average. The
	// linker, and packages that all others wait for, use one core.
	busyCores = 0.9
	// linkCost is the cost of a program whose packages are all compiled, in
	// CPU-seconds.
	linkCost = 8
	// minMeasuredCost is the smallest cost of a part whose duration says how fast
	// this machine is. Smaller ones only measure the linker.
	minMeasuredCost = 100
	// overrunShare is how much longer a part is expected to take that is late, as
	// a share of its duration so far.
	overrunShare = 0.1
)

// estimate turns the CPU-seconds of the table into time on this machine. It
// starts with the measured costs and only ever assumes a slower machine, because
// a part that was faster says nothing about the next one.
type estimate struct {
	cores    float64
	slowdown float64            // of this machine compared with the table
	costs    map[string]float64 // CPU-seconds of the parts that have not begun
	cost     float64            // of the present part
	began    time.Time
}

func newEstimate(list []program) *estimate {
	e := &estimate{cores: max(1, busyCores*float64(runtime.GOMAXPROCS(0))), slowdown: 1, costs: map[string]float64{}}
	for _, p := range list {
		e.costs[p.name] = float64(p.cost)
	}
	return e
}

// applyCache lowers the costs by what Go's cache has. A share is the part of a
// program that must be compiled, from 0 to 1.
func (e *estimate) applyCache(list []program, shares []float64) {
	for i, share := range shares {
		cost := float64(list[i].cost)
		e.costs[list[i].name] = min(cost, linkCost+share*cost)
	}
}

func (e *estimate) beginPart(p program, now time.Time) {
	e.cost, e.began = e.costs[p.name], now
	delete(e.costs, p.name)
}

func (e *estimate) endPart(now time.Time) {
	if e.cost >= minMeasuredCost {
		e.slowdown = max(e.slowdown, now.Sub(e.began).Seconds()*e.cores/e.cost)
	}
}

// timeLeft returns the time until everything is built. While a part takes longer
// than expected, the estimate grows instead of staying at zero.
func (e *estimate) timeLeft(now time.Time) time.Duration {
	took := now.Sub(e.began).Seconds()
	seconds := max(e.cost*e.slowdown/e.cores-took, took*overrunShare)
	for _, cost := range e.costs {
		seconds += cost * e.slowdown / e.cores
	}
	return time.Duration(math.Ceil(seconds-1e-6)) * time.Second
}
