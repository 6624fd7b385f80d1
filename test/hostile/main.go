// Command hostile treats the product as its worst users and neighbors do:
// ambiguous requests, broken frames, upstreams that lie, clients that stall,
// archives that explode. Each chapter has a corpus of named cases and a time
// budget. A case whose outcome is not the one written down is a deviation, and
// one deviation makes the program exit with 1.
//
//	go run ./test/hostile             every chapter
//	go run ./test/hostile http1 slow  these only
//	go run ./test/hostile -list       list the chapters
//
// A chapter that needs something this machine lacks, root for example, is
// skipped and the table says why. Everything runs on this machine and talks to
// loopback addresses only.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"version-manager/test/busy"
)

func main() {
	list := flag.Bool("list", false, "list the chapters")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if *list {
		printChapters(os.Stdout, allChapters())
		return
	}
	chosen, err := chooseChapters(allChapters(), flag.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, "hostile:", err)
		os.Exit(2)
	}
	meter := busy.StartMeter()
	err = runAll(ctx, os.Stdout, chosen)
	reading := meter.Stop()
	if ctx.Err() != nil {
		reading = busy.Reading{} // interrupted
	}
	if code := busy.ReportExit(os.Stderr, "hostile", err, reading); code != 0 {
		os.Exit(code)
	}
}

// chapter is one kind of hostility. Its cases live in a file or a package of
// their own.
type chapter struct {
	name   string
	about  string
	budget time.Duration // longer than that is a deviation
	run    func(ctx context.Context, r *report) error
}

// totalBudget limits the sum of all budgets.
const totalBudget = 5 * time.Minute

// allChapters lists them in the order in which they run.
func allChapters() []chapter {
	return []chapter{
		// First: the system counts the memory of a process from that of its parent.
		{"archives", "images and archives that explode, lie, or lead out of where they are unpacked", 35 * time.Second, runArchives},
		{"http1", "ambiguous and malformed HTTP/1 through the ingress to a strict instance", 25 * time.Second, runHTTP1},
		{"http2", "the same in every field of HTTP/2", 30 * time.Second, runHTTP2},
		{"h2spec", "the conformance suite for HTTP/2, beside HAProxy", 45 * time.Second, runH2specs},
		{"responses", "instances that break the rules of HTTP", 20 * time.Second, runResponses},
		{"slow", "clients that stall, drip, and do not read", 35 * time.Second, runSlowClients},
		{"photobombs", "photos that take more memory than a pod has, and uploads that never end", 45 * time.Second, photoBombs},
		{"floods", "thousands of streams, uploads, connections and WebSockets at once", 45 * time.Second, runFloods},
		{"otheruser", "another user of this machine plants files and asks the agent", 20 * time.Second, otherUser},
	}
}

// chooseChapters returns the named chapters, or all of them for no name.
func chooseChapters(all []chapter, names []string) ([]chapter, error) {
	if len(names) == 0 {
		return all, nil
	}
	var chosen []chapter
	for _, name := range names {
		i := slices.IndexFunc(all, func(c chapter) bool { return c.name == name })
		if i < 0 {
			return nil, fmt.Errorf("no chapter %q; there are: %s", name, strings.Join(namesOf(all), ", "))
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}

func namesOf(all []chapter) []string {
	var names []string
	for _, c := range all {
		names = append(names, c.name)
	}
	return names
}

func printChapters(out io.Writer, all []chapter) {
	w := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	defer w.Flush()
	for _, c := range all {
		fmt.Fprintf(w, "%s\t%s\t%s\n", c.name, c.budget, c.about)
	}
}
