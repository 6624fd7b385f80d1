package programs

import (
	"fmt"
	"time"

	"version-manager/internal/progress"
)

// build runs the parts of a build and reports how far it is.
type build struct {
	report   *progress.Reporter
	estimate *estimate
	n, total int // of the present part
}

func newBuild(list []program, report *progress.Reporter) *build {
	return &build{report: report, estimate: newEstimate(append(list, imagesPart())), total: len(list) + 2}
}

// runPart runs one part: the modules, a program, or the images. The function
// reports through tell whenever something changes, and once a second.
func (b *build) runPart(p program, run func(tell func(note string)) error) error {
	b.n++
	b.estimate.beginPart(p, time.Now())
	tell := func(note string) {
		b.report.ReportDetail("%s", buildStatus(p.name, b.n, b.total, b.estimate.timeLeft(time.Now()), note))
	}
	tell("")
	if err := run(tell); err != nil {
		return err
	}
	b.estimate.endPart(time.Now())
	return nil
}

// buildStatus describes a build that is under way. The estimate is an upper
// bound until the first part has found out what is in Go's cache.
func buildStatus(name string, n, total int, left time.Duration, note string) string {
	text := fmt.Sprintf("building %s, %d of %d", name, n, total)
	if left > 0 {
		text += fmt.Sprintf(", at most %s left", left.Round(10*time.Second))
	}
	if note != "" {
		text += " (" + note + ")"
	}
	return text
}
