package main

import (
	"context"
	"sync"
)

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
