package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"sync"
	"text/tabwriter"
	"time"
)

// minKilled is the share of all mutants that must be killed, in percent. Code
// that no test runs counts as survived.
const minKilled = 90

// result is what became of the mutants of one scope.
type result struct {
	scope   scope
	mutants []mutant
	fates   []fate // one for each mutant
	took    time.Duration
}

func runScope(ctx context.Context, root, work string, s scope, workers int) (result, error) {
	began := time.Now()
	fmt.Fprintf(os.Stderr, "%s: building\n", s.name)
	lab, err := buildLaboratory(ctx, root, work, s)
	if err != nil {
		return result{}, err
	}
	var cases []testCase
	for _, b := range lab.binaries {
		more, err := tracer{work}.traceTests(ctx, b)
		if err != nil {
			return result{}, err
		}
		cases = append(cases, more...)
	}
	fmt.Fprintf(os.Stderr, "%s: %d mutants, %d tests\n", s.name, len(lab.mutants), len(cases))
	r := result{scope: s, mutants: lab.mutants, fates: make([]fate, len(lab.mutants))}
	tryAll(ctx, r, cases, workers)
	r.took = time.Since(began)
	return r, ctx.Err()
}

// tryAll fills in the fates.
func tryAll(ctx context.Context, r result, cases []testCase, workers int) {
	next := make(chan int)
	var pool sync.WaitGroup
	for range workers {
		pool.Go(func() {
			for i := range next {
				r.fates[i] = tryMutant(ctx, r.mutants[i], cases)
			}
		})
	}
	for i := range r.mutants {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	pool.Wait()
}

func (r result) countFate(f fate) int {
	n := 0
	for _, one := range r.fates {
		if one == f {
			n++
		}
	}
	return n
}

func (r result) countKilled() int { return r.countFate(killed) + r.countFate(timedOut) }

func (r result) printAll(w io.Writer) {
	for i, m := range r.mutants {
		fmt.Fprintf(w, "%-8s  %s\n", r.fates[i], m)
	}
}

func printTable(w io.Writer, rows []result) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "scope\tmutants\tkilled\ttimeout\tsurvived\tnot run\tkilled %\tseconds\t")
	for _, r := range rows {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t%.1f\t%.0f\t\n", r.scope.name, len(r.mutants),
			r.countFate(killed), r.countFate(timedOut), r.countFate(survived), r.countFate(notRun), percent(r.countKilled(), len(r.mutants)), r.took.Seconds())
	}
	_ = t.Flush()
}

func percent(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return 100 * float64(part) / float64(whole)
}
