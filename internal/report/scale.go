package report

import (
	"math"
	"time"

	"version-manager/internal/probe"
)

// axis maps values to pixels, linearly.
type axis struct{ from, to, at, end float64 }

func (a axis) px(v float64) float64 {
	return a.at + (v-a.from)/(a.to-a.from)*(a.end-a.at)
}

// nice returns the smallest round number that is at least v.
func nice(v float64) float64 {
	if v <= 0 {
		return 1
	}
	base := math.Pow(10, math.Floor(math.Log10(v)))
	for _, f := range []float64{1, 1.5, 2, 3, 4, 5, 6, 8} {
		if f*base >= v*(1-1e-9) {
			return f * base
		}
	}
	return 10 * base
}

// secondTicks is about n instants within d, at a distance that people use.
func secondTicks(d time.Duration, n int) []time.Duration {
	step := time.Duration(0)
	for _, step = range []time.Duration{
		100 * time.Millisecond, 200 * time.Millisecond, 500 * time.Millisecond, time.Second, 2 * time.Second, 5 * time.Second,
		10 * time.Second, 15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour,
	} {
		if d <= step*time.Duration(n) {
			break
		}
	}
	var ticks []time.Duration
	for t := time.Duration(0); t <= d && len(ticks) <= 4*n; t += step {
		ticks = append(ticks, t)
	}
	return ticks
}

// rungs are the steps 1, 3, 10, 30... from the last one below lo to the first
// one above hi, two at least.
func rungs(lo, hi float64) []float64 {
	at := func(i int) float64 { return math.Pow(10, math.Floor(float64(i)/2)) * []float64{1, 3}[i&1] }
	i := 2 * int(math.Floor(math.Log10(lo)))
	for at(i+1) <= lo {
		i++
	}
	all := []float64{at(i), at(i + 1)}
	for i += 2; all[len(all)-1] < hi; i++ {
		all = append(all, at(i))
	}
	return all
}

// merge joins buckets so that there are at most n columns for a time d, and
// returns how long one of them is. The median of a column is the mean of its
// buckets' medians, its p99 the worst of theirs: merging hides nothing.
func merge(all []probe.Bucket, d time.Duration, n int) ([]probe.Bucket, time.Duration) {
	times := max(int(math.Ceil(float64(d)/float64(probe.BucketWidth)/float64(n))), 1)
	width := time.Duration(times) * probe.BucketWidth
	var merged []probe.Bucket
	var medians probe.Millis
	var count int
	for _, b := range all {
		at := b.At - b.At%width.Milliseconds()
		if len(merged) == 0 || merged[len(merged)-1].At != at {
			merged, medians, count = append(merged, probe.Bucket{At: at}), 0, 0
		}
		m := &merged[len(merged)-1]
		m.Blue, m.Green, m.Plain = m.Blue+b.Blue, m.Green+b.Green, m.Plain+b.Plain
		m.Failed, m.Skipped = m.Failed+b.Failed, m.Skipped+b.Skipped
		if b.P99 > 0 {
			medians, count = medians+b.P50, count+1
			m.P50, m.P99 = medians/probe.Millis(count), max(m.P99, b.P99)
		}
	}
	return merged, width
}
