package programs

import (
	"math"
	"runtime"
	"time"
)

// Progress is told at the start of each step and every second.
type Progress struct {
	Program string        // what is being made; "modules" at the beginning, "images" at the end
	N, Of   int           // the how-manieth of how many
	Elapsed time.Duration // since the beginning
	Left    time.Duration // until all is done; while N is 1, at most
	Note    string        // "downloading k8s.io/api v0.34.4"; empty while compiling
	Waiting bool          // another process builds the same; nothing else is known
}

// work does steps and tells of them.
type work struct {
	guess    *estimate
	progress func(Progress)
	start    time.Time
	n, of    int
}

func newWork(list []program, progress func(Progress)) *work {
	return &work{guess: newEstimate(append(list, packing())), progress: progress, start: time.Now(), of: len(list) + 2}
}

func (w *work) step(p program, do func(tell func(note string)) error) error {
	w.n++
	w.guess.begin(p, time.Now())
	tell := func(note string) {
		now := time.Now()
		w.progress(Progress{Program: p.name, N: w.n, Of: w.of, Elapsed: now.Sub(w.start), Left: w.guess.left(now), Note: note})
	}
	tell("")
	if err := do(tell); err != nil {
		return err
	}
	w.guess.end(time.Now())
	return nil
}

// parallel is the part of the cores that a build keeps busy on average: the
// linker, and the packages on which all others wait, use one.
const parallel = 0.9

// linking is what a program costs that is compiled already, in CPU-seconds.
const linking = 8

// estimate turns the table's CPU-seconds into time on this machine. It begins
// with the measured prices and becomes slower, never faster, with what it
// sees, because a step that was done sooner says nothing about the next.
type estimate struct {
	cores float64
	slow  float64            // by how much this machine was slower than the price list
	price map[string]float64 // CPU-seconds of what is not begun
	now   float64            // of the present step
	since time.Time
}

func newEstimate(list []program) *estimate {
	e := &estimate{cores: max(1, parallel*float64(runtime.GOMAXPROCS(0))), slow: 1, price: map[string]float64{}}
	for _, p := range list {
		e.price[p.name] = float64(p.cost)
	}
	return e
}

// discount takes off what Go's cache has: shares are what remains to be
// compiled of each program, from 0 to 1.
func (e *estimate) discount(list []program, shares []float64) {
	for i, share := range shares {
		cost := float64(list[i].cost)
		e.price[list[i].name] = min(cost, linking+share*cost)
	}
}

func (e *estimate) begin(p program, now time.Time) {
	e.now, e.since = e.price[p.name], now
	delete(e.price, p.name)
}

func (e *estimate) end(now time.Time) {
	if e.now >= 100 { // smaller ones measure only the linker
		e.slow = max(e.slow, now.Sub(e.since).Seconds()*e.cores/e.now)
	}
}

// left is the time until everything is done. A step that takes longer than
// its price makes the rest of itself a tenth of what it took so far, so that
// the estimate grows instead of standing at zero.
func (e *estimate) left(now time.Time) time.Duration {
	took := now.Sub(e.since).Seconds()
	seconds := max(e.now*e.slow/e.cores-took, took/10)
	for _, price := range e.price {
		seconds += price * e.slow / e.cores
	}
	return time.Duration(math.Ceil(seconds-1e-6)) * time.Second
}
