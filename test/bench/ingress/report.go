package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// spread is the middle and the ends of what was measured.
type spread[T cmp.Ordered] struct{ min, median, max T }

func spreadOf[T cmp.Ordered](samples []sample, field func(sample) T) spread[T] {
	var v []T
	for _, s := range samples {
		v = append(v, field(s))
	}
	slices.Sort(v)
	return spread[T]{v[0], v[len(v)/2], v[len(v)-1]}
}

func (r *run) rps() spread[float64] {
	return spreadOf(r.samples, func(s sample) float64 { return s.rps })
}

// of is the spread of a duration.
func (r *run) of(field func(sample) time.Duration) spread[time.Duration] {
	return spreadOf(r.samples, field)
}

func p99(s sample) time.Duration      { return s.p99 }
func cpu(s sample) time.Duration      { return s.cpu }
func steady50(s sample) time.Duration { return s.steady50 }
func steady99(s sample) time.Duration { return s.steady99 }

// resultTable shows everything that is needed to believe or doubt the verdict.
func resultTable(s settings, runs []*run) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %d cores shared by rival, backend and wrk; %s/%s; %d rounds of %s, %d kept-alive connections, 1 KiB answers;\nsteady: %d requests/s; every figure is the median of the rounds\n\n",
		describeMachine(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, s.rounds, s.length, s.connections, steadyRate)
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "proxy\tversion\trequests/s\tmin–max\tp99 ms\tmin–max\tCPU µs/request\tsteady p50 ms\tsteady p99 ms\tmin–max\tours is\t")
	for _, r := range runs {
		rps, busy, calm := r.rps(), r.of(p99), r.of(steady99)
		fmt.Fprintf(w, "%s\t%s\t%.0f\t%.0f–%.0f\t%.2f\t%.2f–%.2f\t%d\t%.2f\t%.2f\t%.2f–%.2f\t%.2fx\t\n", r.proxy.name, r.proxy.version,
			rps.median, rps.min, rps.max, ms(busy.median), ms(busy.min), ms(busy.max), r.of(cpu).median.Microseconds(),
			ms(r.of(steady50).median), ms(calm.median), ms(calm.min), ms(calm.max), ratioText(runs[0], r))
	}
	w.Flush()
	return b.String()
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// ratioText is the median over the rounds of ours to other's requests/s: both of a
// round had about the same machine.
func ratioText(ours, other *run) float64 {
	var v []float64
	for i := range other.samples {
		v = append(v, ours.samples[i].rps/other.samples[i].rps)
	}
	slices.Sort(v)
	return v[len(v)/2]
}

// describeMachine is the processor's name where the system tells it.
func describeMachine() string {
	b, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.SplitSeq(string(b), "\n") {
		if name, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown processor"
}

// checkBars says by how much ours misses its bar.
func checkBars(runs []*run) error {
	by := map[string]*run{}
	for _, r := range runs {
		by[r.proxy.name] = r
	}
	ours, caddy, haproxy := by["ours"], by["caddy"], by["haproxy"]
	var missed []error
	if got, want := ours.rps().median, caddy.rps().median; got < want {
		missed = append(missed, fmt.Errorf("missed by %.1f %%: %.0f requests/s, Caddy has %.0f", 100*(1-got/want), got, want))
	}
	if got, want := ours.rps().median, haproxy.rps().median/2; got < want {
		missed = append(missed, fmt.Errorf("missed by %.1f %%: %.0f requests/s, half of HAProxy is %.0f", 100*(1-got/want), got, want))
	}
	if got, want := ours.of(p99).median, caddy.of(p99).max; got > want {
		missed = append(missed, fmt.Errorf("missed by %.1f %%: p99 %s, Caddy's is at most %s", 100*(float64(got)/float64(want)-1), got, want))
	}
	if err := errors.Join(missed...); err != nil {
		return err
	}
	fmt.Println("\nbar met: at least Caddy, at least half of HAProxy, p99 not above Caddy's")
	return nil
}
