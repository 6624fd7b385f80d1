// Package busy measures whether the machine had time for a suite while it ran.
// It asks to be woken every few milliseconds and records how late that
// happens. A suite that missed its bar on a machine that left it no processor
// time has shown nothing: it ends with [ExitCode], which no script may count as
// success.
//
// The meter cannot tell the suite's own load from that of others. A change that
// makes the suite itself use every core is therefore reported as a busy machine,
// and that is never a success either.
package busy

import (
	"fmt"
	"io"
	"slices"
	"sync"
	"time"
)

// ExitCode says that a suite failed while the machine was too busy to judge it.
// It is EX_TEMPFAIL of sysexits.h: try again later.
const ExitCode = 75

const (
	sampleInterval = 10 * time.Millisecond

	// minLateness makes a second a late one. On two cores with little to do the
	// worst wake-up in a second is a few milliseconds late; with twenty busy
	// processes beside it, 30 to 200 ms.
	minLateness = 25 * time.Millisecond

	// minLatePercent of the seconds, of the whole run or of its end, make the
	// machine too busy. A single compiler run makes a few seconds late.
	minLatePercent = 20

	// endOfRun is looked at by itself: a suite stops soon after what made it fail.
	endOfRun = time.Minute
)

// Meter measures from Start to Stop.
type Meter struct {
	quit    chan struct{}
	done    sync.WaitGroup
	wait    func(quit <-chan struct{}) (woken bool) // sampleInterval, or until quit
	load    func() float64
	seconds []second // written by one goroutine, read after done
}

// second is what was measured in about one second.
type second struct {
	lateness time.Duration // the worst
	load     float64       // processes that run or want to
}

// StartMeter begins to measure.
func StartMeter() *Meter {
	return startMeter(waitInterval, runnableProcesses)
}

func startMeter(wait func(<-chan struct{}) bool, load func() float64) *Meter {
	m := &Meter{quit: make(chan struct{}), wait: wait, load: load}
	m.done.Go(m.sampleSeconds)
	return m
}

func waitInterval(quit <-chan struct{}) (woken bool) {
	select {
	case <-quit:
		return false
	case <-time.After(sampleInterval):
		return true
	}
}

// sampleSeconds measures second after second until it is told to quit. The last,
// incomplete second does not count.
func (m *Meter) sampleSeconds() {
	for {
		s, whole := m.sampleSecond()
		if !whole {
			return
		}
		m.seconds = append(m.seconds, s)
	}
}

func (m *Meter) sampleSecond() (s second, whole bool) {
	for began := time.Now(); time.Since(began) < time.Second; {
		due := time.Now().Add(sampleInterval)
		if !m.wait(m.quit) {
			return s, false
		}
		s.lateness = max(s.lateness, time.Since(due))
	}
	s.load = m.load()
	return s, true
}

// Stop ends the measurement and sums it up.
func (m *Meter) Stop() Reading {
	close(m.quit)
	m.done.Wait()
	return sumUp(m.seconds)
}

// Reading is what a Meter measured.
type Reading struct {
	Seconds     int           // measured
	Late        int           // of them, seconds in which a wake-up came too late
	LateAtEnd   int           // the same in the last minute
	Worst       time.Duration // the latest wake-up
	Median      time.Duration // of the worst wake-up in each second
	MeanRunning float64       // processes that ran or waited for a core, on average; 0 where unknown
}

func sumUp(all []second) Reading {
	r := Reading{Seconds: len(all)}
	var lateness []time.Duration
	for i, s := range all {
		lateness = append(lateness, s.lateness)
		r.MeanRunning += s.load / float64(len(all))
		if s.lateness < minLateness {
			continue
		}
		r.Late++
		if len(all)-i <= int(endOfRun/time.Second) {
			r.LateAtEnd++
		}
	}
	if len(all) > 0 {
		slices.Sort(lateness)
		r.Worst, r.Median = lateness[len(all)-1], lateness[len(all)/2]
	}
	return r
}

// WasTooBusy reports whether the suite was kept from running for so long that a
// missed bar says nothing about the product.
func (r Reading) WasTooBusy() bool {
	end := min(r.Seconds, int(endOfRun/time.Second))
	return r.Late > 0 && (r.Late*100 >= r.Seconds*minLatePercent || r.LateAtEnd*100 >= end*minLatePercent)
}

// String gives the figures in one sentence.
func (r Reading) String() string {
	text := fmt.Sprintf("in %d of %d seconds a goroutine woke up %v or more too late (median of the worst %v, worst %v)",
		r.Late, r.Seconds, minLateness, r.Median.Round(time.Millisecond), r.Worst.Round(time.Millisecond))
	if r.MeanRunning > 0 {
		text += fmt.Sprintf(", %.1f processes wanted to run on average", r.MeanRunning)
	}
	return text
}

// ReportExit prints why a suite failed, if it did, and returns the exit code
// of its program: 0, 1, or ExitCode on a machine that was too busy.
func ReportExit(out io.Writer, suite string, failure error, r Reading) int {
	if failure == nil {
		return 0
	}
	fmt.Fprintf(out, "%s: %v\n", suite, failure)
	if !r.WasTooBusy() {
		return 1
	}
	fmt.Fprintf(out, "%s: TOO BUSY: this machine had no time for the suite, so the failure above shows nothing: %s. "+
		"Run it again when nothing else runs.\n", suite, r)
	return ExitCode
}
