package main

import (
	"context"
	"fmt"
	"sync"
)

// report collects what a chapter found. Its methods may be called from any
// goroutine.
type report struct {
	mu         sync.Mutex
	cases      int
	deviations []string
	notes      []string
	skipped    string
}

// checkCase counts one case; an error is a deviation.
func (r *report) checkCase(name string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cases++
	if err != nil {
		r.deviations = append(r.deviations, fmt.Sprintf("%s: %v", name, err))
	}
}

// addNote adds a line of measurements below the table.
func (r *report) addNote(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.notes = append(r.notes, fmt.Sprintf(format, args...))
}

// skipChapter says why this machine cannot run the chapter, or a part of it.
func (r *report) skipChapter(why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.skipped = why
}

// addDeviation adds a deviation that belongs to no case.
func (r *report) addDeviation(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.deviations = append(r.deviations, err.Error())
}

// parallelCases is how many cases run at a time.
const parallelCases = 16

// caseRunner checks cases side by side, a limited number at a time.
type caseRunner struct {
	report  *report
	slots   chan struct{}
	running sync.WaitGroup
}

func newCaseRunner(r *report) *caseRunner {
	return &caseRunner{report: r, slots: make(chan struct{}, parallelCases)}
}

// startCase starts a case as soon as there is a slot, and none after ctx has ended.
func (c *caseRunner) startCase(ctx context.Context, name string, try func() error) {
	if ctx.Err() != nil {
		return
	}
	c.slots <- struct{}{}
	c.running.Go(func() {
		defer func() { <-c.slots }()
		c.report.checkCase(name, try())
	})
}

func (c *caseRunner) waitForCases() { c.running.Wait() }
