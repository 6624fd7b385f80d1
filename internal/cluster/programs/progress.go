package programs

import (
	"math"
	"runtime"
	"time"
)

// Progress is told at the start of each program and every second.
type Progress struct {
	Program string        // what is being made
	N, Of   int           // the how-manieth of how many
	Elapsed time.Duration // since the beginning
	Left    time.Duration // until all is done, at most: what Go's build cache holds already costs nothing
	Note    string        // "downloading k8s.io/api v0.34.4"; empty while compiling
	Waiting bool          // another process builds the same; nothing else is known
}

// parallel is the part of the cores that a build keeps busy on average: the
// linker, and the packages on which all others wait, use one. Measured on two
// cores.
const parallel = 0.9

// estimate turns the table's CPU-seconds into time on this machine. It begins
// with the measured prices and becomes slower, never faster, with what it
// sees: a program that took less than its price was partly in Go's cache,
// which says nothing about the next.
type estimate struct {
	cores float64
	slow  float64 // by how much this machine was slower than the price list
	todo  float64 // CPU-seconds of the programs that are not begun
	price float64 // of the present program
	since time.Time
}

func newEstimate(list []program) *estimate {
	e := &estimate{cores: max(1, parallel*float64(runtime.GOMAXPROCS(0))), slow: 1}
	for _, p := range list {
		e.todo += float64(p.cost)
	}
	return e
}

func (e *estimate) begin(p program, now time.Time) {
	e.price = float64(p.cost)
	e.todo -= e.price
	e.since = now
}

func (e *estimate) end(now time.Time) {
	if e.price >= 10 { // smaller ones measure only the linker
		e.slow = max(e.slow, now.Sub(e.since).Seconds()*e.cores/e.price)
	}
}

// left is the time until everything is done. A program that takes longer than
// its price makes the rest of itself a tenth of what it took so far, so that
// the estimate grows instead of standing at zero.
func (e *estimate) left(now time.Time) time.Duration {
	took := now.Sub(e.since).Seconds()
	rest := max(e.price*e.slow/e.cores-took, took/10)
	seconds := math.Ceil(rest + e.todo*e.slow/e.cores)
	return time.Duration(seconds) * time.Second
}
