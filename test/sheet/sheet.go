// Package sheet prints what a bench measured: the machine, a table, and each
// bar with the figure that met or missed it. A missed bar makes the program
// fail, so that a bench can be trusted by a script.
package sheet

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// Sheet collects bars while it prints.
type Sheet struct {
	out    io.Writer
	missed int
}

// NewSheet prints the title and the machine.
func NewSheet(out io.Writer, title string) *Sheet {
	fmt.Fprintf(out, "%s\n%s\n\n", title, DescribeMachine())
	return &Sheet{out: out}
}

// DescribeMachine says on what the figures were measured.
func DescribeMachine() string {
	return fmt.Sprintf("machine: %s, %d cores, %s/%s, kernel %s, %s, %s", cpuModel(), runtime.NumCPU(),
		runtime.GOOS, runtime.GOARCH, outputOf("uname", "-r"), runtime.Version(), time.Now().UTC().Format("2006-01-02"))
}

func cpuModel() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return "unknown processor"
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if name, ok := strings.CutPrefix(s.Text(), "model name"); ok {
			return strings.Trim(name, "\t: ")
		}
	}
	return "unknown processor"
}

func outputOf(name string, args ...string) string {
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}

// PrintTable prints rows under a header, aligned.
func (s *Sheet) PrintTable(header []string, rows [][]string) {
	w := tabwriter.NewWriter(s.out, 0, 0, 3, ' ', 0)
	fmt.Fprintln(w, strings.Join(header, "\t"))
	for _, r := range rows {
		fmt.Fprintln(w, strings.Join(r, "\t"))
	}
	w.Flush()
	fmt.Fprintln(s.out)
}

// CheckBar prints one requirement next to what was measured.
func (s *Sheet) CheckBar(met bool, requirement, measured string) {
	word := "met   "
	if !met {
		word = "MISSED"
		s.missed++
	}
	fmt.Fprintf(s.out, "%s  %s: %s\n", word, requirement, measured)
}

// Close returns an error if a bar was missed.
func (s *Sheet) Close() error {
	if s.missed > 0 {
		return fmt.Errorf("%d bars missed", s.missed)
	}
	return nil
}

// QuantileOf returns the value below which the share q of all lies.
func QuantileOf(all []time.Duration, q float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

// FormatSpread reads "median (min to max)".
func FormatSpread(all []time.Duration) string {
	if len(all) == 0 {
		return "none"
	}
	return fmt.Sprintf("%s (%s to %s)", RoundDuration(QuantileOf(all, .5)), RoundDuration(slices.Min(all)), RoundDuration(slices.Max(all)))
}

// RoundDuration keeps three figures or so.
func RoundDuration(d time.Duration) time.Duration {
	switch {
	case d > 10*time.Second:
		return d.Round(100 * time.Millisecond)
	case d > time.Second:
		return d.Round(10 * time.Millisecond)
	case d > 10*time.Millisecond:
		return d.Round(time.Millisecond)
	}
	return d.Round(10 * time.Microsecond)
}
