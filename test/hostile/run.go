package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"text/tabwriter"
	"time"
)

// stopGrace is how long a chapter may take to stop after its budget is over.
const stopGrace = 10 * time.Second

// outcome is a chapter after its run. What a chapter that never stopped goes
// on reporting is not looked at again.
type outcome struct {
	chapter    chapter
	took       time.Duration
	cases      int
	deviations []string
	notes      []string
	skipped    string
}

// runAll runs the chapters one after the other, so that the load of one cannot
// spoil another, and prints the table.
func runAll(ctx context.Context, out io.Writer, all []chapter) error {
	var outcomes []outcome
	for _, c := range all {
		if ctx.Err() != nil {
			break
		}
		fmt.Fprintf(out, "%s: %s\n", c.name, c.about)
		o := runOne(ctx, c)
		for _, d := range o.deviations {
			fmt.Fprintf(out, "  DEVIATION  %s\n", d)
		}
		outcomes = append(outcomes, o)
	}
	printTable(out, outcomes)
	return judgeRun(ctx, outcomes)
}

// runOne runs a chapter within its budget.
func runOne(ctx context.Context, c chapter) outcome {
	limited, cancel := context.WithTimeoutCause(ctx, c.budget, fmt.Errorf("the budget of %s is over", c.budget))
	defer cancel()
	r := &report{}
	start := time.Now()
	done := make(chan error, 1)
	go func() {
		defer func() {
			if v := recover(); v != nil {
				done <- fmt.Errorf("panic: %v\n%s", v, debug.Stack())
			}
		}()
		done <- c.run(limited, r)
	}()
	err := awaitChapter(limited, done)
	if limited.Err() != nil && ctx.Err() == nil {
		err = errors.Join(err, context.Cause(limited))
	}
	if err != nil {
		r.addDeviation(err)
	}
	return r.closeReport(c, time.Since(start))
}

// awaitChapter waits for a chapter, and a little longer once its context is over.
func awaitChapter(ctx context.Context, done <-chan error) error {
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-done:
		return err
	case <-time.After(stopGrace):
		return fmt.Errorf("did not stop within %s after it was told to", stopGrace)
	}
}

// closeReport closes the report. A chapter that checked nothing has not passed.
func (r *report) closeReport(c chapter, took time.Duration) outcome {
	r.mu.Lock()
	defer r.mu.Unlock()
	o := outcome{chapter: c, took: took, cases: r.cases, deviations: r.deviations, notes: r.notes, skipped: r.skipped}
	if o.cases == 0 && o.skipped == "" && len(o.deviations) == 0 {
		o.deviations = []string{"no case was tried"}
	}
	return o
}

func printTable(out io.Writer, outcomes []outcome) {
	fmt.Fprintln(out)
	w := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	fmt.Fprintln(w, "chapter\tcases\tdeviations\ttook\tbudget\tskipped")
	for _, o := range outcomes {
		fmt.Fprintf(w, "%s\t%d\t%d\t%.1fs\t%s\t%s\n", o.chapter.name, o.cases, len(o.deviations), o.took.Seconds(), o.chapter.budget, o.skipped)
	}
	w.Flush()
	for _, o := range outcomes {
		for _, n := range o.notes {
			fmt.Fprintf(out, "%s: %s\n", o.chapter.name, n)
		}
	}
}

func judgeRun(ctx context.Context, outcomes []outcome) error {
	if ctx.Err() != nil {
		return errors.New("interrupted")
	}
	n := 0
	for _, o := range outcomes {
		n += len(o.deviations)
	}
	if n > 0 {
		return fmt.Errorf("%d deviations", n)
	}
	return nil
}
